"""A damaged index says so, or answers rightly: never a wrong quotation, never the end of the process, and nothing in it is executed."""

from __future__ import annotations

import pickle
import random
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from index.embedders.hashing import HashingEmbedder
from index.errors import DamagedIndex, IndexMismatch, UnknownDocument, UnusableFolder
from index.library import Index
from index.manifest import check, read_manifest
from index.phrases import holding
from index.search import Query, search
from ingest.build import build
from tests.support import REPOSITORY, run

EMBEDDER = HashingEmbedder(16)
_TEXTS = {
    "a.md": "# Rain\n\nIt rained in the north of Pakistan. The floods of 2022 came after the rain.\n\nPeople moved away.\n",
    "b.md": "# Tráde\n\nTrade grew by nine percent.[^1] Pakistan sells cotton, “rice” and tea to its neighbours.\n\n[^1]: A note.\n",
}
_QUESTIONS = ("floods in Pakistan", "cotton and rice", "trade")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index folder as it was written."""
    folder = tmp_path_factory.mktemp("whole")
    return _index(folder, _TEXTS)


@pytest.fixture(scope="module")
def approximate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One whose vectors are searched through lists, as those of a large index are."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("index.vectors.MOST_EXACT", 1)
        return _index(tmp_path_factory.mktemp("approximate"), _TEXTS)


@pytest.fixture
def damaged(whole: Path, tmp_path: Path) -> Path:
    """A copy of it, to be damaged."""
    return Path(shutil.copytree(whole, tmp_path / "index"))


def _index(folder: Path, texts: dict[str, str]) -> Path:
    corpus = folder / "corpus"
    corpus.mkdir()
    for name, text in texts.items():
        (corpus / name).write_text(text, encoding="utf-8")
    build(corpus, folder / "index", embedder=EMBEDDER.name)
    return folder / "index"


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and path.stat().st_size)


def _shown(folder: Path) -> set[tuple[str, str, str, tuple[str, ...]]]:
    """All that an index could quote from, opened without comparing hashes: every hit's document, heading, words and sentences."""
    index = Index.open(folder, most_compared=0)
    hits = [hit for question in _QUESTIONS for hit in search(index, EMBEDDER, Query(question))]
    passages = [hit.passage for hit in hits] + [index.passages[row] for row in holding(index, ["Pakistan"])]
    return {
        (passage.document.id, passage.heading, passage.text, tuple(passage.document.slice(span) for span in passage.sentences))
        for passage in passages
    }


def test_verify_finds_every_flipped_byte(damaged: Path) -> None:
    """Every seventh byte of every file, changed, is found by what `verify` calls."""
    check(damaged, read_manifest(damaged))
    for path in _files(damaged):
        content = path.read_bytes()
        for place in range(0, len(content), 7):
            path.write_bytes(_flipped(content, place))
            with pytest.raises((DamagedIndex, IndexMismatch), match="python -m ingest"):
                check(damaged, read_manifest(damaged))
        path.write_bytes(content)
    check(damaged, read_manifest(damaged))


@pytest.mark.parametrize("kind", ["whole", "approximate"])
def test_an_index_too_large_to_compare_shows_no_wrong_word(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """Opened without hashes, every eleventh byte, changed, gives an error that says how to mend it, or words that were written."""
    damaged = Path(shutil.copytree(request.getfixturevalue(kind), tmp_path / "index"))
    right, said = _shown(damaged), []
    for path in _files(damaged) if kind == "whole" else sorted(damaged.rglob("*-vectors.npy*")):
        content = path.read_bytes()
        for place in range(path.stat().st_size % 11, len(content), 11):
            path.write_bytes(_flipped(content, place))
            try:
                assert _shown(damaged) <= right, (path, place)
            except (DamagedIndex, IndexMismatch) as error:
                said.append(str(error))
        path.write_bytes(content)

    assert _shown(damaged) == right
    assert len(said) > 50
    assert all("python -m ingest" in line for line in said)


def test_a_file_cut_short_or_longer_is_found_on_opening(damaged: Path) -> None:
    """Whatever is missing at a file's end, or added to it."""
    for path in _files(damaged):
        content = path.read_bytes()
        for other in (b"", content[:-1], content[: len(content) // 2], content + b"\n", None):
            if other is None:
                path.unlink()
            else:
                path.write_bytes(other)
            with pytest.raises((DamagedIndex, UnusableFolder), match="python -m ingest"):
                Index.open(damaged, most_compared=0)
        path.write_bytes(content)


def test_files_of_another_index_are_found(damaged: Path, tmp_path: Path) -> None:
    """A file of an index over as many words, of the same size, in place of this one's: an error, or words that were written."""
    (tmp_path / "other").mkdir()
    other = _index(tmp_path / "other", {name: text.replace("rain", "hail").replace("rice", "tick") for name, text in _TEXTS.items()})
    right, found = _shown(damaged), []
    for path in _files(damaged):
        for theirs in [name for name in _files(other) if name.name == path.name and name.parent.name[:4] == path.parent.name[:4]]:
            content = path.read_bytes()
            path.write_bytes(theirs.read_bytes())
            if path.read_bytes() != content and path.name != "manifest.json":
                with pytest.raises(DamagedIndex):
                    Index.open(damaged)
                try:
                    assert _shown(damaged) <= right, path
                except DamagedIndex:
                    found.append(path.name)
            path.write_bytes(content)

    assert {"texts.txt", "documents.npy", "passages.npy"} <= set(found)


@pytest.mark.parametrize("kind", ["whole", "approximate"])
def test_random_bytes_never_end_the_process(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """Stretches of many bytes changed at once, in a process of its own: it ends by itself, and says nothing wrong."""
    damaged = Path(shutil.copytree(request.getfixturevalue(kind), tmp_path / "index"))
    code = (
        "import random, sys; from pathlib import Path; from tests.test_index_damage import _files, _shown\n"
        "from index.errors import FootnotedError\n"
        "folder, chance = Path(sys.argv[1]), random.Random(7)\n"
        "right = _shown(folder)\n"
        "for path in _files(folder):\n"
        "    content = path.read_bytes()\n"
        "    for _ in range(40):\n"
        "        start, size = chance.randrange(len(content)), chance.randrange(1, 200)\n"
        "        noise = chance.randbytes(len(content[start:start + size]))\n"
        "        path.write_bytes(content[:start] + noise + content[start + size:])\n"
        "        try: assert _shown(folder) <= right\n"
        "        except FootnotedError: pass\n"
        "    path.write_bytes(content)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(damaged)], cwd=REPOSITORY, capture_output=True, text=True, check=False, timeout=300
    )

    assert (done.returncode, done.stderr) == (0, "")


def test_a_document_is_checked_whatever_is_asked_of_it(damaged: Path) -> None:
    """Its text, its id and what is known of it are each compared as they are read."""
    data = next(damaged.glob("data-*"))
    records = data / "documents.jsonl"
    records.write_bytes(records.read_bytes().replace(b'"b.md"', b'"c.md"'))
    index = Index.open(damaged, most_compared=0)

    assert index.documents["a.md"].title == "Rain"
    for ask in (lambda: list(index.documents), index.reports, lambda: index.manifest.documents[1]):
        with pytest.raises(DamagedIndex, match=r"documents\.jsonl has other bytes than were written for document 2"):
            ask()
    with pytest.raises((DamagedIndex, UnknownDocument)):
        index.document("c.md")


def test_nothing_in_an_index_is_unpickled(damaged: Path) -> None:
    """A table that asks for objects is refused before any is made."""

    class Trap:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return (pytest.fail, ("something in an index folder was executed",))

    data = next(damaged.glob("data-*"))
    for path in data.rglob("*.npy"):
        content = path.read_bytes()
        with path.open("wb") as file:
            np.save(file, np.array([Trap()], dtype=object), allow_pickle=True)
        trap = path.read_bytes()
        path.write_bytes((trap + bytes(len(content)))[: max(len(content), len(trap))])
        with pytest.raises(DamagedIndex):
            Index.open(damaged, most_compared=0)
        path.write_bytes(pickle.dumps(Trap()).ljust(len(content), b"\0")[: len(content)])
        with pytest.raises(DamagedIndex):
            Index.open(damaged, most_compared=0)
        path.write_bytes(content)


def test_the_verify_command_names_the_file(damaged: Path) -> None:
    """One line that names the file and what mends it, and status 1."""
    path = next(damaged.rglob("texts.txt"))
    content = path.read_bytes()
    path.write_bytes(_flipped(content, random.Random(1).randrange(len(content))))
    done = run("index", "verify", str(damaged))

    assert done.returncode == 1
    assert "texts.txt has other bytes than were written" in done.stderr
    assert "python -m ingest" in done.stderr


def _flipped(content: bytes, place: int) -> bytes:
    return content[:place] + bytes([content[place] ^ 0x15]) + content[place + 1 :]

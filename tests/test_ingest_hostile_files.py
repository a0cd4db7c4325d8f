"""Files made to break their reader: each is read or named, in bounded time and memory, and nothing else is ever raised."""

from __future__ import annotations

import random
import re
import time
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from index.errors import UnreadableDocument
from ingest.markup import archives
from ingest.markup.archives import pack, unpack
from ingest.normalise import is_canonical
from ingest.readers import Reading, readers
from tests.support import BRIEF, read
from tests.written import as_markdown, pandoc

SEED = 3
ARCHIVES = ["docx", "odt", "epub", "pptx"]


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The brief in each format, and a deck."""
    folder = tmp_path_factory.mktemp("samples")
    markdown = as_markdown(read(BRIEF))
    deck = "## One\n\n- item\n\n::: notes\nSaid.\n:::\n\n## Two\n\nWords.\n"
    made = {
        suffix: pandoc(markdown, folder / f"a.{suffix}", "--metadata=title:T") for suffix in ("docx", "odt", "epub", "html", "rtf", "tex")
    }
    made["pptx"] = pandoc(deck, folder / "a.pptx")
    return {suffix: path.read_bytes() for suffix, path in made.items()}


def outcome(path: Path) -> str:
    """'read', or the reason why not. Anything else that is raised fails the test."""
    try:
        found = list(readers()[path.suffix].read(path, "folder/file"))
    except UnreadableDocument as raised:
        error = raised
    else:
        assert all(isinstance(part, Reading) and is_canonical(part.document) for part in found)
        return "read"
    assert error.source == "folder/file"
    assert len(error.reason) > 20
    assert error.reason.isprintable(), error.reason
    return error.reason


def zipped(parts: dict[str, bytes]) -> bytes:
    content = BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return content.getvalue()


@pytest.mark.parametrize("suffix", ARCHIVES)
def test_an_archive_that_explodes_is_named_at_once(suffix, samples, tmp_path):
    """A part that is two hundred times as large as its file is not unpacked to its end."""
    parts = unpack(samples[suffix], "a", "a file")
    bomb = next(name for name in parts if name.endswith(("document.xml", "content.xml", ".xhtml", "slide1.xml")))
    content = BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            if name != bomb:
                archive.writestr(name, part)
        with archive.open(bomb, "w") as entry:
            for _ in range(60):
                entry.write(b" " * (1 << 20))
    (tmp_path / f"a.{suffix}").write_bytes(content.getvalue())
    started = time.process_time()

    assert "unpacks to more than" in outcome(tmp_path / f"a.{suffix}")
    assert time.process_time() - started < 5


@pytest.mark.parametrize("suffix", ARCHIVES)
def test_what_an_archive_says_of_its_sizes_is_not_believed(suffix, samples, tmp_path, monkeypatch):
    """A header that promises ten bytes does not open the door to more: the limit counts what really comes out."""
    monkeypatch.setattr(archives, "MAX_BYTES", 2000)
    (tmp_path / f"a.{suffix}").write_bytes(samples[suffix])

    assert "unpacks to more than" in outcome(tmp_path / f"a.{suffix}")


def test_an_archive_of_too_many_parts_is_named(tmp_path, monkeypatch):
    """A directory of millions is not walked."""
    monkeypatch.setattr(archives, "MAX_PARTS", 100)
    (tmp_path / "a.docx").write_bytes(zipped({f"word/{row}.xml": b"" for row in range(101)}))

    assert "101 parts" in outcome(tmp_path / "a.docx")


def test_pictures_are_not_unpacked():
    """What holds no words is left empty, whatever its size."""
    parts = {"word/document.xml": b"<w/>", "word/media/image1.png": b"\x89PNG" * 1000, "_rels/.rels": b"<r/>"}

    assert unpack(zipped(parts), "a", "a file") == {**parts, "word/media/image1.png": b""}
    assert unpack(pack(parts), "a", "a file")["word/document.xml"] == b"<w/>"


@pytest.mark.parametrize("suffix", ["docx", "odt", "epub", "pptx"])
def test_entities_that_grow_are_not_put_in(suffix, samples, tmp_path):
    """A billion laughs in any part cost nothing."""
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    head = f'<!DOCTYPE x [<!ENTITY l0 "ha">{laughs}]>'.encode()
    with zipfile.ZipFile(BytesIO(samples[suffix])) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    for name, part in parts.items():
        if name.endswith(("document.xml", "content.xml", ".xhtml", ".opf", "slide1.xml", "core.xml", "meta.xml")):
            part = part.replace(b"?>", b"?>" + head, 1)  # noqa: PLW2901
            parts[name] = re.sub(rb"<(w:t|p|a:t)>", rb"<\1>&l9;", part)
    (tmp_path / f"a.{suffix}").write_bytes(zipped(parts))
    started = time.process_time()
    outcome(tmp_path / f"a.{suffix}")

    assert time.process_time() - started < 5


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.html", "<div>" * 3_000 + "deep" + "</div>" * 3_000),
        ("a.tex", "{" * 5_000 + "deep" + "}" * 5_000),
        ("a.tex", r"\begin{quote}" * 2_000 + "deep" + r"\end{quote}" * 2_000),
        ("a.rtf", r"{\rtf1 " + "{" * 20_000 + "deep" + "}" * 20_000 + "}"),
        ("a.rst", "\n".join(" " * 4 * depth + "- deep\n" for depth in range(50))),  # pandoc's time grows with the cube of the depth
        ("a.org", "\n".join(" " * 2 * depth + "- deep" for depth in range(50))),
    ],
)
def test_what_is_nested_too_deeply_is_named_or_read(name, content, tmp_path):
    """No depth exhausts a stack."""
    (tmp_path / name).write_text(content, encoding="utf-8")

    assert outcome(tmp_path / name) == "read" or "nested too deeply" in outcome(tmp_path / name)


def test_a_word_file_nested_too_deeply_is_named(samples, tmp_path):
    """Tables in tables in tables."""
    parts = unpack(samples["docx"], "a", "a file")
    deep = b"<w:tbl><w:tr><w:tc>" * 300 + b"<w:p/>" + b"</w:tc></w:tr></w:tbl>" * 300
    parts["word/document.xml"] = parts["word/document.xml"].replace(b"<w:body>", b"<w:body>" + deep, 1)
    (tmp_path / "a.docx").write_bytes(pack(parts))

    assert outcome(tmp_path / "a.docx") != ""


@pytest.mark.parametrize("suffix", ["docx", "odt", "epub", "pptx", "html", "rtf", "tex"])
def test_mutated_files_are_read_or_named(suffix, samples, tmp_path):
    """Flipped, cut, doubled and spliced bytes, in the file and in the parts of its archive: success or UnreadableDocument."""
    chance = random.Random(f"{SEED} {suffix}")
    path = tmp_path / f"a.{suffix}"
    reasons = []
    for _ in range(20):
        content = samples[suffix]
        if suffix in ARCHIVES and chance.random() < 0.7:  # inside, for a flipped byte outside only spoils a checksum
            parts = unpack(content, "a", "a file")
            name = chance.choice(sorted(name for name, part in parts.items() if part))
            parts[name] = _mutated(parts[name], chance)
            content = pack(parts)
        else:
            content = _mutated(content, chance)
        path.write_bytes(content)
        reasons.append(outcome(path))

    assert len(reasons) == 20


def _mutated(content: bytes, chance: random.Random) -> bytes:
    changed = bytearray(content)
    for _ in range(chance.randint(1, 8)):
        if not changed:
            break
        at, length = chance.randrange(len(changed)), chance.randint(1, 60)
        match chance.randrange(5):
            case 0:
                changed[at] ^= 1 << chance.randrange(8)
            case 1:
                del changed[at : at + length]
            case 2:
                changed[at:at] = changed[at : at + length]
            case 3:
                changed[at:at] = chance.randbytes(length)
            case 4:
                other = chance.randrange(len(changed))
                changed[at : at + length] = changed[other : other + length]
    return bytes(changed[: chance.randrange(len(changed) + 1)]) if chance.random() < 0.1 else bytes(changed)

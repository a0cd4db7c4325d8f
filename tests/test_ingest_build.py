"""From a corpus folder to an index folder: what is read, what is reported, and what survives."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from index.errors import DamagedIndex, EmptyCorpus, IndexMismatch, UnusableFolder
from index.library import Index
from index.manifest import hash_files
from ingest.build import build
from tests.support import CORPUS, REPOSITORY, run

HASHING = "hashing-64"


def test_building_twice_gives_the_same_bytes(tmp_path):
    """Two builds of one corpus are equal, file by file and byte by byte."""
    build(CORPUS, tmp_path / "a", embedder=HASHING)
    build(CORPUS, tmp_path / "b", embedder=HASHING)

    assert hash_files(tmp_path / "a") == hash_files(tmp_path / "b")


@pytest.mark.model
def test_building_twice_gives_the_same_bytes_with_the_real_model(tmp_path):
    """The packaged model gives the same vectors twice."""
    for name in "ab":
        assert run("ingest", str(CORPUS), str(tmp_path / name)).returncode == 0

    assert hash_files(tmp_path / "a") == hash_files(tmp_path / "b")


def test_only_what_changed_is_embedded(corpus, folder):
    """A second build takes the vectors of unchanged documents over, and gives what a fresh one gives."""
    for name in "abc":
        (corpus / f"{name}.txt").write_text(f"Document {name} speaks of {name * 5}.", encoding="utf-8")
    build(corpus, folder, embedder=HASHING)
    (corpus / "b.txt").write_text("Something else altogether.", encoding="utf-8")
    (corpus / "a.txt").unlink()
    report = build(corpus, folder, embedder=HASHING)
    build(corpus, folder.with_name("fresh"), embedder=HASHING)

    assert (report.embedded, report.reused) == (1, 1)
    assert hash_files(folder) == hash_files(folder.with_name("fresh"))
    assert build(corpus, folder, embedder=HASHING).embedded == 0


def test_another_embedder_embeds_anew(corpus, folder):
    """Vectors of another embedder are not taken over."""
    (corpus / "a.txt").write_text("Words.", encoding="utf-8")
    build(corpus, folder, embedder=HASHING)

    assert build(corpus, folder, embedder="hashing-32").embedded == 1
    assert Index.open(folder).manifest.dim == 32


def test_the_index_gives_back_what_was_read(folder):
    """Documents, passages, notes and vectors come back as they were."""
    report = build(CORPUS, folder, embedder=HASHING)
    index = Index.open(folder)
    (document,) = index.documents.values()

    assert document.metadata["title-short"] == "South-South Cooperation"
    assert (report.documents[0].notes, report.documents[0].marks) == (7, 7)
    assert len(index.passages) == len(index.passage_vectors) == report.embedded
    assert len(index.sentence_vectors) == sum(len(passage.sentences) for passage in index.passages)
    assert all(document.slice(passage.span) == passage.text for passage in index.passages)


def test_one_bad_file_among_many_is_reported_and_the_rest_goes_in(corpus, folder):
    """Each file that is not read has its reason in the report and in the index; the others are read."""
    (corpus / "good.md").write_text("Good words.", encoding="utf-8")
    (corpus / "picture.md").write_bytes(b"\x89PNG\r\n\x1a\n\0\0")
    (corpus / "page.md").write_bytes(b"<!DOCTYPE html><p>Words.</p>")
    (corpus / "empty.txt").write_bytes(b"  \n")
    (corpus / "broken.pdf").write_bytes(b"%PDF-1.4 broken")
    (corpus / "sheet.xls").write_bytes(b"?")
    (corpus / "good.csl.json").write_text("not json", encoding="utf-8")
    (corpus / "README.md").write_text("About this folder.", encoding="utf-8")
    report = build(corpus, folder, embedder=HASHING)

    assert [document.id for document in report.documents] == ["good.md"]
    assert {skipped.source for skipped in report.skipped} == {
        "picture.md",
        "page.md",
        "empty.txt",
        "broken.pdf",
        "sheet.xls",
        "good.csl.json",
        "README.md",
    }
    assert all(len(skipped.reason) > 20 for skipped in report.skipped)
    assert Index.open(folder).manifest.skipped.keys() == {skipped.source for skipped in report.skipped}


def test_two_documents_of_one_id_are_one(corpus, folder):
    """The second is skipped, with the file that has the first named."""
    (corpus / "a.jsonl").write_text('{"_id": "x", "text": "First."}\n{"_id": "x", "text": "Second."}\n', encoding="utf-8")
    report = build(corpus, folder, embedder=HASHING)

    assert [document.id for document in report.documents] == ["x"]
    assert "a.jsonl" in report.skipped[0].reason


@pytest.mark.parametrize("what", ["missing", "empty", "file", "unreadable", "inside"])
def test_a_corpus_that_gives_nothing_is_named_and_the_old_index_stays(what, tmp_path, folder):
    """No folder, an empty one, a file, only bad files, an index inside: one clear error, and nothing lost."""
    build(CORPUS, folder, embedder=HASHING)
    before = hash_files(folder)
    corpus = tmp_path / "corpus"
    if what != "missing":
        corpus.mkdir()
    if what == "unreadable":
        (corpus / "a.pdf").write_bytes(b"no pdf")
    if what == "file":
        corpus = corpus / "a.txt"
        corpus.write_text("Words.", encoding="utf-8")
    target = corpus / "index" if what == "inside" else folder

    with pytest.raises((UnusableFolder, EmptyCorpus), match="corpus"):
        build(corpus, target, embedder=HASHING)
    assert hash_files(folder) == before


def test_a_folder_with_other_things_in_it_is_not_written_to(corpus, tmp_path):
    """A slip in the index folder's name costs nobody a file."""
    (corpus / "a.txt").write_text("Words.", encoding="utf-8")
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.docx").write_bytes(b"precious")

    with pytest.raises(UnusableFolder, match=r"chapter\.docx"):
        build(corpus, tmp_path / "thesis", embedder=HASHING)
    assert [path.name for path in (tmp_path / "thesis").iterdir()] == ["chapter.docx"]


def test_a_folder_that_cannot_be_written_is_named(corpus, tmp_path):
    """A file in the way of the folder is an error that names it."""
    (corpus / "a.txt").write_text("Words.", encoding="utf-8")
    (tmp_path / "file").write_text("", encoding="utf-8")

    with pytest.raises(UnusableFolder, match="cannot be written"):
        build(corpus, tmp_path / "file" / "index", embedder=HASHING)


def test_every_flipped_byte_is_found_on_opening(corpus, folder):
    """Whichever file of an index has another byte, opening it says that the index is damaged and how to mend it."""
    (corpus / "a.txt").write_text("Words to find. More words.", encoding="utf-8")
    build(corpus, folder, embedder=HASHING)
    chance = random.Random(11)
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        content = path.read_bytes()
        for place in chance.sample(range(len(content)), min(12, len(content))):
            path.write_bytes(content[:place] + bytes([content[place] ^ 0x15]) + content[place + 1 :])
            with pytest.raises((DamagedIndex, IndexMismatch), match="python -m ingest"):
                Index.open(folder)
        if content:
            path.write_bytes(content[: len(content) // 2])
            with pytest.raises(DamagedIndex):
                Index.open(folder)
        path.write_bytes(content)
    assert Index.open(folder)


def test_a_damaged_index_is_mended_by_ingest(corpus, folder):
    """The command that the error names does mend it, also where the new bytes are those that should have been there."""
    (corpus / "a.txt").write_text("Words.", encoding="utf-8")
    build(corpus, folder, embedder=HASHING)
    next(folder.rglob("documents.jsonl")).write_bytes(b"")
    build(corpus, folder, embedder=HASHING)

    assert Index.open(folder).documents["a.txt"].text == "Words."


def test_an_index_of_another_version_is_named(corpus, folder):
    """Its format is told, and the command that makes it anew."""
    (corpus / "a.txt").write_text("Words.", encoding="utf-8")
    build(corpus, folder, embedder=HASHING)
    manifest = json.loads((folder / "manifest.json").read_bytes())
    (folder / "manifest.json").write_text(json.dumps({**manifest, "format": 99}), encoding="utf-8")

    with pytest.raises(IndexMismatch, match="format 99"):
        Index.open(folder)


def test_killing_ingest_half_way_leaves_the_old_index_working(corpus, folder):
    """Killed at many moments, `ingest` leaves the old index or the new, and the next run cleans up after it."""
    for row in range(200):
        (corpus / f"{row}.txt").write_text(f"Document {row}. " * 40, encoding="utf-8")
    command = [sys.executable, "-m", "ingest", str(corpus), str(folder), "--embedder", HASHING, "--quiet"]
    started = time.monotonic()
    subprocess.run(command, cwd=REPOSITORY, check=True, capture_output=True)
    whole = time.monotonic() - started
    chance = random.Random(3)
    for attempt in range(12):
        (corpus / "0.txt").write_text(f"Attempt {attempt}. " * 40, encoding="utf-8")
        process = subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(chance.uniform(0.3, 1.05) * whole)
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert len(Index.open(folder).documents) == 200
    subprocess.run(command, cwd=REPOSITORY, check=True, capture_output=True)

    assert len(list(folder.iterdir())) == 2
    assert Index.open(folder).documents["0.txt"].text.startswith("Attempt 11.")


def test_a_full_disk_leaves_the_old_index_working(corpus, folder):
    """When writing fails, the error says so and the old index opens."""
    (corpus / "a.txt").write_text("Words. " * 2000, encoding="utf-8")
    build(corpus, folder, embedder=HASHING)
    before = hash_files(folder)
    (corpus / "a.txt").write_text("Other words. " * 20000, encoding="utf-8")
    limited = (
        "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000)); from ingest.__main__ import main;"
        f"sys.exit(main({[str(corpus), str(folder), '--embedder', HASHING]!r}))"
    )
    done = subprocess.run([sys.executable, "-c", limited], cwd=REPOSITORY, capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert done.stderr.startswith("error: index ")
    assert "cannot be written" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert hash_files(folder) == before


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="permissions do not bind the superuser")
def test_a_read_only_folder_is_named(corpus, tmp_path):
    """A folder without permission to write is an error that names it."""
    (corpus / "a.txt").write_text("Words.", encoding="utf-8")
    (tmp_path / "locked").mkdir(mode=0o500)

    with pytest.raises(UnusableFolder, match="cannot be written"):
        build(corpus, tmp_path / "locked" / "index", embedder=HASHING)


def test_a_sidecar_gives_the_metadata(corpus, folder):
    """`a.csl.json` speaks of `a.txt`, and is not a reading itself."""
    (corpus / "a.txt").write_text("Words.", encoding="utf-8")
    shutil.copy(CORPUS / "south-south-cooperation.csl.json", corpus / "a.csl.json")
    report = build(corpus, folder, embedder=HASHING)

    assert [(document.id, document.title[:11]) for document in report.documents] == [("a.txt", "South-South")]
    assert report.skipped == ()


def test_the_corpus_folder_is_never_written_to(tmp_path):
    """Reading leaves the readings as they were."""
    copy = Path(shutil.copytree(CORPUS, tmp_path / "copy"))
    before = hash_files(copy)
    build(copy, tmp_path / "index", embedder=HASHING)

    assert hash_files(copy) == before


def test_a_dry_run_reports_and_writes_nothing(corpus, folder):
    """The report is that of a build, verdict and all; no index is made and nothing is embedded."""
    (corpus / "good.md").write_text("Good words.", encoding="utf-8")
    (corpus / "odd.md").write_text("\ue001\ue002\ue003 ok", encoding="utf-8")
    (corpus / "broken.pdf").write_bytes(b"%PDF-1.4 broken")
    done = run("ingest", str(corpus), str(folder), "--dry-run", "--format", "json")
    report = json.loads(done.stdout)

    assert done.returncode == 0, done.stderr
    assert [(document["id"], document["verdict"]) for document in report["documents"]] == [("good.md", "good"), ("odd.md", "unusable")]
    assert [skipped["source"] for skipped in report["skipped"]] == ["broken.pdf", "odd.md"]
    assert (report["embedded"], folder.exists()) == (0, False)


def test_an_unusable_document_is_reported_and_not_indexed(corpus, folder):
    """Words that are no words would be quoted; the others go in, and the index knows the reason."""
    (corpus / "good.md").write_text("Good words.", encoding="utf-8")
    (corpus / "odd.md").write_text("\ue001\ue002\ue003 ok", encoding="utf-8")
    build(corpus, folder, embedder=HASHING)
    index = Index.open(folder)

    assert list(index.documents) == ["good.md"]
    assert index.manifest.skipped["odd.md"].startswith("is unusable: 50% of its characters stand for no letter")


def test_the_index_gives_back_what_was_noted(corpus, folder):
    """The report of the build is the report of the index that was written."""
    (corpus / "a.md").write_text("So it is.<sup>9</sup> Really.", encoding="utf-8")
    (corpus / "b.md").write_text("Words.", encoding="utf-8")
    report = build(corpus, folder, embedder=HASHING)

    assert [document.unmatched_marks for document in report.documents] == [1, 0]
    assert Index.open(folder).reports() == report.documents

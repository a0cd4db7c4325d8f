"""Odd names, streams, neighbours and moments: each of these once gave a traceback, a forged line or a wrong error."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from index.corpus import corpus_files
from index.library import Index
from ingest.build import build
from tests.support import CORPUS, REPOSITORY, run

HASHING = "hashing-64"
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(REPOSITORY)}


@pytest.fixture(scope="module")
def index_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hostile") / "index"
    build(CORPUS, folder, embedder=HASHING)
    return str(folder)


def _shell(line: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    command = ["/bin/sh", "-c", line]
    return subprocess.run(command, cwd=REPOSITORY, capture_output=True, check=False, timeout=120, env={**ENVIRONMENT, **environment})


def test_names_that_are_no_text_are_read_and_shown_harmless(corpus, folder):
    """A Latin-1 name stopped the build with a traceback; one with a line end forged a line of the report."""
    Path(os.fsdecode(os.fsencode(corpus) + b"/caf\xe9.md")).write_text("Coffee is served.", encoding="utf-8")
    (corpus / "a\nskipped good.md: lie.md").write_text("A lie.", encoding="utf-8")
    (corpus / "esc\x1b[31m.md").write_text("Red words.", encoding="utf-8")
    report = build(corpus, folder, embedder=HASHING)

    assert sorted(document.id for document in report.documents) == ["a\ufffdskipped good.md: lie.md", "caf\ufffd.md", "esc\ufffd[31m.md"]
    assert Index.open(folder).manifest.sources.keys() == {document.id for document in report.documents}


def test_links_to_folders_and_pipes_are_named_and_not_waited_for(corpus, folder, tmp_path):
    """A linked folder of readings was passed over without a word; a pipe would be waited for for ever."""
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "b.md").write_text("Not read.", encoding="utf-8")
    (corpus / "linked").symlink_to(tmp_path / "elsewhere")
    (corpus / "gone.md").symlink_to(tmp_path / "nowhere.md")
    os.mkfifo(corpus / "pipe.md")
    (corpus / "a.md").write_text("Words are read.", encoding="utf-8")
    report = build(corpus, folder, embedder=HASHING)

    assert list(corpus_files(corpus)) == ["a.md", "gone.md", "linked", "pipe.md"]
    assert [document.id for document in report.documents] == ["a.md"]
    assert [skipped.source for skipped in report.skipped] == ["gone.md", "linked", "pipe.md"]


def test_an_index_folder_may_have_any_name(corpus, tmp_path):
    """FAISS takes no path that is not UTF-8, so it is handed bytes."""
    (corpus / "a.md").write_text("Words are read.", encoding="utf-8")
    folder = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9"))
    build(corpus, folder, embedder=HASHING)

    assert len(Index.open(folder).passages) == 1


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8"])
def test_output_is_written_whatever_the_locale(index_folder, encoding):
    """Typographic quotes in an ASCII locale gave a traceback; programs get UTF-8."""
    done = _shell(f"{sys.executable} -m chat ask --index {index_folder} 'What is CPEC?' --format json", PYTHONIOENCODING=encoding)

    assert (done.returncode, done.stderr) == (0, b"")
    assert json.loads(done.stdout.decode("utf-8"))["question"] == "What is CPEC?"


@pytest.mark.parametrize("redirection", [">&-", "2>&-", "<&-"])
def test_closed_streams_are_no_reason_to_fail(index_folder, redirection):
    """A program started without one of its streams still does its work."""
    for command in (
        f"chat ask --index {index_folder} hello",
        f"index info {index_folder}",
        f"index text {index_folder} south-south-cooperation",
    ):
        assert _shell(f"{sys.executable} -m {command} {redirection}").returncode == 0


def test_an_end_of_reading_or_a_full_disk_is_one_line_at_most(index_folder):
    """`| head` ends quietly; a device without space is told of."""
    piped = _shell(f"{sys.executable} -m index text {index_folder} south-south-cooperation | head -c 10")
    full = _shell(f"{sys.executable} -m index info {index_folder} > /dev/full")
    asked = _shell(f"{sys.executable} -m chat ask --index {index_folder} --questions - <&-")

    assert (piped.stdout, piped.stderr) == (b"SOUTH-SOUT", b"")
    assert (full.returncode, len(full.stderr.splitlines())) == (1, 1)
    assert (asked.returncode, asked.stderr.splitlines()) == (1, [asked.stderr.splitlines()[0]])
    assert asked.stderr.startswith(b"error: standard input is closed")


def test_questions_in_odd_bytes_are_asked_or_named(index_folder, tmp_path):
    """A byte-order mark is no fault; bytes that are no UTF-8 are one of their line; surrogates reach no output."""
    lines = [b'\xef\xbb\xbf{"question": "What is CPEC?"}', b'{"question":"M\xfcller?"}', b'{"question": "What \\ud800 is it?"}']
    (tmp_path / "q.jsonl").write_bytes(b"\n".join(lines))
    done = run("chat", "ask", "--index", index_folder, "--questions", str(tmp_path / "q.jsonl"))
    typed = _shell(f"{sys.executable} -m chat ask --index {index_folder} --format json \"$(printf 'launched when \\377?')\"")

    assert json.loads(done.stdout.splitlines()[0])["question"] == "What is CPEC?"
    assert "q.jsonl, line 2: " in done.stderr.splitlines()[0]
    assert "Traceback" not in done.stderr
    assert (typed.returncode, typed.stderr) == (0, b"")


def test_ids_with_white_space_do_not_forge_a_trec_line(tmp_path):
    """An id with a line end wrote lines of its own into the run."""
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "a.jsonl").write_text(json.dumps({"_id": "a b", "text": "Words are here."}), encoding="utf-8")
    build(corpus, tmp_path / "index", embedder=HASHING)
    question = json.dumps({"_id": "q\nq2 Q0 fake 1 9 x", "text": "words"})
    done = run("index", "search", str(tmp_path / "index"), "--questions", "-", "--format", "trec", input=question)

    assert [line.split()[1:4] for line in done.stdout.splitlines()] == [["Q0", "a%20b", "1"]]


def test_a_module_of_the_same_name_in_the_current_folder_is_not_run(tmp_path):
    """`footnoted ingest` ran whatever `ingest.py` lay in the current folder."""
    (tmp_path / "ingest.py").write_text("print('not ours')", encoding="utf-8")
    (tmp_path / "-r").mkdir()
    (tmp_path / "-r" / "a.md").write_text("Words are here.", encoding="utf-8")
    code = "import sys; from chat.command import main; sys.exit(main(sys.argv[1:]))"
    command = [sys.executable, "-P", "-c", code, "ingest", "--embedder", HASHING, "--", "-r", "index"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, env=ENVIRONMENT)

    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("a.md: 3 words")


def test_an_index_opens_while_another_takes_its_place(corpus, folder):
    """One open in seventy found half of the old index and half of the new."""
    for row in range(20):
        (corpus / f"{row}.md").write_text(f"Document {row} is here. " * 20, encoding="utf-8")
    build(corpus, folder, embedder=HASHING)
    stop = threading.Event()

    def replace() -> None:
        for round_ in range(25):
            (corpus / "0.md").write_text(f"Round {round_} is here. " * 20, encoding="utf-8")
            build(corpus, folder, embedder=HASHING)
        stop.set()

    writer = threading.Thread(target=replace)
    writer.start()
    opened = 0
    while not stop.is_set():
        assert len(Index.open(folder).documents) == 20
        opened += 1
    writer.join()

    assert opened > 20
    assert Index.open(folder).documents["0.md"].text.startswith("Round 24")


def test_two_ingests_at_once_wait_for_each_other(corpus, folder):
    """The second deleted what the first was writing; now it waits, and both end well."""
    for row in range(50):
        (corpus / f"{row}.md").write_text(f"Document {row} is here. " * 50, encoding="utf-8")
    command = [sys.executable, "-m", "ingest", "--quiet", "--embedder", HASHING, str(corpus), str(folder)]
    for _ in range(3):
        both = [subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(3)]
        for process in both:
            _, errors = process.communicate(timeout=60)
            assert (process.returncode, errors.removeprefix(b"waiting for another ingest of this index to end\n")) == (0, b"")
        (corpus / "0.md").write_text("Changed.", encoding="utf-8")

    assert len(Index.open(folder).documents) == 50
    assert len(list(folder.iterdir())) == 2

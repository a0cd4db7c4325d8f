"""What goes wrong while an index is written costs nothing: `python -m bench faults` in small, and what happens to a corpus meanwhile."""

from __future__ import annotations

import signal
import subprocess
import sys
import time

import pytest

from bench import faults
from index.corpus import fingerprint
from index.library import Index
from index.locking import held
from ingest.build import build
from ingest.readers import Skipped

HASHING = faults.HASHING


@pytest.fixture
def place(tmp_path):
    """A corpus and where its index goes."""
    return faults.Place(tmp_path)


@pytest.mark.parametrize("fault", ["killed", "full"])
def test_a_fault_at_any_file_operation_leaves_the_old_index_or_the_new(place, fault):
    """Killed there, or refused to write: the index opens, every hash holds, and the next ingest mends all and leaves no litter."""
    tally = faults.at_operations(place, fault, every=31)

    assert tally.wrong == []
    assert tally.old >= 2
    assert tally.new >= 1


def test_a_kill_at_any_time_leaves_the_old_index_or_the_new(place):
    """At random times, as a user's patience or the system ends it."""
    tally = faults.killed_at_times(place, 3)

    assert (tally.wrong, tally.old + tally.new) == ([], 3)


def test_a_folder_that_may_not_be_written_is_named_and_stays(place):
    """One line with the reason; the index in it opens as before."""
    tally = faults.read_only(place)

    assert (tally.wrong, tally.old) == ([], 1)


def test_a_small_disk_that_is_full_keeps_the_old_index(tmp_path):
    """On a real file system, where one may be mounted."""
    tally = faults.full_disk(tmp_path / "small", [1600])
    if tally is None:
        pytest.skip("no file system may be mounted here")

    assert tally.wrong == []
    assert tally.old >= 1


@pytest.mark.skipif(sys.platform == "win32", reason="no such locks")
def test_a_second_ingest_says_that_it_waits_and_then_ends_well(place):
    """It waits for whoever holds the folder, says so in one line, and takes over what was embedded meanwhile."""
    assert place.ingest() == ""
    place.edit()
    with held(place.folder):
        second = faults.start("ingest", place.arguments)
        said = second.stderr.readline()
        assert second.poll() is None
        report = build(place.corpus, place.folder, embedder=HASHING)
    rest = second.communicate(timeout=60)[1]

    assert said == "waiting for another ingest of this index to end\n"
    assert (second.returncode, rest, report.embedded, place.found()) == (0, "", 1, 1)


def test_two_ingests_at_once_both_end_well(place):
    """Whichever comes first."""
    tally = faults.two_at_once(place, 1)

    assert (tally.wrong, tally.new) == ([], 1)


@pytest.mark.skipif(sys.platform == "win32", reason="no such signal")
def test_an_interrupt_ends_ingest_with_one_line_and_the_old_index(place):
    """Ctrl-C gives status 130, and nothing was changed."""
    assert place.ingest() == ""
    before = place.version
    place.edit()
    with held(place.folder):  # so that it is surely under way
        process = faults.start("ingest", place.arguments, preexec_fn=_obey_interrupts)
        process.stderr.readline()
        process.send_signal(signal.SIGINT)
        said = process.communicate(timeout=60)[1]

    assert (process.returncode, said) == (130, "interrupted; nothing was changed\n")
    assert place.found() == before


def _obey_interrupts() -> None:
    """Whatever is started by `nohup … &` ignores them, and so do its children."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.mark.model
@pytest.mark.skipif(sys.platform == "win32", reason="no such signal")
def test_an_interrupt_while_the_model_is_at_work_ends_ingest(tmp_path):
    """Ctrl-C while passages are embedded: status 130 soon, one line, and no index where none was."""
    place = faults.Place(tmp_path, "all-MiniLM-L6-v2")
    (place.corpus / "long.txt").write_text("\n\n".join(f"Sentence {row} says that it is one of many. " * 18 for row in range(3000)))
    process = faults.start("ingest", place.arguments, preexec_fn=_obey_interrupts)
    time.sleep(25)
    process.send_signal(signal.SIGINT)
    said = process.communicate(timeout=60)[1]

    assert (process.returncode, said) == (130, "interrupted; nothing was changed\n")
    assert not (place.folder / "manifest.json").exists()


@pytest.mark.parametrize("what", ["removed", "changed"])
def test_a_file_that_goes_or_changes_while_ingest_runs_is_handled(corpus, folder, what):
    """One that was listed and is gone is named; of one that changed the new words are read. The index is known to be of this corpus."""
    for name in "abc":
        (corpus / f"{name}.txt").write_text(f"Old words of {name}.", encoding="utf-8")

    def reading(name: str, _: int) -> None:
        if name == "b.txt" and what == "removed":
            (corpus / name).unlink()
        elif name == "b.txt":
            (corpus / name).write_text("New words, and more of them.", encoding="utf-8")

    report = build(corpus, folder, embedder=HASHING, reading=reading)
    texts = {id: document.text for id, document in Index.open(folder).documents.items()}
    others = {"a.txt": "Old words of a.", "c.txt": "Old words of c."}
    gone = (Skipped("b.txt", "was removed while it was to be read; put it back, or leave it out"),)

    assert texts == (others if what == "removed" else {**others, "b.txt": "New words, and more of them."})
    assert report.skipped == (gone if what == "removed" else ())
    assert dict(Index.open(folder).manifest.sources) == fingerprint(corpus)


def test_a_file_that_does_not_stand_still_is_named_and_read_next_time(corpus, folder):
    """It is skipped with what to do, and the index is known not to be of this corpus."""
    (corpus / "a.txt").write_text("Words.", encoding="utf-8")
    (corpus / "log.txt").write_text("A line.\n", encoding="utf-8")
    growing = (
        "import pathlib, sys, time\npath = pathlib.Path(sys.argv[1])\n"
        "while True:\n    path.open('a').write('Another line.\\n')\n    time.sleep(0.001)\n"
    )
    writer = subprocess.Popen([sys.executable, "-c", growing, str(corpus / "log.txt")])
    try:
        while (corpus / "log.txt").stat().st_size < 50:
            time.sleep(0.01)
        report = build(corpus, folder, embedder=HASHING)
    finally:
        writer.kill()
        writer.wait()

    assert [(skipped.source, skipped.reason[:13]) for skipped in report.skipped] == [("log.txt", "changes while")]
    assert dict(Index.open(folder).manifest.sources) != fingerprint(corpus)
    assert list(Index.open(folder).documents) == ["a.txt"]


def test_identical_passages_are_embedded_once(corpus, folder):
    """The same words in two files have the same vectors, and go through the embedder once; so do those of the index that is replaced."""
    for name in "ab":
        (corpus / f"{name}.txt").write_text("The same words in both.", encoding="utf-8")
    (corpus / "c.txt").write_text("Other words.", encoding="utf-8")
    report = build(corpus, folder, embedder=HASHING)
    vectors = Index.open(folder).passage_vectors.vectors(range(3))

    assert (report.embedded, report.reused) == (2, 1)
    assert (vectors[0] == vectors[1]).all()
    assert not (vectors[0] == vectors[2]).all()
    assert build(corpus, folder, embedder=HASHING).embedded == 0


def test_vectors_in_another_number_format_are_not_taken_over(corpus, folder, monkeypatch):
    """An index of a machine that embeds in bfloat16 is embedded anew on one that does not: none holds both."""
    (corpus / "a.txt").write_text("Words.", encoding="utf-8")
    monkeypatch.setattr("ingest.build.precision_of", lambda _: "bfloat16")
    build(corpus, folder, embedder=HASHING)
    assert Index.open(folder).manifest.precision == "bfloat16"
    monkeypatch.undo()
    report = build(corpus, folder, embedder=HASHING)

    assert (report.embedded, Index.open(folder).manifest.precision) == (1, "float32")


def test_lots_of_passages_are_cut_in_the_corpus_s_order(corpus, folder, monkeypatch):
    """Embedded a few at a time or all at once, with one reader or four, the index has the same bytes."""
    for row in range(9):
        (corpus / f"{row}.txt").write_text(f"Reading {row} says {row * 7}. " * (1 + row % 3), encoding="utf-8")
    before = _built(corpus, folder)
    monkeypatch.setattr("ingest.embedding._LOT", 2)

    assert _built(corpus, folder.with_name("lots")) == before


def _built(corpus, folder) -> bytes:
    build(corpus, folder, embedder=HASHING)
    return (folder / "manifest.json").read_bytes()

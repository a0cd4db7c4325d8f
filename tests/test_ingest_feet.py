"""The source's own notes in a PDF: found by how they are set, tied to where they are marked."""

from __future__ import annotations

from pathlib import Path

from pypdf import PdfReader

from ingest.readers import Reading, readers
from tests.support import read
from tests.typeset import printed


def reading(path: Path) -> Reading:
    (found,) = readers()[".pdf"].read(path, path.name)
    assert isinstance(found, Reading)
    return found


def test_notes_are_found_when_superscripts_are_glyphs_of_their_own(tmp_path: Path) -> None:
    """A face's own superior figures have the size and the baseline of the text; their width gives them away."""
    path = printed(
        tmp_path,
        '#set super(typographic: true)\n#set text(font: "Libertinus Serif")\nIn 2021 it rained.#footnote[A note.] Then not.',
    )

    document = read(path)

    assert document.text == "In 2021 it rained. Then not."
    assert [(note.label, note.text) for note in document.notes] == [("1", "A note.")]


def test_an_exponent_stays_in_the_text(tmp_path: Path) -> None:
    """A raised 2 after a unit is an exponent, even on a page that has a note 2."""
    path = printed(tmp_path, "A room#footnote[One.] of 9 m#super[2], painted#footnote[Two.] in white.")

    document = read(path)

    assert document.text == "A room of 9 m2, painted in white."
    assert [document.text[: mark.position] for mark in document.marks] == ["A room", "A room of 9 m2, painted"]


def test_note_numbers_may_restart_on_each_page(tmp_path: Path) -> None:
    """Marks with the same label on two pages lead to two notes."""
    page = "#counter(footnote).update(0)\n{} it rained.#footnote[{}.]\n"
    path = printed(tmp_path, page.format("Here", "First") + "#pagebreak()\n" + page.format("There", "Second"))

    document = read(path)

    assert [note.text for note in document.notes] == ["First.", "Second."]
    assert [mark.note for mark in document.marks] == [0, 1]


def test_notes_may_have_symbols_for_numbers(tmp_path: Path) -> None:
    """`* † ‡ § ¶ ‖`, and the same doubled and tripled."""
    days = range(18)
    path = printed(tmp_path, '#set footnote(numbering: "*")\n' + " ".join(f"It rained on day {day}.#footnote[Note {day}.]" for day in days))

    document = read(path)

    assert document.text == " ".join(f"It rained on day {day}." for day in days)
    assert [(note.label, note.text) for note in document.notes] == [("*†‡§¶‖"[day % 6] * (day // 6 + 1), f"Note {day}.") for day in days]
    assert [mark.note for mark in document.marks] == list(days)


def test_a_note_may_go_on_at_the_foot_of_the_next_page(tmp_path: Path) -> None:
    """A note too long for its page is one note."""
    note = " ".join(f"Word {number} of the long note stands here." for number in range(12))
    days = [" ".join(f"On day {day} it {fell} again." for day in range(30)) for fell in ("rained", "snowed")]
    path = printed(tmp_path, f"{days[0]}#footnote[{note}] {days[1]}")

    document = read(path)

    assert "Word 11" in PdfReader(path).pages[1].extract_text()
    assert [found.text for found in document.notes] == [note]
    assert document.text == " ".join(days)


def test_notes_at_the_end_are_notes(tmp_path: Path) -> None:
    """Numbered notes under a heading are lifted, and the marks in the text lead to them."""
    end = "= Notes\n1. A book on rain.\n2. A book on snow, in two volumes, of which the second is the better one.\n"
    text = "It rained.#super[1] Then it snowed.#super[2] And again it rained.#super[1, 2]"
    path = printed(tmp_path, f"{text}\n#pagebreak()\n{end}")

    found = reading(path)

    assert found.document.text == "It rained. Then it snowed. And again it rained.\n\nNotes"
    assert [(note.label, note.text[:14]) for note in found.document.notes] == [("1", "A book on rain"), ("2", "A book on snow")]
    assert [(mark.position, mark.note) for mark in found.document.marks] == [(10, 0), (26, 1), (47, 0), (47, 1)]
    assert found.extraction.unmatched_marks == 0


def test_a_mark_without_a_note_stays_in_the_text(tmp_path: Path) -> None:
    """What cannot be tied is left where it stands, and counted."""
    found = reading(printed(tmp_path, "It rained.#super[1] Then it snowed."))

    assert found.document.text == "It rained.1 Then it snowed."
    assert found.extraction.unmatched_marks == 1

"""The brief, typeset in several ways: each time the PDF gives the sentences, notes and marks of the Markdown."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest
from pypdf import PdfReader, PdfWriter

from index.records import Document
from ingest.sentences import sentences
from tests.support import BRIEF, read
from tests.typeset import printed, typeset

_NUMBERED = re.compile(r"^\d\. ")  # a list item's number is printed in a PDF; in Markdown it is markup
_FRONT = "Preface words."
_LAYOUTS = {
    "one column": "",
    "two columns": "#set page(width: 210mm, height: 297mm, columns: 2)",
    "three columns": "#set page(width: 297mm, height: 210mm, columns: 3)\n#set text(size: 9pt)",
    "ragged": "#set par(justify: false)\n#set text(hyphenate: false)",
    "roman front matter": f'#set page(numbering: "i")\n{_FRONT}\n#pagebreak()\n#set page(numbering: "1")\n#counter(page).update(1)',
    "notes over pages": "#set page(width: 90mm, height: 115mm, margin: 12mm)\n#show footnote.entry: set text(size: 9pt)",
    "line numbers": '#set par.line(numbering: "1")',
    "watermark": "#set page(background: text(60pt, fill: luma(225))[DRAFT])",
}


def facts(document: Document) -> tuple[object, ...]:
    """What must be the same: sentences, notes, and the words that marks follow."""
    said = [_NUMBERED.sub("", document.slice(span)) for span in sentences(document)]
    tied = [(document.notes[mark.note].label, document.text[max(mark.position - 25, 0) : mark.position]) for mark in document.marks]
    return [sentence for sentence in said if sentence not in (_FRONT, "Notes")], document.notes, tied


@pytest.mark.parametrize("layout", _LAYOUTS)
def test_every_layout_of_the_brief_has_the_sentences_notes_and_marks_of_the_source(tmp_path: Path, layout: str) -> None:
    """Columns, front matter, line numbers and watermarks leave no trace in the text."""
    path = tmp_path / "brief.pdf"
    typeset(BRIEF, path, more=_LAYOUTS[layout])

    assert facts(read(path)) == facts(read(BRIEF))


def test_each_layout_is_really_set_as_it_says(tmp_path: Path) -> None:
    """Columns stand side by side, numbers beside lines, the stamp behind them, and a note runs over a page."""
    raw: dict[str, list[str]] = {}
    columns: dict[str, int] = {}
    for layout, more in _LAYOUTS.items():
        path = tmp_path / "brief.pdf"
        typeset(BRIEF, path, more=more)
        columns[layout] = _columns(path)
        raw[layout] = [page.extract_text() for page in PdfReader(path).pages]
    broken = re.compile(r"[a-z]-\n[a-z]")
    note = "".join(read(BRIEF).notes[2].text.split())
    narrow = ["".join(page.split()) for page in raw["notes over pages"]]

    assert all(len(broken.findall("\n".join(pages))) > 15 for layout, pages in raw.items() if layout != "ragged")
    assert [layout for layout in _LAYOUTS if columns[layout] > 1] == ["two columns", "three columns", "line numbers"], columns
    assert all("DRAFT" in page for page in raw["watermark"])
    assert any(note[:20] in page and note[-20:] not in page and note[-20:] in after for page, after in pairwise(narrow))


def _columns(path: Path) -> int:
    """How many places across the second page many lines start at, as another library sees them: one for each column."""
    import pypdfium2

    with pypdfium2.PdfDocument(path) as document:
        text = document[1].get_textpage()
        starts = Counter(round(text.get_rect(row)[0] / 4) for row in range(text.count_rects()))
    return sum(count >= 15 for count in starts.values())


def test_endnotes_of_the_brief_are_its_notes(tmp_path: Path) -> None:
    """Bodies under a heading at the end are tied to their marks pages before."""
    path = tmp_path / "brief.pdf"
    typeset(BRIEF, path, endnotes=True)

    assert facts(read(path)) == facts(read(BRIEF))


def test_a_list_that_ends_the_text_and_answers_to_its_marks_is_its_notes(tmp_path: Path) -> None:
    """A web page, printed, has its notes in a list without a heading; a list of other things stays a list."""
    text = "It rained.#super[1] It snowed.#super[2] It hailed.#super[3]\n\n#line()\n"
    notes = read(printed(tmp_path, f"{text}+ On rain.↩\n+ On snow.\n+ On hail.\n"))
    things = read(printed(tmp_path, f"{text}+ An umbrella.\n+ A shovel.\n"))

    assert notes.text == "It rained. It snowed. It hailed."
    assert [(note.label, note.text) for note in notes.notes] == [("1", "On rain."), ("2", "On snow."), ("3", "On hail.")]
    assert [mark.position for mark in notes.marks] == [10, 21, 32]
    assert things.notes == ()
    assert "An umbrella." in things.text


def test_front_matter_is_labelled_with_roman_numbers(tmp_path: Path) -> None:
    """Labels are as printed: i, 1, 2 and so on."""
    path = tmp_path / "brief.pdf"
    typeset(BRIEF, path, more=_LAYOUTS["roman front matter"])

    assert [page.label for page in read(path).pages][:3] == ["i", "1", "2"]
    assert len(PdfReader(path).pages) > 3


def test_printed_page_numbers_are_labels_where_the_file_names_none(tmp_path: Path) -> None:
    """What is printed on a page is its label, also Roman or with a part's letter; a page between two numbered ones counts on."""
    words = "It rained in the north and in the south. " * 70
    roman = '#set page(numbering: none)\nTitle.\n#pagebreak()\n#counter(page).update(1)\n#set page(numbering: "i")\n'
    lettered = '#set page(numbering: none, footer: context align(center)[F-#counter(page).display("1")])\n#counter(page).update(1)\n'
    pages = [roman + words, lettered + words]
    writer = PdfWriter(clone_from=printed(tmp_path, "\n".join(pages)))
    writer.root_object.pop("/PageLabels", None)
    path = tmp_path / "unlabelled.pdf"
    writer.write(path)

    assert [page.label for page in read(path).pages] == ["", "i", "ii", "iii", "iv", "F-1", "F-2", "F-3", "F-4"]


def test_a_page_number_beside_other_words_is_a_label(tmp_path: Path) -> None:
    """A report numbers its pages from the one after the cover: the third of the file is page 2."""
    words = "It rained in the north and in the south. " * 70
    foot = '#set page(footer: context [#counter(page).display("1") | Annual Report])\n#counter(page).update(1)\n'
    writer = PdfWriter(clone_from=printed(tmp_path, f"Annual Report\n#pagebreak()\n{foot}{words}"))
    writer.root_object.pop("/PageLabels", None)
    path = tmp_path / "report.pdf"
    writer.write(path)
    document = read(path)

    assert [page.label for page in document.pages][:4] == ["", "1", "2", "3"]
    assert "| Annual Report" not in document.text


def test_lines_that_differ_in_a_number_are_not_running_heads(tmp_path: Path) -> None:
    """Totals at the same height on page after page were dropped: their numbers do not run along with the pages."""
    totals = [f"The total is {number * 37} dollars." for number in range(1, 6)]
    path = printed(tmp_path, "#pagebreak()\n".join(f"{total}\n\nIt rained on day {row * 3}.\n" for row, total in enumerate(totals)))
    text = read(path).text

    assert [total for total in totals if total not in text] == []


def test_a_caption_does_not_stand_inside_a_sentence(tmp_path: Path) -> None:
    """A paragraph that a figure at the head of the next page parts is whole, and the caption follows it."""
    words = " ".join(f"and day {row} it rained" for row in range(50))
    figure = "#place(top, float: true, figure(rect(height: 20mm), caption: [Rain on all of these days.]))"
    path = printed(tmp_path, f"#set par(justify: true)\nIt rained {words} again.\n\n{figure}\n\nIt rained {words} at last.")
    text = read(path).text

    assert f"It rained {words} again." in text
    assert f"It rained {words} at last." in text
    assert "\n\nFigure 1: Rain on all of these days." in text


def test_cells_of_several_lines_are_read_cell_by_cell(tmp_path: Path) -> None:
    """Lines of two cells side by side were read across both: sentences that nobody had written."""
    cells = ["The rain that fell on all of the days in May was not measured.", "The snow that fell in the north was measured on each day."]
    path = printed(tmp_path, f"#table(columns: (40mm, 40mm), stroke: none, [*Rain*], [*Snow*], [{cells[0]}], [{cells[1]}])")
    text = read(path).text

    assert [cell for cell in cells if cell not in text] == []


def test_letter_spaced_words_are_words(tmp_path: Path) -> None:
    """A heading set wide is not a row of single letters."""
    path = printed(tmp_path, "#text(tracking: 5pt)[CONCLUDING REMARKS]\n\nIt rained.")

    assert read(path).text == "CONCLUDING REMARKS\n\nIt rained."

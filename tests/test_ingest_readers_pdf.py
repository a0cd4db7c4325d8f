"""Reading PDF: what a page's layout hides is found, what it adds is dropped, and nothing but UnreadableDocument is ever raised."""

from __future__ import annotations

import contextlib
import logging
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DictionaryObject, NameObject, NumberObject, StreamObject

from index.errors import UnreadableDocument
from index.records import BlockKind, Document
from ingest.normalise import is_canonical
from ingest.readers import Options, Reading, readers
from ingest.sentences import sentences
from tests.support import BRIEF, read
from tests.typeset import RUNNING_HEAD, printed, typeset

_NUMBERED = re.compile(r"^\d\. ")  # a list item's number is printed in a PDF; in Markdown it is markup


@pytest.fixture(scope="module")
def brief_pdf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The brief, typeset: justified, hyphenated, with a running head, page numbers and page-foot notes."""
    path = tmp_path_factory.mktemp("typeset") / "brief.pdf"
    typeset(BRIEF, path)
    return path


@pytest.fixture(scope="module")
def brief(brief_pdf: Path) -> Reading:
    """The typeset brief as it is read back."""
    return reading(brief_pdf)


def reading(path: Path) -> Reading:
    (found,) = readers()[".pdf"].read(path, path.name)
    assert isinstance(found, Reading)
    return found


def reason(path: Path) -> str:
    with pytest.raises(UnreadableDocument) as caught:
        list(readers()[".pdf"].read(path, path.name))
    return caught.value.reason


def said(document: Document) -> list[str]:
    """A document's sentences, numbers of list items aside."""
    return [_NUMBERED.sub("", document.slice(span)) for span in sentences(document)]


def test_a_typeset_brief_has_the_sentences_of_its_source(brief: Reading) -> None:
    """Line ends, page ends, broken words, running heads and notes leave no trace in the sentences."""
    assert said(brief.document) == said(read(BRIEF))


def test_the_typeset_brief_really_is_broken_over_lines_and_pages(brief_pdf: Path, brief: Reading) -> None:
    """What pypdf gives as it stands has broken words, the running head on each page and note bodies between the lines."""
    pages = [page.extract_text() for page in PdfReader(brief_pdf).pages]
    raw = "\n".join(pages)

    assert len(pages) >= 5
    assert len(re.findall(r"[a-z]-\n[a-z]", raw)) >= 20
    assert all(page.startswith(RUNNING_HEAD) for page in pages)
    assert brief.extraction.joined_words >= 20
    assert brief.extraction.dropped_lines == 2 * len(pages)
    assert brief.extraction.unmatched_marks == 0
    assert brief.extraction.empty_pages == ()


def test_a_typeset_brief_has_the_notes_of_its_source(brief: Reading) -> None:
    """Labels, words and addresses of the notes are those of the source, in order."""
    assert brief.document.notes == read(BRIEF).notes


def test_marks_are_tied_to_the_words_of_the_source(brief: Reading) -> None:
    """Each mark stands after the same words as in the source."""

    def tied(document: Document) -> list[tuple[str, str]]:
        return [(document.notes[mark.note].label, document.text[mark.position - 25 : mark.position]) for mark in document.marks]

    assert tied(brief.document) == tied(read(BRIEF))
    assert len(brief.document.marks) == 7


def test_running_head_and_page_numbers_are_not_in_the_text(brief: Reading) -> None:
    """The head is gone, and no block is a number alone."""
    blocks = [brief.document.slice(block.span) for block in brief.document.blocks]

    assert RUNNING_HEAD not in brief.document.text
    assert not [block for block in blocks if block.isdigit()]


def test_a_raised_ordinal_is_text(brief: Reading) -> None:
    """`21st` with a raised `st` is a word, not a note."""
    assert brief.document.text.count("21st century") == 2


def test_a_sentence_over_a_page_break_is_one_stretch_in_one_block(brief: Reading) -> None:
    """A page starts in the middle of sentences, under notes and over a running head, and the sentence is whole."""
    document = brief.document
    inside = [
        page.number
        for page in document.pages
        for span in sentences(document)
        if span.start < page.span.start < span.end and document.block_at(span.start) == document.block_at(span.end - 1)
    ]

    assert len(inside) >= 3
    assert "not only the development of road and railway networks, energy projects, and a substantial boost" in document.text


def test_each_page_starts_at_its_first_word(brief_pdf: Path, brief: Reading) -> None:
    """The text of a page starts with the words that stand first on it, running head aside."""
    for page, raw in zip(brief.document.pages, PdfReader(brief_pdf).pages, strict=True):
        first = raw.extract_text().split("\n")[1]
        assert brief.document.slice(page.span).startswith(first.split()[0].rstrip("-0123456789"))


def test_a_large_initial_belongs_to_its_word(tmp_path: Path) -> None:
    """The first letter, as high as two lines and beside them, is put before the first."""
    lines = "nce upon a time there#linebreak()was a rainy day.#linebreak()It was long."
    path = printed(tmp_path, f'#grid(columns: 2, text(size: 30pt, top-edge: "cap-height")[O], [{lines}])')

    assert read(path).text.startswith("Once upon a time there")


def test_headings_and_list_items_are_named(tmp_path: Path) -> None:
    """Larger lines are headings with levels by size; numbered lines are list items; a bullet is not text."""
    path = printed(tmp_path, f"= On Rain\n{'It rained. ' * 20}\n== In Spring\n{'It rained. ' * 20}\n+ One thing.\n+ Another.\n\n- A dot.")
    document = read(path)

    kinds = [(block.kind, block.level, document.slice(block.span)[:10]) for block in document.blocks]

    assert kinds == [
        (BlockKind.HEADING, 1, "On Rain"),
        (BlockKind.PARAGRAPH, 0, "It rained."),
        (BlockKind.HEADING, 2, "In Spring"),
        (BlockKind.PARAGRAPH, 0, "It rained."),
        (BlockKind.LIST_ITEM, 1, "1. One thi"),
        (BlockKind.LIST_ITEM, 1, "2. Another"),
        (BlockKind.LIST_ITEM, 1, "A dot."),
    ]


def test_a_document_of_one_page_keeps_everything_but_its_notes(tmp_path: Path) -> None:
    """One page has no running head: nothing repeats."""
    path = printed(tmp_path, "A short letter.\n\nYours, A.\n\n1")

    found = reading(path)

    assert found.document.text == "A short letter.\n\nYours, A.\n\n1"
    assert found.extraction.dropped_lines == 0


def test_printed_page_labels_are_kept(tmp_path: Path) -> None:
    """Pages are counted from 1, and labelled as the file says; where it says nothing, labels are empty."""
    writer = PdfWriter(clone_from=printed(tmp_path, "Preface.\n#pagebreak()\nMore of it.\n#pagebreak()\nChapter one."))
    unlabelled = tmp_path / "unlabelled.pdf"
    writer.root_object.pop("/PageLabels", None)
    writer.write(unlabelled)
    writer.set_page_label(0, 1, style="/r")
    writer.set_page_label(2, 2, style="/D")
    labelled = tmp_path / "labelled.pdf"
    writer.write(labelled)

    assert [(page.number, page.label) for page in read(labelled).pages] == [(1, "i"), (2, "ii"), (3, "1")]
    assert [(page.number, page.label) for page in read(unlabelled).pages] == [(1, ""), (2, ""), (3, "")]


@pytest.mark.parametrize(
    ("title", "author", "expected"),
    [
        (
            "On Rain",
            "Ada Lovelace; Alan Turing",
            {"title": "On Rain", "author": [{"literal": "Ada Lovelace"}, {"literal": "Alan Turing"}]},
        ),
        ("Microsoft Word - rain.doc", "admin", {}),
        ("untitled", "", {}),
        ("Rain", "user@example.org", {}),
    ],
)
def test_title_and_authors_are_taken_where_they_are_worth_showing(tmp_path: Path, title: str, author: str, expected: object) -> None:
    """What programs put in for want of a title stays unknown, and so does the file's name; the file's date is no date of issue."""
    writer = PdfWriter(clone_from=printed(tmp_path, "It rained."))
    writer.add_metadata({"/Title": title, "/Author": author})
    path = tmp_path / "rain.pdf"
    writer.write(path)

    assert read(path).metadata == expected


def test_an_empty_password_opens_a_file(tmp_path: Path) -> None:
    """Files that only forbid changes are read."""
    assert read(locked(tmp_path, user="", owner="secret")).text == "It rained."


def test_a_password_that_is_not_known_is_asked_for(tmp_path: Path) -> None:
    """The reason says what to do."""
    assert reason(locked(tmp_path, user="secret", owner="secret")) == "needs a password; give it: --password WORD"


def test_a_password_that_is_given_opens_a_file(tmp_path: Path) -> None:
    """Of several passwords the right one is found; wrong ones are said to be wrong."""
    path = locked(tmp_path, user="secret", owner="owner")
    (found,) = readers()[".pdf"].read(path, path.name, Options(passwords=("wrong", "secret")))
    with pytest.raises(UnreadableDocument) as caught:
        list(readers()[".pdf"].read(path, path.name, Options(passwords=("wrong",))))

    assert isinstance(found, Reading)
    assert found.document.text == "It rained."
    assert caught.value.reason == "needs another password than those given; give it: --password WORD"


def locked(tmp_path: Path, *, user: str, owner: str) -> Path:
    writer = PdfWriter(clone_from=printed(tmp_path, "It rained."))
    writer.encrypt(user, owner, algorithm="AES-256")
    path = tmp_path / "locked.pdf"
    writer.write(path)
    return path


def test_a_file_without_text_is_taken_for_a_scan(tmp_path: Path) -> None:
    """The reason names OCR."""
    path = printed(tmp_path, "#rect(fill: black)")

    assert reason(path) == (
        "has no text: it looks like a scan; run python -m pip install rapidocr onnxruntime"
        " and ingest with --ocr to have it read from its image"
    )


def test_pages_without_text_are_named(tmp_path: Path) -> None:
    """Pictures between pages of text are reported by their numbers, and the text goes on."""
    found = reading(printed(tmp_path, "It rained.\n#pagebreak()\n#rect(fill: black)\n#pagebreak()\nIt snowed."))

    assert found.extraction.empty_pages == (2,)
    assert found.document.text == "It rained.\n\nIt snowed."
    assert [page.number for page in found.document.pages] == [1, 2, 3]
    assert [found.document.page_at(found.document.text.index(word)).number for word in ("rained", "snowed")] == [1, 3]


def test_a_damaged_page_is_counted_and_nothing_is_printed(tmp_path: Path) -> None:
    """Without logging set up, Python prints warnings on stderr, between the lines of the program; a page's damage was one."""
    writer = PdfWriter(clone_from=printed(tmp_path, "It rained.\n#pagebreak()\nIt hailed.\n#pagebreak()\nIt snowed."))
    writer.pages[1][NameObject("/Contents")] = NumberObject(7)
    path = tmp_path / "page.pdf"
    writer.write(path)
    code = f"from tests.support import read; from pathlib import Path; print(read(Path({str(path)!r})).text)"

    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert reading(path).extraction.empty_pages == (2,)
    assert (run.stdout, run.stderr) == ("It rained.\n\nIt snowed.\n", "")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "is empty: the file has no bytes; remove it, or save it anew"),
        (b"<html>", "is not a PDF: it is a web page; give it the ending of what it is, or remove it"),
        (b"plain words", "is not a PDF: its first bytes are not those of one; give it the ending of what it is, or remove it"),
    ],
)
def test_what_is_not_a_pdf_is_named(tmp_path: Path, content: bytes, expected: str) -> None:
    """A wrong ending is the likeliest reason, and the message says so."""
    path = tmp_path / "wrong.pdf"
    path.write_bytes(content)

    assert reason(path) == expected


def test_a_missing_file_is_unreadable(tmp_path: Path) -> None:
    """A file that went away between listing and reading is no crash."""
    assert reason(tmp_path / "gone.pdf").startswith("cannot be opened")


def test_damaged_files_are_read_or_refused_and_nothing_is_printed(
    brief_pdf: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """However a file is cut off, it is read or it is an UnreadableDocument; pypdf's warnings do not reach the screen."""
    content = brief_pdf.read_bytes()
    path = tmp_path / "damaged.pdf"
    for share in range(0, 100, 9):
        path.write_bytes(content[: max(len(content) * share // 100, 9)])
        with contextlib.suppress(UnreadableDocument):
            assert is_canonical(read(path))

    assert capfd.readouterr() == ("", "")


def test_reading_many_files_leaves_nothing_behind(tmp_path: Path) -> None:
    """Each file read added a handler to pypdf's log: the thousandth damaged file took seconds, for each warning went to a thousand."""
    path = printed(tmp_path, "It rained.")
    read(path)
    before = len(logging.getLogger("pypdf").handlers)
    read(path)

    assert len(logging.getLogger("pypdf").handlers) == before


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), min_size=1, max_size=30))
def test_changed_bytes_never_raise_anything_else(small_pdf: bytes, tmp_path: Path, changes: list[tuple[float, int]]) -> None:
    """Whatever bytes are wrong, the file is read or it is an UnreadableDocument."""
    content = bytearray(small_pdf)
    for place, byte in changes:
        content[int(place * len(content))] = byte
    path = tmp_path / "changed.pdf"
    path.write_bytes(content)

    try:
        document = read(path)
    except UnreadableDocument:
        return
    assert is_canonical(document)


@pytest.fixture(scope="module")
def small_pdf(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Two pages with a note, uncompressed, so that wrong bytes hit operators and numbers."""
    path = printed(tmp_path_factory.mktemp("small"), "It rained.#footnote[A note.]\n#pagebreak()\nIt snowed.")
    writer = PdfWriter(clone_from=path)
    for page in writer.pages:
        contents = page.get_contents()
        assert contents is not None
        plain = StreamObject()
        plain.set_data(contents.get_data())
        page[NameObject("/Contents")] = plain
    out = path.with_name("plain.pdf")
    writer.write(out)
    return out.read_bytes()


def test_a_form_that_draws_itself_ends(tmp_path: Path) -> None:
    """Forms in forms are followed to a depth, and no further."""
    writer = PdfWriter(clone_from=printed(tmp_path, "It rained."))
    form = StreamObject()
    form.update({NameObject("/Type"): NameObject("/XObject"), NameObject("/Subtype"): NameObject("/Form")})
    form.set_data(b"/Loop Do /Loop Do")
    reference = writer._add_object(form)
    form[NameObject("/Resources")] = DictionaryObject({NameObject("/XObject"): DictionaryObject({NameObject("/Loop"): reference})})
    page = writer.pages[0]
    page["/Resources"][NameObject("/XObject")] = DictionaryObject({NameObject("/Loop"): reference})
    contents = StreamObject()
    contents.set_data(page.get_contents().get_data() + b"\n/Loop Do")
    page[NameObject("/Contents")] = contents
    path = tmp_path / "loop.pdf"
    writer.write(path)

    assert read(path).text == "It rained."


def test_turned_text_is_read_where_it_is_more_than_a_stamp(tmp_path: Path) -> None:
    """A stamp on the margin of a full page goes and is counted; text turned on its side that is half of what a page says stays."""
    turned = "#place(left + horizon, dx: -12mm, rotate(-90deg, reflow: true)[{}])"
    stamped = reading(printed(tmp_path, turned.format("Archive 2023.1") + "It rained in the north. " * 25))
    said = read(printed(tmp_path, turned.format("It snowed in the south.") + "It rained in the north."))

    assert "Archive" not in stamped.document.text
    assert stamped.extraction.dropped_lines == 1
    assert "It snowed in the south." in said.text
    assert "It rained in the north." in said.text


def test_glyphs_that_stand_for_nothing_are_counted(tmp_path: Path) -> None:
    """A font whose characters are private to it gives no words: they are left out, counted, and a page of nothing else has no text."""
    found = reading(printed(tmp_path, "It rained. \ue001\ue002 So.\n#pagebreak()\n\ue003\ue004\ue005"))

    assert found.document.text == "It rained. So."
    assert found.extraction.lost_characters == 5
    assert found.extraction.empty_pages == (2,)


def test_spaced_capitals_are_a_word_and_loose_lines_are_words(tmp_path: Path) -> None:
    """Loose lines drawn letter by letter lost the spaces between their words."""
    spaced = "#text(tracking: 4pt)[SUMMARY OF RAIN]"
    loose = (
        "#set par(justify: true)\n#text(tracking: 0.8pt)[the number of the object is reserved for the data that is written here and there]"
    )

    assert read(printed(tmp_path, f"{spaced}\n\nIt rained.")).text.startswith("SUMMARY OF RAIN")
    assert read(printed(tmp_path, loose)).text == "the number of the object is reserved for the data that is written here and there"


def test_a_sign_is_not_taken_for_a_number(tmp_path: Path) -> None:
    """`Item #` and `Item 7` at the same place on two pages ended the reader: a number sign stood for any number."""
    pages = [f"Item {number}\n\nIt {what} in the north." for number, what in (("\\#", "rained"), (7, "snowed"), (3, "hailed"))]
    text = read(printed(tmp_path, "\n#pagebreak()\n".join(pages))).text

    assert all(words in text for words in ("Item #", "Item 7", "Item 3", "rained", "snowed", "hailed"))

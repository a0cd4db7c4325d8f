"""Markdown as people really write it: HTML in it, notes of every kind, and files made to be slow."""

from __future__ import annotations

import re
import time

import pytest

from index.errors import UnreadableDocument
from index.records import Document
from ingest.notes import Superscript, pair
from ingest.readers import Reading, readers


def _reading(tmp_path, text) -> Reading:
    (tmp_path / "a.md").write_text(text, encoding="utf-8")
    (reading,) = readers()[".md"].read(tmp_path / "a.md", "a.md")
    assert isinstance(reading, Reading)
    return reading


def _marks(document: Document) -> list[tuple[str, str]]:
    """The end of the words before each mark, and its note's text."""
    return [(document.text[max(mark.position - 5, 0) : mark.position], document.notes[mark.note].text) for mark in document.marks]


def test_a_mark_after_a_year_is_a_mark(tmp_path):
    """`2020<sup>2</sup>` was taken for a power and quoted as "20202", although a note 2 stood below."""
    reading = _reading(tmp_path, "It struck in 2020<sup>2</sup> and went.<sup>1</sup>\n\n<sup>1</sup> One.\n\n<sup>2</sup> Two.\n")

    assert reading.document.text == "It struck in 2020 and went."
    assert _marks(reading.document) == [(" 2020", "Two."), ("went.", "One.")]


@pytest.mark.parametrize("words", ["10<sup>3</sup>", "9 m<sup>3</sup>", "x<sup>3</sup>", "5<sup>3</sup>", "CO<sub>2</sub>"])
def test_an_exponent_is_text_where_its_note_has_a_mark(words, tmp_path):
    """What reads as a power stays in the text, also after the rule for years."""
    reading = _reading(tmp_path, f"So {words} it is.<sup>3</sup>\n\n<sup>3</sup> Three.\n")

    assert reading.document.text == f"So {re.sub('<[^>]*>', '', words)} it is."
    assert [note for _, note in _marks(reading.document)] == ["Three."]


def test_a_mark_after_a_short_number_is_a_mark_where_its_note_has_no_other():
    """`in 1978–80<sup>2</sup>` lost its note: the 80 was taken for a base."""
    marks = [
        Superscript(1, "2", "1978–80", False),
        Superscript(2, "3", "10", False),
        Superscript(3, "2", "", True),
        Superscript(4, "3", "", True),
    ]

    assert pair(marks) == {1: 3}


@pytest.mark.parametrize("label", ["1,2,3", "1, 2, 3", "1–3", "1-2; 3"])
def test_several_notes_in_one_superscript_are_a_mark_each(label, tmp_path):
    """`claim.<sup>1,2</sup>` lost both notes and left "claim.1,2" in the text, uncounted."""
    reading = _reading(tmp_path, f"A claim.<sup>{label}</sup> More.\n\n<sup>1</sup> A.\n\n<sup>2</sup> B.\n\n<sup>3</sup> C.\n")

    assert reading.document.text == "A claim. More."
    assert _marks(reading.document) == [("laim.", "A."), ("laim.", "B."), ("laim.", "C.")]
    assert reading.extraction.unmatched_marks == 0


def test_a_list_of_notes_of_which_one_is_missing_stays_in_the_text(tmp_path):
    """A range is made of marks only where each of them has a note; otherwise it is text, and counted."""
    reading = _reading(tmp_path, "A claim.<sup>1–3</sup> More.\n\n<sup>1</sup> A.\n\n<sup>3</sup> C.\n")

    assert reading.document.text == "A claim.1–3 More."
    assert reading.extraction.unmatched_marks == 1


def test_a_double_bar_is_a_label(tmp_path):
    """The sixth of the printers' marks, ‖, was not known."""
    assert _marks(_reading(tmp_path, "A claim.<sup>‖</sup>\n\n<sup>‖</sup> Below.\n").document) == [("laim.", "Below.")]


def test_inline_tags_do_not_part_words_in_html(tmp_path):
    """An HTML block was read as "Radio Pakistan , … H 2 O … C hina": each tag became a space."""
    reading = _reading(tmp_path, "<p>The <i>Radio Pakistan</i>, sold H<sub>2</sub>O to <b>C</b>hina.<br>So &lt;b&gt;.</p><p>Next.</p>\n")

    assert reading.document.text == "The Radio Pakistan, sold H2O to China. So <b>.\n\nNext."


def test_what_html_does_not_show_is_not_read(tmp_path):
    """Scripts, style sheets and comments are no words, closed or not."""
    text = "<div>a<script>no < x</script>b<style>no</style>c<!-- no -->d<?no?>e <!DOCTYPE no>f, 1 < 2 <!-- no\n"

    assert _reading(tmp_path, text).document.text == "abcde f, 1 < 2"


def test_notes_in_html_are_notes(tmp_path):
    """`<sup>` in an HTML block was text: the note's number stood in the quotation, and its body in the text."""
    reading = _reading(tmp_path, '<div><p>In 1978<sup id="a">3</sup>.</p>\n<p><sup>3</sup> Three.</p>\n<p>So.<sup>4</sup></p></div>\n')

    assert reading.document.text == "In 1978.\n\nSo.4"
    assert _marks(reading.document) == [(" 1978", "Three.")]
    assert reading.extraction.unmatched_marks == 1


def test_an_inline_note_is_called_by_its_number(tmp_path):
    """`^[…]` was cited as "n. None"."""
    reading = _reading(tmp_path, "In 1950.^[See NDMA.] More.^[See *UN*, 21<sup>st</sup>.]\n")

    assert [(note.label, note.text) for note in reading.document.notes] == [("1", "See NDMA."), ("2", "See UN, 21st.")]


def test_deep_quotations_and_lists_are_read(tmp_path):
    """Below the twentieth level the text was dropped without a word."""
    quoted = _reading(tmp_path, "> " * 60 + "deep in it\n").document
    listed = _reading(tmp_path, "".join("  " * depth + f"- item {depth}\n" for depth in range(60))).document

    assert quoted.text == "deep in it"
    assert [listed.slice(block.span) for block in listed.blocks] == [f"item {depth}" for depth in range(60)]


def test_what_is_too_deep_is_named(tmp_path):
    """Python's recursion limit is an unreadable document, not a traceback and not a shorter text."""
    (tmp_path / "a.md").write_text("> " * 5_000 + "deep\n", encoding="utf-8")

    with pytest.raises(UnreadableDocument, match="nested too deeply"):
        list(readers()[".md"].read(tmp_path / "a.md", "a.md"))


@pytest.mark.parametrize("verbatim", ["```\nlower case code\n```", "    lower case code", "<div>lower case code</div>"])
def test_code_and_html_are_never_part_of_a_sentence(verbatim, tmp_path):
    """A fence after a paragraph without a full stop was glued to it, and quoted as its end."""
    before = "A paragraph that is long enough to have been cut by the end of a page, as it goes on and on for more than ninety characters"
    document = _reading(tmp_path, f"{before}\n\n{verbatim}\n\nand in lower case.\n").document

    assert [document.slice(block.span) for block in document.blocks] == [before, "lower case code", "and in lower case."]


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("\n    ```\n    code\n    ```", "code"),
        (" <div>\n    hello </div>", "hello"),
        (" > quoted", "quoted"),
        (" | a | b |\n    |-|-|\n    | c | d |", "a b c d"),
    ],
)
def test_a_note_may_be_of_any_kind(body, text, tmp_path):
    """A note without a paragraph in it ended the whole run with a KeyError."""
    reading = _reading(tmp_path, f"Some text.[^1] More.\n\n[^1]:{body}\n")

    assert " ".join(note.text for note in reading.document.notes) == text
    assert [mark.position for mark in reading.document.marks] == [10]


def test_a_mark_of_an_empty_note_is_counted(tmp_path):
    """An empty `[^1]:` ended the run with a KeyError; its mark says nothing and is dropped."""
    reading = _reading(
        tmp_path, "Some text[^1] and[^2] here^[] and ^[in *line*].\n\n[^1]:\n\n[^2]: - - \n\n<sup>3</sup>\n\nSo.<sup>3</sup>\n"
    )

    assert reading.document.text == "Some text and here and .\n\nSo."
    assert [note.text for note in reading.document.notes] == ["in line"]
    assert reading.extraction.unmatched_marks == 4


def test_notes_in_notes_do_not_end_the_run(tmp_path):
    """A note's body inside another's leaves the parser's tokens unbalanced."""
    assert _reading(tmp_path, "A[^1] b[^2].\n\n[^1]: > [^2]: c\n\n    d\n").document.text.startswith("A b.")


@pytest.mark.parametrize(
    "text",
    [
        "word<sup>1</sup> and more text here. " * 4_000 + "\n\n<sup>1</sup> Note.",
        "".join(f"word here is it.<sup>{n % 999}</sup>\n\n<sup>{n % 999}</sup> Note {n}.\n\n" for n in range(6_000)),
        "x lower case paragraph without any closing mark that goes on and on for more than ninety characters here\n\n" * 4_000,
        "<div>\n" + "<!-- " * 20_000,
        "<div>\n" + "<" * 60_000,
        "<div>\n" + "<script " * 20_000,
        "<div>\n" + "<a" + "a" * 100_000,
        "<div>\n" + "<a b=\"<a b='" * 20_000,
        "<sup>" * 20_000,
        "[" * 40_000,
    ],
    ids=["marks", "bodies", "mended", "comments", "less-than", "scripts", "name", "quotes", "raised", "brackets"],
)
def test_time_is_in_step_with_length(text, tmp_path):
    """Some hundred kilobytes of marks, of lower-case paragraphs or of unclosed comments took 20 seconds to a minute."""
    started = time.process_time()
    _reading(tmp_path, text)

    assert time.process_time() - started < 10

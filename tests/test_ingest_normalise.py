"""Canonical text, and where marks and pages fall in it."""

from __future__ import annotations

import time

from hypothesis import given
from hypothesis import strategies as st

from index.records import BlockKind, Note, NoteMark, Page, Span
from ingest.normalise import Composer, MarkOf, PageStart, canonical, is_canonical

ODD = st.text(st.sampled_from("aé e\u0301\u0301\t\r\n\u00a0\u2028\u200b😀אب.x\ud800"), max_size=30)


def test_a_mark_stands_where_its_marker_stood():
    """The marker is not in the text, and its position is that of the words before it."""
    composer = Composer()
    composer.note("n", "4", "See  <https://example.org/a>.")
    composer.add(BlockKind.PARAGRAPH, 0, ["Some  words.", MarkOf("n"), " More."])
    document = composer.compose(id="a", source="a", metadata={})

    assert document.text == "Some words. More."
    assert document.marks == (NoteMark(11, 0),)
    assert document.notes == (Note("4", "See <https://example.org/a>.", "https://example.org/a"),)


def test_a_page_may_start_inside_a_block():
    """A sentence over a page break is one stretch of text, and each of its words has its own page."""
    composer = Composer()
    composer.page(PageStart(1, "i"))
    composer.add(BlockKind.PARAGRAPH, 0, ["road and railway", PageStart(2, "ii"), " networks"])
    composer.page(PageStart(3, "iii"))
    composer.add(BlockKind.PARAGRAPH, 0, ["The end."])
    document = composer.compose(id="a", source="a", metadata={})

    assert document.text == "road and railway networks\n\nThe end."
    assert document.pages == (Page(1, "i", Span(0, 17)), Page(2, "ii", Span(17, 27)), Page(3, "iii", Span(27, 35)))


def test_a_second_body_continues_a_note():
    """A note that runs over a page is one note."""
    composer = Composer()
    composer.note("n", "1", "Begun here")
    composer.note("n", "1", "and ended there.")
    composer.add(BlockKind.PARAGRAPH, 0, ["Words.", MarkOf("n")])

    assert composer.compose(id="a", source="a", metadata={}).notes == (Note("1", "Begun here and ended there.", ""),)


@given(st.lists(st.lists(st.one_of(ODD, st.just(MarkOf("n")), st.just(PageStart(1, ""))), max_size=6), max_size=6))
def test_whatever_is_composed_is_canonical(blocks):
    """Accents, emoji, right-to-left, odd spaces and lone surrogates: the text is NFC, folded, and its marks inside it."""
    composer = Composer()
    composer.note("n", "1", "Note.")
    for pieces in blocks:
        composer.add(BlockKind.PARAGRAPH, 0, pieces)
    document = composer.compose(id="a", source="a", metadata={})

    assert is_canonical(document)
    assert document.text.encode("utf-8").decode("utf-8") == document.text
    assert canonical(document.text) == " ".join(document.text.split())


@given(st.lists(ODD, max_size=8))
def test_a_mark_stands_after_the_canonical_words_before_it(pieces):
    """Positions are counted piece by piece, and are those of the text before, also where an accent follows the mark."""
    composer = Composer()
    composer.note("n", "1", "Note.")
    composer.add(BlockKind.PARAGRAPH, 0, [part for piece in pieces for part in (piece, MarkOf("n"))])
    expected = [len(canonical("".join(pieces[: count + 1]))) for count in range(len(pieces))]
    text = canonical("".join(pieces))

    assert composer._length == len(text)
    assert [position for position, _ in composer._marks] == expected


def test_many_marks_in_one_block_take_time_in_step_with_their_number():
    """The words before each of 8,000 marks were made canonical again for each: more than a minute."""
    composer = Composer()
    composer.note("n", "1", "Note.")
    started = time.process_time()
    composer.add(BlockKind.PARAGRAPH, 0, ["a word \u0301 and more of them", MarkOf("n")] * 8_000)

    assert time.process_time() - started < 5

"""The report on how a document was read: what it counts, and when its verdict asks a person to look."""

from __future__ import annotations

import pytest

from index.extraction import NOTHING_NOTED, Extraction, ExtractionReport, Verdict, report
from index.records import BlockKind, PageUnit
from ingest.normalise import Composer, MarkOf, PageStart


def _report(*pages: str, extraction: Extraction = NOTHING_NOTED, recognised: int = 0, unit: PageUnit = PageUnit.PAGE) -> ExtractionReport:
    composer = Composer()
    composer.note("n", "1", "A note.")
    for number, text in enumerate(pages, start=1):
        composer.page(PageStart(number, recognised=number == recognised))
        composer.add(BlockKind.PARAGRAPH, 0, [text, MarkOf("n")] if number == 1 else [text])
    return report(composer.compose(id="a", source="a.pdf", metadata={}, page_unit=unit), extraction, passages=3)


def test_a_clean_document_is_good():
    """Everything is counted, letters of every script are letters, and there is nothing to look at."""
    found = _report("It rained. Füße, naïve, 日本, مرحبا, 9 m², ½ – “so”.", "It snowed.")

    assert (found.pages, found.words, found.notes, found.marks, found.passages) == (2, 13, 1, 1, 3)
    assert (found.verdict, found.look_at, found.odd_share, found.advice) == (Verdict.GOOD, (), 0.0, "good")


@pytest.mark.parametrize("odd", ["\ufffd", "\ue001", "\x07", "\u0378"])
def test_a_page_with_odd_characters_wants_a_look(odd):
    """Replacement, private use, control and unassigned characters are no words of anybody's."""
    found = _report("It rained. " * 20, f"It sn{odd}wed.", "It hailed. " * 20)

    assert (found.verdict, found.look_at, found.advice) == (Verdict.LOOK, (2,), "look at page 2")
    assert 0 < found.odd_share < 0.01


def test_pages_without_text_and_recognised_pages_want_a_look():
    """They are named by their physical numbers, runs with a dash."""
    found = _report("It rained.", "", "", "It snowed.", extraction=Extraction(empty_pages=(2, 3)), recognised=4)

    assert (found.empty_pages, found.recognised_pages) == ((2, 3), (4,))
    assert found.advice == "look at pages 2–4"


def test_a_document_mostly_of_lost_characters_is_unusable():
    """Glyphs that stand for nothing count, though they are not in the text."""
    found = _report("It rained.", extraction=Extraction(lost_characters=90))

    assert (found.verdict, found.advice, found.odd_share) == (Verdict.UNUSABLE, "unusable", 0.9)


def test_lost_characters_of_no_known_page_want_a_look_at_the_text():
    """A few of them do not make a document unusable."""
    found = _report("It rained. " * 20, extraction=Extraction(lost_characters=20))

    assert (found.verdict, found.advice) == (Verdict.LOOK, "look at the text")


def test_slides_are_called_slides():
    """The advice names what the source has."""
    assert _report("A.", "", extraction=Extraction(empty_pages=(2,)), unit=PageUnit.SLIDE).advice == "look at slide 2"

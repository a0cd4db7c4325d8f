"""Which words of a quotation are marked as carrying the answer."""

from __future__ import annotations

from chat.answer import Quote
from chat.evidence import Judgement
from chat.marking import marked
from index.records import Block, BlockKind, Document, Passage, Span

_TEXT = "Masons from Lucca built it in 1314. Anna Bruni restored it."
_DOCUMENT = Document("d", "d.txt", {}, _TEXT, (), (Block(BlockKind.PARAGRAPH, 0, Span(0, len(_TEXT))),))
_PASSAGE = Passage(_DOCUMENT, (Span(0, 35), Span(36, len(_TEXT))))
_QUOTE = Quote(_PASSAGE, _PASSAGE.sentences[0])


def words_marked(question: str, quote: Quote, logits: tuple[float, float], *pointed_at: str) -> list[str]:
    """The words marked when a reader points at some."""
    spans = tuple(Span(_TEXT.index(words), _TEXT.index(words) + len(words)) for words in pointed_at)
    found = marked(question, quote, Judgement(1.0, logits, spans))
    return [_DOCUMENT.slice(span) for span in found.words]


def test_a_date_that_is_asked_for_is_marked():
    """Whole, even where the reader points at a part of it."""
    assert words_marked("When was it built?", _QUOTE, (2.0, -2.0), "1314") == ["1314"]
    assert words_marked("When was it built?", _QUOTE, (2.0, -2.0), "31") == ["1314"]


def test_words_of_another_kind_than_is_asked_for_are_not_marked():
    """A town is no date, a date is no person."""
    assert words_marked("When was it built?", _QUOTE, (2.0, -2.0), "Lucca", "1314") == ["1314"]
    assert words_marked("Who built it?", _QUOTE, (2.0, -2.0), "Masons", "Lucca") == [], "two stretches are not clear"
    assert words_marked("Who built it?", _QUOTE, (2.0, -2.0), "1314") == []


def test_nothing_is_marked_that_is_not_clear():
    """No kind is asked for, the reader doubts the sentence, it points outside the quotation, or there is no reader."""
    assert words_marked("Why was it built?", _QUOTE, (2.0, -2.0), "1314") == []
    assert words_marked("When was it built?", _QUOTE, (-0.1, -2.0), "1314") == []
    assert words_marked("Who restored it?", _QUOTE, (2.0, 2.0), "Anna Bruni") == []
    assert marked("When was it built?", _QUOTE, None) == _QUOTE


def test_a_mark_changes_no_word():
    """The quotation's span and text are the same."""
    found = marked("When was it built?", _QUOTE, Judgement(1.0, (2.0, -2.0), (Span(30, 34),)))

    assert (found.span, found.text, found.words) == (_QUOTE.span, _QUOTE.text, (Span(30, 34),))


def test_a_mark_over_most_of_the_quotation_is_none():
    """What is marked throughout is not marked."""
    quote = Quote(_PASSAGE, _PASSAGE.sentences[1])

    assert words_marked("Who restored it?", quote, (0.0, 2.0), "Anna Bruni") == ["Anna Bruni"]
    assert words_marked("Who restored it?", quote, (0.0, 2.0), "Anna Bruni restored it") == []


def test_a_date_is_marked_whole():
    """Day, month and year, wherever in it the reader points; a year elsewhere is another date."""
    text = "The assembly of 1978 chose September 12, 1980 for it, which many have praised since then."
    document = Document("d", "d.txt", {}, text, (), (Block(BlockKind.PARAGRAPH, 0, Span(0, len(text))),))
    quote = Quote(Passage(document, (Span(0, len(text)),)), Span(0, len(text)))

    def found(*pointed_at: str) -> list[str]:
        spans = tuple(Span(text.index(words), text.index(words) + len(words)) for words in pointed_at)
        return [document.slice(span) for span in marked("When is it?", quote, Judgement(1.0, (2.0,), spans)).words]

    assert found("September") == found("12") == found("September", "1980") == ["September 12, 1980"]
    assert found("1978", "September") == [], "two dates are not clear"

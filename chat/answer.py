"""
What an answer is.

A quotation is a passage and a span inside it. Its text is a slice of the document, so one that differs from its source cannot be built.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from index.records import Note, Page, Passage, Span


@dataclass(frozen=True, slots=True)
class Quote:
    """Words of a passage, shown verbatim."""

    passage: Passage
    span: Span  # inside the passage
    words: tuple[Span, ...] = ()  # inside the span, in reading order: words that carry the answer, where that is clear

    def __post_init__(self) -> None:
        if not self.passage.span.contains(self.span) or not len(self.span):
            raise ValueError(f"a quotation is a stretch of its passage: {self.span} is not inside {self.passage.span}")
        if not all(self.span.contains(found) for found in self.words):
            raise ValueError(f"words of a quotation stand inside it: {self.words} do not in {self.span}")

    @property
    def text(self) -> str:
        """The words, as they stand in the document."""
        return self.passage.document.slice(self.span)

    @property
    def pieces(self) -> tuple[tuple[str, bool], ...]:
        """The text, cut where words that carry the answer begin and end: each piece with whether it is such words. Together the text."""
        carrying = {place for found in self.words for place in range(found.start, found.end)}
        cut = [list(places) for _, places in groupby(range(self.span.start, self.span.end), key=carrying.__contains__)]
        document = self.passage.document
        return tuple((document.slice(Span(places[0], places[-1] + 1)), places[0] in carrying) for places in cut)

    @property
    def pages(self) -> tuple[Page, ...]:
        """The page on which it starts, and the one on which it ends if that is another; () where the source has no pages."""
        document = self.passage.document
        first, last = document.page_at(self.span.start), document.page_at(self.span.end - 1)
        if first is None or last is None:
            return ()
        return (first,) if first == last else (first, last)

    @property
    def section(self) -> str:
        """The words of the heading over it; '' before the first."""
        return self.passage.document.section_at(self.span.start)

    @property
    def notes(self) -> tuple[Note, ...]:
        """The source's own notes that are marked in it."""
        return self.passage.document.notes_in(self.span)


@dataclass(frozen=True, slots=True)
class Footnote:
    """A number that leads to a quotation's place in its source; `chat.citing` puts it in words."""

    number: int  # from 1
    quote: Quote


@dataclass(frozen=True, slots=True)
class Answer:
    """What is said to a question: quotations, or why there are none."""

    question: str
    quotes: tuple[Quote, ...]  # best first; () when refused
    refusal: str  # why nothing is quoted, in words of ours; '' when something is
    nearest: tuple[Quote, ...]  # what came nearest; () unless refused
    confidence: float  # 0..1: how likely the first quotation, or the first of the nearest, answers the question
    context: str = ""  # words of earlier turns that the question was understood with
    corrections: tuple[tuple[str, str], ...] = ()  # words of the question as they were typed, and as they were read

    def __post_init__(self) -> None:
        if bool(self.quotes) == bool(self.refusal):
            raise ValueError("an answer quotes, or says why it does not")
        if self.quotes and self.nearest:
            raise ValueError("an answer that quotes offers nothing instead")

    @property
    def refused(self) -> bool:
        """Whether nothing is quoted as an answer."""
        return not self.quotes

    @property
    def footnotes(self) -> tuple[Footnote, ...]:
        """One for each quotation, or for each of the nearest, numbered from 1."""
        return tuple(Footnote(number, quote) for number, quote in enumerate(self.quotes or self.nearest, start=1))

"""
What reading did to a file, and a plain verdict on how far to trust it.

A reader notes what it joined, dropped and lost (`Extraction`); everything else in the report follows from the document itself.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from index.records import Document, PageUnit, Span

ODD_PAGE_SHARE = 0.02  # of a page's characters: from here on a person should look at it
UNUSABLE_SHARE = 0.3  # of a document's characters: from here on its words cannot be trusted

_ODD_CATEGORIES = frozenset({"Cc", "Cn", "Co", "Cs"})  # control, unassigned, private use, lone surrogates
_REPLACEMENT = "\ufffd"  # what stands for bytes that are no text


class Verdict(StrEnum):
    """How far a document's text can be trusted."""

    GOOD = "good"
    LOOK = "look"  # at some pages, before quoting from them
    UNUSABLE = "unusable"


@dataclass(frozen=True, slots=True)
class Extraction:
    """What a reader did to get a document, as far as the document does not show it."""

    joined_words: int = 0  # words the source broke at a line end, made whole
    dropped_lines: int = 0  # running heads and feet, page numbers, line numbers, watermarks
    unmatched_marks: int = 0  # what looks like a note mark but has no note; left in the text
    lost_characters: int = 0  # glyphs that stand for no character, left out of the text
    empty_pages: tuple[int, ...] = ()  # physical numbers of pages without text
    remarks: tuple[str, ...] = ()  # what else a person should know, a short line each: 'page 7 is damaged'


NOTHING_NOTED = Extraction()


@dataclass(frozen=True, slots=True)
class ExtractionReport:
    """What became of one document: counts, and a verdict."""

    id: str
    source: str  # path inside the corpus
    title: str
    pages: int  # 0 where the source has none
    page_unit: PageUnit  # what they are called
    words: int
    passages: int
    notes: int  # the source's own
    marks: int  # places where they are marked
    unmatched_marks: int
    joined_words: int
    dropped_lines: int
    empty_pages: tuple[int, ...]  # physical numbers, as are the next two
    recognised_pages: tuple[int, ...]  # read from their image
    look_at: tuple[int, ...]  # pages without text, read from their image, or with odd characters
    odd_share: float  # 0..1: characters that are no letters, figures or signs of any script, among all
    remarks: tuple[str, ...]
    verdict: Verdict

    @property
    def advice(self) -> str:
        """
        The verdict in words: 'good', 'look at pages 3–5 and 9', 'look at the text', 'unusable'.
        """
        if self.verdict is not Verdict.LOOK:
            return self.verdict.value
        return f"look at {self.named(self.look_at)}" if self.look_at else "look at the text"

    @property
    def doubts(self) -> tuple[str, ...]:
        """What speaks for looking at it, a few words each, and its reader's remarks."""
        return (
            *([f"no text on {self.named(self.empty_pages)}"] if self.empty_pages else ()),
            *([f"{self.named(self.recognised_pages)} read from the image"] if self.recognised_pages else ()),
            *([f"{self.odd_share:.1%} odd characters"] if self.odd_share else ()),
            *self.remarks,
        )

    def named(self, pages: tuple[int, ...]) -> str:
        """Some of its pages in words: 'page 3', 'slides 4–6'."""
        return f"{self.page_unit}{'' if len(pages) == 1 else 's'} {page_list(pages)}"


def report(document: Document, extraction: Extraction, *, passages: int) -> ExtractionReport:
    """The report on a document and what its reader noted."""
    lost = extraction.lost_characters
    odd = _odd(document, Span(0, len(document.text))) + lost
    share = odd / max(len(document.text) + lost, 1)
    recognised = tuple(page.number for page in document.pages if page.recognised)
    look_at = tuple(sorted({*extraction.empty_pages, *recognised, *_odd_pages(document)}))
    return ExtractionReport(
        id=document.id,
        source=document.source,
        title=document.title,
        pages=len(document.pages),
        page_unit=document.page_unit,
        words=len(document.text.split()),
        passages=passages,
        notes=len(document.notes),
        marks=len(document.marks),
        unmatched_marks=extraction.unmatched_marks,
        joined_words=extraction.joined_words,
        dropped_lines=extraction.dropped_lines,
        empty_pages=extraction.empty_pages,
        recognised_pages=recognised,
        look_at=look_at,
        odd_share=round(share, 4),
        remarks=extraction.remarks,
        verdict=_verdict(share, look_at),
    )


def counted(count: int, noun: str) -> str:
    """
    A count in words.

    >>> counted(1, "page"), counted(1200, "word")
    ('1 page', '1,200 words')
    """
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def page_list(pages: tuple[int, ...]) -> str:
    """
    Page numbers in words, runs of them with a dash.

    >>> page_list((3, 4, 5, 9)), page_list((2,))
    ('3–5 and 9', '2')
    """
    runs: list[list[int]] = []
    for page in pages:
        if runs and page == runs[-1][-1] + 1:
            runs[-1].append(page)
        else:
            runs.append([page])
    named = [str(run[0]) if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in runs]
    return " and ".join(filter(None, (", ".join(named[:-1]), *named[-1:])))


def _verdict(share: float, look_at: tuple[int, ...]) -> Verdict:
    if share >= UNUSABLE_SHARE:
        return Verdict.UNUSABLE
    return Verdict.LOOK if look_at or share >= ODD_PAGE_SHARE else Verdict.GOOD


def _odd_pages(document: Document) -> Iterator[int]:
    for page in document.pages:
        if _odd(document, page.span) >= max(1, ODD_PAGE_SHARE * len(page.span)):
            yield page.number


def _odd(document: Document, span: Span) -> int:
    """How many characters of a stretch are odd. Each kind is looked up once: a document has thousands of characters and dozens of kinds."""
    counts = Counter(document.slice(span))
    return sum(count for character, count in counts.items() if character == _REPLACEMENT or _is_odd(character))


def _is_odd(character: str) -> bool:
    return character != "\n" and unicodedata.category(character) in _ODD_CATEGORIES

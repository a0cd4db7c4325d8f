"""
Quotations to citations in a style: Chicago notes, APA, MLA or Harvard, through CSL; in reading order.

    styles     the styles there are, and what CSL leaves open in each
    items      a document's metadata as CSL wants it
    locators   where in a document a quotation stands, in words
    groups     which works a style could confuse, and so are cited together
    processor  pandoc's citeproc: items and locators in, citations out

All quotations of a conversation are cited in one call, in order, for a later note on the same source is a short one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from chat.answer import Quote
from chat.citing.styles import DEFAULT_STYLE, STYLES, Style, style_named
from index.records import Note

__all__ = ["DEFAULT_STYLE", "STYLES", "Citation", "Cited", "Run", "Style", "cite_all", "cite_apart", "style_named", "words_of_runs"]


@dataclass(frozen=True, slots=True)
class Run:
    """Words of a citation that are set alike. They are text: escape them for the medium, as any words of a document."""

    text: str
    italic: bool = False


@dataclass(frozen=True, slots=True)
class Citation:
    """What a footnote says."""

    runs: tuple[Run, ...]  # the style's note, or its citation in brackets; with its full stop where it has one
    notes: tuple[Note, ...]  # the source's own notes that the quoted words carry: they are named after it

    @property
    def text(self) -> str:
        """The style's words, without the source's own notes."""
        return words_of_runs(self.runs)

    def __str__(self) -> str:
        return " ".join([self.text, *(f"— The source cites, n. {note.label}: {note.text}" for note in self.notes)])


@dataclass(frozen=True, slots=True)
class Cited:
    """The citations of some quotations, and the list of works that a style which cites in brackets needs."""

    citations: tuple[Citation, ...]  # one for each quotation, in order
    references: tuple[tuple[Run, ...], ...] = ()  # in the style's order; () in a style of notes, which name the work in full
    heading: str = ""  # over the list: 'References'; '' without one
    works: tuple[str, ...] = ()  # the id of the document that each reference is of


def words_of_runs(runs: Sequence[Run]) -> str:
    """The words alone."""
    return "".join(run.text for run in runs)


def cite_all(quotes: Sequence[Quote], style: Style = DEFAULT_STYLE) -> Cited:
    """
    The citations of quotations, in order; what is unknown of a source is left out or said so as the style wants, never guessed.

    Guarantees
    - there is one citation for each quotation, whatever a document's metadata hold
    - words of a document are text in it, never markup
    - the source's own notes come with it, whichever the style

    Costs 45 to 140 ms where a work is cited for the first time (Chicago most), nothing where all was worded before; a list of several works
    is sorted, which costs 90 more.
    """
    from chat.citing.processor import Position, process

    return process(quotes, style, Position.IN_ORDER) if quotes else Cited(())


def cite_apart(quotes: Sequence[Quote], style: Style = DEFAULT_STYLE, *, short: bool = False) -> tuple[Citation, ...]:
    """
    The citation of each quotation by itself, in full; or `short`, as where its work was cited before.
    """
    from chat.citing.processor import Position, process

    return process(quotes, style, Position.SHORT if short else Position.FULL).citations if quotes else ()

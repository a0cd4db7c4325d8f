"""
A quotation's citation: author, short title, publisher and date, page or section; then the source's own notes that the quoted words carry.

What is unknown is left out, never guessed; a document without a title goes by its file name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chat.answer import Answer, Quote
from index.records import BlockKind, Document, Note, PageUnit

_MONTHS = "January February March April May June July August September October November December".split()


@dataclass(frozen=True, slots=True)
class Citation:
    """The parts of a citation, so that each way of showing it can set the title apart."""

    author: str  # 'Mahrukh Khan'; '' when unknown
    title: str  # short title, else title, else file name
    issued: str  # 'Institute of Strategic Studies Islamabad, September 12, 2023'; '' when unknown
    locator: str  # 'p. iv', 'pp. 3–4', 'slide 3' or 'sec. “Conclusion”'; '' without any; says so where it was read by OCR
    notes: tuple[Note, ...]  # the source's own

    @property
    def before_title(self) -> str:
        """What stands before the title."""
        return f"{self.author}, " if self.author else ""

    @property
    def after_title(self) -> str:
        """What stands after the title, up to the source's own notes."""
        issued = f" ({self.issued})" if self.issued else ""
        return f"{issued}, {self.locator}." if self.locator else f"{issued}."

    def __str__(self) -> str:
        cited = " ".join(f"— The source cites, n. {note.label}: {note.text}" for note in self.notes)
        return f"{self.before_title}{self.title}{self.after_title}{' ' if cited else ''}{cited}"


def cite(quote: Quote) -> Citation:
    """The citation of a quotation."""
    document = quote.passage.document
    return Citation(
        author=_authors(document.metadata),
        title=short_title(document),
        issued=", ".join(filter(None, (str(document.metadata.get("publisher") or ""), date_of(document.metadata)))),
        locator=_locator(quote),
        notes=quote.notes,
    )


def short_title(document: Document) -> str:
    """A document's short title, else its title, else its file name."""
    return str(document.metadata.get("title-short") or document.title)


def byline(document: Document) -> str:
    """
    Author, publisher and date of a document in one line, as far as they are known.
    """
    metadata = document.metadata
    return " · ".join(filter(None, (_authors(metadata), str(metadata.get("publisher") or ""), date_of(metadata))))


def section_of(quote: Quote) -> str:
    """The section to name for a quotation: the heading over it, unless that only repeats the document's title."""
    section = quote.section.rstrip(" :.")
    return "" if section.casefold() == quote.passage.document.title.casefold() else section


def read_as(answer: Answer) -> str:
    """What was read differently from how it was typed; '' where nothing was."""
    return " ".join(f"Read “{typed}” as “{read}”." for typed, read in answer.corrections)


def lead(quote: Quote) -> str:
    """The line over a quotation: fixed words that name the section it comes from, or the document where there is none."""
    return f"From “{section_of(quote) or short_title(quote.passage.document)}”:"


def _locator(quote: Quote) -> str:
    document = quote.passage.document
    pages = [document.page_name(page) for page in quote.pages]
    if pages:
        one, several = ("slide", "slides") if document.page_unit is PageUnit.SLIDE else ("p.", "pp.")
        named = f"{one} {pages[0]}" if len(pages) == 1 else f"{several} {pages[0]}–{pages[-1]}"
        block = document.block_at(quote.span.start)
        spoken = ", speaker’s note" if block is not None and block.kind is BlockKind.SPEAKER_NOTE else ""
        recognised = ", read from the page’s image" if any(page.recognised for page in quote.pages) else ""
        return f"{named}{spoken}{recognised}"
    section = section_of(quote)
    return f"sec. “{section}”" if section else ""


def _authors(metadata: Mapping[str, Any]) -> str:
    """
    The authors' names as CSL-JSON gives them.

    >>> _authors({"author": [{"family": "Khan", "given": "Mahrukh"}, {"literal": "ISSI"}]})
    'Mahrukh Khan and ISSI'
    """
    names = names_of(metadata, "author")
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


def names_of(metadata: Mapping[str, Any], field: str) -> list[str]:
    """The names in a field of CSL-JSON such as `author` or `editor`."""
    people = metadata.get(field)
    return [name for person in people if (name := _name(person))] if isinstance(people, list) else []


def _name(author: object) -> str:
    if not isinstance(author, dict):
        return ""
    return str(author.get("literal") or " ".join(str(author[part]) for part in ("given", "family") if author.get(part)))


def date_of(metadata: Mapping[str, Any]) -> str:
    """
    The date of issue, as exact as it is known.

    >>> date_of({"issued": {"date-parts": [[2023, 9, 12]]}}), date_of({"issued": {"date-parts": [["2023"]]}})
    ('September 12, 2023', '2023')
    """
    issued = metadata.get("issued")
    if not isinstance(issued, dict):
        return ""
    try:
        year, *rest = (int(part) for part in issued["date-parts"][0])
        month = f"{_MONTHS[rest[0] - 1]} " if rest and 1 <= rest[0] <= 12 else ""
        return f"{month}{rest[1]}, {year}" if month and len(rest) > 1 else f"{month}{year}"
    except (KeyError, IndexError, TypeError, ValueError):
        return str(issued.get("literal") or issued.get("raw") or "")

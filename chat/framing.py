"""
What is said around quotations and readings in our own words: the line over a quotation, how a question was read, who wrote a reading and
when. `chat.citing` words footnotes.

What is unknown is left out, never guessed; a document without a title goes by its file name.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chat.answer import Answer, Quote
from index.records import Document

_MONTHS = "January February March April May June July August September October November December".split()


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

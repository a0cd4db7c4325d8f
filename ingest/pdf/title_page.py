"""
What a first page itself says of its document: title, authors and date, as CSL-JSON, where it says so beyond doubt.

A title is the one block in clearly the largest type, in the upper part of an upright page, with the form of a title. Everything that a
company, a journal or a form prints as large is left out by its form or its words, and so is some true title: unknown is better than wrong.
Authors (`By Jane Doe`) and a date on a line of its own are taken from right under a title.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from ingest.pdf.layout import Line, Segment, merged

_LARGER = 1.25  # of the body's size: a title's
_SAME = 0.04  # sizes that differ by less are one
_MAX_ROWS = 4
_TIGHT = 1.9  # of the size: from one line of a title to the next
_SECOND = 1.35  # of the body's size: words as large, between a title and the text, may be the title
_MIN_WORDS, _MAX_WORDS = 3, 30  # fewer may be a name, more is a paragraph
_UPPER = 0.45  # of the page's height, from below: a title stands higher
_MAX_OVER = 200  # letters over a title: a head, a series, a logo; more is text
_MASTHEAD = 3.0  # of the body's size, over running text: larger is a name in the head of a paper
_RUNNING_TEXT = 400  # letters of a page in the body's size: with fewer it is a cover
_ROWS_UNDER_TITLE = 8  # within which authors and date stand

_BODY_NAME = re.compile(  # of a company, an office, a periodical: a page's largest words are often whose it is
    r"\b(?:inc|ltd|llc|llp|corp|corporation|company|plc|gmbh|s\.a|n\.v|university|universit\w+|college|school|ministry|department"
    r"|institute?|commission|committee|council|bank|agency|association|foundation|society|office|court|journal|letters|proceedings"
    r"|transactions|annals|bulletin|gazette|magazine|newsletter|newspaper|times|herald|tribune|post|daily|weekly|review|issn|isbn"
    r"|www|https?|dear|logo|draft|confidential|exhibit|vol|welcome|thank)\b",
    re.IGNORECASE,
)
_GENERIC = re.compile(  # what many documents are called: with a few words beside it, it names none of them
    r"\b(?:press release|volume|schedule|appendix|annex|form|invoice|receipt|contents|abstract|summary|introduction|preface|foreword"
    r"|chapter|part|report|agenda|minutes|curriculum vitae|resume|page|sample|template|edition|series|agreement|contract|notice|copy"
    r"|acknowledg\w+)\b",
    re.IGNORECASE,
)
_ENOUGH_WORDS = 6  # beside a generic one
_LETTER = re.compile(r"(?:dear|to|re|subject|attn|attention|fax|tel|phone|invoice|bill to|your ref|our ref)\b.{0,60}", re.IGNORECASE)
_NAME = r"[^\W\d_a-z][\w.'’-]*(?: (?:(?:van|von|de|der|den|da|di|du|la|le|bin|al|el|y) )*[^\W\d_a-z][\w.'’-]*){1,3}"
_BY = re.compile(rf"[Bb][Yy]:? ({_NAME}(?:(?:, and |, | and | & ){_NAME})*)")
_AND = re.compile(r", and |, | and | & ")
_MONTHS = "january february march april may june july august september october november december".split()
_DATES = (
    re.compile(r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})"),
    re.compile(rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th)? (?P<name>{'|'.join(_MONTHS)}),? (?P<year>\d{{4}})", re.IGNORECASE),
    re.compile(rf"(?P<name>{'|'.join(_MONTHS)}) (?P<day>\d{{1,2}})(?:st|nd|rd|th)?, (?P<year>\d{{4}})", re.IGNORECASE),
    re.compile(rf"(?P<name>{'|'.join(_MONTHS)}),? (?P<year>\d{{4}})", re.IGNORECASE),
)
_FIRST_YEAR, _LAST_YEAR = 1450, 2100


@dataclass(frozen=True, slots=True)
class _TitleBlock:
    """The title's words, and the rows of text under it."""

    text: str
    under: tuple[str, ...]


def from_first_page(pages: Sequence[Sequence[Segment]], body_size: float, *, size: tuple[float, float], known: str = "") -> dict[str, Any]:
    """
    Title, authors and date, as far as the first of a document's pages says them.

    `size` is the page's width and height in points, and `known` the title from elsewhere: where the page's is another, it says nothing.
    """
    found = _title_block(pages, body_size, size)
    if found is None or not _is_the_same(known, found.text):
        return {}
    metadata: dict[str, Any] = {} if known else {"title": found.text}
    authors = [match.group(1) for row in found.under if (match := _BY.fullmatch(row)) and not _BODY_NAME.search(row)]
    if len(authors) == 1:
        metadata["author"] = [{"literal": name} for name in _AND.split(authors[0])]
    dates = [parts for row in found.under if (parts := date_of(row))]
    if len(dates) == 1:
        metadata["issued"] = {"date-parts": [dates[0]]}
    return metadata


def date_of(line: str) -> list[int]:
    """
    Year, month and day of a line that is a date and nothing else; [] for any other.

    >>> date_of("12 September 2023"), date_of("September 2023"), date_of("2023-09-12"), date_of("Dated as of May 1, 2003")
    ([2023, 9, 12], [2023, 9], [2023, 9, 12], [])
    """
    for form in _DATES:
        match = form.fullmatch(line.strip())
        if match is None:
            continue
        parts = match.groupdict()
        month = _MONTHS.index(parts["name"].casefold()) + 1 if parts.get("name") else int(parts["month"])
        year, day = int(parts["year"]), int(parts.get("day") or 1)
        if _FIRST_YEAR <= year <= _LAST_YEAR and 1 <= month <= 12 and 1 <= day <= 31:
            return [year, month, day] if parts.get("day") else [year, month]
    return []


def _title_block(pages: Sequence[Sequence[Segment]], body_size: float, size: tuple[float, float]) -> _TitleBlock | None:
    width, height = size
    if not pages or not pages[0] or width > height or _letters(pages, body_size) < _RUNNING_TEXT:
        return None
    rows = merged(sorted(pages[0], key=lambda one: (-one.main.y, one.x0)))
    largest = max(row.size for row in rows)
    block = [at for at, row in enumerate(rows) if row.size >= (1 - _SAME) * largest]
    first, last = block[0], block[-1]
    lines = [rows[at] for at in block]
    text = " ".join(_words(line) for line in lines)
    is_title = (
        last - first + 1 == len(block) <= _MAX_ROWS
        and all(line.cells == 1 for line in lines)
        and all(above.y - below.y <= _TIGHT * largest for above, below in pairwise(lines))
        and largest >= _LARGER * body_size
        and (_is_named(pages[1:], text) if _letters(pages[:1], body_size) < _RUNNING_TEXT else largest <= _MASTHEAD * body_size)
        and lines[-1].y >= _UPPER * height
        and sum(len(row.text) for row in rows[:first]) <= _MAX_OVER
        and has_form_of_title(text)
        and not any(line.text.endswith(("-", "\u2010", "\u00ad")) for line in lines)
        and not any(_LETTER.match(row.text) for row in rows)
        and not _second(rows[last + 1 :], body_size)
        and not _comes_again(pages[1:], [line.text for line in lines], largest)
    )
    under = tuple(row.text for row in rows[last + 1 : last + 1 + _ROWS_UNDER_TITLE])
    return _TitleBlock(text, under) if is_title else None


def has_form_of_title(text: str) -> bool:
    """
    Whether words can be a title and nothing else: several, begun with a capital, without a stop or a mark that leads on, and no name of
    a company, a periodical or a form.

    >>> [has_form_of_title(text) for text in ("On the Origin of Species", "Acme Widgets, Inc.", "Exhibit 10.2", "and so it went on")]
    [True, False, False, False]
    """
    words = text.split()
    return (
        _MIN_WORDS <= len(words) <= _MAX_WORDS
        and sum(map(str.isalpha, text)) >= 0.6 * len(text)
        and sum(len(word) == 1 for word in words) <= 0.3 * len(words)
        and (text[0].isupper() or text[0].isdigit())
        and text[-1] not in ".,:;([/&”\"'"
        and "@" not in text
        and not _BODY_NAME.search(text)
        and not (_GENERIC.search(text) and len(words) < _ENOUGH_WORDS)
        and not date_of(text)
    )


def _words(line: Line) -> str:
    """A line's words without raised marks and the signs that stand for them."""
    return " ".join("".join(run.text for run in line.runs if not line.is_raised(run)).split()).rstrip("*†‡§¶ ")


def _letters(pages: Sequence[Sequence[Segment]], body_size: float) -> int:
    """How many letters are set in the body's size or smaller."""
    return sum(len(one.text) for page in pages for one in page if one.main.size <= 1.05 * body_size)


def _second(under: Sequence[Line], body_size: float) -> bool:
    """Whether, before the text begins, there are other words that are nearly as large: a headline, or a subtitle."""
    for row in under:
        words = len(row.text.split())
        if words > _MIN_WORDS and row.size <= 1.05 * body_size:
            return False
        if words > _MIN_WORDS and row.size >= _SECOND * body_size:
            return True
    return False


def _is_named(pages: Sequence[Sequence[Segment]], text: str) -> bool:
    """Whether other pages name the words of a cover, as heads and imprints name a title; a motto stands on a cover alone."""
    return any(_folded(text) in _folded(" ".join(one.text for one in page)) for page in pages)


def _comes_again(pages: Sequence[Sequence[Segment]], texts: Sequence[str], size: float) -> bool:
    """Whether another page has the same words in large type: then they are a name, or the head of every slide."""
    wanted = {text.casefold() for text in texts}
    return any(one.main.size >= 0.9 * size and one.text.casefold() in wanted for page in pages for one in page)


def _is_the_same(known: str, text: str) -> bool:
    """Whether a title from elsewhere, if there is one, is the page's or a part of it."""
    one, other = _folded(known), _folded(text)
    return not one or one in other or other in one


def _folded(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))

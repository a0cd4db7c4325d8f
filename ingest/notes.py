"""
The source's own notes in marked-up text: which superscripts are note marks, and which paragraphs are note bodies.

A superscript is a mark only where a body with its label exists and where it does not read as an exponent or an ordinal: `21<sup>st</sup>`,
m², CO₂ and 10³ stay in the text. After a number of one or two digits it is taken for an exponent, unless its note would have no other
mark. Labels may restart: a mark belongs to the next body of its label, or to the last one where none follows.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

_LABEL = re.compile(r"\d{1,3}|[*†‡§¶‖]{1,8}|[a-z]|[ivxlc]{1,5}")
_RANGE = re.compile(r"(\d{1,3})\s*[-–—]\s*(\d{1,3})")
_RANGE_MAX_LABELS = 20
_EXPONENT_BASE = re.compile(r"(?:(?<![\d.,])10|(?:^|[\s\d(/·])(?:[kcmdnµμ]?m|ft|in|s|CO|NO|O|R|[xynpr]))$")
_SMALL_NUMBER = re.compile(r"(?<!\d)\d{1,2}$")  # `5²` rather than `in 2020²`


@dataclass(frozen=True, slots=True)
class Superscript:
    """A raised piece of text, and what it takes to say what it is."""

    place: int  # order in the source; only compared
    label: str  # its words
    before: str  # the text right before it, in its paragraph; '' at the start
    opens: bool  # whether it opens a paragraph or line, as a note body does


def is_label(label: str) -> bool:
    """
    Whether a raised text can name a note at all.

    >>> [is_label(label) for label in ("4", "*", "st", "12345")]
    [True, True, False, False]
    """
    return _LABEL.fullmatch(label) is not None


def labels(raised: str) -> tuple[str, ...]:
    """
    The labels in a raised text that names several notes; a text that does not is given back as it is.

    >>> labels("1, 3–5"), labels("4"), labels("st, nd")
    (('1', '3', '4', '5'), ('4',), ('st, nd',))
    """
    found: list[str] = []
    for part in map(str.strip, re.split("[,;]", raised)):
        ends = _RANGE.fullmatch(part)
        if ends:
            first, last = int(ends[1]), int(ends[2])
            if not first < last < first + _RANGE_MAX_LABELS:
                return (raised,)
            found += map(str, range(first, last + 1))
        elif is_label(part):
            found.append(part)
        else:
            return (raised,)
    return tuple(found)


def pair(superscripts: Sequence[Superscript]) -> dict[int, int]:
    """
    For each mark's place the place of its body.

    >>> pair([Superscript(1, "4", "others.", False), Superscript(2, "2", "9 m", False), Superscript(3, "4", "", True)])
    {1: 3}
    """
    bodies: dict[str, list[int]] = {}  # places by label, in order
    for raised in superscripts:
        if raised.opens and is_label(raised.label):
            bodies.setdefault(raised.label, []).append(raised.place)
    pairs: dict[int, int] = {}
    doubtful: dict[int, int] = {}
    for mark in superscripts:
        places = bodies.get(mark.label)
        if mark.opens or places is None or _EXPONENT_BASE.search(mark.before):
            continue
        body = places[min(bisect_right(places, mark.place), len(places) - 1)]
        (doubtful if _SMALL_NUMBER.search(mark.before) else pairs)[mark.place] = body
    claimed = set(pairs.values())
    for place, body in doubtful.items():
        if body not in claimed:
            claimed.add(body)
            pairs[place] = body
    return pairs

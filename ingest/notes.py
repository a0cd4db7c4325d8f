"""
The source's own notes in marked-up text: which superscripts are note marks, and which paragraphs are note bodies.

A superscript is a mark only where a body with its label exists and where it does not read as an exponent or an ordinal: `21<sup>st</sup>`,
m², CO₂ and 10³ stay in the text. Labels may restart: a mark belongs to the next body of its label, or to the last one where none follows.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_LABEL = re.compile(r"\d{1,3}|[*†‡§¶]{1,3}|[a-z]|[ivxlc]{1,5}")
_EXPONENT_BASE = re.compile(r"(?:\d|(?:^|[\s\d(/·])(?:[kcmdnµμ]?m|ft|in|s|CO|NO|O|R|[xynpr]))$")


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


def pair(superscripts: Sequence[Superscript]) -> dict[int, int]:
    """
    For each mark's place the place of its body.

    >>> pair([Superscript(1, "4", "others.", False), Superscript(2, "2", "9 m", False), Superscript(3, "4", "", True)])
    {1: 3}
    """
    bodies = [raised for raised in superscripts if raised.opens and is_label(raised.label)]
    pairs: dict[int, int] = {}
    for mark in superscripts:
        if mark.opens or not is_label(mark.label) or _EXPONENT_BASE.search(mark.before):
            continue
        places = [body.place for body in bodies if body.label == mark.label]
        if places:
            pairs[mark.place] = next((place for place in places if place > mark.place), places[-1])
    return pairs

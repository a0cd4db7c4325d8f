"""Boxes of letters, joined to the stretches of lines that they fill."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

_WIDE_GAP = 2.5  # times a line's height: between words of one line, justified as it may be, there is less
_LIKE = 0.4  # of the lower one's height that two letters of one line share
_PADDING = 0.12  # of a line's height, above and below, as a marker would


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in shares of a page's width and height, from its upper left corner."""

    left: float
    top: float
    right: float
    bottom: float


def joined(rows: Sequence[int], corners: Sequence[float], *, aspect: float) -> list[Box]:
    """
    The boxes that cover the letters of these rows, a line each.

    `corners` has four numbers for each letter of the page, as `Box` orders them; `aspect` is the page's height over its width.

    A letter that is left out, such as a note mark between two words, begins a new box: it is not covered.
    """
    found: list[Box] = []
    before = -1
    for row in rows:
        letter = Box(*corners[4 * row : 4 * row + 4])
        if found and row == before + 1 and _on_one_line(found[-1], letter, aspect):
            line = found[-1]
            found[-1] = Box(
                min(line.left, letter.left), min(line.top, letter.top), max(line.right, letter.right), max(line.bottom, letter.bottom)
            )
        else:
            found.append(letter)
        before = row
    return [_padded(box) for box in found]


def cover_others(boxes: Sequence[Box], rows: Sequence[int], corners: Sequence[float]) -> bool:
    """Whether the middle of a letter that is not in these rows is under a box: some pages are printed with words over words."""
    own = set(rows)
    for row in range(len(corners) // 4):
        if row not in own:
            left, top, right, bottom = corners[4 * row : 4 * row + 4]
            x, y = (left + right) / 2, (top + bottom) / 2
            if any(box.left <= x <= box.right and box.top <= y <= box.bottom for box in boxes):
                return True
    return False


def _on_one_line(line: Box, letter: Box, aspect: float) -> bool:
    height = min(line.bottom - line.top, letter.bottom - letter.top)
    shared = min(line.bottom, letter.bottom) - max(line.top, letter.top)
    gap = max(letter.left - line.right, line.left - letter.right)
    return shared >= _LIKE * height and gap <= _WIDE_GAP * (line.bottom - line.top) * aspect


def _padded(box: Box) -> Box:
    more = _PADDING * (box.bottom - box.top)
    return Box(box.left, max(0.0, box.top - more), box.right, min(1.0, box.bottom + more))

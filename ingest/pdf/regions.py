"""
Parts of a page that are set in another way than the page as a whole: a box beside the text, columns under a heading of their own,
glosses in the margin.

`ingest.pdf.columns` asks here where a page has no gutter from top to bottom, and whether its columns start anew on the way down.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from ingest.pdf.layout import Segment

_MIN_ROWS = 4  # of running text on either side
_LOWER = 0.25  # of the lines of running text at least that open with a small letter; names, cells and items open with a capital
_MIN_CHARACTERS = 12  # of a middle line
_FILL = 0.55  # of its column's width that a middle line fills
_WIDE = 0.8  # of the page's width that both sides fill together
_BESIDE = 0.6  # of the shorter side's height, beside the other one
_HOLE = 1.5  # times the distance of lines: a hole between two bands
_GLOSS_SIZE = 0.92  # of the text's size: a gloss is set smaller than this
_MAX_GLOSSES = 0.4  # of a page's segments


@dataclass(frozen=True, slots=True)
class Region:
    """A band of a page with two columns, and where they part."""

    top: float
    bottom: float
    middle: float


def region(found: Sequence[Segment]) -> Region | None:
    """The band of a page in which running text stands in two columns, the one with most lines; None without one."""
    if len(found) < 2 * _MIN_ROWS:
        return None
    width = max(one.x1 for one in found) - min(one.x0 for one in found)
    best: tuple[int, Region] | None = None
    for start in _right_starts(found):
        middle = start - 1.0
        for band in _uncrossed(found, middle):
            left, right = [one for one in band if one.x1 <= middle], [one for one in band if one.x0 >= middle]
            if not (_is_running(left) and _is_running(right) and _are_side_by_side(left, right)):
                continue
            if _spread(left) + _spread(right) < _WIDE * width:
                continue
            rows = min(len(left), len(right))
            if best is None or rows > best[0]:
                best = rows, Region(max(one.main.y for one in band), min(one.main.y for one in band), middle)
    return best[1] if best else None


def _right_starts(found: Sequence[Segment]) -> list[float]:
    """Where right columns may start: left ends that several segments with another one at their left share."""
    starts: Counter[int] = Counter()
    for row, one in enumerate(found):
        near = (other for other in found[max(row - 4, 0) : row + 5] if other is not one)
        if any(other.x1 + 0.7 * one.main.size < one.x0 and abs(other.main.y - one.main.y) < one.main.size for other in near):
            starts[round(one.x0 / 2)] += 1
    return [place * 2 for place, count in starts.most_common(6) if count >= _MIN_ROWS - 1]


def _uncrossed(found: Sequence[Segment], middle: float) -> list[list[Segment]]:
    """The stretches of a page, from top to bottom, in which nothing stands over a line downwards."""
    bands: list[list[Segment]] = [[]]
    for one in found:
        if one.x0 < middle < one.x1:
            bands.append([])
        else:
            bands[-1].append(one)
    return [band for band in bands if len(band) >= 2 * _MIN_ROWS]


def _is_running(side: Sequence[Segment]) -> bool:
    """Whether segments are lines of running text, one above the other."""
    if len(side) < _MIN_ROWS or len({round(one.main.y) for one in side}) < 0.8 * len(side):
        return False
    return (
        sum(one.text[:1].islower() for one in side) >= _LOWER * len(side)
        and median(len(one.text) for one in side) >= _MIN_CHARACTERS
        and median(one.x1 - one.x0 for one in side) >= _FILL * _spread(side)
    )


def _are_side_by_side(left: Sequence[Segment], right: Sequence[Segment]) -> bool:
    tops = [max(one.main.y for one in side) for side in (left, right)]
    bottoms = [min(one.main.y for one in side) for side in (left, right)]
    return min(tops) - max(bottoms) >= _BESIDE * min(top - bottom for top, bottom in zip(tops, bottoms, strict=True))


def _spread(side: Sequence[Segment]) -> float:
    return max(one.x1 for one in side) - min(one.x0 for one in side)


def stacked(band: Sequence[Segment], middle: float) -> list[list[Segment]]:
    """
    A band of two columns, cut where both columns end and start anew: under a heading that stands over both of them.

    There a hole in one column is beside the heading in the other; both columns end near one another above it, and start at one
    height below. A figure in one column leaves a hole too, but its column goes on at another height than the text beside it.
    """
    left = [one for one in band if one.x1 <= middle]
    right = [one for one in band if one.x0 >= middle]
    cuts: list[float] = []
    for row, head in enumerate(left[1:-1], start=1):
        above, below = left[row - 1], left[row + 1]
        over = [one for one in right if one.main.y > head.main.y + 0.5 * head.main.size]
        under = [one for one in right if one.main.y < head.main.y - 0.5 * head.main.size]
        if not over or min(len(under), len(left) - row - 1) < _MIN_ROWS or len(over) + len(under) < len(right):
            continue
        size = below.main.size
        is_heading = head.main.size > 1.08 * size or (head.main.bold and not below.main.bold)
        ends = abs(over[-1].main.y - above.main.y) < (6 if is_heading else 2) * size
        starts = abs(under[0].main.y - below.main.y) < 0.3 * size
        hole = min(above.main.y, over[-1].main.y) - head.main.y > _HOLE * size
        if ends and starts and hole and above.main.y > head.main.y > below.main.y:
            cuts.append(head.main.y)
    parts: list[list[Segment]] = []
    rest = list(band)
    for cut in cuts:
        parts.append([one for one in rest if one.main.y > cut + 1])
        head_row = [one for one in rest if abs(one.main.y - cut) <= 1]
        rest = [one for one in rest if one.main.y < cut - 1]
        parts.append(head_row)
    return [*parts, rest]


def glosses(found: Sequence[Segment]) -> list[Segment]:
    """What stands in the margin, in smaller print beside all lines that run across most of the page."""
    if not found:
        return []
    width = _spread(found)
    wide = [one for one in found if one.x1 - one.x0 > width / 2]
    if len(wide) < _MIN_ROWS or len(wide) * 3 < len(found):
        return []
    x0, x1 = min(one.x0 for one in wide), max(one.x1 for one in wide)
    size = median(one.main.size for one in wide)
    beside = [one for one in found if (one.x0 > x1 + 0.3 * size or one.x1 < x0 - 0.3 * size) and one.main.size < _GLOSS_SIZE * size]
    has_words = any(letter.isalpha() for one in beside for letter in one.text)
    return beside if has_words and len(beside) <= _MAX_GLOSSES * len(found) else []

"""
Segments to lines in reading order, column by column. A page's own text shows its columns, or the other pages of its document do.

Only running text makes columns: cells of a table, names under a contract and numbers of list items stay in their rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from statistics import median

from ingest.pdf.layout import Line, Segment, are_beside, merged, trimmed
from ingest.pdf.regions import glosses, region, stacked
from ingest.pdf.tables import tables

_COLUMN_MIN_ROWS = 5  # fewer rows on one side are cells or a signature, not a column
_COLUMN_MIN_FILL = 0.55  # of a column's width that its middle row fills; cells of a table fill less
_COLUMN_MIN_CHARACTERS = 12  # of a column's middle row; cells of figures have fewer
_FULL = 0.8  # of the other column's width that a line of running text fills
_MAX_SPLITS = 3  # two columns are one split, three or four are two
_BINS = 200  # across the page, in which gutters are looked for
_ACROSS = 0.6  # of the page's width: what is wider stands across its columns
_SAME_GUTTER = 4.0  # points that the strips of two pages have in common


@dataclass(frozen=True, slots=True)
class Gutter:
    """The white strip between two columns."""

    x0: float  # where the left column ends
    x1: float  # where the right one starts
    pages: int = 1  # that show it

    @property
    def middle(self) -> float:
        """What stands left or right of it is in the left or the right column, and what it runs through is in neither."""
        return (self.x0 + self.x1) / 2


def lines(pages: Sequence[Sequence[Segment]]) -> list[list[Line]]:
    """
    The lines of each page in reading order, column by column.

    A page's own text shows its columns, and where it has too little for that, as the last page may, those of the other pages do.
    """
    known = _shared(gutter for page in pages for gutter in _gutters(page, depth=0))
    read: list[list[Line]] = []
    for page in pages:
        parted = [part for segment in page for part in _parted(segment, known)]
        aside = set(map(id, glosses(parted)))
        columns = _columns([one for one in parted if id(one) not in aside], known, depth=0)
        columns += [[one for one in parted if id(one) in aside]] if aside else []
        read.append(list(_lines(columns)))
    return read


def _lines(columns: Sequence[Sequence[Segment]]) -> Iterator[Line]:
    """The lines of columns, those of tables cell by cell."""
    count = 0
    for number, column in enumerate(columns):
        for plain, rows in tables(column):
            yield from (replace(line, column=number) for line in merged(plain))
            for cells in rows:
                count += 1
                yield from (replace(line, column=number, row=count) for cell in cells for line in merged(cell))


def _gutters(found: Sequence[Segment], *, depth: int) -> Iterator[Gutter]:
    """The gutters of a page that its own text shows beyond doubt."""
    gutter = _gutter(found, depth=depth)
    if gutter is not None:
        yield gutter
        for side in _sides(found, gutter.middle):
            yield from _gutters(side, depth=depth + 1)


def _shared(gutters: Iterable[Gutter]) -> list[Gutter]:
    """The gutters of a document, those of most pages first: strips at the same place are one, as wide as what they share."""
    shared: list[Gutter] = []
    for gutter in gutters:
        for row, other in enumerate(shared):
            x0, x1 = max(gutter.x0, other.x0), min(gutter.x1, other.x1)
            if x1 - x0 >= _SAME_GUTTER:
                shared[row] = Gutter(x0, x1, other.pages + 1)
                break
        else:
            shared.append(gutter)
    return sorted(shared, key=lambda gutter: (-gutter.pages, gutter.x0))


def _parted(segment: Segment, known: Sequence[Gutter]) -> list[Segment]:
    """A segment cut at the known gutters: two lines that were drawn one after the other can stand that close."""
    for gutter in known:
        for row in range(1, len(segment.parts)):
            before, after = segment.parts[row - 1], segment.parts[row]
            over = min(after.x0, gutter.x1) - max(before.x1, gutter.x0)
            if before.x1 < gutter.middle < after.x0 and over > 0.9 * (gutter.x1 - gutter.x0) and over > 0.8 * after.size:
                halves = (Segment(tuple(trimmed(half))) for half in (segment.parts[:row], segment.parts[row:]))
                return [part for half in halves for part in _parted(half, known)]
    return [segment]


def _columns(found: Sequence[Segment], known: Sequence[Gutter], *, depth: int) -> list[list[Segment]]:
    """The segments column by column: what stands across the page parts what is above it from what is below."""
    gutter = _gutter(found, depth=depth) or _known(found, known, depth=depth) or _gutter(found, depth=depth, sparse=True)
    if gutter is None:
        return _with_region(found, known, depth=depth) if found else []
    columns: list[list[Segment]] = []
    for band, is_across in _bands(found, gutter.middle):
        if is_across:
            columns.append(band)
            continue
        for part in stacked(band, gutter.middle):
            for side in _sides(part, gutter.middle):
                columns += _columns(side, known, depth=depth + 1)
    return columns


def _with_region(found: Sequence[Segment], known: Sequence[Gutter], *, depth: int) -> list[list[Segment]]:
    """The segments of a page without a gutter: one column, other than in a band that has two."""
    two = region(found) if depth < _MAX_SPLITS else None
    if two is None:
        return [list(found)]
    over = [one for one in found if one.main.y > two.top]
    under = [one for one in found if one.main.y < two.bottom]
    band = [one for one in found if two.bottom <= one.main.y <= two.top]
    columns = _columns(over, known, depth=depth) if over else []
    for part in stacked(band, two.middle):
        for side in _sides(part, two.middle):
            columns += _columns(side, known, depth=depth + 1)
    return columns + (_columns(under, known, depth=depth) if under else [])


def _bands(found: Sequence[Segment], middle: float) -> list[tuple[list[Segment], bool]]:
    """
    The segments from top to bottom: bands of columns, and between them what stands across the gutter.

    A single row on one side only, right under what stands across, is the last line of a paragraph there.
    """
    heights = {round(one.main.y) for one in found if one.x0 < middle < one.x1}
    bands: list[tuple[list[Segment], bool]] = []
    for segment in found:
        is_across = round(segment.main.y) in heights  # also the marker of a list item, beside it
        if not bands or bands[-1][1] != is_across:
            bands.append(([], is_across))
        bands[-1][0].append(segment)
    joined: list[tuple[list[Segment], bool]] = []
    for band, is_across in bands:
        over = joined[-1][0] if joined and joined[-1][1] else []
        if over and (is_across or _ends_paragraph(over[-1], band)):
            over += band
        else:
            joined.append((band, is_across))
    return joined


def _ends_paragraph(over: Segment, band: Sequence[Segment]) -> bool:
    """Whether a band is one segment that starts where the one over it does, in the same size and as near as lines are."""
    main, last = over.main, band[0].main
    same_size = abs(main.size - last.size) <= 0.08 * main.size
    return len(band) == 1 and same_size and abs(band[0].x0 - over.x0) < main.size and main.y - last.y < 1.7 * main.size


def _sides(found: Sequence[Segment], middle: float) -> tuple[list[Segment], list[Segment]]:
    """What stands left and what stands right of the middle of a gutter."""
    return [one for one in found if one.x1 <= middle], [one for one in found if one.x0 >= middle]


def _width(found: Sequence[Segment]) -> float:
    """From the leftmost to the rightmost end."""
    return max((one.x1 for one in found), default=0.0) - min((one.x0 for one in found), default=0.0)


def _gutter(found: Sequence[Segment], *, depth: int, sparse: bool = False) -> Gutter | None:
    """The white strip between two columns, one of which may be sparse; None for a page with one column."""
    if len(found) < (_COLUMN_MIN_ROWS if sparse else 2 * _COLUMN_MIN_ROWS) or depth >= _MAX_SPLITS:
        return None
    left, right = min(one.x0 for one in found), max(one.x1 for one in found)
    ends = [one for one in (found[0], found[-1]) if len(one.text) < _COLUMN_MIN_CHARACTERS]  # such as a page number, under a gutter
    edges = [(one.x0, one.x1) for one in found if one.x1 - one.x0 <= _ACROSS * (right - left) and one not in ends]
    step = (right - left) / _BINS
    if step <= 0 or not edges:
        return None
    changes = [0] * (_BINS + 2)
    for x0, x1 in edges:
        changes[int((x0 - left) / step)] += 1
        changes[int((x1 - left) / step) + 1] -= 1
    covered, total = [], 0
    for change in changes[:_BINS]:
        total += change
        covered.append(total)
    first, end = _BINS // 5, _BINS - 2 if sparse else _BINS * 4 // 5
    lowest = min(covered[first:end])
    if lowest > 0.2 * max(covered):
        return None
    runs: list[tuple[int, int]] = []  # (length, start) of the stretches that are as white as it gets
    start = None
    for row in range(first, end + 1):
        white = row < end and covered[row] <= lowest
        if white and start is None:
            start = row
        elif not white and start is not None:
            runs.append((row - start, start))
            start = None
    length, start = max(runs)
    gutter = Gutter(left + start * step, left + (start + length) * step)
    bands = [band for band, is_across in _bands(found, gutter.middle) if not is_across]
    if len(found) - sum(map(len, bands)) <= 0.2 * len(found):
        bands = [[one for band in bands for one in band]]
    else:  # mostly one column: then two are as wide as it, other than names under a contract
        bands = [band for band in bands if sum(map(_width, _sides(band, gutter.middle))) >= _FULL * (right - left)]
    is_gutter = _is_sparse_gutter if sparse else partial(_is_gutter, depth=depth)
    return gutter if any(is_gutter(*_sides(band, gutter.middle)) for band in bands) else None


def _is_gutter(*sides: Sequence[Segment], depth: int) -> bool:
    """Whether running text stands on both sides of a white strip, side by side."""
    for side in sides:
        if len(side) < _COLUMN_MIN_ROWS:
            return False
        width = _width(side)
        fills = median(one.x1 - one.x0 for one in side) >= _COLUMN_MIN_FILL * width
        if not fills and _gutter(side, depth=depth + 1) is None:  # nor is it two columns itself
            return False
        if median(len(one.text) for one in side) < _COLUMN_MIN_CHARACTERS:
            return False
    tops = [max(one.main.y for one in side) for side in sides]
    bottoms = [min(one.main.y for one in side) for side in sides]
    beside = min(tops) - max(bottoms)
    return beside > 0.3 * min(top - bottom for top, bottom in zip(tops, bottoms, strict=True))


def _is_sparse_gutter(left: Sequence[Segment], right: Sequence[Segment]) -> bool:
    """Whether running text stands left of a white strip, and on the right, from the same height on, a few lines that are as long."""
    if len(left) < _COLUMN_MIN_ROWS or not right:
        return False
    size = left[0].main.size
    width, longest = _width(left), _width(right)
    return (
        median(one.x1 - one.x0 for one in left) >= _FULL * width
        and median(len(one.text) for one in left) >= 2 * _COLUMN_MIN_CHARACTERS
        and abs(left[0].main.y - right[0].main.y) < 0.5 * size
        and abs(median(one.main.size for one in right) - median(one.main.size for one in left)) < 0.05 * size
        and (_FULL * width if len(right) > 1 else 0) <= longest <= 1.1 * width
        and min(one.x0 for one in right) - min(one.x0 for one in left) < 1.3 * width
    )


def _known(found: Sequence[Segment], known: Sequence[Gutter], *, depth: int) -> Gutter | None:
    """The first of the gutters of other pages at which this one has columns too; None if there is none."""
    return next((gutter for gutter in known if _has(found, gutter)), None) if depth < _MAX_SPLITS else None


def _has(found: Sequence[Segment], gutter: Gutter) -> bool:
    """Whether text stands on both sides of a gutter in one row, and most rows on its right start where the column does."""
    left, right = _sides(found, gutter.middle)
    if not left or not right:
        return False
    first: dict[int, Segment] = {}  # on the right, by height
    for one in right:
        row = round(one.main.y / 2)
        if row not in first or one.x0 < first[row].x0:
            first[row] = one
    starts = sum(gutter.x1 - one.main.size < one.x0 < gutter.x1 + 3 * one.main.size for one in first.values())
    return 2 * starts >= len(first) and any(are_beside(a.main, b.main) for a in left for b in first.values())

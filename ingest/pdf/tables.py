"""
Tables whose cells have several lines: read cell by cell, row by row. Others are left to be read line by line, as they stand.

Such a table is told by segments that start at the same places in line after line, with cells side by side that go on in small letters.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from ingest.pdf.layout import Segment

_SAME_START = 2.5  # points
_MIN_STARTS = 2  # segments at one place make it a table's column
_LEADING = 1.45  # of the font size: lines of one cell are no farther apart
_SLACK = 0.3  # of the font size

Cells = list[list[Segment]]  # of one row of a table


def tables(column: Sequence[Segment]) -> list[tuple[list[Segment], list[Cells]]]:
    """The segments of one column, from top to bottom: those that are no table, then the rows of the table under them, and so on."""
    found: list[tuple[list[Segment], list[Cells]]] = []
    plain: list[Segment] = []
    rest = _by_row(column)
    while rest:
        band = _band(rest)
        rows = _rows(band) if len(band) > 2 else []
        if rows:
            found.append((plain, rows))
            plain, rest = [], rest[len(band) :]
        else:
            taken = max(len(band), 1)
            plain += [segment for row in rest[:taken] for segment in row]
            rest = rest[taken:]
    return [*found, (plain, [])]


def _by_row(column: Sequence[Segment]) -> list[list[Segment]]:
    rows: list[list[Segment]] = []
    for segment in column:
        if rows and abs(rows[-1][0].main.y - segment.main.y) < 0.2 * segment.main.size:
            rows[-1].append(segment)
        else:
            rows.append([segment])
    return [sorted(row, key=lambda one: one.x0) for row in rows]


def _band(rows: Sequence[list[Segment]]) -> list[list[Segment]]:
    """The lines from the first one on that may be one table: near one another, with two cells or, within one column, one."""
    if len(rows[0]) < 2:
        return []
    band = [rows[0]]
    starts = [one.x0 for one in rows[0]]
    for row in rows[1:]:
        size = row[0].main.size
        if band[-1][0].main.y - row[0].main.y > 4 * size:
            break
        fits = all(any(abs(one.x0 - start) < _SAME_START for start in starts) for one in row)
        crosses = any(one.x0 < start - _SAME_START and one.x1 > start + size for one in row for start in starts)
        if crosses or not (fits or len(row) > 1):
            break
        starts += [one.x0 for one in row if not any(abs(one.x0 - start) < _SAME_START for start in starts)]
        band.append(row)
    while band and len(band[-1]) < 2 and not any(abs(band[-1][0].x0 - one.x0) < _SAME_START for row in band[:-1] for one in row):
        band.pop()
    return band


def _rows(band: Sequence[Sequence[Segment]]) -> list[Cells]:
    """The rows of a table with cells; none where it is no table or all its cells have one line."""
    segments = [one for row in band for one in row]
    counts = Counter(round(one.x0) for one in segments)
    starts: list[float] = []
    for place in sorted(counts):
        is_new = not starts or place - starts[-1] > 2 * _SAME_START
        if is_new and sum(counts[near] for near in range(place - 2, place + 3)) >= _MIN_STARTS:
            starts.append(float(place))
    if len(starts) < 2:
        return []
    columns: list[list[Segment]] = [[] for _ in starts]
    for one in segments:
        own = [row for row, start in enumerate(starts) if abs(one.x0 - start) < 2 * _SAME_START]
        if not own or (own[0] + 1 < len(starts) and one.x1 > starts[own[0] + 1] - _SLACK * one.main.size):
            return []
        columns[own[0]].append(one)
    chunks = [chunk for column in columns for chunk in _chunks(column)]
    rows = [parts for cells in _overlapping(chunks) for parts in _split(cells, starts)]
    return rows if any(_is_wrapped(cells) for cells in rows) else []


def _chunks(column: Sequence[Segment]) -> list[list[Segment]]:
    """The segments of a table's column, cut where they are farther apart than lines of one cell."""
    gaps = [a.main.y - b.main.y for a, b in pairwise(column)]
    usual = min((gap for gap in gaps if gap > 0), default=0.0)
    chunks: list[list[Segment]] = []
    for row, one in enumerate(column):
        if row and gaps[row - 1] <= min(_LEADING * one.main.size, 1.15 * usual):
            chunks[-1].append(one)
        else:
            chunks.append([one])
    return chunks


def _overlapping(chunks: Sequence[list[Segment]]) -> list[Cells]:
    """The chunks side by side, from top to bottom."""
    ordered = sorted(chunks, key=lambda chunk: (-chunk[0].main.y, chunk[0].x0))
    rows: list[Cells] = []
    bottom = 0.0
    for chunk in ordered:
        top = chunk[0].main.y + 0.3 * chunk[0].main.size
        if rows and top > bottom:
            rows[-1].append(chunk)
            bottom = min(bottom, chunk[-1].main.y)
        else:
            rows.append([chunk])
            bottom = chunk[-1].main.y
    return [sorted(cells, key=lambda chunk: chunk[0].x0) for cells in rows]


def _split(cells: Cells, starts: Sequence[float]) -> list[Cells]:
    """The cells of several rows set without a gap between them, cut where all columns start anew; else as they are."""
    lines = sorted((one for cell in cells for one in cell), key=lambda one: (-one.main.y, one.x0))
    rows = _by_row(lines)
    heads = [row for row, line in enumerate(rows) if len(line) == len(starts) and not any(one.text[0].islower() for one in line)]
    if len(heads) < 2 or heads[0] != 0:
        return [cells]
    parts: list[Cells] = []
    for first, end in pairwise([*heads, len(rows)]):
        own = [one for line in rows[first:end] for one in line]
        parts.append([[one for one in own if one in cell] for cell in cells if any(one in cell for one in own)])
    return parts


def _is_wrapped(cells: Cells) -> bool:
    """Whether two cells side by side have several lines of running text."""
    wrapped = [cell for cell in cells if len(cell) > 1 and any(one.text[0].islower() for one in cell[1:])]
    return len(wrapped) > 1 and median(len(one.text) for cell in wrapped for one in cell) > 5

"""
Line numbers, watermarks and text turned on its side in the margin: what stands beside the text, or across it, and is none of it.

A line number is a figure left or right of all other text of its page, and counts up from line to line. A watermark is drawn across
lines of text: in letters much larger than theirs, or at the same place on page after page.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from ingest.pdf.layout import Segment, trimmed

_MIN_NUMBERS = 4  # on a page; fewer are no line numbers
_STEPS = (1, 2, 5, 10)  # every line is numbered, or every fifth
_APART = 0.4  # of the font size: between a line number and its line
_FILL = 0.5  # of the text's width that the middle numbered line fills: a row of a table fills its cells instead
_MARGIN_SHARE = 0.1  # of a page's characters: the stamp of an archive, the name of a section
_STAMP_SIZE = 1.8  # times the size of the lines it is drawn across
_STAMP_LINES = 2  # that it is drawn across


def without_stamps(pages: Sequence[Sequence[Segment]]) -> tuple[list[list[Segment]], int]:
    """The pages without line numbers, watermarks and turned text in the margin, and how many of those were dropped."""
    upright = [_without_margin(page) for page in pages]
    kept, dropped = _without_watermarks(upright)
    dropped += sum(map(len, pages)) - sum(map(len, upright))
    for at_left in (True, False):
        kept, numbers = _without_line_numbers(kept, at_left=at_left)
        dropped += numbers
    return kept, dropped


def _without_margin(page: Sequence[Segment]) -> list[Segment]:
    """A page without the text turned on its side in its margin, if that is little beside the rest: more of it is what the page says."""
    rest = [one for one in page if not one.main.in_margin]
    characters = sum(len(one.text) for one in page)
    return rest if sum(len(one.text) for one in rest) >= (1 - _MARGIN_SHARE) * characters else list(page)


@dataclass(frozen=True, slots=True)
class _Number:
    """A segment that begins or ends with what may be a line number."""

    row: int  # of the segment on its page
    value: int
    x0: float
    x1: float
    rest: Segment | None  # the segment without it


def _without_line_numbers(pages: Sequence[Sequence[Segment]], *, at_left: bool) -> tuple[list[list[Segment]], int]:
    found = [_line_numbers(page, at_left=at_left) for page in pages]
    numbered = sum(map(bool, found))
    if numbered * 2 < sum(map(bool, pages)):  # one page of many is a list or a table
        return [list(page) for page in pages], 0
    kept: list[list[Segment]] = []
    for page, numbers in zip(pages, found, strict=True):
        rests = {number.row: number.rest for number in numbers}
        left = (rests.get(row, segment) for row, segment in enumerate(page))
        kept.append([segment for segment in left if segment is not None])
    return kept, sum(map(len, found))


def _line_numbers(page: Sequence[Segment], *, at_left: bool) -> list[_Number]:
    """The line numbers on one side of a page; none where the figures there do not count up evenly or stand in the text."""
    numbers = [number for row, segment in enumerate(page) for number in _number(row, segment, at_left=at_left)]
    if len(numbers) < _MIN_NUMBERS:
        return []
    columns: dict[int, list[_Number]] = defaultdict(list)  # numbers are flush right, or at the page's right flush left
    for number in numbers:
        columns[round((number.x1 if at_left else number.x0) / 3)].append(number)
    best = max(columns, key=lambda place: len(columns[place]))
    column = sorted((one for place in (best - 1, best, best + 1) for one in columns.get(place, [])), key=lambda one: one.row)
    steps = {b.value - a.value for a, b in pairwise(column)}
    if len(column) < _MIN_NUMBERS or len(steps) != 1 or not steps <= set(_STEPS):
        return []
    rests = {number.row: number.rest for number in column}
    others = [one for one in (rests.get(row, segment) for row, segment in enumerate(page)) if one is not None]
    if not others:
        return []
    edge = max(one.x1 for one in column) if at_left else min(one.x0 for one in column)
    inside = [one for one in others if (one.x0 < edge if at_left else one.x1 > edge)]
    if len(inside) > 0.1 * len(others):
        return []
    width = max(one.x1 for one in others) - min(one.x0 for one in others)
    filled = median(one.x1 - one.x0 for one in others) >= _FILL * width
    step = next(iter(steps))
    return column if filled and len(column) * step * 2 >= len(others) else []


def _number(row: int, segment: Segment, *, at_left: bool) -> Iterator[_Number]:
    """The figure alone at one end of a segment."""
    parts = segment.parts if at_left else segment.parts[::-1]
    text = ""
    taken = 0
    for part in parts:
        if not (text + part.text).strip().isdecimal() and (text + part.text).strip():
            break
        text += part.text
        taken += 1
    text = text.strip() if at_left else "".join(part.text for part in parts[:taken][::-1]).strip()
    if not text or len(text) > 5:
        return
    own, rest = list(parts[:taken]), list(parts[taken:])
    while own and not own[-1].text.strip():
        own.pop()
    x0, x1 = min(part.x0 for part in own), max(part.x1 for part in own)
    gap = (rest[0].x0 - x1 if at_left else x0 - rest[0].x1) if rest else None
    if gap is not None and gap < _APART * own[0].size:
        return
    ordered = rest if at_left else rest[::-1]
    has_words = any(part.text.strip() for part in ordered)
    yield _Number(row, int(text), x0, x1, Segment(tuple(trimmed(ordered))) if has_words else None)


def _without_watermarks(pages: Sequence[Sequence[Segment]]) -> tuple[list[list[Segment]], int]:
    """The pages without what is drawn across their lines, and how many segments that were."""
    across: list[set[int]] = []  # ids, page by page
    places: dict[tuple[str, int, int], list[tuple[int, int]]] = defaultdict(list)  # (page, id) by words and place
    stamped: set[tuple[str, int, int]] = set()
    for number, page in enumerate(pages):
        rows = _by_height(page)
        across.append(set())
        if max(map(len, rows.values()), default=0) > _MOST_IN_STRIP:
            continue
        for segment in page:
            place = segment.text, round(segment.x0), round(segment.main.y)
            places[place].append((number, id(segment)))
            over = [other for other in _under(segment, rows) if other is not segment]
            if sum(other.main.size * _STAMP_SIZE < segment.main.size for other in over) >= _STAMP_LINES:
                across[-1].add(id(segment))
            elif over:
                stamped.add(place)
    enough = max(3, len(pages) // 3)
    for place in stamped:
        if len(places[place]) >= enough:
            for number, one in places[place]:
                across[number].add(one)
    kept = [[segment for segment in page if id(segment) not in gone] for page, gone in zip(pages, across, strict=True)]
    return kept, sum(map(len, across))


_STRIP = 20  # points: the height of the strips by which segments are looked up
_MOST_IN_STRIP = 200  # segments; a page with more is no page of text, and looking through it takes time with their square


def _by_height(page: Sequence[Segment]) -> dict[int, list[Segment]]:
    rows: dict[int, list[Segment]] = defaultdict(list)
    for segment in page:
        rows[int(segment.main.y // _STRIP)].append(segment)
    return rows


def _under(segment: Segment, rows: dict[int, list[Segment]]) -> Iterator[Segment]:
    """The segments over whose letters it is drawn."""
    main = segment.main
    low, high = main.y, main.y + 0.65 * main.size
    for strip in range(int((low - main.size) // _STRIP), int(high // _STRIP) + 1):
        for other in rows.get(strip, ()):
            bottom, top = other.main.y, other.main.y + 0.45 * other.main.size
            deep = min(high, top) - max(low, bottom)
            wide = min(segment.x1, other.x1) - max(segment.x0, other.x0)
            if deep > 0.3 * (top - bottom) and wide > main.size:
                yield other

"""
Running heads, running feet and page numbers: what stands outermost on page after page, at the same height, with the same words.

One number in it may differ, so `Page 3 of 20` is `Page 4 of 20`. A page number is also told by its value, which grows by one from
page to page: alone at any height, for it may follow the text's end, or at the same height beside the changing titles of chapters.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from itertools import groupby

from ingest.layout import Segment

MAX_ROWS = 5  # a head or a foot has at most so many rows
SAME_HEIGHT = 4.0  # points: the same place on two pages
_HEADING = 1.15  # of the body's size: what is larger is a repeated heading, as on slides, not a running head

_NUMBER = re.compile(r"\W*(?:page\s*)?(?:[A-Z]{1,2}\s?[-–.]\s?)?(\d{1,4}|[ivxlc]{1,7})(?:\s*(?:of|/)\s*\d{1,4})?\W*", re.IGNORECASE)
_BESIDE = re.compile(r"^\d{1,4}(?=\s)|(?<=\s)\d{1,4}$")
_DIGITS = re.compile(r"\d+")
_ROMAN = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}


def without_running(pages: Sequence[Sequence[Segment]], body_size: float) -> tuple[list[list[Segment]], int]:
    """
    The pages without running heads and feet, and how many rows of those were dropped.

    A document of one page keeps everything, and so does one of which most pages would be left blank: it has no running text.
    """
    runs = [_edges(page) for page in pages]
    words = _repeated(runs, body_size)
    numbers = _counted(runs)
    kept: list[list[Segment]] = []
    dropped = 0
    for number, page in enumerate(pages):
        gone: set[int] = set()
        for edge in runs[number]:
            for row in edge:
                if not all((number, id(one)) in words or (number, id(one)) in numbers for one in row):
                    break
                gone.update(map(id, row))
                dropped += 1
        kept.append([one for one in page if id(one) not in gone])
    if sum(map(bool, kept)) * 2 < sum(map(bool, pages)):
        return [list(page) for page in pages], 0
    return kept, dropped


_Rows = list[list[Segment]]  # from the edge of the page inwards


def _edges(page: Sequence[Segment]) -> tuple[_Rows, _Rows]:
    """The uppermost and the lowest rows of a page."""
    height: Callable[[Segment], int] = lambda one: round(one.main.y / 2)  # noqa: E731 (a name for groupby's key)
    rows = [list(row) for _, row in groupby(page, key=height)]
    return rows[:MAX_ROWS], rows[: -MAX_ROWS - 1 : -1]


def _repeated(runs: Sequence[tuple[_Rows, _Rows]], body_size: float) -> set[tuple[int, int]]:
    """The (page, segment) whose words stand at the same height on enough pages."""
    places: dict[tuple[int, str], list[tuple[int, Segment]]] = defaultdict(list)
    for number, edges in enumerate(runs):
        for side, edge in enumerate(edges):
            for segment in (one for row in edge for one in row):
                if segment.main.size <= _HEADING * body_size:
                    places[side, _DIGITS.sub("#", segment.text).casefold()].append((number, segment))
    enough = 2 if len(runs) <= 5 else 3
    found: set[tuple[int, int]] = set()
    for stands in (same for fold in places.values() for same in _alike(fold)):
        heights: dict[int, set[int]] = defaultdict(set)  # pages by height
        for number, segment in stands:
            heights[round(segment.main.y / SAME_HEIGHT)].add(number)
        for number, segment in stands:
            height = round(segment.main.y / SAME_HEIGHT)
            if len(heights[height] | heights.get(height - 1, set()) | heights.get(height + 1, set())) >= enough:
                found.add((number, id(segment)))
    return found


def _alike(fold: list[tuple[int, Segment]]) -> list[list[tuple[int, Segment]]]:
    """Segments that differ in their digits alone: together if at most one number differs, else those of the same text."""
    numbers = list(zip(*(_DIGITS.findall(segment.text) for _, segment in fold), strict=True))
    if sum(len(set(values)) > 1 for values in numbers) <= 1:
        return [fold]
    same: dict[str, list[tuple[int, Segment]]] = defaultdict(list)
    for number, segment in fold:
        same[segment.text].append((number, segment))
    return list(same.values())


def _counted(runs: Sequence[tuple[_Rows, _Rows]]) -> set[tuple[int, int]]:
    """The (page, segment) of rows whose number runs along with the pages: page numbers, alone or beside a chapter's title."""
    found: set[tuple[int, int]] = set()
    for side in (0, 1):
        rows: dict[tuple[int, int | None], list[tuple[int, list[Segment]]]] = defaultdict(list)  # by what number and page differ in
        for number, edges in enumerate(runs):
            for place, row in enumerate(edges[side][:3]):
                text = " ".join(segment.text for segment in row)
                value = _value(text)
                if value is not None:
                    rows[value - number, None].append((number, row))
                elif place == 0:  # and at the same height, where there are other words too
                    height = round(row[0].main.y / SAME_HEIGHT)
                    for beside in _BESIDE.findall(text):
                        rows[int(beside) - number, height].append((number, row))
        for counted in rows.values():
            if len({number for number, _ in counted}) >= (2 if len(runs) <= 3 else 3):
                found.update((number, id(segment)) for number, row in counted for segment in row)
    return found


def _value(text: str) -> int | None:
    """The number of a page number, also a Roman one; None for other text."""
    match = _NUMBER.fullmatch(text)
    if match is None:
        return None
    if match.group(1).isdigit():
        return int(match.group(1))
    values = [_ROMAN[letter] for letter in match.group(1).lower()]
    return sum(-a if a < b else a for a, b in zip(values, [*values[1:], 0], strict=True))

"""
Running heads, running feet and page numbers: what stands outermost on page after page, at the same height, with the same words.

One number in it may differ if it runs along with the pages, so `Page 3 of 20` is `Page 4 of 20`, while `Total 120` is not `Total 340`.
A page number is also told by its value: alone at any height, for it may follow the text's end, or at the same height beside the
changing titles of chapters. Titles that change without a number are told by the heads of other pages in the same place.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from ingest.pdf.hyphens import SOFT_HYPHEN
from ingest.pdf.layout import Segment

MAX_ROWS = 5  # a head or a foot has at most so many rows
SAME_HEIGHT = 4.0  # points: the same place on two pages
_HEADING = 1.15  # of the body's size: what is larger is a repeated heading, as on slides, not a running head

_NUMBER = re.compile(r"\W*(?:page\s*)?([A-Z]{1,2}\s?[-–.]\s?)?(\d{1,4}|[ivxlc]{1,7})(?:\s*(?:of|/)\s*\d{1,4})?\W*", re.IGNORECASE)
_BESIDE = re.compile(r"^\d{1,4}(?=\s)|(?<=\s)\d{1,4}$")
_DIGITS = re.compile(r"\d+")
_PAGE_BEFORE = re.compile(r"\b(?:pages?|pg|p|seite|página|pagina)\W*$", re.IGNORECASE)
_AROUND = " \t|•·–—-[](){}<>/."
_MOST = 0.6  # of the rows in one place are known to be running heads: then all are
_HEAD_MAX_CHARACTERS = 100
_ROMAN = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}


@dataclass(frozen=True, slots=True)
class Plain:
    """Pages without what runs along with them."""

    pages: list[list[Segment]]
    dropped: int  # rows of running heads and feet
    labels: Mapping[int, str]  # printed page numbers, as 'iv', '12' or 'F-3', by row of the page; those between two printed ones too


def without_running(pages: Sequence[Sequence[Segment]], body_size: float) -> Plain:
    """
    The pages without running heads and feet.

    A document of one page keeps everything, and so does one of which most pages would be left blank: it has no running text.
    """
    runs = [_edges(page) for page in pages]
    numbers, labels = _counted(runs, body_size)
    numbered = {number for number, _ in numbers}
    enough = 2 if len(runs) <= 5 else 3
    known = _repeated(runs, body_size, numbered, enough) | numbers
    known |= _in_the_same_place(runs, known | _repeated(runs, body_size, numbered, 2))
    kept: list[list[Segment]] = []
    dropped = 0
    for number, page in enumerate(pages):
        gone: set[int] = set()
        for edge in runs[number]:
            for row in edge:
                if not all((number, id(one)) in known for one in row):
                    break
                gone.update(map(id, row))
                dropped += 1
        kept.append([one for one in page if id(one) not in gone])
    if sum(map(bool, kept)) * 2 < sum(map(bool, pages)):
        return Plain([list(page) for page in pages], 0, labels)
    return Plain(kept, dropped, labels)


_Rows = list[list[Segment]]  # from the edge of the page inwards


def _edges(page: Sequence[Segment]) -> tuple[_Rows, _Rows]:
    """The uppermost and the lowest rows of a page."""
    height: Callable[[Segment], int] = lambda one: round(one.main.y / 2)  # noqa: E731 (a name for groupby's key)
    rows = [list(row) for _, row in groupby((one for one in page if not one.main.turned), key=height)]
    return rows[:MAX_ROWS], rows[: -MAX_ROWS - 1 : -1]


def _repeated(runs: Sequence[tuple[_Rows, _Rows]], body_size: float, numbered: set[int], enough: int) -> set[tuple[int, int]]:
    """The (page, segment) whose words stand at the same height on enough pages; `numbered` are pages whose number is known."""
    places: dict[tuple[int, str], list[tuple[int, Segment]]] = defaultdict(list)
    for number, edges in enumerate(runs):
        for side, edge in enumerate(edges):
            for segment in (one for row in edge for one in row):
                if segment.main.size <= _HEADING * body_size:
                    places[side, _DIGITS.sub("\0", segment.text).casefold()].append((number, segment))
    found: set[tuple[int, int]] = set()
    for stands in (same for fold in places.values() for same in _alike(fold, numbered)):
        heights: dict[int, set[int]] = defaultdict(set)  # pages by height
        for number, segment in stands:
            heights[round(segment.main.y / SAME_HEIGHT)].add(number)
        for number, segment in stands:
            height = round(segment.main.y / SAME_HEIGHT)
            if len(heights[height] | heights.get(height - 1, set()) | heights.get(height + 1, set())) >= enough:
                found.add((number, id(segment)))
    return found


def _alike(fold: list[tuple[int, Segment]], numbered: set[int]) -> list[list[tuple[int, Segment]]]:
    """
    Segments that differ in their digits alone: those of the same text, or together if one number differs and is that of the page.

    A page has one number: where it is known, only a number after the word *page* can be another. Else it stands at an end of its row.
    """
    numbers = list(zip(*(_DIGITS.findall(segment.text) for _, segment in fold), strict=True))
    differing = [row for row, values in enumerate(numbers) if len(set(values)) > 1]
    if not differing:
        return [fold]
    if len(differing) == 1:
        values = numbers[differing[0]]
        by_offset: dict[int, list[tuple[int, Segment]]] = defaultdict(list)
        for (number, segment), value in zip(fold, values, strict=True):
            place = list(_DIGITS.finditer(segment.text))[differing[0]]
            named = _PAGE_BEFORE.search(segment.text[: place.start()])
            at_end = not segment.text[: place.start()].strip(_AROUND) or not segment.text[place.end() :].strip(_AROUND)
            if named or (at_end and number not in numbered):
                by_offset[int(value) - number].append((number, segment))
        run = [one for same in by_offset.values() if len(same) > 1 for one in same]
        fold = [one for one in fold if one not in run]
        return [run, *_same_text(fold)]
    return _same_text(fold)


def _same_text(fold: list[tuple[int, Segment]]) -> list[list[tuple[int, Segment]]]:
    same: dict[str, list[tuple[int, Segment]]] = defaultdict(list)
    for number, segment in fold:
        same[segment.text].append((number, segment))
    return list(same.values())


def _in_the_same_place(runs: Sequence[tuple[_Rows, _Rows]], known: set[tuple[int, int]]) -> set[tuple[int, int]]:
    """
    The (page, segment) of short outermost rows in the place where most other pages have a running head or foot.

    The same height, size and side, as far from the text as there: only so a page that has no head keeps its first line.
    """
    places: dict[tuple[int, int, int], list[tuple[int, float, list[Segment]]]] = defaultdict(list)
    for number, edges in enumerate(runs):
        for side, rows in enumerate(edges):
            if len(rows) > 1:
                main = rows[0][0].main
                gap = abs(main.y - rows[1][0].main.y)
                places[side, round(main.y), round(main.size * 10)].append((number, gap, rows[0]))
    found: set[tuple[int, int]] = set()
    for stands in places.values():
        gaps = [gap for number, gap, row in stands if all((number, id(one)) in known for one in row)]
        if len(gaps) >= 3 and len(gaps) >= _MOST * len(stands):
            for number, gap, row in stands:
                text = " ".join(one.text for one in row)
                if len(text) <= _HEAD_MAX_CHARACTERS and gap >= max(0.9 * min(gaps), 1.8 * row[0].main.size):
                    found.update((number, id(one)) for one in row)
    return found


def _counted(runs: Sequence[tuple[_Rows, _Rows]], body_size: float) -> tuple[set[tuple[int, int]], dict[int, str]]:
    """
    The (page, segment) of rows whose number runs along with the pages: page numbers, alone or beside a chapter's title; and the numbers.
    """
    found: set[tuple[int, int]] = set()
    labels: dict[int, str] = {}
    for side in (0, 1):
        rows: dict[tuple[int, int | None], list[tuple[int, list[Segment]]]] = defaultdict(list)  # by what number and page differ in
        for number, edges in enumerate(runs):
            for place, row in enumerate(edges[side][:3]):
                text = _words(row)
                value = _value(text)
                if value is not None:
                    rows[value - number, None].append((number, row))
                elif place == 0 and row[0].main.size <= _HEADING * body_size:  # and at the same height, where there are other words too
                    height = round(row[0].main.y / SAME_HEIGHT)
                    for beside in _BESIDE.findall(text):
                        rows[int(beside) - number, height].append((number, row))
        for (offset, place_of), counted in sorted(rows.items(), key=lambda item: item[0][1] is not None):  # numbers alone come first
            pages = {number for number, _ in counted}
            numbered = {number for number, _ in found}
            if len(pages) >= (2 if len(runs) <= 3 else 3) and (place_of is None or len(pages & numbered) * 2 < len(pages)):
                found.update((number, id(segment)) for number, row in counted for segment in row)
                for number in range(min(pages), max(pages) + 1):
                    printed = next((_label(row, offset + number) for at, row in counted if at == number), None)
                    labels.setdefault(number, printed or (str(offset + number) if _label(counted[0][1], 0).isdigit() else ""))
    return found, {number: label for number, label in labels.items() if label}


def _words(row: Sequence[Segment]) -> str:
    return " ".join(segment.text for segment in row).replace(SOFT_HYPHEN, "-")  # drawn inside a line, it is a hyphen


def _label(row: Sequence[Segment], value: int) -> str:
    """A page number as it is printed: with its part's letter, if it has one, and Roman where it is."""
    match = _NUMBER.fullmatch(_words(row))
    if match is None:  # beside other words
        return str(value)
    part = "".join((match[1] or "").split())
    return f"{part if part.isupper() else ''}{match[2]}"


def _value(text: str) -> int | None:
    """The number of a page number, also a Roman one; None for other text."""
    match = _NUMBER.fullmatch(text)
    if match is None:
        return None
    if match[2].isdigit():
        return int(match[2])
    values = [_ROMAN[letter] for letter in match[2].lower()]
    return sum(-a if a < b else a for a, b in zip(values, [*values[1:], 0], strict=True))

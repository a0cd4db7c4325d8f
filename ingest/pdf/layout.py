"""
Fragments of a page to segments, and the segments of one column to lines. Geometry only: where columns are, and what a line is (head,
note, paragraph), is told in other modules.

Places are in points, x to the right and y up, as in PDF.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

WORD_GAP = 0.15  # of the font size: wider is a space between words, narrower is kerning; a space is .25 to .3 in common faces
_SEGMENT_GAP = 1.6  # of the font size: wider parts two cells or columns
_RISE = 0.12  # of the font size above its line: more is a superscript
_MAX_INITIALS = 100  # single capitals on a page; more are letters drawn one by one, or a drawing's, and each is compared with all segments
_SMALL = 0.85  # of the line's font size: less is a superscript or a subscript

LOST = "\ue000"  # a glyph that stands for no character
_SOFT_HYPHEN = "\u00ad"
_EVEN = 1.3  # the widest of a loose line's gaps, in narrowest ones
_INITIAL = 1.8  # times the size of the text: a large initial
_LETTER_GAP, _NEXT_WORD = 0.65, 1.7  # of the font size, between spaced letters; times that between words
_LETTERS_MIN = 4  # in a row that are drawn one by one with gaps: a letter-spaced word

_STRONG = "\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc"  # Hebrew, Arabic and their kin
_RIGHT_TO_LEFT = re.compile(f"[{_STRONG}](?:[^A-Za-z0-9]*[{_STRONG}])*")
_LEFT_TO_RIGHT = re.compile(f"[^\\W_{_STRONG}](?:[^{_STRONG}]*[^\\W_{_STRONG}])?")


@dataclass(frozen=True, slots=True)
class Fragment:
    """Letters that were drawn in one go."""

    text: str
    x0: float  # left end
    x1: float  # right end
    y: float  # baseline
    size: float  # of the font, as it appears on the page
    bold: bool = False
    italic: bool = False
    turned: bool = False  # against most of its page, and put below it
    in_margin: bool = False  # turned, and left or right of all text that is not


@dataclass(frozen=True, slots=True)
class Run:
    """Letters of one line in one size, height and weight."""

    text: str
    size: float
    rise: float  # above the baseline of the line
    bold: bool


@dataclass(frozen=True)
class Line:
    """One line of a column."""

    runs: tuple[Run, ...]
    x0: float
    x1: float
    y: float  # baseline of most of it
    size: float  # of most of it
    cells: int = 1  # parts with wide gaps between them
    column: int = 0  # lines of one column, one above the other, have the same number; it counts up in reading order
    row: int = 0  # lines of one row of a table that is read cell by cell have the same number, from 1 on its page; 0 for all others

    @cached_property
    def text(self) -> str:
        """Its words, single-spaced."""
        return " ".join("".join(run.text for run in self.runs).split())

    @cached_property
    def bold(self) -> bool:
        """Whether all of its letters are bold."""
        return all(run.bold for run in self.runs if run.text.strip())

    def is_raised(self, run: Run) -> bool:
        """Whether a run of it is a superscript: smaller than the line and above its baseline."""
        return run.size < _SMALL * self.size and run.rise > _RISE * self.size


@dataclass(frozen=True)
class Segment:
    """Fragments beside one another without a wide gap: a line, or the part of a line that stands in one column."""

    parts: tuple[Fragment, ...]

    @cached_property
    def text(self) -> str:
        """Its words, single-spaced."""
        return " ".join("".join(_pieces(self.parts)).split())

    @cached_property
    def x0(self) -> float:
        """Its left end."""
        return min(part.x0 for part in self.parts)

    @cached_property
    def x1(self) -> float:
        """Its right end."""
        return max(part.x1 for part in self.parts)

    @cached_property
    def main(self) -> Fragment:
        """The fragment whose size and baseline most of the letters have."""
        weight: dict[tuple[float, float], int] = {}
        for part in self.parts:
            key = (round(part.size, 1), round(part.y, 1))
            weight[key] = weight.get(key, 0) + len(part.text.strip())
        best = max(weight, key=lambda key: (weight[key], key[0]))
        return next(part for part in self.parts if (round(part.size, 1), round(part.y, 1)) == best)


def without_lost(fragments: Iterable[Fragment]) -> tuple[list[Fragment], int]:
    """Fragments without the glyphs that stand for no character, and how many those were."""
    found: list[Fragment] = []
    lost = 0
    for fragment in fragments:
        count = fragment.text.count(LOST)
        lost += count
        if count < len(fragment.text):
            found.append(replace(fragment, text=fragment.text.replace(LOST, "")) if count else fragment)
    return found, lost


def segments(fragments: Iterable[Fragment]) -> list[Segment]:
    """The segments of a page, from top to bottom and left to right; blank ones are left out."""
    rows: list[list[Fragment]] = []
    for fragment in fragments:
        if rows and _continues(rows[-1], fragment):
            rows[-1].append(fragment)
        else:
            rows.append([fragment])
    found = [Segment(tuple(trimmed(row))) for row in rows if any(part.text.strip() for part in row)]
    initials = [one for one in found if len(one.text) == 1 and one.text.isupper()]
    for initial in initials if len(initials) <= _MAX_INITIALS else ():
        _set_initial(initial, found)
    return sorted(found, key=lambda segment: (-segment.main.y, segment.x0))


def _continues(row: Sequence[Fragment], fragment: Fragment) -> bool:
    """Whether a fragment goes on where the one before it in the same row ended."""
    last = row[-1]
    size = max(last.size, fragment.size)
    gap = fragment.x0 - last.x1
    return are_beside(last, fragment) and -0.6 * size < gap < _SEGMENT_GAP * size


def _set_initial(initial: Segment, found: list[Segment]) -> None:
    """Put a large initial, which stands beside two lines or more, at the head of the first of them."""
    cap = initial.main
    beside = [
        one
        for one in found
        if 0 <= one.x0 - cap.x1 < cap.size
        and _INITIAL * one.main.size <= cap.size
        and cap.y - 0.3 * one.main.size < one.main.y < cap.y + 0.8 * cap.size
    ]
    if len(beside) > 1:
        first = max(beside, key=lambda one: one.main.y)
        letter = replace(first.parts[0], text=initial.text, x0=first.x0, x1=first.x0)
        found[found.index(first)] = Segment((letter, *first.parts))
        found.remove(initial)


def are_beside(a: Fragment, b: Fragment) -> bool:
    """Whether two fragments stand in one row: a third or more of the smaller one's height is beside the other."""
    small = min(a.size, b.size)
    overlap = min(a.y + 0.7 * a.size, b.y + 0.7 * b.size) - max(a.y, b.y)
    return overlap >= 0.25 * small and abs(a.y - b.y) <= 0.6 * max(a.size, b.size)


def trimmed(row: Sequence[Fragment]) -> Sequence[Fragment]:
    """The row without blank fragments at its ends."""
    start, end = 0, len(row)
    while not row[start].text.strip():
        start += 1
    while not row[end - 1].text.strip():
        end -= 1
    return row[start:end]


def merged(column: Sequence[Segment]) -> list[Line]:
    """The lines of one column: segments in one row become one line."""
    rows: list[list[Segment]] = []
    for segment in column:
        main = segment.main
        beside = next((row for row in reversed(rows[-3:]) if are_beside(_tallest(row), main) and not _covers(row, segment)), None)
        if beside is None:
            rows.append([segment])
        else:
            beside.append(segment)
    rows.sort(key=lambda row: -_tallest(row).y)
    return [_line(row) for row in rows]


def _tallest(row: Sequence[Segment]) -> Fragment:
    return max((one.main for one in row), key=lambda main: main.size)


def _covers(row: Sequence[Segment], segment: Segment) -> bool:
    """Whether a segment would stand on top of another in the row: then it is the next line, set tight."""
    slack = 0.3 * segment.main.size
    return any(one.x0 < segment.x1 - slack and segment.x0 < one.x1 - slack for one in row)


def _line(row: Sequence[Segment]) -> Line:
    parts = [part for segment in sorted(row, key=lambda one: one.x0) for part in segment.parts]
    whole = Segment(tuple(parts))
    main = whole.main
    if is_right_to_left(whole.text):  # its notes are not found: one run has one size
        return Line((Run(_logical(whole.text), main.size, 0, main.bold),), whole.x0, whole.x1, main.y, main.size, len(row))
    runs: list[Run] = []
    for part, text in zip(parts, _pieces(parts), strict=True):
        rise = part.y - main.y
        last = runs[-1] if runs else None
        if last and max(abs(last.size - part.size), abs(last.rise - rise)) < 0.05 * main.size and last.bold == part.bold:
            runs[-1] = replace(last, text=last.text + text)
        else:
            runs.append(Run(text, part.size, rise, part.bold))
    runs[:-1] = [replace(run, text=run.text.replace(_SOFT_HYPHEN, "-")) for run in runs[:-1]]  # drawn inside a line, it is a hyphen
    end = runs[-1].text.rstrip()
    runs[-1] = replace(runs[-1], text=end[:-1].replace(_SOFT_HYPHEN, "-") + end[-1:])
    cells = 1 if len(row) > 1 and _is_loose(parts) else len(row)
    return Line(tuple(runs), whole.x0, whole.x1, main.y, main.size, cells)


def _is_loose(parts: Sequence[Fragment]) -> bool:
    """Whether all words of a line are equally far apart: it is a loose line of running text, not a row of cells."""
    words = [part for part in parts if part.text.strip()]
    gaps = [b.x0 - a.x1 for a, b in pairwise(words) if b.x0 - a.x1 > WORD_GAP * min(a.size, b.size)]
    has_spaces = any(" " in part.text.strip() for part in words)
    return len(gaps) >= 2 and not has_spaces and max(gaps) <= _EVEN * min(gaps)


def is_right_to_left(text: str) -> bool:
    """Whether a text has Hebrew or Arabic letters."""
    return _RIGHT_TO_LEFT.search(text) is not None


def _logical(text: str) -> str:
    """
    A line that was drawn from left to right, in the order in which it is read.

    A line mostly of right-to-left letters is turned round as a whole and its other words back again; in other lines only the
    right-to-left words are turned round.
    """
    letters = [letter for letter in text if letter.isalpha()]
    if sum(map(is_right_to_left, letters)) * 2 > len(letters):
        return _LEFT_TO_RIGHT.sub(lambda match: match.group()[::-1], text[::-1])
    return _RIGHT_TO_LEFT.sub(lambda match: match.group()[::-1], text)


def _pieces(parts: Sequence[Fragment]) -> list[str]:
    """The texts of fragments in a row, a space before each that a gap parts from the one before it."""
    if not parts:
        return []
    found = [parts[0].text]
    spaced = _letter_gaps(parts)
    for row, (before, after) in enumerate(pairwise(parts)):
        gap = max(after.x0 - before.x1, before.x0 - after.x1)
        apart = gap > max(WORD_GAP * min(before.size, after.size), 1.4 * spaced.get(row, 0))
        found.append(f" {after.text}" if apart and not _is_initial(before, after) else after.text)
    return found


def _letter_gaps(parts: Sequence[Fragment]) -> dict[int, float]:
    """
    For each gap in letter-spaced words, drawn letter by letter, how wide their gaps usually are.

    Only capitals: small letters that stand apart are words and variables more often than one word. And only where each gap is plainly
    one between letters or one between words, for what is joined here wrongly would be a word of nobody's.
    """
    found: dict[int, float] = {}
    start = 0
    while start < len(parts):
        end = start
        while end < len(parts) and (not parts[end].text.strip() or _is_letter(parts[end])):
            end += 1
        if sum(bool(part.text.strip()) for part in parts[start:end]) >= _LETTERS_MIN:
            gaps = [b.x0 - a.x1 for a, b in pairwise(parts[start:end]) if not (a.text[-1:].isspace() or b.text[:1].isspace())]
            usual = sorted(gaps)[len(gaps) // 2] if gaps else 0.0
            if usual < _LETTER_GAP * parts[start].size and all(gap < _EVEN * usual or gap > _NEXT_WORD * usual for gap in gaps):
                found |= dict.fromkeys(range(start, end - 1), usual)
        start = max(end, start + 1)
    return found


def _is_letter(part: Fragment) -> bool:
    return len(part.text.strip()) == 1 and part.text.strip().isupper()


def _is_initial(before: Fragment, after: Fragment) -> bool:
    """Whether a fragment is a large initial, and the next one the rest of its word."""
    letter = before.text.strip()
    return len(letter) == 1 and letter.isupper() and before.size >= _INITIAL * after.size and after.text[:1].isalpha()

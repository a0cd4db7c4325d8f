"""
Recognised lines to the segments that a page of text gives: baselines, sizes, words and raised figures, measured on the page's ink.

The model says what stands in a line and about where. How large the letters are, which parts a heading or a note from the text, is
measured: the rows of pixels between the baseline and the height of an x have most of the ink. So is where words end, for the model
leaves out a space now and then. A slight slant of the page is taken out.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING

from ingest.pdf.layout import Fragment, Segment, segments
from ingest.pdf.recognise import RecognisedImage, RecognisedLine, runs_up_or_down

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    FloatArray = npt.NDArray[np.float64]

_X_HEIGHT, _CAP_HEIGHT, _DESCENT = 0.43, 0.68, 0.23  # of the font size, in common faces
_LOW, _HIGH, _DEEP = frozenset("acegmnopqrsuvwxyz"), frozenset("bdfhklt"), frozenset("gjpqyQ()[]")
_ENOUGH_LOW = 15  # letters: then most of a line's ink stands as high as an x
_GREY = 0.35  # of black: less is the grain of the paper
_TRACE = 1.0  # pixels of ink in a row: less is dust
_SAME_SIZE = 0.065  # sizes that differ by less are one: lines are measured to about 3 %; notes are set 10 % smaller and more
_MAX_SLANT = 0.1  # of a line, as a tangent: more is no page that was laid askew

_SPACE, _OF_SPACES = 0.15, 0.6  # of the font size, and of the line's other spaces: a narrower white stretch parts no words
_SPACE_PIXELS = 4.0  # nor does one with fewer: in small pictures letters stand apart by chance
_RAISED = 0.22  # of the font size over the baseline: a raised figure has no ink below
_RAISED_HEIGHT = 0.3  # of the font size: less is an apostrophe
_RAISED_SIZE, _RISE = 0.6, 0.35  # how a raised figure is handed on, in font sizes
_NEAR = 0.5  # font sizes between where a figure is thought to be and where raised ink is

_RAISABLE = re.compile(
    r"[⁰¹²³⁴⁵⁶⁷⁸⁹]+"
    r"|(?<=[^\W\d_])\d{1,3}(?=[^\w/]*$)"  # after a word
    r"|(?<=[^\s\d/][.,;:!?)\]\"'”’])\d{1,3}(?=[^\w/]*$)"  # or after the sign behind it
    r"|^\d{1,3}(?=[^\d.,)/-])"  # or before one, where a note begins
)
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_CLOSING = ".,;:!?)]”"
_OPENING = "([“\"'‘"
_WIDTHS = {**dict.fromkeys("iljtfrI.,;:'’!|()[]-", 0.3), **dict.fromkeys("mwMW—", 0.85)}  # of other letters .5, of capitals .68


@dataclass(frozen=True, slots=True)
class _Strip:
    """A line's pixels, set straight: all of its rows run along the line."""

    ink: FloatArray  # (rows, columns), 0 is paper and 1 is ink
    left: float  # of the page, where the first column is
    base: float  # row of the baseline
    size: float  # of the font, in pixels

    def white(self) -> list[tuple[int, int]]:
        """The stretches of columns without ink between two that have some: the last column with ink before, and the first after."""
        inked = (self.ink.max(axis=0, initial=0.0) > 0.3).nonzero()[0].tolist()
        return [(a, b) for a, b in pairwise(inked) if b - a > 1]

    def hanging(self) -> list[float]:
        """The middles of stretches with ink well over the baseline and none at it, as high as a raised figure; on the page."""
        edge = max(int(self.base - _RAISED * self.size), 0)
        low = self.ink[edge : int(self.base + 0.1 * self.size) + 1].max(axis=0, initial=0.0) > 0.4
        upper = self.ink[:edge]
        columns = ((upper.max(axis=0, initial=0.0) > 0.4) & ~low).nonzero()[0].tolist()
        found: list[float] = []
        for start, end in _runs(columns):
            rows = (upper[:, start:end].max(axis=1, initial=0.0) > 0.4).nonzero()[0]
            if rows[-1] - rows[0] + 1 >= _RAISED_HEIGHT * self.size:
                found.append(self.left + (start + end) / 2)
        return found


def segments_of(page: RecognisedImage, *, points_per_pixel: float) -> list[Segment]:
    """The segments of a page, as `ingest.pdf.layout` makes them of text."""
    slant = _slant(page.lines)
    height = page.image.shape[0]
    found: list[Fragment] = []
    beside = 0.0  # pixels: lines that run up or down are put below the page, so that they are read after it
    for line in page.lines:
        if runs_up_or_down(line):
            size = max(abs(line.corners[0][0] - line.corners[2][0]), 1.0)
            beside += 2 * size
            found.append(Fragment(line.text, 0, size * len(line.text) / 2, height + beside, size))
        else:
            found += _fragments(page, line, slant)
    scale = points_per_pixel
    return segments(
        replace(part, x0=part.x0 * scale, x1=part.x1 * scale, y=(height - part.y) * scale, size=round(part.size * scale, 1))
        for part in found
    )


def same_sizes(pages: Sequence[Sequence[Segment]]) -> list[list[Segment]]:
    """The pages with sizes that differ by no more than lines are measured made the same, beginning with the commonest."""
    letters: Counter[float] = Counter()
    for part in (part for page in pages for segment in page for part in segment.parts):
        letters[part.size] += len(part.text)
    named: dict[float, float] = {}
    while open_ := sorted(size for size in letters if size not in named):
        at = max(open_, key=lambda size: sum(letters[other] for other in open_ if abs(other - size) <= _SAME_SIZE * size))
        near = {size: letters[size] for size in open_ if abs(size - at) <= _SAME_SIZE * at}
        named |= dict.fromkeys(near, median(Counter(near).elements()))
    return [[Segment(tuple(replace(part, size=named[part.size]) for part in one.parts)) for one in page] for page in pages]


def _slant(lines: Sequence[RecognisedLine]) -> float:
    """How far most lines run down to the right, as a tangent."""
    slopes: list[tuple[float, float]] = []  # with the length of the line
    for line in lines:
        (x0, y0), (x1, y1), (x2, y2), (x3, y3) = line.corners
        across = (x1 - x0 + x2 - x3) / 2
        if across > 0:
            slopes.append(((y1 - y0 + y2 - y3) / 2 / across, across))
    longest = max((across for _, across in slopes), default=0.0)
    steady = sorted(slope for slope, across in slopes if across >= longest / 2 and abs(slope) <= _MAX_SLANT)
    return steady[len(steady) // 2] if steady else 0.0


def _fragments(page: RecognisedImage, line: RecognisedLine, slant: float) -> Iterator[Fragment]:
    """The words of a line, each with the space after it; raised figures are fragments of their own."""
    strip, y = _strip(page, line, slant)
    turned = slant * y  # the page is turned as a whole
    y -= slant * (line.corners[0][0] + line.corners[1][0]) / 2
    hanging = strip.hanging()
    for word, letters, (start, end) in _words(line, strip):
        at, done = start, 0
        for text, is_raised in _parts(word, letters, hanging, strip.size):
            done += len(text)
            right = (letters[done - 1] + letters[done]) / 2 if done < len(word) else end
            size, rise = (_RAISED_SIZE * strip.size, _RISE * strip.size) if is_raised else (strip.size, 0.0)
            yield Fragment(text, at + turned, right + turned, y - rise, size)
            at = right
        yield Fragment(" ", end + turned, end + turned, y, strip.size)


def _strip(page: RecognisedImage, line: RecognisedLine, slant: float) -> tuple[_Strip, float]:
    """A line's pixels, and how far down the page its baseline is, at the middle of the line."""
    import numpy as np

    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = line.corners
    rows, width = page.image.shape
    left, right = max(int(min(x0, x3)), 0), min(math.ceil(max(x1, x2)) + 1, width)
    columns = np.arange(min(left, width - 1), max(right, left + 1))[:width]
    half = max(round(0.55 * (y3 - y0 + y2 - y1) / 2), 2)
    centre = (y0 + y1 + y2 + y3) / 4
    middle = np.floor(centre + slant * (columns - (x0 + x1) / 2)).astype(int)
    down = middle[np.newaxis, :] + np.arange(-half, half + 1)[:, np.newaxis]
    ink = _ink(page.image[np.clip(down, 0, rows - 1), columns[np.newaxis, :]].astype(float))
    profile = ink.sum(axis=1)
    top, base = _band(profile)
    return _Strip(ink, float(columns[0]), base, max(_size(profile, top, base, line.text), 1.0)), math.floor(centre) - half + base


def _ink(grey: FloatArray) -> FloatArray:
    """How much of each pixel is ink, 0 to 1; light letters on dark ground are ink too."""
    import numpy as np

    dark, middle, light = (float(value) for value in np.percentile(grey, [2, 50, 98]))
    paper, black = (middle, dark) if middle - dark >= light - middle else (middle, light)
    ink: FloatArray = np.clip((grey - paper) / (black - paper if black != paper else 1.0), 0.0, 1.0)
    ink[ink < _GREY] = 0.0
    return ink


def _band(profile: FloatArray) -> tuple[float, float]:
    """From the height of an x, or of a capital, to the baseline: where the rows with most ink begin and end, to a part of a pixel."""
    level = 0.5 * float(profile[profile >= 0.5 * profile.max()].mean())
    full = (profile >= level).nonzero()[0]
    if level <= 0 or not len(full):
        return 0.0, float(len(profile))
    first, last = int(full[0]), int(full[-1])
    before = float(profile[first - 1]) if first else 0.0
    after = float(profile[last + 1]) if last + 1 < len(profile) else 0.0
    top = first + 0.5 - (float(profile[first]) - level) / max(float(profile[first]) - before, 1e-9)
    base = last + 0.5 + (float(profile[last]) - level) / max(float(profile[last]) - after, 1e-9)
    return top, base


def _size(profile: FloatArray, top: float, base: float, text: str) -> float:
    """
    The size of a line's font in pixels.

    A line with enough low letters is measured by their height, unless tall ones outweigh them; a shorter one, or one in capitals, from the
    highest ink to the lowest.
    """
    first, last = int(top), min(int(base), len(profile) - 1)
    while first > 0 and profile[first - 1] > _TRACE:
        first -= 1
    while last + 1 < len(profile) and profile[last + 1] > _TRACE:
        last += 1
    above = _CAP_HEIGHT if any(letter in _HIGH or letter.isupper() or letter.isdigit() for letter in text) else _X_HEIGHT
    below = _DESCENT if any(letter in _DEEP for letter in text) else 0.0
    whole = (last + 1 - first) / (above + below)
    low = (base - top) / _X_HEIGHT
    return low if sum(letter in _LOW for letter in text) >= _ENOUGH_LOW and low < 1.2 * whole else whole


def _words(line: RecognisedLine, strip: _Strip) -> Iterator[tuple[str, Sequence[float], tuple[float, float]]]:
    """The words of a line, the middles of their letters, and where each begins and ends."""
    letters = "".join(line.text.split())
    middles = line.places or _guessed(line)
    white: dict[int, tuple[float, float]] = {}  # the widest white stretch before a letter, by its number
    for a, b in strip.white():
        a_, b_ = strip.left + a + 1, strip.left + b
        row = sum(middle < (a_ + b_) / 2 for middle in middles)
        if row not in white or b_ - a_ > white[row][1] - white[row][0]:
            white[row] = (a_, b_)
    spaces = set(_starts(line.text))
    starts = sorted(spaces | set(_left_out(letters, white, spaces, strip.size) if line.places else ()))
    for start, end in zip([0, *starts], [*starts, len(letters)], strict=True):
        left = white[start][1] if start in white and start else _between(middles, start)
        right = white[end][0] if end in white and end < len(letters) else _between(middles, end)
        yield letters[start:end], middles[start:end], (left, max(right, left))


def _starts(text: str) -> Iterator[int]:
    """Before which letters, spaces aside, a space stands."""
    done = 0
    for word in text.split()[:-1]:
        done += len(word)
        yield done


def _left_out(letters: str, white: dict[int, tuple[float, float]], spaces: set[int], size: float) -> Iterator[int]:
    """Before which letters a space should stand that the model left out: the paper is as white there as at the others."""
    known = [white[row][1] - white[row][0] for row in spaces if row in white]
    enough = max(_SPACE * size, _SPACE_PIXELS, _OF_SPACES * median(known) if known else 0.0)
    for row, (a, b) in white.items():
        if 0 < row < len(letters) and row not in spaces and b - a >= enough:
            before, after = letters[row - 1], letters[row]
            if (before.isalpha() or before in _CLOSING) and (after.isalpha() or after in _OPENING or (before == "," and after.isdigit())):
                yield row


def _between(middles: Sequence[float], row: int) -> float:
    """Where a letter begins, from the middles of it and the one before."""
    if len(middles) == 1:
        return middles[0]
    if 0 < row < len(middles):
        return (middles[row - 1] + middles[row]) / 2
    return middles[0] - (middles[1] - middles[0]) / 2 if row <= 0 else middles[-1] + (middles[-1] - middles[-2]) / 2


def _guessed(line: RecognisedLine) -> list[float]:
    """The middles of a line's letters if each is as wide as it mostly is."""
    widths = [(letter, _WIDTHS.get(letter, 0.68 if letter.isupper() else 0.25 if letter.isspace() else 0.5)) for letter in line.text]
    left, right = line.corners[0][0], line.corners[1][0]
    scale = (right - left) / max(sum(width for _, width in widths), 0.1)
    middles: list[float] = []
    at = left
    for letter, width in widths:
        if not letter.isspace():
            middles.append(at + width * scale / 2)
        at += width * scale
    return middles


def _parts(word: str, letters: Sequence[float], hanging: Sequence[float], size: float) -> Iterator[tuple[str, bool]]:
    """A word's text in parts, with whether each is raised: as a sign of its own, or as a figure where ink hangs over the baseline."""
    done = 0
    for found in _RAISABLE.finditer(word):
        middle = (letters[found.start()] + letters[found.end() - 1]) / 2
        if not found.group().isascii() or any(abs(middle - at) <= _NEAR * size for at in hanging):
            if found.start() > done:
                yield word[done : found.start()], False
            yield found.group().translate(_SUPERSCRIPTS), True
            done = found.end()
    if done < len(word):
        yield word[done:], False


def _runs(rows: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Numbers that follow one another, as half-open ranges."""
    start: int | None = None
    last = -1
    for row in rows:
        if start is None:
            start = row
        elif row != last + 1:
            yield start, last + 1
            start = row
        last = row
    if start is not None:
        yield start, last + 1

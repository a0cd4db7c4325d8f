"""
Pages with notes on their way: lines, what may be marks in them, bodies, and what ties them.

What a mark and a label look like is said here; where bodies stand, in `ingest.pdf.feet` and `ingest.pdf.endnotes`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, field, replace

from ingest.normalise import MarkOf
from ingest.notes import Superscript, is_label, pair
from ingest.pdf.layout import Line

_PLAIN_LABEL = re.compile(r"(\d{1,3}|[*†‡§¶‖]{1,8})(?:[.)]?\s+)(?=\S)|([*†‡§¶‖]{1,8})(?=\S)")
_SYMBOLS = re.compile(r"([*†‡§¶‖]{1,8})")
_SEVERAL = re.compile(r"\s*[,;\s]\s*")
_RANGE = re.compile(r"(\d{1,3})\s?[-–]\s?(\d{1,3})")
_SENTENCE_END = (".", "!", "?", '"', "”", "’", ")", "/", ">")


@dataclass(frozen=True, slots=True)
class MarkedLine:
    """A line of body text with its note marks."""

    line: Line
    page: int  # row of the page
    pieces: tuple[str | MarkOf, ...]


@dataclass(slots=True)
class FootNote:
    """A note's body, line by line."""

    key: tuple[int, int]  # row of the page, place on it
    label: str
    lines: list[str]
    raised: bool  # whether its label is
    last: Line  # the line that was added last

    def goes_on_in(self, small: Sequence[Line], column: Sequence[Line]) -> bool:
        """
        Whether small print without a label, at the foot of the next page or column, is more of it.

        It is in the same size, and the note either breaks off in a sentence or fills its last line.
        """
        if not small or abs(small[0].size - self.last.size) > 0.05 * self.last.size:
            return False
        width = max(line.x1 - line.x0 for line in (self.last, *column))
        return not self.lines[-1].endswith(_SENTENCE_END) or self.last.x1 - self.last.x0 > width - 4 * self.last.size


@dataclass(slots=True)
class Feet:
    """What a document's pages hold after the notes are lifted."""

    lines: list[MarkedLine] = field(default_factory=list)
    notes: list[FootNote] = field(default_factory=list)
    unmatched: int = 0  # raised numbers without a body


@dataclass(slots=True)
class NotedPage:
    """One page on its way: lines, notes, and what ties them."""

    number: int
    body: list[Line] = field(default_factory=list)
    notes: list[FootNote] = field(default_factory=list)
    parts: list[list[tuple[str, list[Superscript]]]] = field(default_factory=list)  # of each line: text, and the marks it may be
    ties: dict[int, FootNote] = field(default_factory=dict)  # by the place of the mark

    def find_marks(self) -> None:
        """Split the lines at what may be marks."""
        symbols = {note.label for note in self.notes if not note.label.isalnum()}
        place = 0
        for row, line in enumerate(self.body):
            parts: list[tuple[str, list[Superscript]]] = []
            before = ""
            over = self.body[row - 1] if row else None
            goes_on = over is not None and over.column == line.column and abs(over.size - line.size) < 0.05 * line.size
            for text, labels in _candidates(line, symbols, goes_on=goes_on):
                parts.append((text, [Superscript(place + row, label, before, opens=False) for row, label in enumerate(labels)]))
                place += len(labels)
                before += text
            self.parts.append(parts)

    def loose(self) -> list[Superscript]:
        """What may be marks and is not tied yet."""
        return [mark for parts in self.parts for _, marks in parts for mark in marks if mark.place not in self.ties]

    def tie(self, notes: Sequence[FootNote], *, among: Container[int] | None = None) -> None:
        """Tie marks that are still loose to these notes; of some places only, where they are given."""
        loose = [mark for mark in self.loose() if among is None or mark.place in among]
        if not loose or not notes:
            return
        loose = _in_order(loose)
        first = loose[-1].place + 1
        bodies = [Superscript(first + row, note.label, "", opens=True) for row, note in enumerate(notes)]
        pairs = pair([*loose, *bodies])
        # A body without a mark: its mark may stand after a figure (`83,190,556` with a raised 2), where `pair` sees an exponent.
        missing = {note.label for note in notes} - {mark.label for mark in loose if mark.place in pairs}
        if missing:
            again = [replace(mark, before="") for mark in loose if mark.label in missing and mark.before[-1:].isdigit()]
            pairs |= pair([*again, *bodies])
        self.ties |= {place: notes[body - first] for place, body in pairs.items()}

    def write(self, feet: Feet) -> None:
        """Put the lines into `feet`, with marks in place of what was tied."""
        for line, parts in zip(self.body, self.parts, strict=True):
            pieces: list[str | MarkOf] = []
            for text, marks in parts:
                if marks and all(mark.place in self.ties for mark in marks):
                    pieces += [MarkOf(self.ties[mark.place].key) for mark in marks]
                    pieces += [" "] if text.endswith(" ") else []
                else:
                    feet.unmatched += sum(mark.label.isdigit() for mark in marks)
                    pieces.append(text)
            feet.lines.append(MarkedLine(line, self.number, tuple(pieces)))


def opening(line: Line) -> tuple[str, str, bool]:
    """The label with which a line opens, the words after it, and whether the label is raised; ('', …) without one."""
    runs = [run for run in line.runs if run.text.strip()]
    if len(runs) > 1 and line.is_raised(runs[0]) and is_label(_bare(runs[0].text)):
        return _bare(runs[0].text), "".join(run.text for run in runs[1:]).strip(), True
    plain = _PLAIN_LABEL.match(line.text)
    if plain:
        return plain.group(1) or plain.group(2), line.text[plain.end() :], False
    return "", line.text, False


def _in_order(marks: Sequence[Superscript]) -> list[Superscript]:
    """
    The marks without those out of order that stand for a number which stands elsewhere, too.

    Notes are marked in their order, so the 2 of `E = mc2` before a note 1 is none where another 2 follows it.
    """
    numbered = [mark for mark in marks if mark.label.isdigit()]
    counts = Counter(mark.label for mark in numbered)
    once = [mark for mark in numbered if counts[mark.label] == 1]
    wrong = {
        mark.place: sum((other.place < mark.place) != (int(other.label) < int(mark.label)) for other in once)
        for mark in numbered
        if counts[mark.label] > 1
    }
    least: dict[str, int] = {}
    for mark in numbered:
        if mark.place in wrong:
            least[mark.label] = min(wrong[mark.place], least.get(mark.label, len(marks)))
    return [mark for mark in marks if mark.place not in wrong or wrong[mark.place] == least[mark.label]]


def labels_in(raised: str) -> list[str]:
    """The labels in a raised text: usually one, in `1, 2` two, in `3–5` three; none where it is no label."""
    labels: list[str] = []
    for part in _SEVERAL.split(_bare(raised)):
        reach = _RANGE.fullmatch(part)
        if reach and 0 < int(reach.group(2)) - int(reach.group(1)) < 20:
            labels += map(str, range(int(reach.group(1)), int(reach.group(2)) + 1))
        else:
            labels.append(part)
    return labels if all(map(is_label, labels)) else []


def _bare(raised: str) -> str:
    """A raised label without the brackets, or the bracket, that some print with it."""
    return raised.strip().strip("[]()")


def _candidates(line: Line, symbols: set[str], *, goes_on: bool) -> Iterator[tuple[str, list[str]]]:
    """
    The texts of a line, with the note labels each may be: those of raised runs, and symbols that some note has.

    A line may open with the mark of the last word before it if it goes on from there.
    """
    for row, run in enumerate(line.runs):
        if line.is_raised(run) and (row or goes_on):
            yield run.text, labels_in(run.text)
        elif symbols:
            yield from ((text, [text] if text in symbols else []) for text in _SYMBOLS.split(run.text) if text)
        else:
            yield run.text, []

"""
The source's own notes, at the feet of pages or at the end: bodies are lifted out, marks are tied to the places where they stood.

A note's body starts with its label, in smaller print at the foot of a page or column, under text that has the same label raised. A
mark is told by its size and height, not by its form: the raised `st` of `21st` has no body with that label and stays text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby, pairwise

from ingest.layout import Line, Run
from ingest.normalise import MarkOf
from ingest.notes import Superscript, is_label, pair

_NOTE_SIZE = 0.94  # of the body's size: notes are set smaller than this
_PLAIN_LABEL = re.compile(r"(\d{1,3}|[*†‡§¶‖]{1,8})(?:[.)]?\s+)(?=\S)|([*†‡§¶‖]{1,8})(?=\S)")
_SYMBOLS = re.compile(r"([*†‡§¶‖]{1,8})")
_SEVERAL = re.compile(r"\s*[,;\s]\s*")
_RANGE = re.compile(r"(\d{1,3})\s?[-–]\s?(\d{1,3})")
_NOTES_HEADING = re.compile(r"(?:\W*\d+\W+)?(?:end\s?notes?|foot\s?notes|notes(?: and references)?|references|sources)\W*", re.IGNORECASE)
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


def lift_notes(pages: Sequence[Sequence[Line]], body_size: float) -> Feet:
    """The body lines of all pages in reading order, and the notes in theirs."""
    found: list[_Page] = []
    last: FootNote | None = None  # of the page or column before
    for number, lines in enumerate(pages):
        page = _Page(number)
        labels = {label for line in lines for run in line.runs if line.is_raised(run) for label in _labels(run.text)}
        open_, last = last, None
        for _, column in groupby(lines, key=lambda line: line.column):
            group = list(column)
            small, start = _foot(group, body_size, labels)
            if open_ is not None and small > 0 and open_.goes_on_in(group[small:start], group):
                open_.lines += [line.text for line in group[small:start]]
                open_.last = group[start - 1]
                last = open_
                page.body += group[:small]
            else:
                page.body += group[:start]
            for line in group[start:]:
                _add(line, number, page.notes)
            open_ = last = page.notes[-1] if page.notes else last
        found.append(page)
    return _tied(found)


def _tied(pages: Sequence[_Page]) -> Feet:
    """The pages' lines and notes, each mark tied to a note of its page, or else to one that was moved to the next."""
    feet = Feet()
    for page in pages:
        page.find_marks()
        page.tie(page.notes)
    for page, following in pairwise(pages):
        page.tie([note for note in following.notes if note not in following.ties.values()])
    _lift_endnotes(pages)
    for page in pages:
        feet.notes += page.notes
        page.write(feet)
    return feet


@dataclass(slots=True)
class _Page:
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
        for line in self.body:
            parts: list[tuple[str, list[Superscript]]] = []
            before = ""
            for text, labels in _candidates(line, symbols):
                parts.append((text, [Superscript(place + row, label, before, opens=False) for row, label in enumerate(labels)]))
                place += len(labels)
                before += text
            self.parts.append(parts)

    def loose(self) -> list[Superscript]:
        """What may be marks and is not tied yet."""
        return [mark for parts in self.parts for _, marks in parts for mark in marks if mark.place not in self.ties]

    def tie(self, notes: Sequence[FootNote]) -> None:
        """Tie marks that are still loose to these notes."""
        loose = self.loose()
        if not loose or not notes:
            return
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


def _lift_endnotes(pages: Sequence[_Page]) -> None:
    """
    Lift the numbered notes under a heading such as *Notes*, if most of the marks without a foot note lead there.

    The numbers under the heading count from 1; what stands between two of them belongs to the first.
    """
    loose = [mark.label for page in pages for mark in page.loose() if mark.label.isdigit()]
    places = [(page, row) for page in pages for row in range(len(page.body))]
    heads = [at for at, (page, row) in enumerate(places) if _NOTES_HEADING.fullmatch(page.body[row].text)]
    if len(loose) < 2 or not heads:
        return
    notes: list[FootNote] = []
    lifted: list[tuple[_Page, int]] = []
    for page, row in places[heads[-1] + 1 :]:
        line = page.body[row]
        label, words, raised = _opening(line)
        if label == str(len(notes) + 1):
            notes.append(FootNote((-1, len(notes)), label, [words], raised, line))
        elif not notes or line.size > 1.08 * notes[0].last.size:
            break
        else:
            notes[-1].lines.append(line.text)
        lifted.append((page, row))
    if sum(int(label) <= len(notes) for label in loose) * 3 < len(loose) * 2:
        return
    for page, row in reversed(lifted):
        del page.body[row], page.parts[row]
    lifted[0][0].notes += notes
    for page in pages:
        page.tie(notes)


def _foot(group: Sequence[Line], body_size: float, labels: set[str]) -> tuple[int, int]:
    """Where the small print at the end of a column starts, and where the first note in it does; the length for none."""
    small = len(group)
    while small > 0 and group[small - 1].size <= _NOTE_SIZE * body_size:
        small -= 1
    text = " ".join(line.text for line in group[:small])
    for row in range(small, len(group)):
        label, _, raised = _opening(group[row])
        if label and (label in labels if raised or label.isdigit() else label in text or label in labels):
            return small, row
    for row in range(len(group) // 3, small):  # notes in the size of the body: only under marks in the same column, and to its end
        label, _, raised = _opening(group[row])
        if label and raised and any(label in _raised_labels(line) for line in group[:row]):
            return row, row
    return small, len(group)


def _raised_labels(line: Line) -> list[str]:
    return [label for run in line.runs[1:] if line.is_raised(run) for label in _labels(run.text)]


def _opening(line: Line) -> tuple[str, str, bool]:
    """The label with which a line opens, the words after it, and whether the label is raised; ('', …) without one."""
    runs = [run for run in line.runs if run.text.strip()]
    if len(runs) > 1 and line.is_raised(runs[0]) and is_label(runs[0].text.strip()):
        return runs[0].text.strip(), "".join(run.text for run in runs[1:]).strip(), True
    plain = _PLAIN_LABEL.match(line.text)
    if plain:
        return plain.group(1) or plain.group(2), line.text[plain.end() :], False
    return "", line.text, False


def _add(line: Line, page: int, notes: list[FootNote]) -> None:
    """A line of small print: a new note, or more of the last one."""
    label, words, raised = _opening(line)
    last = notes[-1] if notes else None
    if label and last is not None:
        follows = label.isdigit() and last.label.isdigit() and int(label) == int(last.label) + 1
        if not (raised if last.raised else follows or not label.isdigit()):
            label = ""
    if label:
        notes.append(FootNote((page, len(notes)), label, [words], raised, line))
    elif last is not None:
        last.lines.append(line.text)
        last.last = line


def _labels(raised: str) -> list[str]:
    """The labels in a raised text: usually one, in `1, 2` two, in `3–5` three; none where it is no label."""
    labels: list[str] = []
    for part in _SEVERAL.split(raised.strip()):
        reach = _RANGE.fullmatch(part)
        if reach and 0 < int(reach.group(2)) - int(reach.group(1)) < 20:
            labels += map(str, range(int(reach.group(1)), int(reach.group(2)) + 1))
        else:
            labels.append(part)
    return labels if all(map(is_label, labels)) else []


def _candidates(line: Line, symbols: set[str]) -> Iterator[tuple[str, list[str]]]:
    """The texts of a line, with the note labels each may be: those of raised runs, and symbols that some note has."""
    for row, run in enumerate(line.runs):
        if line.is_raised(run) and row:
            yield run.text, _labels(run.text)
        elif symbols:
            yield from ((text, [text] if text in symbols else []) for text in _SYMBOLS.split(run.text) if text)
        else:
            yield run.text, []


def dominant_size(runs: Iterable[Run]) -> float:
    """The size most letters have: the larger of two that are about as common, for notes can be longer than the text over them."""
    letters: dict[float, int] = {}
    for run in runs:
        size = round(run.size * 2) / 2
        letters[size] = letters.get(size, 0) + len(run.text)
    most = max(letters.values(), default=0)
    return max((size for size, count in letters.items() if count * 5 >= most * 2), default=0.0)

"""
The source's own notes, at the feet of pages or at the end: bodies are lifted out, marks are tied to the places where they stood.

A note's body starts with its label, in smaller print at the foot of a page or column, under text that has the same label raised. A
mark is told by its size and height, not by its form: the raised `st` of `21st` has no body with that label and stays text.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby, pairwise

from ingest.pdf.endnotes import lift_endnotes
from ingest.pdf.layout import Line, Run
from ingest.pdf.noted import Feet, FootNote, NotedPage, labels_in, opening

_NOTE_SIZE = 0.94  # of the body's size: notes are set smaller than this


def lift_notes(pages: Sequence[Sequence[Line]], body_size: float) -> Feet:
    """The body lines of all pages in reading order, and the notes in theirs."""
    found: list[NotedPage] = []
    last: FootNote | None = None  # of the page or column before
    for number, lines in enumerate(pages):
        page = NotedPage(number)
        labels = {label for line in lines for run in line.runs if line.is_raised(run) for label in labels_in(run.text)}
        open_, last = last, None
        for _, column in groupby(lines, key=lambda line: line.column):
            group = list(column)
            small, start = _foot(group, body_size, labels)
            after = _after_notes(group, start)
            group, under = group[:after], group[after:]
            if open_ is not None and small > 0 and open_.goes_on_in(group[small:start], group):
                open_.lines += [line.text for line in group[small:start]]
                open_.last = group[start - 1]
                last = open_
                page.body += group[:small]
            else:
                page.body += group[:start]
            for line in group[start:]:
                _add(line, number, page.notes)
            page.body += under
            open_ = last = page.notes[-1] if page.notes else last
        found.append(page)
    return _tied(found)


def _tied(pages: Sequence[NotedPage]) -> Feet:
    """The pages' lines and notes, each mark tied to a note of its page, or else to one that was moved to the next."""
    feet = Feet()
    for page in pages:
        page.find_marks()
        page.tie(page.notes)
    for page, following in pairwise(pages):
        page.tie([note for note in following.notes if note not in following.ties.values()])
    lift_endnotes(pages)
    for page in pages:
        feet.notes += page.notes
        page.write(feet)
    return feet


def _foot(group: Sequence[Line], body_size: float, labels: set[str]) -> tuple[int, int]:
    """Where the small print at the end of a column starts, and where the first note in it does; the length for none."""
    small = len(group)
    while small > 0 and group[small - 1].size <= _NOTE_SIZE * body_size:
        small -= 1
    text = " ".join(line.text for line in group[:small])
    for row in range(small, len(group)):
        label, _, raised = opening(group[row])
        if label and (label in labels if raised or label.isdigit() else label in text or label in labels):
            return small, row
    for row in range(len(group) // 3, small):  # notes in the size of the body: only under marks in the same column, and to its end
        label, _, raised = opening(group[row])
        if label and raised and any(label in _raised_labels(line) for line in group[:row]):
            return row, row
    return small, len(group)


def _after_notes(group: Sequence[Line], start: int) -> int:
    """Where a page number begins that stands apart under the notes; the length without one."""
    end = len(group)
    apart = end - start > 1 and group[-2].y - group[-1].y > 1.8 * group[-2].size
    return end - 1 if apart and group[-1].text.strip("-–— ").isdecimal() else end


def _raised_labels(line: Line) -> list[str]:
    return [label for run in line.runs[1:] if line.is_raised(run) for label in labels_in(run.text)]


def _add(line: Line, page: int, notes: list[FootNote]) -> None:
    """A line of small print: a new note, or more of the last one."""
    label, words, raised = opening(line)
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


def dominant_size(runs: Iterable[Run]) -> float:
    """The size most letters have: the larger of two that are about as common, for notes can be longer than the text over them."""
    letters: dict[float, int] = {}
    for run in runs:
        size = round(run.size * 2) / 2
        letters[size] = letters.get(size, 0) + len(run.text)
    most = max(letters.values(), default=0)
    return max((size for size, count in letters.items() if count * 5 >= most * 2), default=0.0)

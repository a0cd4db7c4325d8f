"""
Notes at the end of a text or of its chapters: numbered paragraphs under a heading such as *Notes*, a numbered list that ends the text
and answers to its marks, or small print on pages far from the marks.

Their numbers may start anew with each chapter: then the first run of marks belongs to the first run of notes, and so on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ingest.pdf.layout import Line
from ingest.pdf.noted import FootNote, NotedPage, opening

_HEADING = re.compile(
    r"(?:\W*\d+\W+)?(?:end\s?notes?|foot\s?notes|notes(?: and references| to (?:the )?\w+(?: \w+)?)?|references|sources)\W*", re.IGNORECASE
)
_TIED = 2 / 3  # of the marks that a run of notes has to explain
_MIN_FAR = 3  # notes in a row that have no mark on their page: endnotes in small print

Place = tuple[NotedPage, int]  # a page, and the row of a line or the place of a mark on it


@dataclass(slots=True)
class _Run:
    """Notes that count up from 1, and where they stand."""

    notes: list[FootNote]
    lines: list[Place]
    start: int  # of the heading over them, in lines of the document


def lift_endnotes(pages: Sequence[NotedPage]) -> None:
    """Lift the notes under headings such as *Notes*, where most of the marks without a foot note lead there, and tie the marks."""
    loose = [(page, mark.place, int(mark.label)) for page in pages for mark in page.loose() if mark.label.isdigit()]
    if len(loose) < 2:
        return
    places = [(page, row) for page in pages for row in range(len(page.body))]
    runs = list(_runs(places))
    far = _far(pages)
    if not far and not runs:
        runs = list(_closing(places, [label for _, _, label in loose]))
    if far and not runs:
        _tie(loose, far)
        return
    longest = max((len(run.notes) for run in runs), default=0)
    if sum(label <= longest for _, _, label in loose) < _TIED * len(loose):
        return
    for page, row in sorted((place for run in runs for place in run.lines), key=lambda place: (place[0].number, place[1]), reverse=True):
        del page.body[row], page.parts[row]
    for run in runs:
        run.lines[0][0].notes += run.notes
    _tie(loose, [run.notes for run in runs])


def _runs(places: Sequence[Place]) -> Iterator[_Run]:
    """The runs of numbered notes under each heading. What stands between two of them belongs to the first."""
    found = 0
    current: _Run | None = None
    under = False  # some heading of notes
    for at, (page, row) in enumerate(places):
        line = page.body[row]
        if _HEADING.fullmatch(line.text):
            if current:
                yield current
            current, under = None, True
            continue
        if not under:
            continue
        label, words, raised = opening(line)
        if current is None or not current.notes:
            if label == "1":
                current = _Run([FootNote((-1, found), label, [words], raised, line)], [(page, row)], at)
                found += 1
            else:
                under = _is_heading(line, None) and _opens_run(places, at)
        elif label == str(len(current.notes) + 1):
            current.notes.append(FootNote((-1, found), label, [words], raised, line))
            current.lines.append((page, row))
            found += 1
        elif _is_heading(line, current.notes[-1].last):
            yield current
            under, current = _opens_run(places, at), None
        else:
            current.notes[-1].lines.append(line.text)
            current.lines.append((page, row))
    if current:
        yield current


def _closing(places: Sequence[Place], marks: Sequence[int]) -> Iterator[_Run]:
    """
    The numbered list that ends a document, as web pages end when they are printed: notes without a heading.

    Only if it has an item for each mark and a mark for each item, and the marks count up from 1: a list of other things does not.
    """
    count = len(set(marks))
    if list(dict.fromkeys(marks)) != list(range(1, count + 1)):
        return
    start = next((at for at in reversed(range(len(places))) if opening(places[at][0].body[places[at][1]])[0] == "1"), None)
    if start is None:
        return
    run = _Run([], [], start)
    for page, row in places[start:]:
        line = page.body[row]
        label, words, raised = opening(line)
        if label == str(len(run.notes) + 1):
            run.notes.append(FootNote((-1, len(run.notes)), label, [words], raised, line))
        else:
            run.notes[-1].lines.append(line.text)
        run.lines.append((page, row))
    if len(run.notes) == count:
        yield run


def _is_heading(line: Line, note: Line | None) -> bool:
    """Whether a line among notes is a heading: larger than they are, or bold."""
    return line.bold or note is None or line.size > 1.08 * note.size


def _opens_run(places: Sequence[Place], at: int) -> bool:
    """Whether a heading has a note 1 right under it."""
    return any(opening(page.body[row])[0] == "1" for page, row in places[at + 1 : at + 3])


def _far(pages: Sequence[NotedPage]) -> list[list[FootNote]]:
    """The runs of notes in small print that have no mark on their pages nor on those before."""
    tied = {note.key for page in pages for note in page.ties.values()}
    untied = [note for page in pages for note in page.notes if note.key not in tied and note.label.isdigit()]
    runs: list[list[FootNote]] = []
    for note in untied:
        if runs and int(note.label) == int(runs[-1][-1].label) + 1:
            runs[-1].append(note)
        else:
            runs.append([note])
    return [run for run in runs if len(run) >= _MIN_FAR]


def _tie(loose: Sequence[tuple[NotedPage, int, int]], runs: Sequence[Sequence[FootNote]]) -> None:
    """Tie marks to runs of notes: the next run starts where the marks' numbers start anew."""
    at = highest = 0
    for page, place, label in loose:
        starts_anew = label <= 2 and highest > label + 1
        if starts_anew and at + 1 < len(runs) and label <= len(runs[at + 1]):
            at, highest = at + 1, 0
        highest = max(highest, label)
        page.tie([note for note in runs[at] if note.label == str(label)], among={place})

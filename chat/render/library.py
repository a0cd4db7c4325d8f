"""The list of readings: how well each was read, and what was not read and why. Nothing to look at is one closed line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from chat.render.html import escaped
from index.extraction import ExtractionReport, Verdict, counted

MOST_ROWS = 200  # of good readings; those to look at are all listed


def library_html(reports: Sequence[ExtractionReport], skipped: Mapping[str, str]) -> str:
    """
    A closed list, whose head says how many readings there are and how many want a look.

    `reports` are in the order of the index, `skipped` has the reason for each source that was not read. Those that want a look come
    first; each title is a link that opens the reading in the pane.
    """
    rows = list(enumerate(reports))
    doubtful = [row for row in rows if row[1].verdict is not Verdict.GOOD]
    good = [row for row in rows if row[1].verdict is Verdict.GOOD]
    items = [_item(row, report) for row, report in (*doubtful, *good[:MOST_ROWS])]
    if len(good) > MOST_ROWS:
        items.append(f"<li>… and {len(good) - MOST_ROWS:,} more, all good</li>")
    items += [
        f'<li class="not-read"><b>{escaped(source)}</b> <span class="verdict">not read</span><small>{escaped(reason)}</small></li>'
        for source, reason in skipped.items()
    ]
    head = [counted(len(reports), "reading")]
    head += [f"{len(doubtful):,} to look at"] if doubtful else ["read without a fault"]
    head += [f"{counted(len(skipped), 'file')} not read"] if skipped else []
    return f'<details class="library"><summary>{escaped(" · ".join(head))}</summary><ul>{"".join(items)}</ul></details>'


def _item(row: int, report: ExtractionReport) -> str:
    counts = {"word": report.words, "note": report.notes, str(report.page_unit): report.pages}
    facts = [report.source] if report.title != report.id else []  # copies of one text have one title
    facts += [counted(count, noun) for noun, count in reversed(counts.items()) if count]
    facts += [f"{counted(report.unmatched_marks, 'mark')} without a note"] if report.unmatched_marks else []
    facts += [f"{counted(report.joined_words, 'word')} joined"] if report.joined_words else []
    facts += [f"{counted(report.dropped_lines, 'running line')} left out"] if report.dropped_lines else []
    return (
        f'<li><a href="#source-{row}">{escaped(report.title)}</a> <span class="verdict {report.verdict}">{escaped(report.advice)}</span>'
        f"<small>{escaped(' · '.join((*facts, *report.doubts)))}</small></li>"
    )

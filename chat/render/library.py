"""The list of readings: who wrote each, how long it is, how well it was read, and what was not read and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from chat.framing import byline
from chat.render.html import escaped
from index.extraction import ExtractionReport, Verdict, counted
from index.records import Document

MOST_ROWS = 200  # of good readings; those to look at are all listed


def library_html(
    reports: Sequence[ExtractionReport],
    skipped: Mapping[str, str],
    *,
    documents: Mapping[str, Document] | None = None,
    choose: bool = False,
    own: Mapping[str, int] | None = None,
) -> str:
    """
    A list, whose head says how many readings there are and how many want a look.

    `reports` are in the order of the index, `skipped` has the reason for each source that was not read. Those that want a look come
    first, after the visitor's `own`, which come with the numbers of their addresses; each title is a link that opens the reading in the
    pane. `documents` by id tell who wrote them. With `choose`, each has a box, so that a question can be restricted to some of them.
    """
    own = own or {}
    rows = sorted(enumerate(reports), key=lambda row: (row[1].id not in own, row[1].verdict is Verdict.GOOD))
    listed = [row for row in rows if row[1].verdict is not Verdict.GOOD or row[1].id in own]
    good = [row for row in rows if row not in listed]
    items = [
        _item(own.get(report.id, row), report, (documents or {}).get(report.id), choose=choose, own=report.id in own)
        for row, report in (*listed, *good[:MOST_ROWS])
    ]
    if len(good) > MOST_ROWS:
        items.append(f"<li>… and {len(good) - MOST_ROWS:,} more, all good</li>")
    items += [
        f'<li class="not-read"><b>{escaped(source)}</b> <span class="verdict">not read</span><small>{escaped(reason)}</small></li>'
        for source, reason in skipped.items()
    ]
    doubtful = sum(report.verdict is not Verdict.GOOD for report in reports)
    head = [counted(len(reports), "reading")]
    head += [f"{doubtful:,} to look at"] if doubtful else ["read without a fault"]
    head += [f"{counted(len(skipped), 'file')} not read"] if skipped else []
    hint = '<p class="line">Tick readings to ask only those.</p>' if choose else ""
    hint += '<p class="line"><button id="remove-own" type="button">Remove your files</button></p>' if own else ""
    return f'<div class="library"><p class="summary">{escaped(" · ".join(head))}</p>{hint}<ul>{"".join(items)}</ul></div>'


def _item(row: int, report: ExtractionReport, document: Document | None, *, choose: bool, own: bool) -> str:
    counts = {"word": report.words, "note": report.notes, str(report.page_unit): report.pages}
    facts = [report.source] if report.title != report.id else []  # copies of one text have one title
    facts += [counted(count, noun) for noun, count in reversed(counts.items()) if count]
    facts += [f"{counted(report.unmatched_marks, 'mark')} without a note"] if report.unmatched_marks else []
    facts += [f"{counted(report.joined_words, 'word')} joined"] if report.joined_words else []
    facts += [f"{counted(report.dropped_lines, 'running line')} left out"] if report.dropped_lines else []
    who = byline(document) if document is not None else ""
    box = f'<input type="checkbox" class="choose" value="{escaped(report.id)}" aria-labelledby="reading-{row}">' if choose else ""
    yours = '<span class="verdict">yours, for this visit</span>' if own else ""
    return (
        f'<li>{box}<a id="reading-{row}" href="#source-{row}">{escaped(report.title)}</a>'
        f' <span class="verdict {report.verdict}">{escaped(report.advice)}</span>{yours}'
        f"{f'<small>{escaped(who)}</small>' if who else ''}<small>{escaped(' · '.join((*facts, *report.doubts)))}</small></li>"
    )

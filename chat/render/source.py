"""
A document as HTML for the pane beside the talk: its words in reading order, one stretch of them highlighted, its own notes at the end.

Everything of the document is there once: text that stands in no block as well, and each note mark and page start at its place.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from chat.footnotes import byline
from chat.render.html import escaped, note_html
from index.extraction import counted
from index.records import Block, BlockKind, Document, Note, Span

HIGHLIGHT_ID = "highlight"  # of the first highlighted stretch: where the pane scrolls to

_TAGS = {
    BlockKind.PARAGRAPH: "p",
    BlockKind.QUOTE: "blockquote",
    BlockKind.TABLE: 'p class="row"',
    BlockKind.CAPTION: 'p class="caption"',
    BlockKind.SPEAKER_NOTE: 'p class="spoken" title="Speaker’s note, not on the slide"',
}
_OWN_MARKER = re.compile(r"\(?(?:\d{1,3}|[a-z]|[ivxlc]{1,5})[.)]\s|[•▪◦‣–—*-]\s", re.IGNORECASE)  # readers of PDF and text leave it in


@dataclass(frozen=True, slots=True)
class _Insertion:
    """Something that stands between two characters of the text and is not part of it."""

    position: int  # code points of text before it
    html: str


def source_html(document: Document, highlight: Span | None = None) -> str:
    """
    The document as one `<article>`.

    Guarantees
    - the text of all `<mark>` elements together is the highlighted text, blank lines between blocks aside
    - the notes marked in the highlight are shown right after its last block
    - each note mark links to its note at the end, and each note back to its first mark
    """
    body: list[str] = []
    for is_item, group in groupby(_pieces(document, highlight), key=lambda piece: piece[0]):
        html = "".join(html for _, html in group)
        body.append(f"<ul>{html}</ul>" if is_item else html)
    head = f'<h2 dir="auto">{escaped(document.title)}</h2><p class="byline">{escaped(_byline(document))}</p>'
    return f'<article class="reading">{head}{"".join(body)}{_own_notes(document)}</article>'


def _byline(document: Document) -> str:
    """Who, where and when, and how long it is."""
    counts = [(len(document.text.split()), "word"), (len(document.pages), document.page_unit), (len(document.notes), "note")]
    sizes = (counted(count, noun) for count, noun in counts if count)
    return " · ".join(filter(None, (byline(document), *sizes)))


def _pieces(document: Document, highlight: Span | None) -> Iterator[tuple[bool, str]]:
    """Blocks, page rules and the card with the highlight's notes, in reading order; each with whether it is a list item."""
    blocks = tuple(_blocks(document))
    lit = [block for block in blocks if highlight and block.span.overlaps(highlight)]
    anchor = max(highlight.start, lit[0].span.start) if highlight and lit else -1
    marks, pages = tuple(_marks(document)), tuple(_page_starts(document))
    end_before = -1
    for block in blocks:
        for page in _between(pages, end_before - 1, block.span.start):
            yield False, f'<div class="page" role="separator">{page.html}</div>'
        turns = [
            _Insertion(page.position, f'<span class="page-turn">{page.html}</span>')
            for page in _between(pages, block.span.start, block.span.end - 1)
        ]
        end = block.span.end
        yield (
            block.kind is BlockKind.LIST_ITEM,
            _block_html(document, block, [*_between(marks, end_before, end), *turns], highlight, anchor),
        )
        if highlight and lit and block is lit[-1]:
            card = "".join(f"<p><b>{escaped(note.label)}</b> {note_html(note)}</p>" for note in document.notes_in(highlight))
            yield from [(False, f'<aside class="own">{card}</aside>')] if card else ()
        end_before = end


def _blocks(document: Document) -> Iterator[Block]:
    """The document's blocks, and a paragraph for each stretch of text between them."""
    end = 0
    for block in document.blocks:
        yield from _paragraphs(document, Span(end, block.span.start))
        yield block
        end = block.span.end
    yield from _paragraphs(document, Span(end, len(document.text)))


def _paragraphs(document: Document, gap: Span) -> Iterator[Block]:
    start = gap.start
    for text in document.slice(gap).split("\n\n"):
        if text.strip():
            yield Block(BlockKind.PARAGRAPH, 0, Span(start, start + len(text)))
        start += len(text) + 2


def _block_html(document: Document, block: Block, inside: Sequence[_Insertion], highlight: Span | None, anchor: int) -> str:
    """One block, cut where the highlight or an insertion begins or ends."""
    start, end = block.span.start, block.span.end
    lit = Span(max(start, highlight.start), min(end, highlight.end)) if highlight and block.span.overlaps(highlight) else Span(end, end)
    at: dict[int, str] = {}
    for insertion in inside:
        place = min(max(insertion.position, start), end)
        at[place] = at.get(place, "") + insertion.html
    cuts = sorted({start, end, lit.start, lit.end, *at})
    html = at.get(start, "")
    for left, right in pairwise(cuts):
        words = escaped(document.text[left:right])
        if lit.contains(Span(left, right)):
            words = f'<mark id="{HIGHLIGHT_ID}" tabindex="-1">{words}</mark>' if left == anchor else f"<mark>{words}</mark>"
        html += words + at.get(right, "")
    if block.kind is BlockKind.HEADING:
        tag = f"h{min(6, max(3, block.level + 1))}"
    elif block.kind is BlockKind.LIST_ITEM:
        bare = " bare" if _OWN_MARKER.match(document.text, start, end) else ""
        tag = f'li class="level-{min(max(block.level, 1), 4)}{bare}"'
    else:
        tag = _TAGS[block.kind]
    return f'<{tag} dir="auto">{html}</{tag.split()[0]}>'


def _marks(document: Document) -> Iterator[_Insertion]:
    for row, mark in enumerate(document.marks):
        label = escaped(document.notes[mark.note].label)
        link = f'<a id="mark-{row}" class="number" href="#own-{mark.note}" title="The source’s own note {label}">{label}</a>'
        yield _Insertion(mark.position, f"<sup>{link}</sup>")


def _page_starts(document: Document) -> Iterator[_Insertion]:
    """The names of the pages that have text; of several that start at one place the last, as `Document.page_at` has it."""
    last_at = {page.span.start: page for page in document.pages}
    for start, page in last_at.items():
        name = document.page_name(page)
        if page.label not in ("", str(page.number)):
            name += f" ({page.number} of the file)"
        recognised = ", read from its image" if page.recognised else ""
        yield _Insertion(start, f"{document.page_unit} {escaped(name)}{recognised}")


def _between(insertions: Sequence[_Insertion], after: int, until: int) -> Sequence[_Insertion]:
    """Those that stand after one position, and at another or before it."""
    first, end = (bisect_right(insertions, position, key=lambda insertion: insertion.position) for position in (after, until))
    return insertions[first:end]


def _own_notes(document: Document) -> str:
    """The source's own notes with their addresses, each with a way back to its first mark."""
    first_marks: dict[int, int] = {}
    for row, mark in enumerate(document.marks):
        first_marks.setdefault(mark.note, row)
    items = "".join(_own_note(row, note, first_marks.get(row)) for row, note in enumerate(document.notes))
    return f'<section class="own-notes"><h3>The source’s own notes</h3><ol>{items}</ol></section>' if items else ""


def _own_note(row: int, note: Note, first_mark: int | None) -> str:
    back = "" if first_mark is None else f' <a class="back" href="#mark-{first_mark}" title="Back to the text">↩&#xFE0E;</a>'
    return f'<li id="own-{row}" tabindex="-1"><b>{escaped(note.label)}</b> {note_html(note)}{back}</li>'

"""
A document as HTML for the pane beside the talk: its words in reading order, its own notes at the end.

Everything of the document is there once: text that stands in no block as well, and each note mark and page start at its place. What is
highlighted is marked in the browser (`chat/app/pane.js`), so that a long document is sent once: blocks and note marks carry their
positions in code points of the text.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from chat.framing import byline
from chat.render.html import escaped, note_html
from index.extraction import counted
from index.records import Block, BlockKind, Document, Note, Page, Span

_TAGS = {
    BlockKind.PARAGRAPH: "p",
    BlockKind.QUOTE: "blockquote",
    BlockKind.TABLE: 'p class="row"',
    BlockKind.CAPTION: 'p class="caption"',
    BlockKind.SPEAKER_NOTE: 'p class="spoken" title="Speaker’s note, not on the slide"',
}
_TOGETHER = {BlockKind.LIST_ITEM: "ul", BlockKind.TABLE: 'div class="table"'}  # what blocks that follow one another stand in
_OWN_MARKER = re.compile(r"\(?(?:\d{1,3}|[a-z]|[ivxlc]{1,5})[.)]\s|[•▪◦‣–—*-]\s", re.IGNORECASE)  # readers of PDF and text leave it in
_LEAF_CHARACTERS = 4000  # about two screens: what is out of sight is not laid out, leaf by leaf
_MAX_LEAF_CHARACTERS = 16_000  # from which even a list or a table is cut
_LINE_CHARACTERS = 68  # of the pane's column, to guess how high a leaf will be


@dataclass(frozen=True, slots=True)
class _Insertion:
    """Something that stands between two characters of the text and is not part of it."""

    position: int  # code points of text before it
    html: str


@dataclass(frozen=True, slots=True)
class _Piece:
    """A block, or the rule between two pages."""

    html: str
    around: str = ""  # tag of what it stands in together with its neighbours; '' for none
    characters: int = 0


def source_html(document: Document, *, pictured: bool = False) -> str:
    """
    The document as one `<article>`; `pictured` offers its pages as images beside its text.

    Guarantees
    - the text of all elements with `data-start`, note marks and page names in them aside, is the document's text from there on
    - each note mark links to its note at the end, and each note back to its first mark
    """
    title = f'<h2 dir="auto">{escaped(document.title)}</h2><p class="byline">{escaped(_byline(document))}</p>'
    head = f"{_VIEWS}{title}{_FACSIMILE}" if pictured else title
    return f'<article class="reading">{head}{"".join(_leaves(document))}{_own_notes(document)}</article>'


_VIEWS = (
    '<div class="views" role="group" aria-label="Show the reading as">'
    '<button type="button" data-view="text" aria-pressed="true">Text</button>'
    '<button type="button" data-view="page" aria-pressed="false">Page</button></div>'
)
_FACSIMILE = '<div class="facsimile" aria-live="polite"></div>'  # where the images of pages go


def page_title(document: Document, page: Page) -> str:
    """
    What a page is called where it begins: its printed number, and the physical one where that differs.
    """
    name = document.page_name(page)
    if page.label not in ("", str(page.number)):
        name += f" ({page.number} of the file)"
    return f"{document.page_unit} {name}"


def _byline(document: Document) -> str:
    """Who, where and when, and how long it is."""
    counts = [(len(document.text.split()), "word"), (len(document.pages), document.page_unit), (len(document.notes), "note")]
    sizes = (counted(count, noun) for count, noun in counts if count)
    return " · ".join(filter(None, (byline(document), *sizes)))


def _leaves(document: Document) -> Iterator[str]:
    """The text in sections that a browser can leave out while they are out of sight, each with about how many lines it has."""
    leaf: list[_Piece] = []
    characters = 0
    for piece in _pieces(document):
        goes_on = bool(leaf and piece.around and piece.around == leaf[-1].around)
        if characters >= (_MAX_LEAF_CHARACTERS if goes_on else _LEAF_CHARACTERS):
            yield _leaf_html(leaf)
            leaf, characters = [], 0
        leaf.append(piece)
        characters += piece.characters
    if leaf:
        yield _leaf_html(leaf)


def _leaf_html(pieces: Sequence[_Piece]) -> str:
    lines = sum(1 + piece.characters // _LINE_CHARACTERS for piece in pieces)
    html = ""
    for around, group in groupby(pieces, key=lambda piece: piece.around):
        inside = "".join(piece.html for piece in group)
        html += f"<{around}>{inside}</{around.split()[0]}>" if around else inside
    return f'<section class="leaf" style="--lines: {lines}">{html}</section>'


def _pieces(document: Document) -> Iterator[_Piece]:
    """Blocks and the rules between pages, in reading order."""
    marks, pages = tuple(_marks(document)), tuple(_page_starts(document))
    end_before = -1
    for block in _blocks(document):
        for page in _between(pages, end_before - 1, block.span.start):
            yield _Piece(f'<div class="page" {page.html}</div>')
        turns = [
            _Insertion(page.position, f'<span class="page-turn" {page.html}</span>')
            for page in _between(pages, block.span.start, block.span.end - 1)
        ]
        inside = [*_between(marks, end_before, block.span.end), *turns]
        yield _Piece(_block_html(document, block, inside), _TOGETHER.get(block.kind, ""), len(block.span))
        end_before = block.span.end


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


def _block_html(document: Document, block: Block, inside: Sequence[_Insertion]) -> str:
    """One block with what stands between its words."""
    start, end = block.span.start, block.span.end
    at: dict[int, str] = {}
    for insertion in inside:
        place = min(max(insertion.position, start), end)
        at[place] = at.get(place, "") + insertion.html
    html = at.get(start, "")
    for left, right in pairwise(sorted({start, end, *at})):
        html += escaped(document.text[left:right]) + at.get(right, "")
    if block.kind is BlockKind.HEADING:
        tag = f"h{min(6, max(3, block.level + 1))}"
    elif block.kind is BlockKind.LIST_ITEM:
        bare = " bare" if _OWN_MARKER.match(document.text, start, end) else ""
        tag = f'li class="level-{min(max(block.level, 1), 4)}{bare}"'
    else:
        tag = _TAGS[block.kind]
    return f'<{tag} dir="auto" data-start="{start}">{html}</{tag.split()[0]}>'


def _marks(document: Document) -> Iterator[_Insertion]:
    for row, mark in enumerate(document.marks):
        label = escaped(document.notes[mark.note].label)
        link = f'<a id="mark-{row}" class="number" href="#own-{mark.note}" aria-label="Note {label} of the source">{label}</a>'
        yield _Insertion(mark.position, f'<sup data-at="{mark.position}">{link}</sup>')


def _page_starts(document: Document) -> Iterator[_Insertion]:
    """The names of the pages that have text; of several that start at one place the last, as `Document.page_at` has it."""
    last_at = {page.span.start: page for page in document.pages}
    for start, page in last_at.items():
        recognised = ", read from its image" if page.recognised else ""
        yield _Insertion(start, f'data-page="{page.number}">{escaped(page_title(document, page))}{recognised}')


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
    label = escaped(note.label)
    back = (
        ""
        if first_mark is None
        else f' <a class="back" href="#mark-{first_mark}" aria-label="Back to note {label} in the text">↩&#xFE0E;</a>'
    )
    return f'<li id="own-{row}" tabindex="-1"><b>{label}</b> <span class="said">{note_html(note)}</span>{back}</li>'

"""
Markdown: CommonMark with tables, through markdown-it-py.

Notes are `[^1]`, or `<sup>1</sup>` with a paragraph that opens with the same mark, as texts made from PDFs have them. A paragraph that
breaks off and goes on in lower case after a rule, a note or a blank line is one paragraph again. Pages are not read: a rule (`---`) says
where one ended but not which, and a page number must never be a guess.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.footnote import footnote_plugin
from mdit_py_plugins.front_matter import front_matter_plugin

from index.errors import UnreadableDocument
from index.records import BlockKind
from ingest.metadata import from_front_matter
from ingest.normalise import Composer, MarkOf, Piece, canonical
from ingest.notes import Superscript, is_label, pair
from ingest.readers import Reading
from ingest.readers.text import decode

suffixes: tuple[str, ...] = (".md", ".markdown")

_PSEUDO_HEADING_MAX_CHARACTERS = 90
_RUNNING_TEXT_MIN_CHARACTERS = 120
_CAPTION = re.compile(r"(?:source|figure|fig\.|table|chart|map)\b[^.]{0,12}[:.]", re.IGNORECASE)
_BLOCK_TAG = re.compile(r"<!--.*?-->|<(script|style)\b.*?</\1\s*>|<[^>]*>", re.IGNORECASE | re.DOTALL)
_SENTENCE_END = (".", "!", "?", ":", ";", "…", '"', "”", "’", ")", "]")


@dataclass(frozen=True, slots=True)
class _Raised:
    """`<sup>…</sup>` before it is known to be a mark, a note's opening or plain text."""

    place: int
    label: str


@dataclass(frozen=True, slots=True)
class _Block:
    kind: BlockKind
    level: int
    pieces: tuple[str | _Raised | MarkOf, ...]
    emphasised: bool = False  # all of its words are bold or italic

    @property
    def text(self) -> str:
        return canonical("".join(piece if isinstance(piece, str) else "" for piece in self.pieces))


@dataclass(slots=True)
class _Walk:
    """Where the walk over the token stream stands."""

    blocks: list[_Block] = field(default_factory=list)
    notes: dict[int, list[str]] = field(default_factory=dict)  # bodies of `[^1]` notes, by the plugin's own number
    labels: dict[int, str] = field(default_factory=dict)
    raised: int = 0  # superscripts seen so far


def read(path: Path, source: str) -> Iterator[Reading]:
    """The file as one document."""
    parser = MarkdownIt("commonmark").enable("table").use(footnote_plugin).use(front_matter_plugin)
    content = decode(path, source)
    try:
        tokens = parser.parse(content)
    except RecursionError as error:
        raise UnreadableDocument(source, "is nested too deeply to be read as Markdown; flatten it and ingest again") from error
    walk = _walk(tokens)
    blocks, bodies, unmatched = _lift_notes(walk.blocks)
    blocks = _headings(_mended(blocks))
    composer = Composer()
    for number, parts in walk.notes.items():
        composer.note(("footnote", number), walk.labels[number], " ".join(parts))
    for place, label, text in bodies:
        composer.note(place, label, text)
    for block in blocks:
        composer.add(block.kind, block.level, _composed(block.pieces))
    front_matter = next((token.content for token in tokens if token.type == "front_matter"), "")
    metadata = from_front_matter(front_matter)
    if "title" not in metadata and blocks and blocks[0].kind is BlockKind.HEADING:
        metadata["title"] = blocks[0].text
    yield Reading(composer.compose(id=source, source=source, metadata=metadata), unmatched_marks=unmatched)


def _walk(tokens: Sequence[Token]) -> _Walk:
    """The blocks and the `[^1]` notes of a token stream."""
    walk = _Walk()
    open_: list[Token] = []  # the block tokens around this one
    cells: list[str | _Raised | MarkOf] = []
    for token in tokens:
        if token.nesting == 1:
            open_.append(token)
        elif token.nesting == -1:
            open_.pop()
            if token.type == "tr_close" and cells:
                walk.blocks.append(_Block(BlockKind.TABLE, 0, tuple(cells)))
                cells = []
        around = [opened.type for opened in open_]
        if token.type == "inline":
            pieces, emphasised = _inline(token.children or (), walk)
            if "footnote_open" in around:
                note = next(opened for opened in open_ if opened.type == "footnote_open")
                walk.labels[note.meta["id"]] = str(note.meta.get("label", note.meta["id"] + 1))
                words = (piece for piece in pieces if isinstance(piece, str))
                walk.notes.setdefault(note.meta["id"], []).append("".join(words))
            elif "tr_open" in around:
                cells += [" ", *pieces] if cells else pieces
            else:
                kind, level = _kind(open_, around)
                walk.blocks.append(_Block(kind, level, pieces, emphasised))
        elif token.type in ("fence", "code_block"):
            walk.blocks.append(_Block(BlockKind.PARAGRAPH, 0, (token.content,)))
        elif token.type == "html_block":
            walk.blocks.append(_Block(BlockKind.PARAGRAPH, 0, (html.unescape(_BLOCK_TAG.sub(" ", token.content)),)))
    return walk


def _kind(open_: Sequence[Token], around: Sequence[str]) -> tuple[BlockKind, int]:
    if "heading_open" in around:
        return BlockKind.HEADING, int(open_[around.index("heading_open")].tag[1:])
    if "list_item_open" in around:
        return BlockKind.LIST_ITEM, around.count("list_item_open")
    return (BlockKind.QUOTE, 0) if "blockquote_open" in around else (BlockKind.PARAGRAPH, 0)


def _inline(children: Sequence[Token], walk: _Walk) -> tuple[tuple[str | _Raised | MarkOf, ...], bool]:
    """The pieces of one inline token, and whether all of its words are emphasised."""
    pieces: list[str | _Raised | MarkOf] = []
    raised: list[str] | None = None
    depth, plain = 0, False
    for child in children:
        if child.type in ("strong_open", "em_open"):
            depth += 1
        elif child.type in ("strong_close", "em_close"):
            depth -= 1
        elif child.type == "html_inline":
            tag = child.content.lower().replace(" ", "")
            if tag == "<sup>":
                raised = []
            elif tag == "</sup>" and raised is not None:
                walk.raised += 1
                pieces.append(_Raised(walk.raised, "".join(raised).strip()))
                raised = None
            elif tag.startswith("<br"):
                pieces.append(" ")
        elif child.type == "footnote_ref":
            pieces.append(MarkOf(("footnote", child.meta["id"])))
        elif words := _words(child):
            if raised is not None:
                raised.append(words)
            else:
                pieces.append(words)
                plain = plain or (depth == 0 and not words.isspace())
    if raised:  # `<sup>` that is never closed
        pieces.append("".join(raised))
    return tuple(pieces), bool(pieces) and not plain


def _words(token: Token) -> str:
    if token.type in ("softbreak", "hardbreak"):
        return "\n"
    return token.content if token.type in ("text", "code_inline", "image", "text_special") else ""


def _lift_notes(blocks: Sequence[_Block]) -> tuple[list[_Block], list[tuple[int, str, str]], int]:
    """
    The blocks without note bodies, with marks in place of superscripts; the bodies as (place, label, text); superscripts left as text.
    """
    found: list[Superscript] = []
    for block in blocks:
        before = ""
        for piece in block.pieces:
            if isinstance(piece, _Raised):
                opens = not before.strip() or before.endswith("\n")
                found.append(Superscript(piece.place, piece.label, before, opens))
            before = before + piece if isinstance(piece, str) else before + " "
    pairs = pair(found)
    marked = set(pairs.values())
    kept: list[_Block] = []
    bodies: list[tuple[int, str, str]] = []
    unmatched = 0
    for block in blocks:
        body: list[str] | None = None  # the words of the note being read
        pieces: list[str | _Raised | MarkOf] = []
        for piece in block.pieces:
            if isinstance(piece, _Raised) and piece.place in marked:
                body = []
                bodies.append((piece.place, piece.label, ""))
            elif body is not None:
                body.append(piece if isinstance(piece, str) else piece.label if isinstance(piece, _Raised) else "")
                bodies[-1] = (*bodies[-1][:2], "".join(body))
            elif isinstance(piece, _Raised) and piece.place in pairs:
                pieces.append(MarkOf(pairs[piece.place]))
            elif isinstance(piece, _Raised):
                unmatched += is_label(piece.label)
                pieces.append(piece.label)
            else:
                pieces.append(piece)
        if pieces:
            kept.append(replace(block, pieces=tuple(pieces)))
    return kept, bodies, unmatched


def _mended(blocks: Sequence[_Block]) -> list[_Block]:
    """Blocks that a page end cut in two, made whole: the first breaks off without a mark and the second goes on in lower case."""
    whole: list[_Block] = []
    for block in blocks:
        previous = whole[-1] if whole else None
        breaks_off = (
            previous is not None
            and previous.kind in (BlockKind.PARAGRAPH, BlockKind.LIST_ITEM)
            and not previous.text.endswith(_SENTENCE_END)
            and len(previous.text) >= _PSEUDO_HEADING_MAX_CHARACTERS
        )
        if previous is not None and breaks_off and block.kind is BlockKind.PARAGRAPH and block.text[:1].islower():
            whole[-1] = replace(previous, pieces=(*previous.pieces, " ", *block.pieces))
        elif block.text:
            whole.append(block)
    return whole


def _headings(blocks: Sequence[_Block]) -> list[_Block]:
    """Paragraphs that serve as headings or captions, named so: a short emphasised line over running text or a list; `Source: …`."""
    named: list[_Block] = []
    level = 0
    for row, block in enumerate(blocks):
        after = blocks[row + 1] if row + 1 < len(blocks) else None
        if block.kind is BlockKind.HEADING:
            level = block.level
        if block.kind is BlockKind.PARAGRAPH and _is_pseudo_heading(block, after):
            named.append(replace(block, kind=BlockKind.HEADING, level=level + 1))
        elif block.kind is BlockKind.PARAGRAPH and _CAPTION.match(block.text) and len(block.text) <= _RUNNING_TEXT_MIN_CHARACTERS:
            named.append(replace(block, kind=BlockKind.CAPTION))
        else:
            named.append(block)
    return named


def _is_pseudo_heading(block: _Block, after: _Block | None) -> bool:
    if not block.emphasised or after is None or len(block.text) > _PSEUDO_HEADING_MAX_CHARACTERS:
        return False
    leads = after.kind is BlockKind.LIST_ITEM or len(after.text) >= _RUNNING_TEXT_MIN_CHARACTERS
    return leads and block.text[-1:] not in (".", "!", "?", ")")


def _composed(pieces: Sequence[str | _Raised | MarkOf]) -> Iterator[Piece]:
    for piece in pieces:
        yield piece.label if isinstance(piece, _Raised) else piece

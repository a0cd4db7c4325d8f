"""
Blocks of marked-up text on their way into a document: raised words may be notes, emphasised lines headings.

What Markdown and pandoc's tree have in common: in either, a superscript is a note mark only where a body with its label stands
(`ingest.notes`), and a short bold line over running text is a heading that its author did not name so.
"""

from __future__ import annotations

import re
from collections.abc import Container, Hashable, Iterator, Sequence
from dataclasses import dataclass, replace

from index.records import BlockKind
from ingest.normalise import MarkOf, Piece, canonical
from ingest.notes import Superscript, is_label, pair

PSEUDO_HEADING_MAX_CHARACTERS = 90
_RUNNING_TEXT_MIN_CHARACTERS = 120
_CAPTION = re.compile(r"(?:source|figure|fig\.|table|chart|map)\b[^.]{0,12}[:.]", re.IGNORECASE)
_SIGHT = 40  # characters before a superscript that are looked at


@dataclass(frozen=True, slots=True)
class Raised:
    """`<sup>…</sup>` before it is known to be a mark, a note's opening or plain text."""

    place: int  # of its first label; the next ones follow
    label: str  # its words: '1', 'st', '1, 2'
    labels: tuple[str, ...]  # the notes it may name


@dataclass(frozen=True, slots=True)
class Block:
    """A block in the making: its words, what is raised in them, and marks of notes that are known already."""

    kind: BlockKind
    level: int  # as in `index.records.Block`
    pieces: tuple[str | Raised | MarkOf, ...]
    emphasised: bool = False  # all of its words are bold or italic
    verbatim: bool = False  # code or HTML: never part of a paragraph around it

    @property
    def text(self) -> str:
        """Its words as they will stand in the document, raised ones left out."""
        return canonical("".join(piece if isinstance(piece, str) else "" for piece in self.pieces))


def lift_notes(blocks: Sequence[Block]) -> tuple[list[Block], list[tuple[int, str, str]], int]:
    """
    The blocks without note bodies, with marks in place of superscripts; the bodies as (place, label, text); superscripts left as text.
    """
    pairs = pair([superscript for block in blocks for superscript in _superscripts(block)])
    marked = set(pairs.values())
    kept: list[Block] = []
    bodies: list[tuple[int, str, list[str]]] = []
    unmatched = 0
    for block in blocks:
        body: list[str] | None = None  # the words of the note being read
        pieces: list[str | Raised | MarkOf] = []
        for piece in block.pieces:
            if isinstance(piece, Raised) and piece.place in marked:
                body = []
                bodies.append((piece.place, piece.label, body))
            elif body is not None:
                body.append(piece if isinstance(piece, str) else piece.label if isinstance(piece, Raised) else "")
            elif isinstance(piece, Raised):
                places = range(piece.place, piece.place + len(piece.labels))
                if all(place in pairs for place in places):
                    pieces += (MarkOf(pairs[place]) for place in places)
                else:
                    unmatched += all(map(is_label, piece.labels))
                    pieces.append(piece.label)
            else:
                pieces.append(piece)
        if pieces:
            kept.append(replace(block, pieces=tuple(pieces)))
    return kept, [(place, label, "".join(words)) for place, label, words in bodies], unmatched


def _superscripts(block: Block) -> Iterator[Superscript]:
    """Each label raised in a block, with what stands before it."""
    before, blank = "", True
    for piece in block.pieces:
        if isinstance(piece, Raised):
            opens = blank or before.rstrip(" \t").endswith("\n")
            for number, label in enumerate((piece.label,) if opens else piece.labels):
                yield Superscript(piece.place + number, label, before, opens)
        elif isinstance(piece, str):
            blank = blank and not piece.strip()
        before = (before + (piece if isinstance(piece, str) else " "))[-_SIGHT:]


def known_marks(blocks: Sequence[Block], notes: Container[Hashable]) -> tuple[list[Block], int]:
    """The blocks without marks of notes that say nothing, and how many marks those were."""
    known = [
        replace(block, pieces=tuple(piece for piece in block.pieces if not isinstance(piece, MarkOf) or piece.key in notes))
        for block in blocks
    ]
    return known, sum(len(block.pieces) for block in blocks) - sum(len(block.pieces) for block in known)


def name_headings(blocks: Sequence[Block]) -> list[Block]:
    """Paragraphs that serve as headings or captions, named so: a short emphasised line over running text or a list; `Source: …`."""
    named: list[Block] = []
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


def _is_pseudo_heading(block: Block, after: Block | None) -> bool:
    if not block.emphasised or after is None or len(block.text) > PSEUDO_HEADING_MAX_CHARACTERS:
        return False
    leads = after.kind is BlockKind.LIST_ITEM or len(after.text) >= _RUNNING_TEXT_MIN_CHARACTERS
    return leads and block.text[-1:] not in (".", "!", "?", ")")


def composed(pieces: Sequence[str | Raised | MarkOf]) -> Iterator[Piece]:
    """The pieces as a composer takes them: what is still raised is text."""
    for piece in pieces:
        yield piece.label if isinstance(piece, Raised) else piece

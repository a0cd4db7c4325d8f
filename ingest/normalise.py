"""
Canonical text: NFC, one blank line between blocks, one space for any other white space.

Every reader hands its blocks to a `Composer`, piece by piece; the composer keeps account of where note marks and page starts fall, so
no reader counts characters.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from index.records import Block, BlockKind, Document, Note, NoteMark, Page, PageUnit, Span

BLOCK_GAP = "\n\n"

_SURROGATES = re.compile("[\ud800-\udfff]")
_ADDRESS = re.compile(r"(?:https?://|www\.)[^\s<>\"”’]+[^\s<>\"”’.,;:!?)\]]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class MarkOf:
    """The marker of a note stands here; `key` is the one its body was given to `Composer.note` with."""

    key: Hashable


@dataclass(frozen=True, slots=True)
class PageStart:
    """A page starts here, between blocks or in the middle of one."""

    number: int  # physical, from 1
    label: str = ""  # as printed; '' where nothing is
    recognised: bool = False  # whether its text was read from its image


Piece = str | MarkOf | PageStart


def canonical(text: str) -> str:
    r"""
    One block's text as it stands in a document: NFC, white space folded to single spaces, none at the ends.

    Lone surrogates, which no file can hold, become U+FFFD.

    >>> canonical("  Cafe\u0301\r\n au\u00a0lait ")
    'Café au lait'
    """
    return " ".join(unicodedata.normalize("NFC", _SURROGATES.sub("\ufffd", text)).split())


def first_address(text: str) -> str:
    """
    The first web address in a text, without the punctuation after it; '' without one.

    >>> first_address("See <https://example.org/a>, or www.example.org.")
    'https://example.org/a'
    """
    found = _ADDRESS.search(text)
    return found.group() if found else ""


class Composer:
    """Puts blocks after one another and counts: the one place where a document's positions are made."""

    def __init__(self) -> None:
        self._text: list[str] = []
        self._length = 0
        self._blocks: list[Block] = []
        self._notes: list[Note] = []
        self._rows: dict[Hashable, int] = {}
        self._marks: list[tuple[int, Hashable]] = []
        self._pages: list[tuple[int, PageStart]] = []

    def note(self, key: Hashable, label: str, text: str, address: str = "") -> None:
        """
        Keep a note's body under a key. A second body under the same key continues the first (a note that runs over a page).

        `address` is where its first link leads; it counts where no address is among the words.
        """
        text = canonical(text)
        row = self._rows.get(key)
        if row is not None:
            text = f"{self._notes[row].text} {text}"
        note = Note(label, text, first_address(text) or address)
        if row is None:
            self._rows[key] = len(self._notes)
            self._notes.append(note)
        else:
            self._notes[row] = note

    def page(self, start: PageStart) -> None:
        """A page starts before the next block."""
        self._pages.append((self._length + (len(BLOCK_GAP) if self._length else 0), start))

    def add(self, kind: BlockKind, level: int, pieces: Iterable[Piece]) -> None:
        """Append a block. One without words is dropped; its page starts and marks stay, at the place where it would have been."""
        raw: list[str] = []
        anchors: list[tuple[int, MarkOf | PageStart]] = []  # (characters of canonical text before it, anchor)
        closed = 0  # characters of the canonical words that are complete, each with a space after it
        open_ = ""  # the raw word at the end, which the next piece may continue: nothing composes over white space
        for piece in pieces:
            if isinstance(piece, str):
                raw.append(piece)
                words = (open_ + piece).split()
                open_ = words.pop() if words and not piece[-1:].isspace() else ""
                closed += len(canonical(" ".join(words))) + 1 if words else 0
            else:
                anchors.append((closed + len(canonical(open_)) if open_ else max(closed - 1, 0), piece))
        text = canonical("".join(raw))
        start = self._length + (len(BLOCK_GAP) if self._length and text else 0)
        for before, anchor in anchors:
            if isinstance(anchor, MarkOf):
                self._marks.append((start + before, anchor.key))
            else:
                gap = before < len(text) and text[before] == " "
                self._pages.append((start + before + gap, anchor))
        if text:
            if self._length:
                self._text.append(BLOCK_GAP)
            self._text.append(text)
            self._length = start + len(text)
            self._blocks.append(Block(kind, level, Span(start, self._length)))

    def compose(self, *, id: str, source: str, metadata: Mapping[str, Any], page_unit: PageUnit = PageUnit.PAGE) -> Document:
        """The document. Raises KeyError for a mark whose note was never given: readers emit marks of known notes only."""
        starts = sorted(((min(at, self._length), page) for at, page in self._pages), key=lambda start: (start[0], start[1].number))
        ends = [at for at, _ in starts[1:]] + [self._length]
        pages = (Page(page.number, page.label, Span(at, end), page.recognised) for (at, page), end in zip(starts, ends, strict=False))
        marks = (NoteMark(position, self._rows[key]) for position, key in self._marks)
        return Document(
            id=id,
            source=source,
            metadata=dict(metadata),
            text="".join(self._text),
            pages=tuple(pages),
            blocks=tuple(self._blocks),
            notes=tuple(self._notes),
            marks=tuple(sorted(marks)),
            page_unit=page_unit,
        )


def is_canonical(document: Document) -> bool:
    """Whether a document's text keeps the promises of this module; used by the readers' contract tests."""
    return (
        unicodedata.is_normalized("NFC", document.text)
        and all(document.slice(block.span) == canonical(document.slice(block.span)) for block in document.blocks)
        and all(document.text[a.span.end : b.span.start] == BLOCK_GAP for a, b in pairwise(document.blocks))
    )

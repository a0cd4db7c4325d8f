"""
An export and an index to a verdict on each quotation: whether the words in the file still stand where they were cut.

What counts are the words as the file shows them. The record that goes with them only says where to look; where it lies, the words are
looked for in the whole document, so a changed record cannot make changed words hold. What a footnote says is not compared.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import zip_longest
from pathlib import Path

from chat.export import VerifiableFormat, formats
from chat.export.record import MAX_BYTES, Exported, Recorded, hash_of, shown
from index.errors import NotExported
from index.library import Index
from index.records import Document, Span

_SHOWN_CHARACTERS = 60  # of a quotation in a message
_OWN_LETTERS = re.compile(r"[^a-z0-9]+")  # what is left out where letters are compared


class Verdict(StrEnum):
    """What became of a quotation."""

    HOLDS = "holds"
    MOVED = "moved"
    CHANGED = "changed"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Verified:
    """A quotation of an export, and what became of it."""

    number: int  # from 1, in the order of the file
    verdict: Verdict
    document: str  # id; '' where the file does not say
    span: Span | None  # where the words stand now; None where they do not
    reason: str  # in words
    words: str  # as the file shows them; '' where it no longer does

    def __str__(self) -> str:
        line = " ".join(self.words.split())
        cut = f"{line[:_SHOWN_CHARACTERS].rstrip()}…" if len(line) > _SHOWN_CHARACTERS else line
        return f"{self.number}. {self.verdict}: {self.reason}" + (f" — “{cut}”" if cut else "")


def verify(path: Path, index: Index) -> tuple[Verified, ...]:
    """
    A verdict on each quotation of an exported file, in its order.

    Raises NotExported, with the file's name, for a file that is no export or cannot be read.
    """
    return tuple(_verdicts(read_export(path), index))


def read_export(path: Path) -> Exported:
    """The quotations of an exported file, and their record. Raises NotExported."""
    try:
        return _readable(path).read(path.read_bytes())
    except OSError as error:
        raise NotExported(f"'{path}' cannot be read ({error.strerror}); check its name") from error
    except NotExported as error:
        raise NotExported(f"'{path}' {error}") from error


def _readable(path: Path) -> VerifiableFormat:
    """The format of a file that may hold quotations, and is not too large."""
    found = {format.suffix: format for format in formats().values() if isinstance(format, VerifiableFormat)}
    if path.suffix.lower() not in found:
        raise NotExported(f"is no export that holds quotations; those end in {' '.join(found)}")
    if path.stat().st_size > MAX_BYTES:
        raise NotExported(f"has more than {MAX_BYTES >> 20} MB, which no export has")
    return found[path.suffix.lower()]


def _verdicts(exported: Exported, index: Index) -> Iterator[Verified]:
    if exported.by_letters:
        letters = _letters(" ".join(exported.quotations))
        for number, record in enumerate(exported.record, start=1):
            there = not _can_be_compared(record.text) or _letters(record.text) in letters
            yield _verdict(number, record.text if there else None, record, index)
        return
    for number, (words, record) in enumerate(zip_longest(exported.quotations, exported.record), start=1):
        if record is None:
            yield Verified(number, Verdict.CHANGED, "", None, "was added to the file after it was exported", words)
        else:
            yield _verdict(number, words, record, index)


def _verdict(number: int, words: str | None, record: Recorded, index: Index) -> Verified:
    """`words`: as the file shows them; None where it does not show those of the record."""
    document = _document(record, index)
    if words is None:
        return Verified(number, Verdict.CHANGED, record.document, None, "the file no longer shows the words that were exported", "")
    if document is None:
        return Verified(number, Verdict.GONE, record.document, None, f"no document '{record.document}' in the index", words)
    text = shown(document.text)  # as long as the text itself: replacements are one for one
    if words and text[record.start : record.end] == words:
        span = Span(record.start, record.end)
        return Verified(number, Verdict.HOLDS, document.id, span, f"{document.id}, {span.start}–{span.end}", words)
    start = text.find(words) if words else -1
    if start >= 0:
        span = Span(start, start + len(words))
        was = f"{record.start}–{record.end}"
        return Verified(number, Verdict.MOVED, document.id, span, f"{document.id}, from {was} to {span.start}–{span.end}", words)
    if text[record.start : record.end] == record.text:
        reason = f"these are not the words of {document.id}, {record.start}–{record.end}"
        return Verified(number, Verdict.CHANGED, document.id, None, reason, words)
    reason = (
        f"{document.id} no longer has these words" if hash_of(document) != record.sha256 else f"{document.id} does not have these words"
    )
    return Verified(number, Verdict.GONE, document.id, None, reason, words)


def _document(record: Recorded, index: Index) -> Document | None:
    """The document of a record: by its id, else one with the same text under another name."""
    found = index.documents.get(record.document)
    return found or next((document for document in index.documents.values() if hash_of(document) == record.sha256), None)


def _letters(words: str) -> str:
    """Letters and digits of the Latin alphabet without their accents: what a PDF gives back whatever its lines and fonts."""
    plain = unicodedata.normalize("NFKD", words).casefold()
    return _OWN_LETTERS.sub("", plain)


def _can_be_compared(words: str) -> bool:
    """Whether letters come out of a PDF in the order they went in: not where some run from right to left."""
    return not any(
        unicodedata.bidirectional(character) in ("R", "AL", "AN", "RLE", "RLO", "RLI", "LRO", "LRE", "LRI", "FSI") for character in words
    )

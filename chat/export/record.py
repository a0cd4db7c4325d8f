"""
What goes with an export so that it can be verified: where each quotation stands in its document, and the hash of the document's text.

The record is hidden in the file, each format in its own way: a comment, a data block, a part of the package, an attachment. What is
verified are the words as a reader sees them in the file; the record says where to look for them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache

import msgspec

from chat.answer import Quote
from index.cli import harmless
from index.errors import NotExported
from index.records import Document

_FORMAT = 1
MAX_BYTES = 64 << 20  # of a file to verify, and of each of its parts: a conversation of a day has less than one


@dataclass(frozen=True, slots=True)
class Recorded:
    """One quotation's place."""

    document: str  # id in its index
    sha256: str  # of the document's text in UTF-8
    start: int  # code points of that text
    end: int
    text: str  # the words when they were exported, control characters replaced


@dataclass(frozen=True, slots=True)
class Exported:
    """The quotations of a file."""

    quotations: tuple[str, ...]  # as they stand in it, in order, without our quotation marks; blocks are divided by a blank line
    record: tuple[Recorded, ...]  # in the same order
    by_letters: bool = False  # whether the file shows its words only in its own lines: then their letters are compared


class _Record(msgspec.Struct):
    footnoted: int
    quotations: tuple[Recorded, ...]


def recorded(quote: Quote) -> Recorded:
    """The record of a quotation."""
    document, span = quote.passage.document, quote.span
    return Recorded(document.id, hash_of(document), span.start, span.end, shown(quote.text))


def shown(words: str) -> str:
    """Words as an export shows them: control characters, which no format holds, are U+FFFD."""
    return harmless(words)


def unquoted(words: str) -> str:
    """
    Words of a file without our quotation marks around them.

    >>> unquoted(" “It says “so”” ")
    'It says “so”'
    """
    return shown(words.strip().removeprefix("“").removesuffix("”"))


def hash_of(document: Document) -> str:
    """SHA-256 of a document's text in UTF-8: what its offsets count in."""
    return _hash(document.text)


def to_json(record: Sequence[Recorded]) -> str:
    """A record in ASCII, with nothing in it that could end a comment, a script or an attribute of HTML or XML."""
    written = json.dumps({"footnoted": _FORMAT, "quotations": [asdict(quotation) for quotation in record]}, separators=(",", ":"))
    for sign, escaped in (("<", "\\u003c"), (">", "\\u003e"), ("&", "\\u0026"), ("'", "\\u0027"), ("--", "-\\u002d")):
        written = written.replace(sign, escaped)
    return written


def from_json(written: str | bytes) -> tuple[Recorded, ...]:
    """The record again. Raises NotExported where it is none, or is of another version."""
    try:
        record = msgspec.json.decode(written, type=_Record)
    except (ValueError, RecursionError) as error:
        raise NotExported("has a record of its quotations that is damaged; export it anew") from error
    if record.footnoted != _FORMAT:
        raise NotExported(f"was exported by another version of Footnoted (record {record.footnoted}, this one reads {_FORMAT})")
    return record.quotations


@lru_cache(maxsize=64)
def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()

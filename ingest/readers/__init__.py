"""
Readers: a file to documents. One file a format; adding a format is adding a file.

A reader is a module with `suffixes` and `read`; it composes its documents with `ingest.normalise.Composer`. It reads one file and
nothing else: bibliographic data beside the file is joined in `ingest.build`.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Protocol, cast

from index.records import Document


@dataclass(frozen=True, slots=True)
class Reading:
    """One document, and what the reader did to get it."""

    document: Document
    joined_words: int = 0  # words the source broke at a line end, made whole
    dropped_lines: int = 0  # running heads and feet, page numbers
    unmatched_marks: int = 0  # what looks like a note mark but has no note; left in the text
    empty_pages: tuple[int, ...] = ()  # physical numbers of pages without text


@dataclass(frozen=True, slots=True)
class Skipped:
    """What was not read: a file, or one line of a file."""

    source: str  # 'report.pdf' or 'articles.jsonl, line 7'
    reason: str  # what is wrong, and what to do


class Reader(Protocol):
    """The contract; `tests/test_ingest_readers.py` holds every reader to it."""

    @property
    def suffixes(self) -> tuple[str, ...]:
        """The file endings it reads, lower case, with the dot."""

    def read(self, path: Path, source: str) -> Iterator[Reading | Skipped]:
        """
        The documents of a file, in order, and the parts that could not be read.

        `source` is the file's path inside the corpus, for messages and `Document.source`. Raises UnreadableDocument when the whole
        file cannot be read; never any other error, whatever the file holds.
        """


@cache
def readers() -> Mapping[str, Reader]:
    """Every reader by file ending."""
    found = (importlib.import_module(f"{__name__}.{module.name}") for module in pkgutil.iter_modules(__path__))
    return {suffix: cast("Reader", module) for module in found for suffix in module.suffixes}

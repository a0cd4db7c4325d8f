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

from index.extraction import NOTHING_NOTED, Extraction
from index.records import Document


@dataclass(frozen=True, slots=True)
class Reading:
    """One document, and what the reader did to get it."""

    document: Document
    extraction: Extraction = NOTHING_NOTED


@dataclass(frozen=True, slots=True)
class Skipped:
    """What was not read: a file, or one line of a file."""

    source: str  # 'report.pdf' or 'articles.jsonl, line 7'
    reason: str  # what is wrong, and what to do


@dataclass(frozen=True, slots=True)
class Options:
    """What a user says about how files are to be read. A reader takes what concerns it."""

    passwords: tuple[str, ...] = ()  # tried in turn on a file that needs one
    ocr: bool = False  # whether pages without text are read from their image


DEFAULTS = Options()


class Reader(Protocol):
    """The contract; `tests/test_ingest_readers.py` holds every reader to it."""

    @property
    def suffixes(self) -> tuple[str, ...]:
        """The file endings it reads, lower case, with the dot."""

    def read(self, path: Path, source: str, options: Options = DEFAULTS, /) -> Iterator[Reading | Skipped]:
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

"""One file to its documents: the reader for its ending, and the sidecar beside it. Whatever is wrong is said, not raised."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from index.errors import UnreadableDocument
from ingest.metadata import from_sidecar, sidecar_of
from ingest.readers import Options, Reading, Skipped, readers


def read_file(path: Path, source: str, options: Options) -> Iterator[Reading | Skipped]:
    """
    The documents of a file, with what the sidecar beside it says, and what of it could not be read.

    A sidecar speaks of one document: beside a file of several it is not asked.
    """
    try:
        found = readers()[path.suffix.lower()].read(path, source, options)
        sidecar = sidecar_of(path)
        if sidecar is None:
            yield from found
        else:
            yield from _with_sidecar(list(found), sidecar, f"{source.removesuffix(path.name)}{sidecar.name}")
    except UnreadableDocument as error:
        yield Skipped(error.source, error.reason)


def _with_sidecar(found: list[Reading | Skipped], sidecar: Path, source: str) -> Iterator[Reading | Skipped]:
    if len(found) != 1 or isinstance(found[0], Skipped):
        yield from found
        return
    try:
        metadata = from_sidecar(sidecar, source)
    except UnreadableDocument as error:
        yield Skipped(error.source, error.reason)
        metadata = {}
    document = found[0].document
    yield replace(found[0], document=replace(document, metadata={**document.metadata, **metadata}))

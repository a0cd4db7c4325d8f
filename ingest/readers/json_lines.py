"""JSON Lines: one document a line, with `text`, and if known `_id` and `title`. A line that is none is skipped and named."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from pathlib import Path

import msgspec

from index.extraction import Extraction
from index.records import BlockKind
from ingest.metadata import words_of
from ingest.normalise import Composer
from ingest.readers import DEFAULTS, Options, Reading, Skipped
from ingest.readers.text import decode

suffixes: tuple[str, ...] = (".jsonl", ".ndjson")

_NOT_IN_A_NAME = ("Cc", "Cs", "Zl", "Zp")  # control characters, lone surrogates, line ends


class _Line(msgspec.Struct):
    text: str
    id: str | int | None = msgspec.field(default=None, name="_id")
    title: object = None


def read(path: Path, source: str, _: Options = DEFAULTS) -> Iterator[Reading | Skipped]:
    """A document a line; its id is `_id`, or the file's name and the line's number."""
    decoder = msgspec.json.Decoder(_Line)
    text, remarks = decode(path, source)
    for number, content in enumerate(text.split("\n"), start=1):
        if not content.strip():
            continue
        where = f"{source}, line {number}"
        try:
            line = decoder.decode(content.encode("utf-8"))
        except (msgspec.DecodeError, RecursionError) as error:
            yield Skipped(where, f"is not a JSON object with a `text` ({error}); mend the line and ingest again")
            continue
        name = f"{source}:{number}" if line.id is None else str(line.id)
        if not name.strip() or any(unicodedata.category(character) in _NOT_IN_A_NAME for character in name):
            yield Skipped(where, f"has an `_id` that is empty or holds control characters ({name[:60]!a}); mend it and ingest again")
            continue
        composer = Composer()
        for paragraph in line.text.replace("\r\n", "\n").split("\n\n"):
            composer.add(BlockKind.PARAGRAPH, 0, [paragraph])
        title = words_of(line.title)
        metadata = {"title": title} if title else {}
        yield Reading(composer.compose(id=name, source=source, metadata=metadata), Extraction(remarks=remarks))

"""
Plain text: blank lines part paragraphs, form feeds part pages.

A file whose lines are cut at a fixed width is put together again; otherwise each line is a paragraph of its own. A short line on its own
without a full stop is a heading.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from index.errors import UnreadableDocument
from index.extraction import Extraction
from index.records import BlockKind
from ingest.encodings import decoded
from ingest.formats import what_it_is, wrong_format
from ingest.normalise import Composer, PageStart, canonical
from ingest.readers import DEFAULTS, Options, Reading

suffixes: tuple[str, ...] = (".txt", ".text")

_HEADING_MAX_CHARACTERS = 90  # longest line taken for a heading
_WRAPPED_MAX_CHARACTERS = 100  # hard-wrapped files keep every line within this
_PARAGRAPH_GAP = re.compile(r"\n[^\S\n]*\n\s*")


def read(path: Path, source: str, _: Options = DEFAULTS) -> Iterator[Reading]:
    """The file as one document."""
    text, remarks = decode(path, source)
    composer = Composer()
    paged = "\f" in text
    for number, page in enumerate(text.split("\f"), start=1):
        if paged:
            composer.page(PageStart(number))
        for paragraph in _PARAGRAPH_GAP.split(page):
            for block in _blocks(paragraph):
                kind = BlockKind.HEADING if _is_heading(block) else BlockKind.PARAGRAPH
                composer.add(kind, 1 if kind is BlockKind.HEADING else 0, [block])
    yield Reading(composer.compose(id=source, source=source, metadata={}), Extraction(remarks=remarks))


def decode(path: Path, source: str) -> tuple[str, tuple[str, ...]]:
    r"""
    A text file's characters, with `\n` for every line end, and a remark if its encoding was guessed.

    Raises UnreadableDocument for anything but text.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UnreadableDocument(source, f"cannot be opened ({error.strerror}); check its permissions") from error
    if what_it_is(content) in ("a web page", "an RTF file", "a PDF", "a PostScript file"):  # text too, but not to be read as it stands
        raise wrong_format(source, content, "plain text or Markdown")
    return decode_bytes(content, source)


def decode_bytes(content: bytes, source: str) -> tuple[str, tuple[str, ...]]:
    """The same for bytes that were read already."""
    found = decoded(content)
    if found is None:
        kind = what_it_is(content)
        said = f"it is {kind}" if kind else "its bytes are no characters in any encoding that is known here"
        raise UnreadableDocument(source, f"is not text: {said}; give it the ending of what it is, or save it as UTF-8")
    text, guessed = found
    return text.replace("\r\n", "\n").replace("\r", "\n"), (f"read as {guessed}",) if guessed else ()


def _blocks(paragraph: str) -> list[str]:
    """The blocks in what stands between two blank lines: one if its lines were wrapped, else one a line."""
    lines = [line for line in paragraph.split("\n") if line.strip()]
    return [" ".join(lines)] if _is_wrapped(lines) else lines


def _is_wrapped(lines: list[str]) -> bool:
    """Whether lines were cut at a width: none is long, and most but the last do not end a sentence."""
    if len(lines) < 2 or max(map(len, lines)) > _WRAPPED_MAX_CHARACTERS:
        return False
    return sum(not line.rstrip().endswith((".", "!", "?", ":", ";")) for line in lines[:-1]) * 2 >= len(lines) - 1


def _is_heading(block: str) -> bool:
    """Whether a block reads as a heading: short, with letters, starting with a capital or number, and no closing mark at its end."""
    text = canonical(block)
    starts_well = text[:1].isupper() or text[:1].isdigit()
    return starts_well and len(text) <= _HEADING_MAX_CHARACTERS and text[-1:].isalnum() and any(map(str.isalpha, text))

"""
A document as Markdown with `[^1]` notes, and files of other formats that pandoc makes of Markdown: what readers of those must give back.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import pypandoc

from index.records import Block, BlockKind, Document
from ingest.sentences import sentences

_MARKUP = re.compile(r"([\\`*_{}\[\]<>()#+\-.!|~^$@\"'])")
_ADDRESS = re.compile(r"https?://[^\s<>]+[^\s<>.,;]")


def pandoc(content: str, path: Path, *options: str, of: str = "markdown-smart") -> Path:
    """The file that pandoc writes of some markup, in the format that its name says."""
    command = [pypandoc.get_pandoc_path(), "--from", of, "--standalone", *options, "--output", str(path)]
    subprocess.run(command, input=content.encode(), check=True, capture_output=True)
    return path


def as_markdown(document: Document) -> str:
    """The document's blocks and notes, every sign escaped that Markdown would obey."""
    parts = list(_blocks(document))
    for row, note in enumerate(document.notes, start=1):
        parts.append(f"[^{row}]: {_escaped(note.text)}")
    return "\n\n".join(parts) + "\n"


def said(document: Document) -> list[str]:
    """A document's sentences."""
    return [document.slice(span) for span in sentences(document)]


def noted(document: Document) -> list[tuple[str, str, str, str]]:
    """For each mark the words before it, and its note's label, words and address."""
    found = ((document.text[max(mark.position - 25, 0) : mark.position], document.notes[mark.note]) for mark in document.marks)
    return [(before, note.label, note.text, note.url) for before, note in found]


def _blocks(document: Document) -> Iterator[str]:
    for kind, run in groupby(document.blocks, key=lambda block: block.kind):
        words = [(block, _marked(document, block)) for block in run]
        if kind is BlockKind.LIST_ITEM:
            yield "\n".join(f"{'    ' * (block.level - 1)}1. {item}" for block, item in words)
        elif kind is BlockKind.HEADING:
            yield from (f"{'#' * block.level} {heading}" for block, heading in words)
        else:
            yield from (f"> {text}" if kind is BlockKind.QUOTE else text for _, text in words)


def _marked(document: Document, block: Block) -> str:
    parts: list[str] = []
    at = block.span.start
    for mark in document.marks:
        if block.span.start <= mark.position <= block.span.end:
            parts += [_escaped(document.text[at : mark.position]), f"[^{mark.note + 1}]"]
            at = mark.position
    return "".join(parts) + _escaped(document.text[at : block.span.end])


def _escaped(words: str) -> str:
    """Words as Markdown that says exactly them, addresses as links."""
    parts: list[str] = []
    at = 0
    for address in _ADDRESS.finditer(words):
        parts += [_MARKUP.sub(r"\\\1", words[at : address.start()]), f"<{address.group()}>"]
        at = address.end()
    return "".join(parts) + _MARKUP.sub(r"\\\1", words[at:])

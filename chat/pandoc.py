"""
Pandoc, shut in: its tree of a document in, another format out. For citations through CSL, and for Word and HTML files.

Words go in as pandoc's own tree, never as markup, so there is nothing in them that it could obey. It runs in its sandbox and reads
standard input only.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from index.errors import NotExported

API_VERSION = (1, 23, 1)  # of the tree that pandoc 3 takes
_MAX_HEAP_MEGABYTES = 1024
_MAX_SECONDS = 60
_BREAKS = re.compile(r"( |\n)")


def convert(meta: Mapping[str, Any], blocks: Sequence[Any], *options: str, to: str = "json") -> bytes:
    """A document in another format. Raises NotExported where pandoc cannot be started, or fails."""
    import pypandoc

    tree = msgspec.json.encode({"pandoc-api-version": API_VERSION, "meta": meta, "blocks": blocks})
    # An allocation area of 64 MB spares most of its garbage collections: a third of the time.
    limits = ["+RTS", "-A64m", f"-M{_MAX_HEAP_MEGABYTES}m", "-RTS"]
    try:
        command = [pypandoc.get_pandoc_path(), *limits, "--sandbox", "--from", "json", "--to", to, "--wrap", "none", *options]
        done = subprocess.run(command, input=tree, capture_output=True, check=False, timeout=_MAX_SECONDS)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotExported(f"pandoc did not do its part ({type(error).__name__}); install pypandoc-binary anew") from error
    if done.returncode != 0:
        said = " ".join(done.stderr.decode("utf-8", "replace").split())
        raise NotExported(f"pandoc did not do its part ({said[:200] or f'status {done.returncode}'}); install pypandoc-binary anew")
    return done.stdout


def text_of(inlines: Sequence[Any]) -> str:
    """
    The words of inlines, as they are shown.

    >>> text_of([{"t": "Str", "c": "On"}, {"t": "Space"}, {"t": "Quoted", "c": [{"t": "DoubleQuote"}, [{"t": "Str", "c": "it"}]]}])
    'On “it”'
    """
    return "".join(text for text, _ in runs_of(inlines))


def runs_of(inlines: Sequence[Any], *, italic: bool = False) -> Iterator[tuple[str, bool]]:
    """The words of inlines in pieces, each with whether it is set in italics; italics inside italics stand upright."""
    for inline in inlines:
        kind, content = inline["t"], inline.get("c")
        if kind == "Str":
            yield content, italic
        elif kind in ("Space", "SoftBreak", "LineBreak"):
            yield " ", italic
        elif kind == "Emph":
            yield from runs_of(content, italic=not italic)
        elif kind == "Quoted":
            opening, closing = "‘’" if content[0]["t"] == "SingleQuote" else "“”"
            yield opening, italic
            yield from runs_of(content[1], italic=italic)
            yield closing, italic
        elif kind in ("Strong", "Underline", "Strikeout", "Superscript", "Subscript", "SmallCaps"):
            yield from runs_of(content, italic=italic)
        elif kind in ("Link", "Span", "Cite"):
            yield from runs_of(content[1], italic=italic)
        elif kind == "Note":
            yield from (run for block in content for run in runs_of(block["c"], italic=italic))


def inlines(text: str) -> list[Any]:
    """
    Words as inlines: whatever stands in them is text.

    >>> [inline["t"] for inline in inlines("*On*  notes")]
    ['Str', 'Space', 'Space', 'Str']
    """
    kinds = {" ": {"t": "Space"}, "\n": {"t": "LineBreak"}}
    return [kinds.get(part) or {"t": "Str", "c": part} for part in _BREAKS.split(text) if part]


def emphasised(text: str) -> dict[str, Any]:
    """Words in italics."""
    return {"t": "Emph", "c": inlines(text)}


def said(text: str) -> dict[str, Any]:
    """Words as a value of a document's metadata."""
    return {"t": "MetaInlines", "c": inlines(text)}

"""
Typesets a Markdown document as a PDF, as a journal would: hyphenated, with a running head, page numbers and page-foot notes.

    python tests/typeset.py corpus/south-south-cooperation.md brief.pdf

What the PDF reader makes of the result can then be compared with what the Markdown reader makes of the source.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

import typst

if __name__ == "__main__":  # run as a script, the project is not yet on the path
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from index.records import Block, BlockKind, Document
from ingest.readers import Reading, readers

RUNNING_HEAD = "South-South Cooperation: an issue brief"

_PREAMBLE = """
#set document(title: {title}, author: {authors})
#set page(width: 148mm, height: 210mm, margin: 20mm, numbering: "1", header: align(center, text(8pt)[{head}]))
#set text(font: "Libertinus Serif", size: 10pt, lang: "en", hyphenate: true)
#set par(justify: true)
#set super(typographic: false)
"""
_ORDINAL = re.compile(r"(?<=\d)(st|nd|rd|th)\b")


def typeset(markdown_path: Path, out_path: Path, *, head: str = RUNNING_HEAD, more: str = "", endnotes: bool = False) -> None:
    """Write the PDF of a Markdown document; `more` is typst markup before its text, endnotes stand under a heading at its end."""
    (reading,) = readers()[".md"].read(markdown_path, markdown_path.name)
    assert isinstance(reading, Reading)
    document = reading.document
    parts = [_preamble(document, head), more, *_body(document, endnotes=endnotes)]
    if endnotes:
        parts += ["#heading[Notes]", *(f"{note.label}. {_escaped(note.text)}" for note in document.notes)]
    compile_typst("\n\n".join(parts), out_path)


def compile_typst(markup: str, out_path: Path) -> None:
    """Write the PDF of typst markup. Its fonts come with the library; nothing is looked up."""
    out_path.write_bytes(typst.compile(markup.encode(), ignore_system_fonts=True))


def printed(folder: Path, markup: str) -> Path:
    """A PDF of typst markup on small pages, for tests of one thing."""
    path = folder / "printed.pdf"
    compile_typst(f"#set page(width: 120mm, height: 100mm, margin: 15mm)\n#set super(typographic: false)\n{markup}", path)
    return path


def _preamble(document: Document, head: str) -> str:
    people = document.metadata.get("author", ())
    names = [" ".join(author[part] for part in ("given", "family", "literal") if part in author) for author in people]
    authors = "".join(f"{_string(name)}, " for name in names)
    return _PREAMBLE.format(title=_string(document.title), authors=f"({authors})", head=_escaped(head))


def _body(document: Document, *, endnotes: bool) -> Iterator[str]:
    """The blocks as typst markup; list items that follow one another make one list."""
    for kind, run in groupby(document.blocks, key=lambda block: block.kind):
        blocks: Sequence[Block] = list(run)
        words = [_marked(document, block, endnotes=endnotes) for block in blocks]
        if kind is BlockKind.LIST_ITEM:
            yield "#enum(" + "".join(f"[{item}], " for item in words) + ")"
        elif kind is BlockKind.HEADING:
            yield from (f"#heading(level: {block.level})[{heading}]" for block, heading in zip(blocks, words, strict=True))
        else:
            yield from (f"#par[{paragraph}]" for paragraph in words)


def _marked(document: Document, block: Block, *, endnotes: bool) -> str:
    """A block's words with its notes where they are marked."""
    parts: list[str] = []
    at = block.span.start
    for mark in document.marks:
        if block.span.start <= mark.position <= block.span.end:
            note = document.notes[mark.note]
            parts.append(_escaped(document.text[at : mark.position]))
            parts.append(f"#super[{note.label}]" if endnotes else f"#footnote[{_escaped(note.text)}]")
            at = mark.position
    parts.append(_escaped(document.text[at : block.span.end]))
    return "".join(parts)


def _escaped(text: str) -> str:
    """Words as typst markup that prints exactly them, ordinals raised."""
    raised = _ORDINAL.sub("\0\\1\1", text)
    coded = "".join(c if c.isalnum() or c in " \0\1" else f"\\u{{{ord(c):x}}}" for c in raised)
    return coded.replace("\0", "#super[").replace("\1", "]")


def _string(text: str) -> str:
    """A typst string literal."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


if __name__ == "__main__":
    typeset(Path(sys.argv[1]), Path(sys.argv[2]))

"""
Word, OpenDocument, RTF, LaTeX, reStructuredText and Org, through pandoc, which keeps the source's own notes as notes.

Pages are not read: where a page ends in these formats is for the printer to say, so they are cited by section. Tracked changes are
read as if they were accepted, comments and running heads not at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from index.errors import UnreadableDocument
from ingest.formats import content_of, what_it_is, wrong_format
from ingest.markup.archives import pack, unpack
from ingest.markup.office import open_document_labels, properties, with_text_boxes, word_labels
from ingest.markup.pandoc import parse
from ingest.markup.tree import reading
from ingest.readers import DEFAULTS, Options, Reading
from ingest.readers.text import decode_bytes

suffixes: tuple[str, ...] = (".docx", ".docm", ".odt", ".rtf", ".tex", ".latex", ".rst", ".org")

_WORD_TEXT = "word/document.xml"
_PLAIN = {".tex": "latex", ".latex": "latex", ".rst": "rst", ".org": "org"}
_BIBLIOGRAPHY = re.compile(r"(\\begin\{thebibliography\})\{[^{}]*\}")
_SECOND_HEAD = re.compile(r"\\endfirsthead.*?\\endhead", re.DOTALL)  # a long table's head on its later pages
_FORMULA = re.compile(rb"""(<draw:object\b[^>]*?\bxlink:href=")(?:\./)?([^"]*?)/?(")""")  # pandoc finds it only where no `/` follows
_STAND_IN = re.compile(rb"((?<!\\)\\u-?\d{1,6}) ?([^\\{}\r\n])")  # `\u8220?`: a character, and what old programs show for it
_RTF_HEAD = b"{\\rtf"


def read(path: Path, source: str, _: Options = DEFAULTS) -> Iterator[Reading]:
    """The file as one document."""
    content = content_of(path, source)
    suffix = path.suffix.lower()
    if suffix in (".docx", ".docm"):
        yield _word(content, path, source)
    elif suffix == ".odt":
        yield _open_document(content, path, source)
    elif suffix == ".rtf":
        yield _rich_text(content, source)
    else:
        yield _plain(content, _PLAIN[suffix], source)


def _word(content: bytes, path: Path, source: str) -> Reading:
    parts = unpack(content, source, "a Word document")
    if _WORD_TEXT not in parts:
        raise UnreadableDocument(source, f"is not a Word document: `{_WORD_TEXT}` is missing; give it the ending of what it is")
    parts[_WORD_TEXT] = with_text_boxes(parts[_WORD_TEXT])
    tree = parse(pack(parts), "docx", source)
    return reading(tree, source=source, metadata=properties(parts.get("docProps/core.xml", b""), path), labels=word_labels(parts))


def _open_document(content: bytes, path: Path, source: str) -> Reading:
    parts = unpack(content, source, "an OpenDocument text")
    if "content.xml" not in parts:
        raise UnreadableDocument(source, "is not an OpenDocument text: `content.xml` is missing; give it the ending of what it is")
    parts["content.xml"] = _FORMULA.sub(rb"\1./\2\3", parts["content.xml"])
    tree = parse(pack(parts), "odt", source)
    return reading(tree, source=source, metadata=properties(parts.get("meta.xml", b""), path), labels=open_document_labels(parts))


def _rich_text(content: bytes, source: str) -> Reading:
    if not content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(_RTF_HEAD):
        raise wrong_format(source, content, "an RTF file")
    content = content.replace(b"{\\*\\footnote", b"{\\footnote")  # the star lets old programs pass over it; pandoc does (3.9)
    if b"\\uc0" not in content:  # pandoc (3.9) drops the letter after a stand-in too, unless that is written as its number
        content = _STAND_IN.sub(lambda found: b"%b\\'%02x" % (found[1], found[2][0]), content)
    return reading(parse(content, "rtf", source), source=source)


def _plain(content: bytes, format: str, source: str) -> Reading:
    if what_it_is(content):
        raise wrong_format(source, content, f"text with {format} markup")
    text, remarks = decode_bytes(content, source)
    if format == "latex":  # pandoc (3.9) prints the width of the labels, and makes one paragraph of all entries
        text = _SECOND_HEAD.sub(r"\\endhead", text)
        text = _BIBLIOGRAPHY.sub(r"\1{}", text).replace("\\bibitem", "\n\n\\bibitem")
    return reading(parse(text.encode(), format, source), source=source, remarks=remarks)

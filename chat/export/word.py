"""A Word file with real footnotes; the record is a part of the package for custom XML, which Word and LibreOffice carry along."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile, ZipInfo

from chat.answer import Answer
from chat.citing import Style
from chat.export.layout import lay_out
from chat.export.record import MAX_BYTES, Exported, from_json, to_json, unquoted
from chat.export.tree import blocks_of
from chat.pandoc import convert, said
from index.errors import NotExported

name, suffix = "word", ".docx"
title = "Word"
media_type = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

_NAMESPACE = "urn:footnoted:record"
_STYLE = "BlockText"  # pandoc's for block quotes
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_PROPERTIES_TYPE = "application/vnd.openxmlformats-officedocument.customXmlProperties+xml"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"
_RELATIONSHIPS = "http://schemas.openxmlformats.org/package/2006/relationships"
# What makes the record a part that Word and LibreOffice keep (ECMA-376, part 1, section 15.2.5): they drop one without properties.
_CUSTOM_PARTS = {
    "customXml/item1.xml": f'<?xml version="1.0"?>\n<record xmlns="{_NAMESPACE}">{{record}}</record>',
    "customXml/itemProps1.xml": (
        f'<?xml version="1.0"?>\n<ds:datastoreItem ds:itemID="{{{{8B1F0A2C-6D53-4C1E-9A57-3F0E2D7C4B61}}}}" xmlns:ds="{_OFFICE}/customXml">'
        f'<ds:schemaRefs><ds:schemaRef ds:uri="{_NAMESPACE}"/></ds:schemaRefs></ds:datastoreItem>'
    ),
    "customXml/_rels/item1.xml.rels": (
        f'<?xml version="1.0"?>\n<Relationships xmlns="{_RELATIONSHIPS}"><Relationship Id="rId1"'
        f' Type="{_OFFICE}/relationships/customXmlProps"'
        ' Target="itemProps1.xml"/></Relationships>'
    ),
}
_ADDED = {
    "word/_rels/document.xml.rels": (
        (
            b"</Relationships>",
            f'<Relationship Id="rIdFootnoted" Type="{_OFFICE}/relationships/customXml" Target="../customXml/item1.xml"/>'.encode(),
        ),
    ),
    "[Content_Types].xml": (
        (
            b"</Types>",
            f'<Override PartName="/customXml/itemProps1.xml" ContentType="{_PROPERTIES_TYPE}"/>'.encode(),
        ),
    ),
}
_MAX_PARTS = 5000


def export(answers: Sequence[Answer], style: Style) -> bytes:
    """A heading for each question, quotations as block quotes, each with a footnote at the foot of its page."""
    conversation = lay_out(answers, style)
    blocks = blocks_of(conversation)
    written = convert({"title": said(conversation.title), "lang": {"t": "MetaString", "c": "en"}}, blocks, "--output", "-", to="docx")
    return _with_record(written, to_json(conversation.record))


def read(content: bytes) -> Exported:
    """Quotations as Word shows them: paragraphs in the style of block quotes, up to the one with a footnote; no deleted words."""
    parts = _parts(content)
    record = next((found for name, part in parts.items() if name.startswith("customXml/") and (found := _record(part))), None)
    if record is None or "word/document.xml" not in parts:
        raise NotExported("has no record of its quotations; export it with Footnoted")
    return Exported(tuple(_quotations(_xml(parts["word/document.xml"]))), from_json(record))


def _with_record(written: bytes, record: str) -> bytes:
    packed = BytesIO()
    with ZipFile(BytesIO(written)) as before, ZipFile(packed, "w", ZIP_DEFLATED) as after:
        for entry in before.infolist():
            part = before.read(entry)
            for ending, more in _ADDED.get(entry.filename, ()):
                part = part.replace(ending, more + ending)
            after.writestr(entry, part, ZIP_DEFLATED)
        for name, content in _CUSTOM_PARTS.items():
            after.writestr(ZipInfo(name), content.format(record=escape(record)), ZIP_DEFLATED)
    return packed.getvalue()


def _parts(content: bytes) -> dict[str, bytes]:
    """The parts that hold text or a record, unpacked up to a limit whatever the archive says of their sizes."""
    try:
        with ZipFile(BytesIO(content)) as archive:
            entries = [entry for entry in archive.infolist() if _is_read(entry.filename)]
            if len(entries) > _MAX_PARTS:
                raise NotExported(f"holds {len(entries):,} parts, which no export does")
            parts: dict[str, bytes] = {}
            left = MAX_BYTES
            for entry in entries:
                with archive.open(entry) as part:
                    parts[entry.filename] = part.read(left + 1)
                left -= len(parts[entry.filename])
                if left < 0:
                    raise NotExported(f"unpacks to more than {MAX_BYTES >> 20} MB, which no export does")
            return parts
    except (BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError) as error:
        if isinstance(error, NotExported):
            raise
        raise NotExported("is no Word file, or a damaged one") from error


def _is_read(name: str) -> bool:
    return name == "word/document.xml" or (name.startswith("customXml/") and name.endswith(".xml"))


def _xml(part: bytes) -> Any:
    """The tree of a part. A document type, which is where entities are declared, is refused: no Word file has one."""
    from lxml import etree

    try:
        tree = etree.fromstring(part, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))
    except (etree.XMLSyntaxError, ValueError) as error:
        raise NotExported("holds XML that is damaged") from error
    if tree.getroottree().docinfo.doctype:
        raise NotExported("holds XML with a document type, which no Word file has")
    return tree


def _record(part: bytes) -> str | None:
    tree = _xml(part)
    return str(tree.text or "") if tree.tag == f"{{{_NAMESPACE}}}record" else None


def _quotations(tree: Any) -> Iterator[str]:
    paragraphs: list[str] = []
    for paragraph in tree.iter(f"{_W}p"):
        styles = [found.get(f"{_W}val") for found in paragraph.iter(f"{_W}pStyle")]
        if styles[:1] != [_STYLE]:
            if paragraphs:
                yield unquoted("\n\n".join(paragraphs))
            paragraphs = []
            continue
        paragraphs.append("".join(map(_words, paragraph.iter(f"{_W}t", f"{_W}br", f"{_W}cr", f"{_W}tab"))))
        if next(paragraph.iter(f"{_W}footnoteReference"), None) is not None:
            yield unquoted("\n\n".join(paragraphs))
            paragraphs = []
    if paragraphs:
        yield unquoted("\n\n".join(paragraphs))


def _words(element: Any) -> str:
    return str(element.text or "") if element.tag == f"{_W}t" else "\t" if element.tag == f"{_W}tab" else "\n"

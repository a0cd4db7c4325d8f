"""
What the parts of a Word or OpenDocument file say that pandoc does not pass on: the properties, and how its notes are numbered.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from lxml import etree

from ingest.markup.tree import Label
from ingest.metadata import authors_of, title_of, well_typed

_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_COMPATIBILITY = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_TERMS = ("{http://purl.org/dc/elements/1.1/}", "{http://purl.org/dc/terms/}", "{urn:oasis:names:tc:opendocument:xmlns:meta:1.0}")
_ROMAN = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"), (9, "ix"), (5, "v"),
          (4, "iv"), (1, "i"))  # fmt: skip
_SYMBOLS = "*†‡§"


def parsed(part: bytes) -> etree._Element | None:
    """The root of an XML part, with nothing looked up and no entity put in; None where it is no XML."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        return etree.fromstring(part, parser)
    except (etree.XMLSyntaxError, ValueError):
        return None


def properties(part: bytes, path: Path) -> dict[str, Any]:
    """
    Title, authors and language from a file's properties (`docProps/core.xml`, `meta.xml`), as far as they are any.

    Its dates say when the file was made, not when the text was published, so they are left alone.
    """
    root = parsed(part)
    said: dict[str, str] = {}
    for element in root.iter() if root is not None else ():
        if isinstance(element.tag, str) and element.tag.startswith(_TERMS):
            said.setdefault(element.tag.rpartition("}")[2], element.text or "")
    authors = authors_of(said.get("initial-creator") or said.get("creator"))
    return well_typed(
        {
            "title": title_of(said.get("title"), path),
            "author": [{"literal": name} for name in authors],
            "publisher": said.get("publisher", ""),
            "language": said.get("language", ""),
        }
    )


def with_text_boxes(part: bytes) -> bytes:
    """
    The text of a Word document with what stands in text boxes after the paragraph that each is anchored to: pandoc (3.9) drops them.
    """
    if b"txbxContent" not in part or (root := parsed(part)) is None:
        return part
    for fallback in list(root.iter(f"{_COMPATIBILITY}Fallback")):  # the same box once more, for old programs
        fallback.getparent().remove(fallback)
    last: dict[etree._Element, etree._Element] = {}  # what stands last after a paragraph with boxes
    for box in list(root.iter(f"{_WORD}txbxContent")):
        paragraph = next(box.iterancestors(f"{_WORD}p"), None)
        if paragraph is None or paragraph.getparent() is None:
            continue
        for block in list(box):
            last.get(paragraph, paragraph).addnext(block)
            last[paragraph] = block
    return bytes(etree.tostring(root))


def word_labels(parts: Mapping[str, bytes]) -> list[Label]:
    """The labels of a Word document's footnotes and endnotes, in the order of their marks."""
    root = parsed(parts.get("word/document.xml", b""))
    if root is None:
        return []
    settings = parsed(parts.get("word/settings.xml", b""))
    numbering = {kind: _numbering(kind, settings, root) for kind in ("footnote", "endnote")}
    counts = dict.fromkeys(numbering, 0)
    labels: list[Label] = []
    for mark in root.iter(f"{_WORD}footnoteReference", f"{_WORD}endnoteReference"):
        if next(mark.iterancestors(f"{_WORD}del", f"{_WORD}moveFrom"), None) is not None:
            continue
        kind = mark.tag.rpartition("}")[2].removesuffix("Reference")
        if mark.get(f"{_WORD}customMarkFollows") in ("1", "true", "on"):
            labels.append(Label(_words_after(mark), is_typed=True))
            continue
        style, start = numbering[kind]
        labels.append(Label(_number(start + counts[kind], style)))
        counts[kind] += 1
    return labels


def open_document_labels(parts: Mapping[str, bytes]) -> list[Label]:
    """The labels of an OpenDocument text's notes, in the order of their marks."""
    root = parsed(parts.get("content.xml", b""))
    notes = root.iter(f"{_TEXT}note") if root is not None else ()
    labels = (next(note.iter(f"{_TEXT}note-citation"), None) for note in notes)
    return [Label(_letters(label).strip() if label is not None else "") for label in labels]


def _numbering(kind: str, *roots: etree._Element | None) -> tuple[str, int]:
    """How notes of a kind are numbered, and from what; the last place that says so counts."""
    style, start = ("decimal" if kind == "footnote" else "lowerRoman"), 1  # what Word does where nothing is said
    for root in filter(lambda root: root is not None, roots):
        assert root is not None
        for said in root.iter(f"{_WORD}{kind}Pr"):
            for element, name in _values(said):
                style = name if element == "numFmt" else style
                start = int(name) if element == "numStart" and name.isdigit() and len(name) < 6 else start
    return style, start


def _values(element: etree._Element) -> Iterator[tuple[str, str]]:
    for child in element:
        if isinstance(child.tag, str):
            yield child.tag.rpartition("}")[2], child.get(f"{_WORD}val") or ""


def _number(number: int, style: str) -> str:
    """
    A note's number as Word prints it.

    >>> [_number(4, style) for style in ("decimal", "lowerRoman", "upperLetter", "chicago")]
    ['4', 'iv', 'D', '§']
    """
    if style in ("lowerRoman", "upperRoman"):
        words, rest = "", number
        for value, letters in _ROMAN:
            words += letters * (rest // value)
            rest %= value
        return words.upper() if style == "upperRoman" else words
    if style in ("lowerLetter", "upperLetter"):
        letter = chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 + 1)
        return letter.upper() if style == "upperLetter" else letter
    if style == "chicago":
        return _SYMBOLS[(number - 1) % 4] * ((number - 1) // 4 + 1)
    return str(number)


def _words_after(mark: etree._Element) -> str:
    """The letters that stand for a mark the author typed: the rest of its run."""
    words = ""
    for sibling in mark.itersiblings():
        if sibling.tag == f"{_WORD}t":
            words += sibling.text or ""
        elif sibling.tag == f"{_WORD}sym":
            words += "*"
    return words.strip()


def _letters(element: etree._Element) -> str:
    return "".join(str(words) for words in element.itertext())

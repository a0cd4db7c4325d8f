"""
E-books (EPUB 2 and 3): the chapters in the order of the book's spine, each read as a web page is, all as one document.

Chapters are sections: a book without pages is cited by its headings. Notes may stand in a file of their own. The table of contents is
not text. A book with copy protection is named, not read.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from index.errors import UnreadableDocument
from ingest.formats import content_of
from ingest.markup.archives import unpack
from ingest.markup.pandoc import parse
from ingest.markup.tree import reading
from ingest.metadata import title_of, well_typed
from ingest.readers import DEFAULTS, Options, Reading

suffixes: tuple[str, ...] = (".epub",)

_CONTAINER = "META-INF/container.xml"
_ENCRYPTION = "META-INF/encryption.xml"
_PAGES = frozenset(("application/xhtml+xml", "text/html", "application/html"))
_TERMS = "{http://purl.org/dc/elements/1.1/}"


@dataclass(frozen=True, slots=True)
class _Package:
    chapters: tuple[str, ...]  # the names of their parts, in reading order
    metadata: dict[str, Any]


def read(path: Path, source: str, _: Options = DEFAULTS) -> Iterator[Reading]:
    """The file as one document."""
    from lxml import etree

    from ingest.markup.web import parsed, serialised, without_frame
    from ingest.markup.web_notes import tie_notes

    parts = unpack(content_of(path, source), source, "an EPUB")
    package = _package(parts, source)
    book = etree.Element("body")
    remarks: tuple[str, ...] = ()
    for name in package.chapters:
        try:
            chapter, guessed = parsed(parts[name], source)
        except UnreadableDocument as error:
            remarks = (*remarks, f"left out the chapter {posixpath.basename(name)}: {error.reason.split(':')[0].split(';')[0]}")
            continue
        remarks = (*remarks, *(remark for remark in guessed if remark not in remarks))
        book.append(_named_apart(chapter, name))
    if not len(book):
        raise UnreadableDocument(source, "holds no chapter that can be read; open it in a reading program, and convert it anew")
    notes = tie_notes(book)
    dropped = sum(without_frame(part, is_book=True) for part in (book, *notes))
    if dropped:
        remarks = (*remarks, f"left out {dropped:,} words of tables of contents and hidden parts")
    book.tag = "div"
    tree = parse(serialised([book, *notes]), "html", source)
    yield reading(tree, source=source, metadata=package.metadata, remarks=remarks)


def _package(parts: Mapping[str, bytes], source: str) -> _Package:
    """What the book's package says: its chapters and its metadata."""
    from ingest.markup.office import parsed

    container = parsed(parts.get(_CONTAINER, b""))
    names = [element.get("full-path") or "" for element in container.iter("{*}rootfile")] if container is not None else []
    name = next((name for name in names if name in parts), "") or next((name for name in parts if name.endswith(".opf")), "")
    package = parsed(parts.get(name, b""))
    if package is None:
        raise UnreadableDocument(source, "is not an EPUB: it has no package that names its chapters; convert it anew and ingest that")
    folder = posixpath.dirname(name)
    items = {item.get("id"): item for item in package.iter("{*}item")}
    chapters: list[str] = []
    for reference in package.iter("{*}itemref"):
        item = items.get(reference.get("idref"))
        if item is None or item.get("media-type") not in _PAGES or "nav" in (item.get("properties") or "").split():
            continue
        chapter = _resolved(folder, item.get("href") or "")
        if chapter in parts and chapter not in chapters:
            chapters.append(chapter)
    encryption = parsed(parts.get(_ENCRYPTION, b""))
    locked = {unquote(element.get("URI") or "") for element in encryption.iter("{*}CipherReference")} if encryption is not None else set()
    if locked & set(chapters):
        raise UnreadableDocument(source, "is protected against copying, so its text cannot be read; ask its publisher for a free copy")
    return _Package(tuple(chapters), _metadata(package))


def _metadata(package: Any) -> dict[str, Any]:
    said: dict[str, list[str]] = {}
    roles: dict[str, str] = {}
    for meta in package.iter("{*}meta"):
        if meta.get("property") == "role" and meta.get("refines"):
            roles[meta.get("refines").removeprefix("#")] = (meta.text or "").strip()
    for element in package.iter(f"{_TERMS}*"):
        field = element.tag.removeprefix(_TERMS)
        role = element.get("{http://www.idpf.org/2007/opf}role") or roles.get(element.get("id") or "", "aut")
        if field == "creator":
            field = {"aut": "creator", "edt": "editor"}.get(role, "other")
        if element.text and element.text.strip():
            said.setdefault(field, []).append(" ".join(element.text.split()))
    identifiers = said.get("identifier", [])
    return well_typed(
        {
            "title": title_of("".join(said.get("title", [])[:1])),
            "author": [{"literal": name} for name in said.get("creator", [])],
            "editor": [{"literal": name} for name in said.get("editor", [])],
            "issued": "".join(said.get("date", [])[:1]),
            "publisher": "".join(said.get("publisher", [])[:1]),
            "language": "".join(said.get("language", [])[:1]),
            "DOI": next((name.removeprefix("doi:") for name in identifiers if name.lower().startswith(("doi:", "10."))), ""),
            "URL": next((name for name in identifiers if name.startswith(("http://", "https://"))), ""),
        }
    )


def _named_apart(chapter: Any, name: str) -> Any:
    """A chapter's body, with ids and links that hold for the whole book: two chapters may both have a note `n1`."""
    folder = posixpath.dirname(name)
    body = chapter.find(".//body") if chapter.tag != "body" else chapter
    body = chapter if body is None else body
    for element in body.iter():
        for attribute in ("id", "name"):
            if attribute in element.attrib:
                element.set(attribute, f"{name}#{element.get(attribute)}")
        href = element.get("href")
        if href is None or _scheme(href):
            continue
        address, _, fragment = href.partition("#")
        if fragment:
            element.set("href", f"#{_resolved(folder, address) if address else name}#{unquote(fragment)}")
        else:
            del element.attrib["href"]
    body.tag = "div"
    return body


def _scheme(href: str) -> str:
    """The scheme of an address; '' without one, or where it is no address."""
    try:
        return urlsplit(href).scheme
    except ValueError:
        return "unknown"


def _resolved(folder: str, href: str) -> str:
    return posixpath.normpath(posixpath.join(folder, unquote(href.partition("#")[0])))

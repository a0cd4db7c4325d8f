"""
Web pages made fit for pandoc: what is not the text is taken out; `ingest.markup.web_notes` ties the notes to their marks.

    parsed         bytes to a tree, whatever their encoding
    without_frame  menus, banners, forms, scripts and what is hidden, out
    main_part      the element that holds the text
    serialised     a bare page for pandoc: no attribute is left that names another file

Nothing is executed, and nothing is there to be fetched: pictures, frames, styles and scripts are out before pandoc sees the page.
"""

from __future__ import annotations

import codecs
import html
import re
from collections.abc import Iterable
from typing import Any

from lxml import etree

from index.errors import UnreadableDocument
from ingest.readers.text import decode_bytes

Element = Any  # lxml's, which comes without types

_XML_DECLARATION = re.compile(rb"""\s*<\?xml\b[^>]*?encoding\s*=\s*["']([\w.:-]+)""", re.IGNORECASE)
_META_CHARSET = re.compile(rb"""<meta\b[^>]*?charset\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE)
_CHARSET_WITHIN_BYTES = 4096  # browsers look at 1024
_ENTITY = re.compile(r"&([A-Za-z][A-Za-z0-9]*);")
_XML_ENTITIES = frozenset(("amp", "lt", "gt", "quot", "apos"))
_XHTML = re.compile(r"\A\s*(?:<\?xml\b|<!DOCTYPE[^>]*XHTML|(?:<!DOCTYPE[^>]*>\s*)?<html\b[^>]*\bxmlns\s*=)", re.IGNORECASE)
_DOCTYPE = re.compile(r"<!DOCTYPE[^>\[]*(?:\[.*?\]\s*)?>", re.IGNORECASE | re.DOTALL)
_EPUB_TYPE = "epub-type"  # what `epub:type` is called once namespaces are gone
_MARKUP = re.compile(
    r"<\s*(?:!doctype|html|head|body|p|div|h[1-6]|ul|ol|table|article|section|main|br|span|title|meta|a|b|i)\b", re.IGNORECASE
)

_NEVER_TEXT = frozenset(
    "script style template noscript iframe frame frameset object embed applet svg canvas audio video map img picture source track head link"
    " meta base button input select textarea datalist dialog menu area col colgroup nav progress meter portal".split()
)
_FRAME_ROLES = frozenset(
    "navigation banner contentinfo search complementary menu menubar toolbar dialog alertdialog doc-toc doc-pagebreak doc-pagelist".split()
)
_FRAME_TYPES = frozenset("toc landmarks page-list pagebreak lot loi".split())
_FRAME_NAMES = re.compile(
    r"(?:.*[-_])?(?:cookies?|consent|gdpr)[-_]?(?:banner|notice|consent|bar|popup|law|message|overlay|modal|dialog|container|wrapper)s?"
    r"|(?:.*[-_])?(?:breadcrumbs?|skip-?(?:link|nav|to-content)s?|navbox\w*|navbar|sidebar|newsletter(?:-\w+)?|share-?(?:buttons?|links?|bar))"
    r"|mw-editsection|mw-jump-link|noprint|printfooter|catlinks|toc|site-?(?:header|footer|nav)|sr-only|screen-reader-text|visually-hidden",
    re.IGNORECASE,
)
_HIDDEN = re.compile(r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.IGNORECASE)
_TITLE_BLOCK = frozenset("title subtitle author date".split())  # what a title block or title page repeats of the metadata
_KEPT_ATTRIBUTES = frozenset("href colspan rowspan start class encoding alttext data-note data-printed".split())
_DIVISIONS = frozenset("main article section header footer aside form hgroup details summary body html".split())  # divs to pandoc
_MAX_DEPTH = 500  # elements in one another; pages have some dozens


def parsed(content: bytes, source: str) -> tuple[Element, tuple[str, ...]]:
    """The root element of a page, and a remark if its encoding was guessed. Raises UnreadableDocument for what is none."""
    text, remarks = _decoded(content, source)
    if not _MARKUP.search(text):
        raise UnreadableDocument(source, "is not a web page: it has no markup; give it the ending of what it is, or remove it")
    root = _as_xml(text) if _XHTML.match(text) else None
    if root is None:
        parser = etree.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True, huge_tree=True)
        try:
            root = etree.fromstring(text.replace("\0", "\ufffd").encode("utf-8", "replace"), parser)
        except (etree.XMLSyntaxError, ValueError) as error:
            raise UnreadableDocument(source, "is not a web page: no markup can be read; open it in a browser and save it anew") from error
        if root is None or any("depth" in entry.message for entry in parser.error_log):
            raise UnreadableDocument(source, "is nested too deeply to be read; flatten it and ingest again")
    _flatten_names(root)
    depth = 0
    for event, _ in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > _MAX_DEPTH:
            raise UnreadableDocument(source, "is nested too deeply to be read; flatten it and ingest again")
    return root, remarks


def without_frame(root: Element, *, is_book: bool = False) -> int:
    """
    Take out of a page what is not its text; gives how many words that was.

    A header, footer or aside is out unless it stands in an article; in a book, asides are text. What is not known by its element alone
    stays where it holds more than half of the page's words: a page may be one big form.
    """
    total = word_count(root)
    dropped = 0
    for element in list(root.iter()):
        if not isinstance(element.tag, str):
            remove(element)
            continue
        if element is root or element.tag == "body" or element.getparent() is None:
            continue
        if element.tag in _NEVER_TEXT:
            dropped += word_count(element) if element.tag in ("nav", "button", "select", "menu", "dialog") else 0
            remove(element)
        elif _is_title_block(element):
            remove(element)
        elif _is_hidden(element):
            dropped += word_count(element)
            remove(element)
        elif _is_frame(element, is_book=is_book):
            words = word_count(element)
            if 2 * words <= total:
                dropped += words
                remove(element)
    return dropped


def main_part(root: Element) -> Element:
    """The element that holds the text: the page's `main`, else its articles if they are most of it, else the body."""
    body = root.find(".//body") if root.tag != "body" else root
    body = root if body is None else body
    total = word_count(body)
    mains = [element for element in body.iter() if element.tag == "main" or element.get("role") == "main"]
    outer = [element for element in mains if not any(ancestor in mains for ancestor in element.iterancestors())]
    if outer and 3 * sum(map(word_count, outer)) >= total:
        return _together(outer)
    articles = [element for element in body.iter("article") if next(element.iterancestors("article"), None) is None]
    if articles and 2 * sum(map(word_count, articles)) >= total:
        return _together(articles)
    return body


def serialised(parts: Iterable[Element]) -> bytes:
    """Elements as a page for pandoc."""
    page = etree.Element("html")
    body = etree.SubElement(page, "body")
    for part in parts:
        part.tail = None
        body.append(part)
    for element in body.iter():
        if element.tag in (
            "main",
            "article",
            "section",
            "header",
            "footer",
            "aside",
            "form",
            "body",
            "html",
            "figure-group",
            "hgroup",
            "details",
        ):
            element.tag = "div"
        for name in list(element.attrib):
            if name not in _KEPT_ATTRIBUTES or (name == "class" and not element.get("data-note")):
                del element.attrib[name]
    return b"<!DOCTYPE html>\n" + bytes(etree.tostring(page, method="html", encoding="utf-8"))


def word_count(element: Element) -> int:
    """How many words are in an element, scripts and styles aside."""
    count = 0
    for part in element.iter():
        if isinstance(part.tag, str) and part.tag not in ("script", "style", "template"):
            count += len((part.text or "").split())
        if part is not element:
            count += len((part.tail or "").split())
    return count


def named(element: Element) -> set[str]:
    """The words in an element's class, role and type."""
    return {word for name in ("class", "role", _EPUB_TYPE) for word in (element.get(name) or "").lower().split()}


def _decoded(content: bytes, source: str) -> tuple[str, tuple[str, ...]]:
    head = content[:_CHARSET_WITHIN_BYTES]
    has_mark = content.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    declared = None if has_mark or b"\0" in head else _XML_DECLARATION.match(head) or _META_CHARSET.search(head)
    if declared:
        name = declared[1].decode("ascii", "replace").lower()
        name = "cp1252" if name in ("iso-8859-1", "latin1", "latin-1", "us-ascii", "ascii") else name  # as browsers do
        try:
            return content.decode(name), ()
        except (LookupError, UnicodeDecodeError, ValueError):
            pass  # a false declaration; the bytes say more
    return decode_bytes(content, source)


def _as_xml(text: str) -> Element | None:
    """The root of an XHTML page, if it is well-formed. No document type is obeyed: its entities are HTML's, or text."""
    body = _DOCTYPE.sub("", text, count=1)
    body = _ENTITY.sub(lambda found: found[0] if found[1] in _XML_ENTITIES else html.unescape(found[0]).replace("&", "&amp;"), body)
    body = re.sub(r"\A\s*<\?xml[^>]*\?>", "", body)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True)
    try:
        return etree.fromstring(body.encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, ValueError):
        return None


def _flatten_names(root: Element) -> None:
    """Names of elements and attributes without their namespaces, as HTML has them."""
    for element in root.iter():
        if not isinstance(element.tag, str):
            continue
        if element.tag.startswith("{"):
            element.tag = element.tag.rpartition("}")[2].lower()
        for name in list(element.attrib):
            if name == "epub:type":
                element.set(_EPUB_TYPE, element.attrib.pop(name))
            elif name.startswith("{"):
                plain = name.rpartition("}")[2]
                element.attrib[_EPUB_TYPE if plain == "type" and "ops" in name else plain] = element.attrib.pop(name)
            elif name in ("data-note", "data-printed"):
                del element.attrib[name]  # ours alone


def _is_hidden(element: Element) -> bool:
    hidden = "hidden" in element.attrib or _HIDDEN.search(element.get("style") or "")
    return bool(hidden) and element.find(".//math") is None  # some sites hide their formulas' text behind a picture


def _is_title_block(element: Element) -> bool:
    """Whether an element repeats title or authors in a title block, as pandoc and its kind write them."""
    parent = element.getparent()
    if parent is None or not named(element) & _TITLE_BLOCK:
        return False
    return parent.get("id") == "title-block-header" or "titlepage" in named(parent)


def _is_frame(element: Element, *, is_book: bool) -> bool:
    """Whether an element is around the text rather than of it."""
    if element.get("id") == "title-block-header":
        return False
    words = named(element)
    if words & _FRAME_ROLES or set((element.get(_EPUB_TYPE) or "").split()) & _FRAME_TYPES:
        return True
    if element.tag == "form":
        return True
    if not is_book:
        if element.tag == "aside" and not words & {"doc-footnote", "footnote"}:
            return True
        if element.tag in ("header", "footer") and next(element.iterancestors("article", "main", "section"), None) is None:
            return True
        return any(_FRAME_NAMES.fullmatch(name) for name in (*(element.get("class") or "").split(), element.get("id") or ""))
    return False


def _together(elements: list[Element]) -> Element:
    if len(elements) == 1:
        return elements[0]
    whole = etree.Element("div")
    for element in elements:
        element.tail = None
        whole.append(element)
    return whole


def remove(element: Element) -> None:
    """Take an element out; what stands after it stays, and stays apart."""
    parent = element.getparent()
    if parent is None:
        return
    tail = element.tail or ""
    before = element.getprevious()
    parent.remove(element)
    if before is not None:
        before.tail = (before.tail or "") + tail
    else:
        parent.text = (parent.text or "") + tail

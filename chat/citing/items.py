"""
A document's metadata as an item of CSL-JSON: what is well typed, and nothing else.

Metadata come from strangers' files. What is not of its type is left out rather than guessed, and what is absurdly long is cut.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from index.records import Document

# CSL 1.0.2, appendix III
_TYPES = frozenset(
    "article article-journal article-magazine article-newspaper bill book broadcast chapter classic collection dataset document entry"
    " entry-dictionary entry-encyclopedia event figure graphic hearing interview legal_case legislation manuscript map motion_picture"
    " musical_score pamphlet paper-conference patent performance periodical personal_communication post post-weblog regulation report"
    " review review-book software song speech standard thesis treaty webpage".split()
)
_WORDS = tuple("genre title title-short container-title volume issue page edition publisher publisher-place URL DOI language".split())
_NAMES = ("author", "editor")
_NAME_PARTS = ("family", "given", "literal", "suffix", "dropping-particle", "non-dropping-particle")
_MAX_CHARACTERS = 500  # of a field; a title has 300 at most
_MAX_NAMES = 60  # styles name 20 at most
_PART_MAXIMA = (9999, 12, 31)


def item_of(document: Document) -> dict[str, Any]:
    """
    The CSL-JSON item of a document. It has an `id`, a `type` and a `title`: the file's name where no other is known.
    """
    metadata = document.metadata
    kind = metadata.get("type")
    item: dict[str, Any] = {"id": document.id, "type": kind if isinstance(kind, str) and kind in _TYPES else "document"}
    for field in _WORDS:
        if words := words_of(metadata.get(field)):
            item[field] = words
    item.setdefault("title", words_of(document.id) or "untitled")
    for field in _NAMES:
        if names := _names(metadata.get(field)):
            item[field] = names
    if issued := _issued(metadata.get("issued")):
        item["issued"] = issued
    return item


def words_of(value: object) -> str:
    r"""
    A string or number of JSON as one line of text; '' for anything else.

    >>> words_of(" On \n notes"), words_of(1984), words_of(True), words_of({"a": 1})
    ('On notes', '1984', '', '')
    """
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        return ""
    words = " ".join("".join(map(_shown, str(value)[: 4 * _MAX_CHARACTERS])).split())
    return words if len(words) <= _MAX_CHARACTERS else f"{words[:_MAX_CHARACTERS].rstrip()}…"


def _shown(character: str) -> str:
    """A character, or U+FFFD for one that no format holds, or that a style would be handed as a sign of ours."""
    return character if character in "\n\t" or unicodedata.category(character) not in ("Cc", "Cs", "Co") else "\ufffd"


def _names(people: object) -> list[dict[str, str]]:
    if not isinstance(people, list):
        return []
    named = (
        {part: words for part in _NAME_PARTS if (words := words_of(person.get(part)))} for person in people if isinstance(person, dict)
    )
    return [name for name in named if name.keys() & {"family", "literal", "given"}][:_MAX_NAMES]


def _issued(value: object) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        return {}
    dates = value.get("date-parts")
    given = [_date(parts) for parts in dates[:2] if isinstance(parts, list | tuple)] if isinstance(dates, list | tuple) else []
    if given and all(given):
        return {"date-parts": given}
    literal = words_of(value.get("literal")) or words_of(value.get("raw"))
    return {"literal": literal} if literal else {}


def _date(parts: list[Any] | tuple[Any, ...]) -> list[int]:
    """Year, month and day up to the first that is no such number."""
    known: list[int] = []
    for part, most in zip(parts, _PART_MAXIMA, strict=False):
        words = words_of(part)
        if not re.fullmatch(r"\d{1,4}", words, re.ASCII) or not 1 <= int(words) <= most:
            break
        known.append(int(words))
    return known

"""The documents that were cited, each once, as items of CSL-JSON with a key: for the formats of bibliographies."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Any

from chat.answer import Answer
from chat.citing.items import item_of


def works_of(answers: Sequence[Answer]) -> list[dict[str, Any]]:
    """Items in the order in which they were first cited. Their `id` is a key for citing them: 'khan2023', 'khan2023a'."""
    documents = {note.quote.passage.document.id: note.quote.passage.document for answer in answers for note in answer.footnotes}
    items = [item_of(document) for document in documents.values()]
    taken: set[str] = set()
    for item in items:
        stem = _key(item)
        key, number = stem, 0
        while key in taken:
            number += 1
            key = f"{stem}{_letters(number)}"
        taken.add(key)
        item["id"] = key
    return items


def _key(item: dict[str, Any]) -> str:
    """First author and year, else a word of the title and the year, in letters that every program takes."""
    author: dict[str, str] = next(iter(item.get("author", ())), {})
    named = author.get("family") or author.get("literal") or author.get("given") or item["title"]
    plain = unicodedata.normalize("NFKD", named).encode("ascii", "ignore").decode()
    word = next(iter(re.findall(r"[a-z0-9]+", plain.lower())), "work")
    return f"{word}{year_of(item) or ''}"


def year_of(item: dict[str, Any]) -> int | None:
    """The year of issue; None where it is not known as a number."""
    dates = item.get("issued", {}).get("date-parts")
    return dates[0][0] if dates else None


def _letters(number: int) -> str:
    """
    a, b, … z, aa, ab, …

    >>> _letters(1), _letters(28)
    ('a', 'ab')
    """
    number, row = divmod(number - 1, 26)
    return (_letters(number) if number else "") + "abcdefghijklmnopqrstuvwxyz"[row]

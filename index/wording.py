"""How a question is read before it is searched: which of its words must be found as they are. All of it is visible in the query."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from index.library import Index
from index.phrases import absent, holds_phrase, quoted
from index.search import Query, passage_rows


def read(query: Query, index: Index, *, documents: Collection[str] | None = None) -> Query:
    """
    The query with what the readings say of its wording; `documents` are the ids to keep to.

    Raises UnknownDocument for a document that is not in the index.
    """
    phrases = quoted(query.text)
    missing = absent(index, phrases, passage_rows(index, documents)) if phrases else ()
    names = {phrase for phrase in missing if _is_title(index, phrase)}
    return replace(
        query,
        phrases=tuple(phrase for phrase in phrases if phrase not in names),
        absent=tuple(phrase for phrase in missing if phrase not in names),
    )


def _is_title(index: Index, phrase: str) -> bool:
    """Whether a reading is called so: then the words name it, and need not stand in it."""
    return any(holds_phrase(document.title, phrase) for document in index.documents.values())

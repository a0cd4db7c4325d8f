"""A talk as what the visitor's browser keeps of it, and back: links and lines of ours, no words of the readings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from chat.render.link import Keys, link_to, linked
from chat.talk import Origin, Said, Talk
from index.library import Index

MOST_KEPT = 100  # of what was said, the last
_MOST_LINE = 600  # characters of a line of ours
_GONE = "This answer cannot be shown again: its reading has changed, or is no longer here."


def kept(talk: Talk, index: Index, keys: Keys) -> list[dict[str, str]]:
    """What to keep: for each thing said its link, how it came to be said, and our own words where it has any."""
    return [_record(said, index, keys) for said in talk.said[-MOST_KEPT:] if said.answer is not None]


def restored(records: object, index: Index, keys: Keys) -> Talk:
    """
    The talk that a browser kept, its quotations cut anew. Whatever is no record is left out.

    An answer that does not fit the index any more is a line that says so.
    """
    found = records if isinstance(records, list) else []
    return Talk(tuple(_said(found[-MOST_KEPT:], index, keys)))


def _record(said: Said, index: Index, keys: Keys) -> dict[str, str]:
    assert said.answer is not None
    documents = [index.documents[id] for id in said.documents if id in index.documents]
    return {"link": link_to(said.answer, keys, documents), "from": said.origin, "line": said.answer.refusal}


def _said(records: Iterable[object], index: Index, keys: Keys) -> Iterator[Said]:
    for record in records:
        if not isinstance(record, Mapping):
            continue
        found = linked(_text(record, "link"), index, keys)
        if found is None:
            continue
        origin = next((origin for origin in Origin if origin == record.get("from")), Origin.ASKED)
        line = _text(record, "line")[:_MOST_LINE]
        if found.fits and (found.quotes or line):
            yield Said(found.question, found.answer(line), documents=found.documents, origin=origin)
        else:
            yield Said(found.question, None, _GONE)


def _text(record: Mapping[Any, Any], name: str) -> str:
    value = record.get(name)
    return value if isinstance(value, str) else ""

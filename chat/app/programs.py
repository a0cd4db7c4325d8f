"""
What other programs can call, through gradio's API and, with `--mcp`, as tools: typed arguments in, plain data out.

They keep nothing: whoever asks a follow-up sends the turns before it. So nothing of one caller can reach another. Gradio shows the
docstrings to callers.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any, cast

from chat.answer import Quote
from chat.app.desk import Desk
from chat.citing import cite_apart, style_named
from chat.conversation import MAX_QUESTION_CHARACTERS, Turn
from chat.render.found import reasons
from chat.render.json import answer_json
from index.errors import BadQuestion, UnknownDocument

_MOST_PASSAGES = 50
_MOST_TURNS = 50  # of a history; a question leans on three


def programs(desk: Desk) -> tuple[Callable[..., dict[str, Any]], ...]:
    """`ask`, and `search` where there is what searches."""

    def ask(
        question: str,
        history: list[dict[str, str]] | None = None,
        documents: list[str] | None = None,
        style: str = "chicago",
    ) -> dict[str, Any]:
        """
        Ask the readings a question. The answer is the authors' own words, each quotation with a footnote to its place, or a refusal.

        Args:
            question: the question, in plain language
            history: earlier turns, oldest first, each with `question` and `answer`; needed only for a follow-up
            documents: ids of the readings to keep to; all of them when left out
            style: how footnotes cite: chicago, apa, mla or harvard
        """
        cited = style_named(style)
        turns = _turns(history)
        started = time.perf_counter()
        with desk.line.turn():
            answer = desk.answer(question, turns, _there(desk, documents))
        return cast("dict[str, Any]", json.loads(answer_json(answer, cited, seconds=time.perf_counter() - started)))

    def search(query: str, documents: list[str] | None = None, most: int = 10, style: str = "chicago") -> dict[str, Any]:
        """
        Search the readings. Gives passages, best first, each with its place, its citation and why it was found.

        Args:
            query: what to look for, a question or a few words
            documents: ids of the readings to keep to; all of them when left out
            most: how many passages to give at most, 1 to 50
            style: how they are cited: chicago, apa, mla or harvard
        """
        cited = style_named(style)
        with desk.line.turn():
            asked, hits = desk.find(
                query[:MAX_QUESTION_CHARACTERS], _there(desk, documents) or None, k=max(1, min(int(most), _MOST_PASSAGES))
            )
        citations = cite_apart([Quote(hit.passage, hit.passage.span) for hit in hits], cited)
        return {
            "query": query,
            "passages": [
                {
                    "rank": hit.rank,
                    "text": hit.passage.text,
                    "document": hit.passage.document.id,
                    "start": hit.passage.span.start,
                    "end": hit.passage.span.end,
                    "citation": str(citation),
                    "found_for": list(reasons(asked, hit)),
                }
                for hit, citation in zip(hits, citations, strict=True)
            ],
        }

    return (ask, search) if desk.can_more else (ask,)


def _there(desk: Desk, documents: list[str] | None) -> tuple[str, ...]:
    """The ids of readings that a caller names. Raises UnknownDocument, without the folder that the index lies in."""
    found: list[str] = []
    for name in documents or ():
        try:
            found.append(desk.index.document(name).id)
        except UnknownDocument:
            raise UnknownDocument(f"no document '{name}' among the readings; leave `documents` out to ask all of them") from None
    return tuple(found)


def _turns(history: object) -> list[Turn]:
    """The turns of a history. Raises BadQuestion."""
    if history is None:
        return []
    if not isinstance(history, list) or not all(isinstance(turn, dict) and isinstance(turn.get("question"), str) for turn in history):
        raise BadQuestion("`history` is a list of objects with `question` and `answer`; mend it")
    return [Turn(turn["question"], str(turn.get("answer") or "")) for turn in history[-_MOST_TURNS:]]

"""Answerers: a question and its hits to an answer. One file an answerer; the contract tests pick each up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from chat.answer import Answer
from index.library import Index
from index.records import Hit
from index.search import Query


class Answerer(Protocol):
    """The contract. Whatever an answerer says is a quotation or a fixed phrase."""

    def answer(self, query: Query, hits: Sequence[Hit], index: Index) -> Answer:
        """The answer to a query whose passages were found."""

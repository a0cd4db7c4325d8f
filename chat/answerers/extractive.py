"""Answers by quoting: the best sentences of what was found, or none when they are not likely to answer. No language model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from chat.answer import Answer, Quote
from chat.quoting import candidates, quotes
from chat.refusing import features, model, reason
from index.library import Index
from index.records import Hit
from index.search import Query

_NEAREST = 2  # passages offered with a refusal
_NEAREST_MIN_COSINE = 0.2  # below this a passage is not near: it only happens to be the least far


@dataclass(frozen=True, slots=True)
class ExtractiveAnswerer:
    """Quotes when the confidence reaches a threshold."""

    threshold: float | None = None  # 0..1; None takes the fitted one

    def answer(self, query: Query, hits: Sequence[Hit], index: Index) -> Answer:
        """See `Answerer`."""
        ranked = candidates(query, hits, index.lexical)
        best = ranked[0] if ranked else None
        confidence = model().confidence(features(query, best, index)) if best else 0.0
        threshold = model().threshold if self.threshold is None else self.threshold
        if best and confidence >= threshold:
            return Answer(query.text, quotes(ranked), "", (), confidence, query.context)
        nearest = tuple(
            Quote(candidate.hit.passage, candidate.span) for candidate in ranked[:_NEAREST] if candidate.cosine >= _NEAREST_MIN_COSINE
        )
        return Answer(query.text, (), reason(query, index, best), nearest, confidence, query.context)

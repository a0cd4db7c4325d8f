"""Answers by quoting: the best sentences of what was found, or none when they are not likely to answer. No language model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from chat.answer import Answer, Quote
from chat.imprint import imprint, opening_of_section
from chat.quoting import candidates, quotes
from chat.refusing import features, model, reason, unsupported
from index.library import Index
from index.records import Hit
from index.search import Query

_STATED = 0.95  # confidence where a reading's own data says that the quotation names what is asked
_DOUBTED = 0.5  # confidence needed where the question speaks of a name or year that the readings do not have there
_NEAREST = 2  # passages offered with a refusal
_NEAREST_MIN_COSINE = 0.2  # below this a passage is not near: it only happens to be the least far


@dataclass(frozen=True, slots=True)
class ExtractiveAnswerer:
    """Quotes when the confidence reaches a threshold."""

    threshold: float | None = None  # 0..1; None takes the fitted one

    def answer(self, query: Query, hits: Sequence[Hit], index: Index) -> Answer:
        """See `Answerer`."""
        documents = {hit.passage.document.id for hit in hits}
        if len(documents) == 1:  # “who wrote it” asks for one reading; of several it is not known which
            own = imprint(query.text, [index.passages[row] for row in index.passage_rows[documents.pop()]])
            if own is not None:
                return Answer(query.text, (own,), "", (), _STATED, query.context)
        ranked = candidates(query, hits, index.lexical)
        shown = quotes(ranked)
        confidence = model().confidence(features(query, ranked, shown)) if ranked else 0.0
        threshold = self.threshold
        if threshold is None:
            threshold = max(model().threshold, _DOUBTED if unsupported(query, index, shown) else 0.0)
        if shown and confidence >= threshold:
            return Answer(query.text, shown, "", (), confidence, query.context)
        opening = opening_of_section(query.text, [hit.passage for hit in hits])
        if opening is not None:
            return Answer(query.text, (opening,), "", (), _STATED, query.context)
        nearest = tuple(
            Quote(candidate.hit.passage, candidate.span) for candidate in ranked[:_NEAREST] if candidate.cosine >= _NEAREST_MIN_COSINE
        )
        return Answer(query.text, (), reason(query, index, shown), nearest, confidence, query.context)

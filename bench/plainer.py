"""
Plainer ways of answering, to hold ours against: each shows the best of its pieces whole and never refuses.

    plain baseline    pieces of 1,000 characters with 200 overlap, each embedded alone by the same embedder
    BM25 alone        our passages, by BM25
    dense alone       our passages, by the cosine of their vectors
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from bench.sets import Question, QuestionSet
from chat.answer import Answer, Quote
from index.embedders import Embedder
from index.records import Document, Passage, Span
from index.search import Query, search

BASELINE = "plain baseline"

_CHARACTERS, _OVERLAP = 1000, 200
_ALONE = {"BM25 alone": {"bm25": 1.0}, "dense alone": {"passage": 1.0}}


def ways(found: QuestionSet, embedder: Embedder) -> Mapping[str, Callable[[Question], Answer]]:
    """The ways by name, ready to be asked questions of a set."""
    pieces = [Passage(document, (span,)) for document in found.index.documents.values() for span in cut(document)]
    vectors, _ = embedder.embed_passages(pieces)
    rows = {id: [row for row, piece in enumerate(pieces) if piece.document.id == id] for id in found.index.documents}

    def baseline(question: Question) -> Answer:
        of_document = rows[question.document] if found.one_document else range(len(pieces))
        cosines = vectors[list(of_document)] @ embedder.embed_query(question.question)
        best = int(np.argmax(cosines))
        return _shown(question, pieces[of_document[best]], float(cosines[best]))

    def alone(weights: Mapping[str, float]) -> Callable[[Question], Answer]:
        def way(question: Question) -> Answer:
            documents = [question.document] if found.one_document else None
            hits = search(found.index, embedder, Query(question.question), k=1, documents=documents, weights=weights)
            return _shown(question, hits[0].passage, hits[0].score)

        return way

    return {BASELINE: baseline, **{name: alone(weights) for name, weights in _ALONE.items()}}


def cut(document: Document) -> list[Span]:
    """The baseline's pieces of a document, as splitters by length cut it: wherever the length falls."""
    end = len(document.text)
    starts = range(0, max(1, end - _OVERLAP), _CHARACTERS - _OVERLAP)
    return [Span(start, min(start + _CHARACTERS, end)) for start in starts]


def _shown(question: Question, passage: Passage, score: float) -> Answer:
    return Answer(question.question, (Quote(passage, passage.span),), "", (), score)

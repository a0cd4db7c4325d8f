"""What an answer is worth against its evidence; the words for it are those of evidence retrieval."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log2

from bench.sets import Question
from chat.answer import Answer, Quote
from index.records import Document, Span


@dataclass(frozen=True, slots=True)
class Score:
    """One answer's scores."""

    answered: bool
    hit: bool  # a quotation holds one of the pieces of evidence, letters and digits compared
    first_hit: bool  # the first one does
    touches: bool  # a quotation holds at least a character of evidence, in its place
    recall: float  # characters of evidence quoted, of all characters of evidence
    precision: float  # … of all characters quoted
    confidence: float

    @property
    def f1(self) -> float:
        """The harmonic mean of both."""
        return 2 * self.recall * self.precision / (self.recall + self.precision) if self.recall else 0.0


def score(question: Question, answer: Answer, document: Document | None) -> Score:
    """An answer's scores; `document` is the one that holds the evidence. A refusal has none but its confidence."""
    pieces = [_folded(document.slice(span)) for span in question.evidence] if document else []
    hits = [any(piece and piece in _folded(quote.text) for piece in pieces) for quote in answer.quotes]
    quoted = [_inside(quote, question) for quote in answer.quotes]
    shared = sum(_shared(span, question.evidence) for span in quoted if span)
    gold = sum(len(span) for span in _union(question.evidence))
    shown = sum(len(quote.span) for quote in answer.quotes)
    return Score(
        answered=not answer.refused,
        hit=any(hits),
        first_hit=bool(hits) and hits[0],
        touches=shared > 0,
        recall=shared / gold if gold else 0.0,
        precision=shared / shown if shown else 0.0,
        confidence=answer.confidence,
    )


def ndcg(ranked: Sequence[str], relevance: Mapping[str, float], *, depth: int = 10) -> float:
    """
    Normalised discounted cumulative gain of a ranking (Järvelin and Kekäläinen 2002), gains linear as trec_eval has it; 0..1.

    >>> round(ndcg(["b", "a"], {"a": 1.0}), 4)
    0.6309
    """
    gained = sum(relevance.get(document, 0.0) / log2(rank + 1) for rank, document in enumerate(ranked[:depth], start=1))
    most = sum(grade / log2(rank + 1) for rank, grade in enumerate(sorted(relevance.values(), reverse=True)[:depth], start=1))
    return gained / most if most else 0.0


def recall(ranked: Sequence[str], relevance: Mapping[str, float], *, depth: int = 5) -> float:
    """
    Share of the relevant documents among the first of a ranking; 0..1.

    >>> recall(["b", "a"], {"a": 1.0, "c": 1.0})
    0.5
    """
    relevant = {document for document, grade in relevance.items() if grade > 0}
    return len(relevant.intersection(ranked[:depth])) / len(relevant) if relevant else 0.0


def auroc(answerable: Sequence[float], unanswerable: Sequence[float]) -> float:
    """How often an answerable question has the higher confidence, ties counted half (Mann and Whitney 1947); .5 is chance."""
    ordered = sorted([(value, 1) for value in answerable] + [(value, 0) for value in unanswerable])
    total, row = 0.0, 0
    while row < len(ordered):
        end = row
        while end < len(ordered) and ordered[end][0] == ordered[row][0]:
            end += 1
        total += sum(kind for _, kind in ordered[row:end]) * (row + end + 1) / 2
        row = end
    pairs = len(answerable) * len(unanswerable)
    return (total - len(answerable) * (len(answerable) + 1) / 2) / pairs if pairs else float("nan")


def _inside(quote: Quote, question: Question) -> Span | None:
    return quote.span if quote.passage.document.id == question.document else None


def _shared(span: Span, evidence: Sequence[Span]) -> int:
    return sum(max(0, min(span.end, piece.end) - max(span.start, piece.start)) for piece in _union(evidence))


def _union(spans: Sequence[Span]) -> list[Span]:
    """The same stretches without overlap."""
    joined: list[Span] = []
    for span in sorted(spans):
        if joined and span.start <= joined[-1].end:
            joined[-1] = Span(joined[-1].start, max(joined[-1].end, span.end))
        else:
            joined.append(span)
    return joined


def _folded(text: str) -> str:
    return "".join(re.findall(r"[^\W_]+", text.casefold()))

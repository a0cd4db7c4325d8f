"""
Rerankers: a second, slower look at the passages that search found, question and passage together. One file a reranker.

None is used unless one is named: the evidence reader looks at the best passages anyway, and chooses sentences, not passages.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from index.arrays import FloatVector
from index.records import Hit, Passage

CANDIDATES = 50  # hits that are looked at again: a cross-encoder of six layers takes some 40 ms for each


class Reranker(Protocol):
    """The contract; `tests/test_index_rerankers.py` holds every reranker to it."""

    @property
    def name(self) -> str:
        """What `open_reranker` gives this reranker for."""

    def scores(self, question: str, passages: Sequence[Passage]) -> FloatVector:
        """How well each passage answers, shape (passages,): higher is better, and comparable for one question only."""


def open_reranker(name: str) -> Reranker:
    """The cross-encoder of a name or folder. Heavy packages are imported here, not before. Raises UnusableReranker."""
    from index.rerankers.cross_encoder import CrossEncoderReranker

    return CrossEncoderReranker.open(name)


def reranked(hits: Sequence[Hit], question: str, reranker: Reranker | None, *, k: int) -> list[Hit]:
    """
    The first `k` hits; with a reranker, after it has put the first CANDIDATES in its own order, ties in theirs.

    A hit keeps its fused score; the reranker's is one more of its signals.
    """
    if reranker is None or not hits:
        return list(hits[:k])
    again = hits[:CANDIDATES]
    scores = reranker.scores(question, [hit.passage for hit in again]).tolist()
    looked_at = [replace(hit, signals={**hit.signals, "reranker": score}) for hit, score in zip(again, scores, strict=True)]
    looked_at.sort(key=lambda hit: -hit.signals["reranker"])  # stable
    return [replace(hit, rank=rank) for rank, hit in enumerate([*looked_at, *hits[CANDIDATES:]][:k], start=1)]

"""
Several indexes searched as one, without copying any: the readings of the house, and those a visitor brought.

Rows run on from one to the next. Cosines are what they are; BM25 counts a term's passages in all of them, so that a word is as rare as in
one index over everything (each keeps its own mean length of passages, which differs little).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from pathlib import Path
from typing import NoReturn, Self

import numpy as np
from numpy.typing import NDArray

from index.arrays import FloatMatrix, FloatVector
from index.errors import IndexMismatch
from index.lexical import Lexical
from index.library import Index
from index.stores import VectorStore


def join(first: Index, *others: Index) -> Index:
    """
    The indexes as one; its folder and manifest's embedder are the first's.

    Raises IndexMismatch when they were made with different embedders, or hold documents of the same id.
    """
    parts = (first, *others)
    for part in others:
        made_with = (part.manifest.embedder, part.manifest.weights)
        if made_with != (first.manifest.embedder, first.manifest.weights):
            raise IndexMismatch(f"index '{part.folder}' was made with '{made_with[0]}', and cannot join '{first.folder}'; make it anew")
    documents = {id: document for part in parts for id, document in part.documents.items()}
    if len(documents) < sum(len(part.documents) for part in parts):
        raise IndexMismatch("a document of the same name is in both indexes; rename one")
    passage_offsets = [0, *accumulate(len(part.passages) for part in parts)]
    sentence_offsets = [0, *accumulate(part.first_sentences[-1] for part in parts)]
    starts = (start + offset for part, offset in zip(parts, sentence_offsets, strict=False) for start in part.first_sentences[:-1])
    return Index(
        folder=first.folder,
        manifest=replace(
            first.manifest,
            skipped={source: reason for part in parts for source, reason in part.manifest.skipped.items()},
            documents=tuple(entry for part in parts for entry in part.manifest.documents),
        ),
        documents=documents,
        extractions={id: extraction for part in parts for id, extraction in part.extractions.items()},
        passages=tuple(passage for part in parts for passage in part.passages),
        first_sentences=(*starts, sentence_offsets[-1]),
        passage_vectors=JoinedStore(tuple(part.passage_vectors for part in parts)),
        sentence_vectors=JoinedStore(tuple(part.sentence_vectors for part in parts)),
        lexical=JoinedLexical(None, passage_offsets[-1], tuple(part.lexical for part in parts)),
        headings=JoinedLexical(None, passage_offsets[-1], tuple(part.headings for part in parts)),
        passage_rows={
            id: range(rows.start + offset, rows.stop + offset)
            for part, offset in zip(parts, passage_offsets, strict=False)
            for id, rows in part.passage_rows.items()
        },
    )


@dataclass(frozen=True, slots=True)
class JoinedStore:
    """Vector stores, one after the other. It lives in memory only."""

    parts: tuple[VectorStore, ...]

    @classmethod
    def of(cls, vectors: FloatMatrix) -> NoReturn:
        """Nothing is made from vectors here."""
        raise NotImplementedError

    @classmethod
    def load(cls, path: Path) -> NoReturn:
        """Nothing is written, so nothing is loaded."""
        raise NotImplementedError

    def save(self, path: Path) -> NoReturn:
        """Nothing is written."""
        raise NotImplementedError

    def __len__(self) -> int:
        return sum(map(len, self.parts))

    def search(self, query: FloatVector, k: int) -> list[tuple[int, float]]:
        """See `VectorStore`."""
        offsets = [0, *accumulate(map(len, self.parts))]
        found = [(row + offset, cosine) for part, offset in zip(self.parts, offsets, strict=False) for row, cosine in part.search(query, k)]
        return sorted(found, key=lambda hit: (-hit[1], hit[0]))[:k]

    def vectors(self, rows: Sequence[int]) -> FloatMatrix:
        """See `VectorStore`."""
        offsets = [0, *accumulate(map(len, self.parts))]
        owners = np.asarray([bisect_right(offsets, row) - 1 for row in rows], dtype=np.int64)
        asked = np.asarray(rows, dtype=np.int64)
        taken = [part.vectors((asked[owners == owner] - offsets[owner]).tolist()) for owner, part in enumerate(self.parts)]
        found: FloatMatrix = np.empty((len(asked), taken[0].shape[1]), dtype=np.float32)
        for owner, vectors in enumerate(taken):
            found[owners == owner] = vectors
        return found


@dataclass(frozen=True, slots=True)
class JoinedLexical(Lexical):
    """The terms of several indexes."""

    parts: tuple[Lexical, ...] = ()

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Nothing is written, so nothing is loaded."""
        raise NotImplementedError

    def save(self, folder: Path) -> None:
        """Nothing is written."""
        raise NotImplementedError

    def scores(self, query_terms: Sequence[str]) -> FloatVector:
        """See `Lexical`. A term's score is a product of its rarity: each part's is divided out, and that in all of them put in."""
        total = np.zeros(self.passages, dtype=np.float32)
        for term in dict.fromkeys(query_terms):
            rarity = self.rarity(term)
            scores = [part.scores([term]) * np.float32(rarity / (part.rarity(term) or 1.0)) for part in self.parts]
            total += np.concatenate(scores)
        return total

    def vocabulary(self) -> Collection[str]:
        """See `Lexical`."""
        return set().union(*(part.vocabulary() for part in self.parts))

    def postings(self, term: str) -> NDArray[np.int64]:
        """See `Lexical`."""
        offsets = [0, *accumulate(part.passages for part in self.parts)]
        return np.concatenate([part.postings(term) + offset for part, offset in zip(self.parts, offsets, strict=False)])

    def document_frequency(self, term: str) -> int:
        """See `Lexical`."""
        return sum(part.document_frequency(term) for part in self.parts)

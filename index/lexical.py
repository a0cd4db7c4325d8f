"""BM25 over passages, or over what stands over them (Robertson and Zaragoza 2009, eq. 3.15, as bm25s computes it: k1 = 1.5, b = 0.75)."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bm25s
import numpy as np
from numpy.typing import NDArray

from index.arrays import FloatVector
from index.errors import DamagedIndex
from index.tokens import terms

K1, B = 1.5, 0.75


@dataclass(frozen=True, slots=True)
class Lexical:
    """Which terms stand in which passages."""

    bm25: bm25s.BM25 | None  # None when no passage holds a term
    passages: int

    @classmethod
    def of(cls, texts: Sequence[str]) -> Lexical:
        """Counted from the passages' texts, in order."""
        tokens = [terms(text) for text in texts]
        if not any(tokens):
            return cls(None, len(texts))
        vocabulary = {term: row for row, term in enumerate(sorted({term for found in tokens for term in found}))}
        bm25 = bm25s.BM25(k1=K1, b=B)
        rows = [[vocabulary[term] for term in found] for found in tokens]
        bm25.index((rows, vocabulary), show_progress=False, create_empty_token=False)
        return cls(bm25, len(texts))

    @classmethod
    def load(cls, folder: Path) -> Lexical:
        """What `save` wrote. Raises DamagedIndex."""
        try:
            count = int((folder / "passages.txt").read_text(encoding="ascii"))
            if not (folder / "params.index.json").exists():
                return cls(None, count)
            return cls(bm25s.BM25.load(folder, load_corpus=False, mmap=False, load_vocab=True), count)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise DamagedIndex(f"{folder.name} holds no BM25 index ({error})") from error

    def save(self, folder: Path) -> None:
        """Write a folder; the same texts give the same bytes."""
        folder.mkdir()
        (folder / "passages.txt").write_text(str(self.passages), encoding="ascii")
        if self.bm25 is not None:
            self.bm25.save(folder, corpus=None, show_progress=False, allow_pickle=False)

    def scores(self, query_terms: Sequence[str]) -> FloatVector:
        """Each passage's BM25 score for these terms, repeated terms counted once; shape (passages,), at least 0."""
        known = [self.bm25.vocab_dict[term] for term in dict.fromkeys(query_terms) if term in self.bm25.vocab_dict] if self.bm25 else []
        if self.bm25 is None or not known:
            return np.zeros(self.passages, dtype=np.float32)
        scores: FloatVector = self.bm25.get_scores_from_ids(known).astype(np.float32)
        return scores

    def vocabulary(self) -> Collection[str]:
        """Every term that stands in a passage."""
        return self.bm25.vocab_dict.keys() if self.bm25 else ()

    def postings(self, term: str) -> NDArray[np.int64]:
        """The rows of the passages in which a term stands, in order."""
        row = self.bm25.vocab_dict.get(term) if self.bm25 else None
        if self.bm25 is None or row is None:
            return np.zeros(0, dtype=np.int64)
        starts: Any = self.bm25.scores["indptr"]
        rows: NDArray[np.int64] = np.sort(self.bm25.scores["indices"][starts[row] : starts[row + 1]]).astype(np.int64)
        return rows

    def document_frequency(self, term: str) -> int:
        """In how many passages a term stands."""
        row = self.bm25.vocab_dict.get(term) if self.bm25 else None
        if self.bm25 is None or row is None:
            return 0
        starts: Any = self.bm25.scores["indptr"]
        return int(starts[row + 1] - starts[row])

    def rarity(self, term: str) -> float:
        """
        Inverse document frequency, at least 0: high for a term in few passages, highest for one in none (Lucene's BM25 form).
        """
        frequency = self.document_frequency(term)
        return math.log(1 + (self.passages - frequency + 0.5) / (frequency + 0.5))

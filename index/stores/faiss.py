"""FAISS, exact inner product: equal to the cosine because rows are unit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import faiss
import numpy as np

from index.arrays import FloatMatrix, FloatVector
from index.errors import DamagedIndex


@dataclass(frozen=True, slots=True)
class FaissStore:
    """An `IndexFlatIP`."""

    index: Any  # faiss.IndexFlatIP; faiss ships no types

    @classmethod
    def of(cls, vectors: FloatMatrix) -> Self:
        """See `VectorStore`."""
        index = faiss.IndexFlatIP(vectors.shape[1])
        index.add(vectors)
        return cls(index)

    @classmethod
    def load(cls, path: Path) -> Self:
        """See `VectorStore`."""
        try:
            # Through bytes rather than a path: FAISS takes no path that is not UTF-8, and tells of no reason.
            index = faiss.deserialize_index(np.frombuffer(path.read_bytes(), dtype=np.uint8))
        except (OSError, RuntimeError) as error:
            raise DamagedIndex(f"{path.name} is not a FAISS index") from error
        if not isinstance(index, faiss.IndexFlat) or index.metric_type != faiss.METRIC_INNER_PRODUCT:
            raise DamagedIndex(f"{path.name} is a FAISS index of another kind")
        return cls(index)

    def save(self, path: Path) -> None:
        """See `VectorStore`."""
        path.write_bytes(faiss.serialize_index(self.index).tobytes())

    def __len__(self) -> int:
        return int(self.index.ntotal)

    def search(self, query: FloatVector, k: int) -> list[tuple[int, float]]:
        """See `VectorStore`."""
        k = min(k, len(self))
        if k < 1:
            return []
        cosines, rows = self.index.search(query[np.newaxis, :], k)
        # FAISS pads with row -1 when it runs out, and leaves ties in any order.
        found = ((int(row), float(cosine)) for row, cosine in zip(rows[0], cosines[0], strict=True) if row >= 0)
        return sorted(found, key=lambda hit: (-hit[1], hit[0]))

    def vectors(self, rows: Sequence[int]) -> FloatMatrix:
        """See `VectorStore`."""
        if not len(rows):
            return np.zeros((0, self.index.d), dtype=np.float32)
        taken: FloatMatrix = self.index.reconstruct_batch(np.asarray(rows, dtype=np.int64))
        return taken

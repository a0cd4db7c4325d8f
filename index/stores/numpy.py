"""Exact search by one matrix product; the oracle that other stores are compared with."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np

from index.arrays import FloatMatrix, FloatVector
from index.errors import DamagedIndex
from index.stores import Rows


@dataclass(frozen=True, slots=True)
class NumpyStore:
    """All rows in memory; linear in rows."""

    matrix: FloatMatrix  # (n, dim), unit rows

    @classmethod
    def of(cls, vectors: FloatMatrix) -> Self:
        """See `VectorStore`."""
        return cls(vectors)

    @classmethod
    def load(cls, path: Path) -> Self:
        """See `VectorStore`."""
        try:
            return cls(np.load(path, allow_pickle=False))
        except (OSError, ValueError, EOFError) as error:
            raise DamagedIndex(f"{path.name} holds no vectors ({error})") from error

    def save(self, path: Path) -> None:
        """See `VectorStore`."""
        with path.open("wb") as file:  # a path would get '.npy' added
            np.save(file, self.matrix, allow_pickle=False)

    def __len__(self) -> int:
        return len(self.matrix)

    def search(self, query: FloatVector, k: int) -> list[tuple[int, float]]:
        """See `VectorStore`."""
        cosines = self.matrix @ query
        best = np.argsort(-cosines, kind="stable")[:k]
        return [(int(row), float(cosines[row])) for row in best]

    def vectors(self, rows: Rows) -> FloatMatrix:
        """See `VectorStore`."""
        taken: FloatMatrix = self.matrix[np.asarray(rows, dtype=np.intp)]
        return taken

"""
Vector stores: the nearest rows of a matrix. One file a store; the contract tests compare each with `numpy`, the exact one.

A store answers with cosines, best first, ties by row, and never with a row it does not have.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray

from index.arrays import FloatMatrix, FloatVector

Rows = Sequence[int] | NDArray[np.int64]


class VectorStore(Protocol):
    """The contract; `tests/test_index_stores.py` holds every store to it."""

    @classmethod
    def of(cls, vectors: FloatMatrix) -> Self:
        """A store of unit rows; shape (n, dim)."""

    @classmethod
    def load(cls, path: Path) -> Self:
        """The store that `save` wrote. Raises DamagedIndex when the file is none."""

    def save(self, path: Path) -> None:
        """Write one file; the same rows give the same bytes."""

    def __len__(self) -> int:
        """Number of rows."""

    def search(self, query: FloatVector, k: int) -> list[tuple[int, float]]:
        """The `k` rows with the highest cosine to a unit vector as (row, cosine), fewer when there are fewer rows."""

    def vectors(self, rows: Rows) -> FloatMatrix:
        """Those rows, as stored; shape (len(rows), dim)."""

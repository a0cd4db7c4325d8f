"""
Vectors on disk: exact up to so many rows, approximate beyond. Written some at a time; how many there will be need not be known.
"""

from __future__ import annotations

from pathlib import Path
from typing import Self

import numpy as np

from index.arrays import FloatMatrix
from index.stores import VectorStore
from index.tables import TableWriter, open_table

# Comparing every row takes FAISS some 0.3 µs each, so 2 ms here; looking into lists takes less from here to millions of rows.
MOST_EXACT = 8_000

_AT_ONCE = 50_000


def open_vectors(path: Path) -> VectorStore:
    """What `VectorWriter` wrote: a `FaissStore`, or an `IvfStore` where there are lists. Raises DamagedIndex."""
    from index.stores.faiss import FaissStore
    from index.stores.ivf import LISTS, IvfStore

    return IvfStore.load(path) if path.with_name(path.name + LISTS).exists() else FaissStore.load(path)


class VectorWriter:
    """Unit rows to a file: in single precision as long as they are few enough to be searched exactly, else in half, with lists."""

    def __init__(self, path: Path, dim: int) -> None:
        self._path, self._dim = path, dim
        self._table = TableWriter(path, "<f4", columns=(dim,))
        self._exact = True

    def add(self, rows: FloatMatrix) -> None:
        """Append rows; shape (n, dim)."""
        if self._exact and self._table.rows + len(rows) > MOST_EXACT:
            self._halve()
        self._table.add(rows)

    def close(self) -> None:
        """Close the file, and make the lists if there are to be any."""
        self._table.close()
        if not self._exact:
            from index.stores.ivf import add_lists

            add_lists(self._path)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is None:
            self.close()
        else:
            self._table.close()

    def _halve(self) -> None:
        """Write anew what was written, in half precision."""
        self._table.close()
        whole = self._path.with_name(self._path.name + ".whole")
        self._path.replace(whole)
        self._table, self._exact = TableWriter(self._path, "<f2", columns=(self._dim,)), False
        rows = open_table(whole, "<f4", columns=(self._dim,))
        for start in range(0, len(rows), _AT_ONCE):
            self._table.add(rows[start : start + _AT_ONCE].astype(np.float16))
        del rows
        whole.unlink()

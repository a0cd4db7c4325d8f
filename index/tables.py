"""
Arrays on disk, read in place: `.npy` files and plain bytes, memory-mapped, so that opening them costs the same whatever their size.

Nothing here is executed or unpickled: a header that asks for objects is refused, and so is one of other types or more rows than there are.
"""

from __future__ import annotations

import io
import math
import mmap
import re
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import DTypeLike, NDArray

from index.manifest import damaged_at

_MOST_HEADER = 1024  # bytes
_SHAPE = re.compile(rb"'shape': \(([0-9, ]{1,60})\)")


def open_table(path: Path, dtype: DTypeLike, *, columns: tuple[int, ...] | None = ()) -> NDArray[Any]:
    """
    The rows of a file that `TableWriter` wrote, read-only and in place; shape (n, *columns), or (n, any) for None.

    The header is compared with the one that such rows have rather than parsed: NumPy's parser takes much that it would not write.
    Raises DamagedIndex when the rows are of another type or shape, or not all there.
    """
    try:
        with path.open("rb") as file:
            start = file.read(_MOST_HEADER)
        size = path.stat().st_size
    except OSError as error:
        raise damaged_at(path, "cannot be read") from error
    named = _SHAPE.search(start)
    shape = tuple(map(int, re.findall(rb"[0-9]+", named.group(1)))) if named else ()
    kind, header = np.dtype(dtype), _header(np.dtype(dtype), shape)
    right = len(shape) == 2 if columns is None else len(shape) == 1 + len(columns) and shape[1:] == columns
    if not right or not start.startswith(header) or size != len(header) + math.prod(shape) * kind.itemsize:
        raise damaged_at(path, "is not the table that was written")
    try:
        rows: NDArray[Any] = np.memmap(path, kind, "r", len(header), shape).view(np.ndarray)  # which is quicker to slice
    except (OSError, ValueError) as error:
        raise damaged_at(path, "cannot be mapped") from error
    return rows


def open_bytes(path: Path) -> memoryview:
    """A file's bytes, read-only and in place. Raises DamagedIndex when it is not there."""
    try:
        with path.open("rb") as file:
            if not path.stat().st_size:
                return memoryview(b"")
            return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    except (OSError, ValueError) as error:
        raise damaged_at(path, "cannot be read") from error


class TableWriter:
    """Rows to a `.npy` file, some at a time; how many there are is written when it is closed."""

    def __init__(self, path: Path, dtype: DTypeLike, *, columns: tuple[int, ...] = ()) -> None:
        self.rows = 0
        self._dtype, self._columns = np.dtype(dtype), columns
        self._file = path.open("w+b")
        self._head()

    def add(self, rows: NDArray[Any]) -> None:
        """Append rows; shape (n, *columns)."""
        self._file.write(np.ascontiguousarray(rows, dtype=self._dtype).tobytes())
        self.rows += len(rows)

    def close(self) -> None:
        """Write the number of rows, and close the file."""
        self._file.seek(0)
        self._head()
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if not self._file.closed:
            self.close()

    def _head(self) -> None:
        # NumPy leaves room in a header for the number of rows to grow, so it can be written over.
        self._file.write(_header(self._dtype, (self.rows, *self._columns)))


def _header(dtype: np.dtype[Any], shape: tuple[int, ...]) -> bytes:
    content = io.BytesIO()
    described = {"descr": np.lib.format.dtype_to_descr(dtype), "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(content, described)
    return content.getvalue()

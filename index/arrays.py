"""The vectors' shape and length: float32, C order, unit rows. A score is a cosine everywhere."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatMatrix = NDArray[np.float32]  # (n, dim)
FloatVector = NDArray[np.float32]  # (dim,)


def unit_rows(matrix: ArrayLike) -> FloatMatrix:
    """
    The same rows at length 1, as float32 in C order; shape (n, dim). A row of zeros stays zeros.

    >>> unit_rows([[3, 4], [0, 0]]).tolist()
    [[0.6000000238418579, 0.800000011920929], [0.0, 0.0]]
    """
    rows = np.atleast_2d(np.asarray(matrix, dtype=np.float32))
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.ascontiguousarray(rows / np.where(lengths == 0, np.float32(1), lengths), dtype=np.float32)

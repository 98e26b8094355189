"""The Cholesky factor of a banded matrix, column by column: entry (j + k, j) stands at [k, j]."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["band_factor_adjoint", "band_factor_tangent", "outside_of_band"]


def outside_of_band(shape: tuple[int, int], lower: bool) -> Any:
    """Where the storage of half a band holds nothing of the matrix.

    >>> outside_of_band((2, 3), True).astype(int).tolist()
    [[0, 0, 0], [0, 0, 1]]
    """
    rows, columns = np.arange(shape[0])[:, np.newaxis], np.arange(shape[1])
    return rows + columns >= shape[1] if lower else rows + columns < shape[0] - 1


def band_factor_adjoint(low: Any, low_bar: Any) -> Any:
    """The adjoint of the matrix, in the storage of its factor `low`: the columns from the last one on."""
    width, n = low.shape[0] - 1, low.shape[1]
    bar = low_bar.copy()
    for j in range(n - 1, -1, -1):
        m = min(width, n - 1 - j)
        below = low[1 : m + 1, j]
        below_bar = bar[1 : m + 1, j].copy()
        for k in range(m):
            later = bar[: m - k, j + k + 1]
            below_bar[k:] -= later * below[k]
            below_bar[k] -= np.sum(later * below[k:])
        below_bar = below_bar / low[0, j]
        bar[1 : m + 1, j] = below_bar
        bar[0, j] = (bar[0, j] - np.sum(below_bar * below)) / (2.0 * low[0, j])
    return bar


def band_factor_tangent(low: Any, matrix_dot: Any) -> Any:
    """The tangent of the factor, from that of the matrix in the same storage."""
    width, n = low.shape[0] - 1, low.shape[1]
    dot = matrix_dot.copy()
    for j in range(n):
        m = min(width, n - 1 - j)
        below = low[1 : m + 1, j]
        dot[0, j] = dot[0, j] / (2.0 * low[0, j])
        below_dot = (dot[1 : m + 1, j] - below * dot[0, j]) / low[0, j]
        dot[1 : m + 1, j] = below_dot
        for k in range(m):
            dot[: m - k, j + k + 1] -= below_dot[k:] * below[k] + below[k:] * below_dot[k]
    return dot

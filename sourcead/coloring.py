"""Which columns (or rows) of a sparse matrix can be computed together?

Columns of one colour share no row, so their sum shows every entry (Curtis, Powell and Reid, 1974).  For a
symmetric matrix a star colouring needs fewer colours: each entry shows in one of its two columns
(Coleman and Moré, 1984; greedy as in Gebremedhin, Manne and Pothen, SIAM Review 47, 2005).

>>> import numpy as np, scipy.sparse as sp
>>> tridiagonal = sp.csr_array(np.tri(6, k=1, dtype=bool) & ~np.tri(6, k=-2, dtype=bool))
>>> column_coloring(tridiagonal).tolist(), star_coloring(tridiagonal).tolist()
([0, 1, 2, 0, 1, 2], [0, 1, 0, 2, 0, 1])
"""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["column_coloring", "star_coloring"]


def column_coloring(pattern: Any) -> Any:
    """A colour for each column of `pattern` (m, n), so that columns of one colour share no row."""
    by_row, by_column = pattern.tocsr(), pattern.tocsc()
    rows_of, row_start = by_column.indices.tolist(), by_column.indptr.tolist()
    columns_of, column_start = by_row.indices.tolist(), by_row.indptr.tolist()
    colors = [-1] * pattern.shape[1]
    forbidden: list[int] = []  # forbidden[c] == j: colour c is taken near column j
    for j in range(pattern.shape[1]):
        for row in rows_of[row_start[j] : row_start[j + 1]]:
            for other in columns_of[column_start[row] : column_start[row + 1]]:
                if colors[other] >= 0:
                    forbidden[colors[other]] = j
        colors[j] = _first_free(forbidden, j)
    return np.array(colors, dtype=int)


def star_coloring(pattern: Any) -> Any:
    """A colour for each column of the symmetric `pattern` (n, n), so that each entry can be read off.

    Neighbours differ, and no path of four columns has only two colours.
    """
    rows = pattern.tocsr()
    indices, start = rows.indices.tolist(), rows.indptr.tolist()
    count = pattern.shape[0]
    near = [[j for j in indices[start[i] : start[i + 1]] if j != i] for i in range(count)]
    colors = [-1] * count
    forbidden: list[int] = []
    for v in range(count):
        for w in near[v]:
            if colors[w] >= 0:
                forbidden[colors[w]] = v
            for x in near[w]:
                if x == v or colors[x] < 0:
                    continue
                if colors[w] < 0 or any(y != w and colors[y] == colors[w] for y in near[x]):
                    forbidden[colors[x]] = v
        colors[v] = _first_free(forbidden, v)
    return np.array(colors, dtype=int)


def _first_free(forbidden: list[int], at: int) -> int:
    for color, seen in enumerate(forbidden):
        if seen != at:
            return color
    forbidden.append(-1)
    return len(forbidden) - 1

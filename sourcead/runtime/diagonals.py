"""Writing a diagonal: the transpose of reading one.

>>> on_diagonal(np.array([1.0, 2.0]), (2, 3), 1)
array([[0., 1., 0.],
       [0., 0., 2.]])
"""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["on_diagonal"]


def on_diagonal(
    diagonal: Any, shape: tuple[int, ...], offset: int = 0, axis1: int = 0, axis2: int = 1
) -> Any:
    """Zeros of `shape` with `diagonal` where `np.diagonal(..., offset, axis1, axis2)` reads."""
    out = np.zeros(shape, np.result_type(diagonal))
    planes = np.moveaxis(out, (axis1, axis2), (-2, -1))
    rows = np.arange(
        max(min(planes.shape[-2] + min(offset, 0), planes.shape[-1] - max(offset, 0)), 0)
    )
    planes[..., rows - min(offset, 0), rows + max(offset, 0)] = diagonal
    return out

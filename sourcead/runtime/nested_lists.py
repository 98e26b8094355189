"""Between an array and the nested lists that it was made of.

>>> unpacked(np.array([[1.0, 2.0], [3.0, 4.0]]), [[0.5, 0.5], np.zeros(2)])[1]
array([3., 4.])
"""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["item_adjoint", "packed", "unpacked"]


def unpacked(bar: Any, nested: Any) -> Any:
    """The adjoint of `np.array(nested)`: one bar for each entry, in the same structure."""
    if isinstance(nested, (list, tuple)):
        return tuple([unpacked(bar[i], entry) for i, entry in enumerate(nested)])
    fitted = np.reshape(bar, np.shape(nested))
    if isinstance(nested, (float, complex)) and not isinstance(nested, np.generic):
        return (np.real(fitted) if isinstance(nested, float) else fitted).astype(type(nested))[()]
    return fitted[()]


def packed(bars: Any, shape: tuple[int, ...], dtype: Any) -> Any:
    """The adjoint of `a.tolist()`: an array of the bars, zeros where there is none."""
    if bars is None or shape[:1] == (0,):
        return np.zeros(shape, dtype)
    if len(shape) == 0:
        return np.asarray(bars, dtype)
    return np.stack([packed(bars[i], shape[1:], dtype) for i in range(shape[0])])


def item_adjoint(bar: Any, a: Any, index: tuple[Any, ...]) -> Any:
    """The adjoint of `a.item(*index)`: zeros with one entry; one index counts the elements flat."""
    at = index[0] if len(index) == 1 and isinstance(index[0], tuple) else index
    out = np.zeros(np.shape(a), np.result_type(a))
    if len(at) == 1 and out.ndim != 1:
        at = np.unravel_index(range(out.size)[at[0]], out.shape)
    out[at] = bar
    return out

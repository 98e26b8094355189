"""Which elements of an array a view made of strides shows (`np.lib.stride_tricks.as_strided`)."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["strided_places"]


def strided_places(x: Any, shape: Any, strides: Any) -> Any:
    """The places, in the order of `np.ravel(x)`, of the elements of `as_strided(x, shape, strides)`.

    >>> strided_places(np.zeros(4), (3, 2), (8, 8)).tolist()
    [[0, 1], [1, 2], [2, 3]]
    """
    x = np.asarray(x)
    shown = _offsets(x.shape if shape is None else shape, x.strides if strides is None else strides)
    own = _offsets(x.shape, x.strides).reshape(-1)
    order = np.argsort(own, kind="stable")
    found = np.searchsorted(own[order], shown)
    if shown.size and (x.size == 0 or (own[order[np.minimum(found, x.size - 1)]] != shown).any()):
        raise NotImplementedError(
            "`as_strided` shows memory that is none of the array's elements, "
            "whose derivative is not known; give it the whole array"
        )
    return order[found] if shown.size else np.zeros(shown.shape, np.intp)


def _offsets(shape: Any, strides: Any) -> Any:
    """How many bytes each element lies behind the first one."""
    found = np.zeros(shape, np.intp)
    for axis, (count, stride) in enumerate(zip(np.shape(found), strides)):
        along = stride * np.arange(count)
        found += along.reshape((-1,) + (1,) * (found.ndim - 1 - axis))
    return found

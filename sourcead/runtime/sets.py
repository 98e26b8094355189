"""Where the distinct elements of an array stand: integers, which no derivative passes through."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["first_places"]


def first_places(a: Any, axis: int | None = None, equal_nan: bool = True) -> Any:
    """Where each distinct value (or lane of `axis`) occurs first, in the order of the values.

    >>> first_places(np.array([3.0, 1.0, 3.0, 2.0]))
    array([1, 3, 0])
    """
    return np.unique(a, return_index=True, axis=axis, equal_nan=equal_nan)[1]

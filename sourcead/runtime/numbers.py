"""A check for values of which it was not known, when the gradient was written, that they are numbers."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

__all__ = [
    "as_number", "product_after", "product_before", "transposed_after", "transposed_before",
]  # fmt: skip

_EXACT = (float, int, complex, bool, np.ndarray)


def as_number(value: Any) -> Any:
    """`value` itself, if it is a number or a plain array.

    >>> as_number(2.0)
    2.0
    """
    if type(value) in _EXACT or isinstance(value, np.generic):
        return value
    raise TypeError(
        f"a {type(value).__name__} meets a value that carries a derivative; only numbers and arrays may. "
        "Convert it with float(...) or np.asarray(...)"
    )


def product_before(factor: Any, x: Any) -> Any:
    """`factor @ x`, of a factor that is an array, or a sparse matrix."""
    return _as_factor(factor) @ x


def product_after(x: Any, factor: Any) -> Any:
    """`x @ factor`."""
    return x @ _as_factor(factor)


def transposed_before(factor: Any, y_bar: Any, x: Any) -> Any:
    """The adjoint of x in `factor @ x`."""
    if np.ndim(factor) == 2 and np.ndim(x) <= 2:
        return factor.T @ y_bar
    if np.ndim(factor) == 1:
        return (
            factor * y_bar if np.ndim(x) == 1 else factor[:, np.newaxis] * y_bar[..., np.newaxis, :]
        )
    if np.ndim(x) == 1:
        return np.tensordot(y_bar, factor, np.ndim(y_bar))
    return np.swapaxes(factor, -1, -2) @ y_bar


def transposed_after(factor: Any, y_bar: Any, x: Any) -> Any:
    """The adjoint of x in `x @ factor`."""
    if np.ndim(factor) == 2 and np.ndim(x) <= 2:
        return y_bar @ factor.T
    if np.ndim(factor) == 1:
        return factor * y_bar if np.ndim(x) == 1 else y_bar[..., np.newaxis] * factor
    if np.ndim(x) == 1:
        return np.squeeze(factor @ y_bar[..., np.newaxis], -1)
    return y_bar @ np.swapaxes(factor, -1, -2)


def _as_factor(value: Any) -> Any:
    sparse = sys.modules.get("scipy.sparse")
    return value if sparse is not None and sparse.issparse(value) else as_number(value)

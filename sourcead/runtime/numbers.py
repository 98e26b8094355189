"""A check for values of which it was not known, when the gradient was written, that they are numbers."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["as_number"]

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

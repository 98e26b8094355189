"""Between an array and the nested lists that it was made of.

>>> unpacked(np.array([[1.0, 2.0], [3.0, 4.0]]), [[0.5, 0.5], np.zeros(2)])
((np.float64(1.0), np.float64(2.0)), array([3., 4.]))
"""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["unpacked"]


def unpacked(bar: Any, nested: Any) -> Any:
    """The adjoint of `np.array(nested)`: one bar for each entry, in the same structure."""
    if isinstance(nested, (list, tuple)):
        return tuple([unpacked(bar[i], entry) for i, entry in enumerate(nested)])
    return np.reshape(bar, np.shape(nested))[()]

"""Products of which a part may be left out: what meets only zeros of the adjoint has no share in it.

    np.outer(np.log(x), x)[1:, 1:]      # at x[0] = 0

The adjoint of `x` is `np.log(x) @ y_bar`, where the first element of the logarithm, -inf, is multiplied by
zeros only: its share is zero, not NaN.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from sourcead.runtime.accumulate import unbroadcast, zeros_kept

__all__ = ["reached"]


def reached(
    values: tuple[Any, ...],
    adjoint: Callable[..., Any],
    y_bar: Any,
    factors: tuple[Any, ...] | None = None,
    options: tuple[Any, ...] = (),
) -> tuple[Any, ...]:
    """The factors of a product, with zeros for what is infinite or NaN and meets only zeros of `y_bar`.

    `adjoint(y_bar, y, *factors, *options)` is the rule of the product.  Which elements meet is found by
    it: where the adjoints are not zero for ones in place of the factors.  `values` are the factors, or
    tangents or adjoints of the `factors` (None: none).

    >>> adjoints = lambda y_bar, y, a, b: (y_bar @ b, a @ y_bar)
    >>> reached((np.array([-np.inf, 2.0]), np.ones(2)), adjoints, np.diag([0.0, 1.0]))[0].tolist()
    [0.0, 2.0]
    """
    if all(map(_is_finite, values)):
        return values
    given = values if factors is None else factors
    seeds = np.asarray(y_bar != 0, np.float64)
    ones = [np.ones(np.shape(f)) for f in given]
    meets = map(unbroadcast, adjoint(seeds, None, *ones, *options), ones)
    return tuple(v if _is_finite(v) else zeros_kept(v, m) for v, m in zip(values, meets))


def _is_finite(value: Any) -> bool:
    if value is None:
        return True
    total = np.vdot(value, value)  # one quick pass
    return math.isfinite(total.real) or bool(np.all(np.isfinite(value)))

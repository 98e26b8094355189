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

__all__ = ["connected", "matrices_kept", "reached"]


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


def connected(
    values: tuple[Any, ...],
    names: tuple[str, ...],
    options: tuple[Any, ...],
    primal: Callable[..., Any],
    adjoint: Callable[..., Any],
    y_bar: Any,
    factors: tuple[Any, ...] | None = None,
) -> tuple[Any, ...]:
    """The arguments of a function, with other numbers for what is infinite or NaN and has no way to `y_bar`.

    `names` are those of the arguments and the options; "*xs" is one of several arguments `*xs`.  Which elements have
    a way is found by the rule `adjoint` at arbitrary numbers: where the adjoints are not zero.  `values` are the
    arguments, or tangents or adjoints of the arguments `factors` (None: none), which are zero there.

    >>> adjoint = lambda y_bar, y, x: np.array([y_bar[0] * x[1], y_bar[0] * x[0], y_bar[1]])
    >>> product = lambda x: np.array([x[0] * x[1], x[2]])
    >>> x = np.array([2.0, 3.0, np.inf])
    >>> np.isfinite(connected((x,), ("x",), (), product, adjoint, np.array([1.0, 0.0]))[0]).tolist()
    [True, True, True]
    """
    if all(map(_is_finite, values)):
        return values
    given = values if factors is None else factors
    anywhere = [_any_numbers(np.shape(f), i) for i, f in enumerate(given)]
    starred = [i for i, name in enumerate(names) if name[0] == "*"]
    count = starred[-1] + 1 if starred else 0  # these stand by place, with those before
    by_name = dict(zip(names[count:], (*anywhere, *options)[count:]))
    with np.errstate(all="ignore"):
        y = primal(*anywhere[:count], **by_name)
        found = adjoint(_seeds(y_bar), y, *anywhere[:count], **by_name)
    adjoints = _flat(found)
    filled = anywhere if factors is None else [0.0] * len(given)
    return tuple(
        v if _is_finite(v) else _in_place_of(v, f, unbroadcast(0.0 if m is None else m, a))
        for v, f, m, a in zip(values, filled, adjoints, anywhere)
    )


def _flat(adjoints: Any) -> list[Any]:
    if not isinstance(adjoints, tuple):
        return [adjoints]
    return [each for part in adjoints for each in _flat(part)]


def _any_numbers(shape: tuple[int, ...], i: int) -> Any:
    """Numbers in no relation to each other, the matrices of which have inverses."""
    places = np.arange(1.0, math.prod(shape) + 1.0)
    return (1.5 + np.sin(places * places + 7.0 * i)).reshape(shape)


def _seeds(y_bar: Any) -> Any:
    """Such numbers where something flows back."""
    if isinstance(y_bar, tuple):
        return tuple(map(_seeds, y_bar))
    if y_bar is None:
        return None
    return _any_numbers(np.shape(y_bar), 3) * (np.asarray(y_bar) != 0)


def _in_place_of(value: Any, other: Any, adjoint: Any) -> Any:
    found = np.where((adjoint == 0) & ~np.isfinite(value), other, value)
    return found.astype(np.result_type(value), copy=False)[()]


def matrices_kept(y: Any, y_bar: Any) -> Any:
    """The matrices `y`, and the identity for those that are infinite or NaN and whose adjoint is zero.

    >>> y = np.stack([np.full((2, 2), np.nan), np.ones((2, 2))])
    >>> matrices_kept(y, np.array([np.zeros((2, 2)), np.ones((2, 2))])).sum(axis=(1, 2)).tolist()
    [2.0, 4.0]
    """
    lost = ~np.isfinite(y).all(axis=(-1, -2), keepdims=True)
    left_out = (y_bar == 0).all(axis=(-1, -2), keepdims=True)
    return np.where(lost & left_out, np.eye(np.shape(y)[-1], dtype=y.dtype), y)


def _is_finite(value: Any) -> bool:
    if value is None:
        return True
    total = np.vdot(value, value)  # one quick pass
    return math.isfinite(total.real) or bool(np.all(np.isfinite(value)))

"""Derivatives of integrals of functions: the integral of the slope, and the integrand at the ends.

Of the integrand, rules pass the two halves of its pullback (`f_forward(x, *args)`, `f_reverse(saved,
value_bar)`), or its tangent `f_tangent(x, *args, x_dot, *args_dot)`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.integrate import dblquad, nquad, quad, quad_vec, tplquad

from sourcead.runtime.scipy_implicit import still

__all__ = [
    "error_of_double_integral",
    "error_of_integral",
    "error_of_triple_integral",
    "holds_single",
    "in_double",
    "like_given",
    "numbers_of",
    "quad_adjoints",
    "quad_tangent",
    "quad_vec_tangent",
    "seed_or_zeros",
    "with_numbers",
]

Function = Callable[..., Any]
FINE = 1e-10
"""Absolute tolerance of integrals of slopes; the relative one is the caller's, or 1e-9."""


def error_of_double_integral(
    func: Function, a: Any, b: Any, gfun: Any, hfun: Any, args: Any, epsabs: float, epsrel: float
) -> float:
    """The greatest estimate of all the single integrals that SciPy takes."""
    return dblquad(func, a, b, gfun, hfun, args, epsabs, epsrel)[1]  # type: ignore[no-any-return]


def error_of_triple_integral(
    func: Function,
    a: Any,
    b: Any,
    gfun: Any,
    hfun: Any,
    qfun: Any,
    rfun: Any,
    args: Any,
    epsabs: float,
    epsrel: float,
) -> float:
    """The greatest estimate of all the single integrals that SciPy takes."""
    return tplquad(func, a, b, gfun, hfun, qfun, rfun, args, epsabs, epsrel)[1]  # type: ignore[no-any-return]


def error_of_integral(func: Function, ranges: Any, args: Any) -> float:
    """The greatest estimate of all the single integrals that SciPy takes."""
    return nquad(func, ranges, args)[1]  # type: ignore[no-any-return]


def numbers_of(values: Any) -> Any:
    """All numbers in nested tuples of numbers and arrays, as one vector."""
    if isinstance(values, (tuple, list)):
        parts = [numbers_of(value) for value in values]
        return np.concatenate(parts) if parts else np.zeros(0)
    return np.zeros(0) if values is None else np.ravel(values)


def with_numbers(like: Any, numbers: Any) -> Any:
    """The structure of `like` with these numbers."""
    if isinstance(like, (tuple, list)):
        parts, position = [], 0
        for value in like:
            size = len(numbers_of(value))
            parts.append(with_numbers(value, numbers[position : position + size]))
            position += size
        return tuple(parts)
    if isinstance(like, np.ndarray):
        return np.reshape(numbers, like.shape)
    return None if like is None else numbers[0]


def holds_single(value: Any) -> bool:
    """Are there numbers in single precision, also in tuples?

    Their slopes are noise to a quadrature of finer tolerance, which then takes ever smaller steps.
    """
    if isinstance(value, tuple):
        return any(holds_single(item) for item in value)
    return isinstance(value, (np.ndarray, np.generic)) and value.dtype.char in "fF"


def in_double(value: Any) -> Any:
    """Numbers and arrays, also in tuples, in double precision; anything else as it is.

    >>> in_double((np.float32(0.5), "word"))
    (np.float64(0.5), 'word')
    """
    if isinstance(value, tuple):
        return tuple([in_double(item) for item in value])
    if isinstance(value, (np.ndarray, np.generic)) and value.dtype.char in "fF":
        return value.astype(np.promote_types(value.dtype, np.float64))
    return value


def like_given(bars: Any, values: Any) -> Any:
    """Adjoints in the precision of the values that they belong to."""
    if bars is None:
        return None
    if isinstance(values, (tuple, list)):
        return tuple([like_given(bar, value) for bar, value in zip(bars, values)])
    if isinstance(values, (np.ndarray, np.generic)) and values.dtype.char in "fF":
        return bars.astype(values.dtype)
    return bars


def _at_end(f: Function, end: Any, args: tuple[Any, ...]) -> Any:
    """The integrand at a limit of the integral; an infinite limit does not move."""
    return f(end, *args) if np.isfinite(end) else 0.0


def seed_or_zeros(seed: Any, value: Any) -> Any:
    """The seed of a value, where it may be known only at run time that nothing flows back to it."""
    return np.zeros_like(value) if seed is None else seed


def quad_adjoints(
    value_bar: Any,
    f: Function,
    f_forward: Function,
    f_reverse: Function,
    a: Any,
    b: Any,
    args: tuple[Any, ...],
    epsrel: float,
    points: Any = None,
) -> Any:
    """The adjoints of a, b and args; the integrand may be a number or an array."""
    given, single = args, holds_single(args)
    if single:
        args = in_double(args)
    a_bar = -np.sum(value_bar * _at_end(f, a, args))
    b_bar = np.sum(value_bar * _at_end(f, b, args))
    if not args:
        return a_bar, b_bar, ()
    scale = np.max(np.abs(value_bar))
    seed = value_bar / (scale if scale > 0.0 else 1.0)

    def slopes(x: float, *values: Any) -> Any:
        return numbers_of(f_reverse(f_forward(x, *values)[1], seed)[1:])

    inside = 0.5 * (a + b) if np.isfinite(a + b) else 1.0
    like = f_reverse(f_forward(inside, *args)[1], seed)[1:]
    total = quad_vec(slopes, a, b, FINE, min(epsrel, 1e-9), points=points, args=args)[0]
    args_bar = with_numbers(like, scale * total)
    return a_bar, b_bar, like_given(args_bar, given) if single else args_bar


def quad_tangent(
    f: Function,
    f_tangent: Function,
    a: Any,
    b: Any,
    args: tuple[Any, ...],
    epsrel: float,
    points: Any,
    a_dot: Any,
    b_dot: Any,
    args_dot: Any,
) -> Any:
    if holds_single(args):
        args, args_dot = in_double(args), in_double(args_dot)
    value_dot = _moved_ends(f, a, b, args, a_dot, b_dot)
    if args_dot is not None:
        slope = _slope(f_tangent, args, args_dot)
        rel = min(epsrel, 1e-9)
        value_dot = value_dot + quad(slope, a, b, args, 0, FINE, rel, points=points)[0]
    return value_dot


def quad_vec_tangent(
    value: Any,
    f: Function,
    f_tangent: Function,
    a: Any,
    b: Any,
    args: tuple[Any, ...],
    epsrel: float,
    points: Any,
    a_dot: Any,
    b_dot: Any,
    args_dot: Any,
) -> Any:
    if holds_single(args):
        args, args_dot = in_double(args), in_double(args_dot)
    value_dot = np.zeros_like(value)[()] + _moved_ends(f, a, b, args, a_dot, b_dot)
    if args_dot is not None:
        slope = _slope(f_tangent, args, args_dot)
        rel = min(epsrel, 1e-9)
        total = quad_vec(slope, a, b, FINE, rel, points=points, args=args)[0]
        value_dot = value_dot + total
    return like_given(value_dot, value) if holds_single(value) else value_dot


def _moved_ends(f: Function, a: Any, b: Any, args: tuple[Any, ...], a_dot: Any, b_dot: Any) -> Any:
    """What comes in at the upper end, and goes out at the lower."""
    moved: Any = 0.0
    if a_dot is not None:
        moved = moved - a_dot * _at_end(f, a, args)
    if b_dot is not None:
        moved = moved + b_dot * _at_end(f, b, args)
    return moved


def _slope(f_tangent: Function, args: tuple[Any, ...], args_dot: Any) -> Function:
    """The tangent of the integrand at a point that does not move."""
    moving = tuple([still(v) if d is None else d for v, d in zip(args, args_dot)])

    def slope(x: float, *values: Any) -> Any:
        return f_tangent(x, *values, 0.0, *moving)[1]

    return slope

"""Derivatives of what an equation defines: roots, fixed points, minima.

A root x of f(x, *args) = 0 moves by -(df/dx)**-1 df/dargs (the implicit function theorem); the start and
the bracket do not move it.  Of f, rules pass the two halves of its pullback (`f_forward(x, *args)` gives
the value and what `f_reverse(saved, value_bar)` needs for the adjoints of x and args), or its tangent
`f_tangent(x, *args, x_dot, *args_dot)`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

__all__ = [
    "bound_arrays", "fixed_point_adjoint", "fixed_point_tangent", "jacobian_by_columns", "minimum_adjoint",
    "minimum_tangent",  "root_adjoint",
     "root_tangent", "still", "system_adjoint", "system_tangent",
]  # fmt: skip

Function = Callable[..., Any]


def still(value: Any) -> Any:
    """A tangent of zero, in the structure of the value."""
    if isinstance(value, (tuple, list)):
        return type(value)([still(v) for v in value])
    if isinstance(value, np.ndarray):
        return np.zeros_like(value)
    return 0.0


def _moving(args: tuple[Any, ...], args_dot: Any) -> tuple[Any, ...]:
    """Tangents of args; None in args_dot stands for zero."""
    dots = (None,) * len(args) if args_dot is None else args_dot
    return tuple([still(a) if d is None else d for a, d in zip(args, dots)])


# -- one equation in one unknown, or the same for every element ---------------------------------


def root_adjoint(
    root_bar: Any, root: Any, f_forward: Function, f_reverse: Function, args: Any
) -> Any:
    value, saved = f_forward(root, *_several(args))
    slope = f_reverse(saved, np.ones_like(value)[()])[0]
    bars = f_reverse(saved, -root_bar / slope)[1:]
    return bars if isinstance(args, tuple) else bars[0]


def _several(args: Any) -> tuple[Any, ...]:
    """One further argument may stand alone."""
    return args if isinstance(args, tuple) else (args,)


def root_tangent(root: Any, f_tangent: Function, args: Any, args_dot: Any) -> Any:
    args, args_dot = _several(args), _several(args_dot)
    unmoved = _moving(args, None)
    slope = f_tangent(root, *args, np.ones_like(root)[()], *unmoved)[1]
    moved = f_tangent(root, *args, np.zeros_like(root)[()], *_moving(args, args_dot))[1]
    return -moved / slope


# -- systems -----------------------------------------------------------------------------------


def jacobian_by_columns(f_tangent: Function, x: Any, args: tuple[Any, ...]) -> Any:
    """df/dx, a column for each direction of x."""
    unmoved = _moving(args, None)
    columns = [np.asarray(f_tangent(x, *args, unit, *unmoved)[1]) for unit in np.eye(len(x))]
    return np.stack(columns, axis=-1)


def system_adjoint(
    x_bar: Any,
    x: Any,
    f_forward: Function,
    f_reverse: Function,
    f_tangent: Function,
    args: tuple[Any, ...],
) -> Any:
    """One solve with the transposed Jacobian matrix at the root."""
    seed = -np.linalg.solve(jacobian_by_columns(f_tangent, x, args).T, x_bar)
    return f_reverse(f_forward(x, *args)[1], seed)[1:]


def system_tangent(x: Any, f_tangent: Function, args: tuple[Any, ...], args_dot: Any) -> Any:
    moved = f_tangent(x, *args, np.zeros_like(x), *_moving(args, args_dot))[1]
    return -np.linalg.solve(jacobian_by_columns(f_tangent, x, args), moved)


def fixed_point_adjoint(
    x_bar: Any,
    x: Any,
    f_forward: Function,
    f_reverse: Function,
    f_tangent: Function,
    args: tuple[Any, ...],
) -> Any:
    """Of x = f(x, *args)."""
    saved = f_forward(x, *args)[1]
    if np.ndim(x) == 0:
        return f_reverse(saved, x_bar / (1.0 - f_reverse(saved, 1.0)[0]))[1:]
    matrix = np.eye(len(x)) - jacobian_by_columns(f_tangent, x, args)
    return f_reverse(saved, np.linalg.solve(matrix.T, x_bar))[1:]


def fixed_point_tangent(x: Any, f_tangent: Function, args: tuple[Any, ...], args_dot: Any) -> Any:
    moved = f_tangent(x, *args, np.zeros_like(x)[()], *_moving(args, args_dot))[1]
    if np.ndim(x) == 0:
        return np.asarray(moved / (1.0 - f_tangent(x, *args, 1.0, *_moving(args, None))[1]))
    return np.linalg.solve(np.eye(len(x)) - jacobian_by_columns(f_tangent, x, args), moved)


# -- minima --------------------------------------------------------------------------------------


def bound_arrays(x: Any, bounds: Any) -> Any:
    """The least and the greatest values of the unknowns; `bounds`: `Bounds`, pairs, or None."""
    if bounds is None:
        return None
    if hasattr(bounds, "lb"):
        return bounds.lb, bounds.ub
    low = [-np.inf if b[0] is None else b[0] for b in bounds]
    return np.array(low), np.array([np.inf if b[1] is None else b[1] for b in bounds])


def _free(x: Any, slope: Any, curvature: Any, bounds: Any) -> Any:
    """Which of the unknowns no bound holds: a Newton step in each of them stays inside.

    Not those near a bound: some methods stop a little before it, where the slope is not zero.
    """
    if bounds is None:
        return np.ones(np.shape(x), dtype=bool)
    step = np.where(curvature > 0.0, slope / np.where(curvature > 0.0, curvature, 1.0), 0.0)
    return (x > bounds[0]) & (x < bounds[1]) & (x - step > bounds[0]) & (x - step < bounds[1])


def minimum_adjoint(
    x_bar: Any,
    value_bar: Any,
    x: Any,
    f_forward: Function,
    f_reverse: Function,
    gradient_forward: Function,
    gradient_reverse: Function,
    gradient_tangent: Function,
    bounds: Any,
    args: tuple[Any, ...],
) -> Any:
    """Adjoints of args from those of the unknowns and of the value at a minimum.

    The gradient stays zero: H x_dot = -(the gradient's slope in args), for the unknowns that are not
    held by a bound.  The value moves as if the unknowns did not (the envelope theorem).
    """
    bars: tuple[Any, ...] = ()
    if value_bar is not None:
        bars = f_reverse(f_forward(x, *args)[1], value_bar)[1:]
    if x_bar is not None:
        moved = _solved(gradient_forward(x, *args)[0], gradient_tangent, x, args, bounds, x_bar)
        more = gradient_reverse(gradient_forward(x, *args)[1], -moved)[1:]
        bars = more if value_bar is None else tuple([a + b for a, b in zip(bars, more)])
    return bars


def minimum_tangent(
    x: Any,
    f_tangent: Function,
    gradient_tangent: Function,
    bounds: Any,
    args: Any,
    args_dot: Any,
) -> Any:
    """The tangents of the unknowns and of the value."""
    moving = _moving(args, args_dot)
    zero = np.zeros_like(x)[()]
    value_dot = f_tangent(x, *args, zero, *moving)[1]
    slope, pushed = gradient_tangent(x, *args, zero, *moving)
    return -_solved(slope, gradient_tangent, x, args, bounds, pushed), value_dot


def _solved(
    slope: Any, gradient_tangent: Function, x: Any, args: Any, bounds: Any, seed: Any
) -> Any:
    """H**-1 seed on the unknowns that no bound holds, zero elsewhere."""
    if np.ndim(x) == 0:
        curvature = gradient_tangent(x, *args, 1.0, *_moving(args, None))[1]
        return seed / curvature if np.all(_free(x, slope, curvature, bounds)) else 0.0 * seed
    hessian = jacobian_by_columns(gradient_tangent, x, args)
    free = _free(x, slope, np.diagonal(hessian), bounds)
    out = np.zeros(len(x))
    out[free] = np.linalg.solve(hessian[free][:, free], seed[free])
    return out

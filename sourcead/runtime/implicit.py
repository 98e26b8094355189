"""Derivatives of a root or fixed point of one equation (x a number) or of a system (x an array)."""

from __future__ import annotations

from typing import Any

import numpy as np

from sourcead.runtime.scipy_implicit import jacobian_by_columns, root_adjoint, root_tangent, still

__all__ = ["fixed_adjoint", "fixed_tangent", "implicit_adjoint", "implicit_tangent"]


def implicit_adjoint(
    x_bar: Any, x: Any, f_forward: Any, f_reverse: Any, f_tangent: Any, args: Any
) -> Any:
    """Of f(x, *args) = 0."""
    if np.ndim(x) == 0:
        return root_adjoint(x_bar, x, f_forward, f_reverse, args)
    seed = -np.linalg.solve(jacobian_by_columns(f_tangent, x, args).T, x_bar)
    return f_reverse(f_forward(x, *args)[1], seed)[1:]


def implicit_tangent(x: Any, f_tangent: Any, args: Any, args_dot: Any) -> Any:
    if np.ndim(x) == 0:
        return root_tangent(x, f_tangent, args, args_dot)
    dots = [still(a) if d is None else d for a, d in zip(args, args_dot)]
    moved = f_tangent(x, *args, np.zeros_like(x), *dots)[1]
    return -np.linalg.solve(jacobian_by_columns(f_tangent, x, args), moved)


def fixed_adjoint(
    x_bar: Any, x: Any, f_forward: Any, f_reverse: Any, f_tangent: Any, args: Any
) -> Any:
    """Of x = f(x, *args)."""
    saved = f_forward(x, *args)[1]
    if np.ndim(x) == 0:
        return f_reverse(saved, x_bar / (1.0 - f_reverse(saved, 1.0)[0]))[1:]
    matrix = np.eye(len(x)) - jacobian_by_columns(f_tangent, x, args)
    return f_reverse(saved, np.linalg.solve(matrix.T, x_bar))[1:]


def fixed_tangent(x: Any, f_tangent: Any, args: Any, args_dot: Any) -> Any:
    dots = [still(a) if d is None else d for a, d in zip(args, args_dot)]
    unmoved = [still(a) for a in args]
    if np.ndim(x) == 0:
        return f_tangent(x, *args, 0.0, *dots)[1] / (1.0 - f_tangent(x, *args, 1.0, *unmoved)[1])
    moved = f_tangent(x, *args, np.zeros_like(x), *dots)[1]
    return np.linalg.solve(np.eye(len(x)) - jacobian_by_columns(f_tangent, x, args), moved)

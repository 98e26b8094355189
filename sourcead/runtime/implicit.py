"""Derivatives of a root or fixed point of one equation (x a number) or of a system (x an array)."""

from __future__ import annotations

from typing import Any

import numpy as np

from sourcead.runtime.scipy_implicit import jacobian_by_columns, root_adjoint, root_tangent, still

__all__ = [
    "fixed_adjoint",
    "fixed_tangent",
    "flat_jacobian",
    "implicit_adjoint",
    "implicit_tangent",
]


def implicit_adjoint(
    x_bar: Any, x: Any, f_forward: Any, f_reverse: Any, f_tangent: Any, args: Any
) -> Any:
    """Of f(x, *args) = 0."""
    if np.ndim(x) == 0:
        return root_adjoint(x_bar, x, f_forward, f_reverse, args)
    if np.ndim(x) == 1:
        seed = -np.linalg.solve(jacobian_by_columns(f_tangent, x, args).T, x_bar)
        return f_reverse(f_forward(x, *args)[1], seed)[1:]
    value, saved = f_forward(x, *args)
    flat = -np.linalg.solve(flat_jacobian(f_tangent, x, args).T, np.ravel(x_bar))
    return f_reverse(saved, np.reshape(flat, np.shape(value)))[1:]


def implicit_tangent(x: Any, f_tangent: Any, args: Any, args_dot: Any) -> Any:
    if np.ndim(x) == 0:
        return root_tangent(x, f_tangent, args, args_dot)
    dots = [still(a) if d is None else d for a, d in zip(args, args_dot)]
    moved = f_tangent(x, *args, np.zeros_like(x), *dots)[1]
    if np.ndim(x) == 1:
        return -np.linalg.solve(jacobian_by_columns(f_tangent, x, args), moved)
    flat = -np.linalg.solve(flat_jacobian(f_tangent, x, args), np.ravel(moved))
    return np.reshape(flat, np.shape(x))


def fixed_adjoint(
    x_bar: Any, x: Any, f_forward: Any, f_reverse: Any, f_tangent: Any, args: Any
) -> Any:
    """Of x = f(x, *args)."""
    saved = f_forward(x, *args)[1]
    if np.ndim(x) == 0:
        return f_reverse(saved, x_bar / (1.0 - f_reverse(saved, 1.0)[0]))[1:]
    if np.ndim(x) == 1:
        matrix = np.eye(len(x)) - jacobian_by_columns(f_tangent, x, args)
        return f_reverse(saved, np.linalg.solve(matrix.T, x_bar))[1:]
    matrix = np.eye(x.size) - flat_jacobian(f_tangent, x, args)
    flat = np.linalg.solve(matrix.T, np.ravel(x_bar))
    return f_reverse(saved, np.reshape(flat, np.shape(x)))[1:]


def fixed_tangent(x: Any, f_tangent: Any, args: Any, args_dot: Any) -> Any:
    dots = [still(a) if d is None else d for a, d in zip(args, args_dot)]
    unmoved = [still(a) for a in args]
    if np.ndim(x) == 0:
        return f_tangent(x, *args, 0.0, *dots)[1] / (1.0 - f_tangent(x, *args, 1.0, *unmoved)[1])
    moved = f_tangent(x, *args, np.zeros_like(x), *dots)[1]
    if np.ndim(x) == 1:
        return np.linalg.solve(np.eye(len(x)) - jacobian_by_columns(f_tangent, x, args), moved)
    matrix = np.eye(x.size) - flat_jacobian(f_tangent, x, args)
    return np.reshape(np.linalg.solve(matrix, np.ravel(moved)), np.shape(x))


def flat_jacobian(f_tangent: Any, x: Any, args: Any) -> Any:
    """df/dx of an array of several axes, as the matrix between what is laid out row by row."""
    unmoved = [still(a) for a in args]
    units = [np.reshape(unit, np.shape(x)) for unit in np.eye(x.size)]
    columns = [np.ravel(f_tangent(x, *args, unit, *unmoved)[1]) for unit in units]
    return np.stack(columns, axis=-1)

"""Derivatives of what an equation or an integral defines, by derivatives of the function passed.

A root x of f(x, *args) = 0 moves by -(df/dx)**-1 df/dargs (the implicit function theorem); start and
bracket do not move it.  An integral moves by the integral of the slope, and by the integrand at its ends.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import integrate

__all__ = [
    "fixed_point_adjoint", "fixed_point_tangent", "ode_adjoints", "ode_tangent", "quad_adjoints",
    "quad_tangent", "root_adjoint", "root_tangent", "system_adjoint", "system_tangent",
]  # fmt: skip


def _pulled(f: Callable[..., Any], x: Any, args: tuple[Any, ...], seed: Any) -> tuple[Any, ...]:
    """The adjoints of args."""
    import sourcead

    _, pullback = sourcead.vjp(f, x, *args)
    return tuple(pullback(seed)[1:])


def _pushed(f: Callable[..., Any], x: Any, args: tuple[Any, ...], x_dot: Any, args_dot: Any) -> Any:
    """The tangent of f(x, *args); None in args_dot stands for zero."""
    import sourcead

    dots = tuple(np.zeros_like(a)[()] if d is None else d for a, d in zip(args, args_dot))
    dots = tuple(float(d) if isinstance(a, float) else d for a, d in zip(args, dots))
    return sourcead.jvp(f, (x, *args), (x_dot, *dots))[1]


def _no_dots(args: tuple[Any, ...]) -> tuple[None, ...]:
    return (None,) * len(args)


# -- one equation in one unknown, or the same for every element ---------------------------------


def _slope(f: Callable[..., Any], root: Any, args: tuple[Any, ...]) -> Any:
    ones = 1.0 if np.ndim(root) == 0 else np.ones_like(root)
    return _pushed(f, root, args, ones, _no_dots(args))


def root_adjoint(
    root_bar: Any, root: Any, f: Callable[..., Any], args: tuple[Any, ...]
) -> tuple[Any, ...]:
    return _pulled(f, root, args, -root_bar / _slope(f, root, args))


def root_tangent(root: Any, f: Callable[..., Any], args: tuple[Any, ...], args_dot: Any) -> Any:
    still = 0.0 if np.ndim(root) == 0 else np.zeros_like(root)
    return -_pushed(f, root, args, still, args_dot) / _slope(f, root, args)


# -- systems -----------------------------------------------------------------------------------


def _jacobian(f: Callable[..., Any], x: Any, args: tuple[Any, ...]) -> Any:
    columns = [_pushed(f, x, args, unit, _no_dots(args)) for unit in np.eye(len(x))]
    return np.stack([np.asarray(column) for column in columns], axis=1)


def system_adjoint(
    x_bar: Any, x: Any, f: Callable[..., Any], args: tuple[Any, ...]
) -> tuple[Any, ...]:
    return _pulled(f, x, args, -np.linalg.solve(_jacobian(f, x, args).T, x_bar))


def system_tangent(x: Any, f: Callable[..., Any], args: tuple[Any, ...], args_dot: Any) -> Any:
    return -np.linalg.solve(_jacobian(f, x, args), _pushed(f, x, args, np.zeros_like(x), args_dot))


def fixed_point_adjoint(
    x_bar: Any, x: Any, f: Callable[..., Any], args: tuple[Any, ...]
) -> tuple[Any, ...]:
    """Of x = f(x, *args)."""
    if np.ndim(x) == 0:
        return _pulled(f, x, args, x_bar / (1.0 - _slope(f, x, args)))
    return _pulled(f, x, args, np.linalg.solve((np.eye(len(x)) - _jacobian(f, x, args)).T, x_bar))


def fixed_point_tangent(x: Any, f: Callable[..., Any], args: tuple[Any, ...], args_dot: Any) -> Any:
    if np.ndim(x) == 0:
        return _pushed(f, x, args, 0.0, args_dot) / (1.0 - _slope(f, x, args))
    moved = _pushed(f, x, args, np.zeros_like(x), args_dot)
    return np.linalg.solve(np.eye(len(x)) - _jacobian(f, x, args), moved)


# -- integrals ---------------------------------------------------------------------------------


def _at_end(f: Callable[..., Any], end: Any, args: tuple[Any, ...]) -> Any:
    """The integrand at a limit of the integral; an infinite limit does not move."""
    return f(end, *args) if np.isfinite(end) else 0.0


def quad_adjoints(
    value_bar: Any, f: Callable[..., Any], a: Any, b: Any, args: tuple[Any, ...], epsrel: float
) -> tuple[Any, Any, tuple[Any, ...]]:
    a_bar, b_bar = -value_bar * _at_end(f, a, args), value_bar * _at_end(f, b, args)
    if not args:
        return a_bar, b_bar, ()

    def slopes(x: float) -> Any:
        return np.concatenate([np.ravel(s) for s in _pulled(f, float(x), args, 1.0)])

    total, _ = integrate.quad_vec(slopes, a, b, epsabs=1e-10, epsrel=min(epsrel, 1e-9))
    bars, position = [], 0
    for arg in args:
        part = value_bar * total[position : position + np.size(arg)]
        bars.append(float(part[0]) if np.ndim(arg) == 0 else np.reshape(part, np.shape(arg)))
        position += np.size(arg)
    return a_bar, b_bar, tuple(bars)


def quad_tangent(
    f: Callable[..., Any],
    a: Any,
    b: Any,
    args: tuple[Any, ...],
    epsrel: float,
    a_dot: Any,
    b_dot: Any,
    args_dot: Any,
) -> Any:
    value_dot: Any = 0.0
    if a_dot is not None:
        value_dot = value_dot - a_dot * _at_end(f, a, args)
    if b_dot is not None:
        value_dot = value_dot + b_dot * _at_end(f, b, args)
    if args_dot is not None:
        moving = args_dot

        def slope(x: float) -> Any:
            return _pushed(f, float(x), args, 0.0, moving)

        value_dot = (
            value_dot + integrate.quad(slope, a, b, epsabs=1e-10, epsrel=min(epsrel, 1e-9))[0]
        )
    return value_dot


# -- differential equations ----------------------------------------------------------------------


def ode_adjoints(
    path_bar: Any, path: Any, f: Callable[..., Any], t: Any, args: tuple[Any, ...], tolerance: float
) -> tuple[Any, Any, tuple[Any, ...]]:
    """Adjoints of y0, t and args of y' = f(y, t, *args): the adjoint equation, solved backwards.

    Between output times w' = -(df/dy).T w; at each of them the seed is added. The path is read, not
    solved backwards.  Source: Chen et al. (2018), arXiv 1806.07366.
    """
    import sourcead

    n = path.shape[1]
    sizes = [int(np.size(arg)) for arg in args]

    def backward(state: Any, time: float) -> Any:
        _, pullback = sourcead.vjp(f, state[:n], float(time), *args)
        bars = pullback(-state[n : 2 * n])
        flat = [np.ravel(bar) for bar in (bars[0], *bars[2:])]
        return np.concatenate([np.asarray(f(state[:n], float(time), *args)), *flat])

    t_bar = np.zeros(len(t))
    w, totals = np.zeros(n), np.zeros(sum(sizes))
    for i in range(len(t) - 1, 0, -1):
        w = w + path_bar[i]
        rate = np.asarray(f(path[i], float(t[i]), *args))
        t_bar[i] += path_bar[i] @ rate
        start = np.concatenate([path[i], w, totals])
        end = integrate.odeint(backward, start, t[[i, i - 1]], rtol=tolerance, atol=tolerance)[1]
        w, totals = end[n : 2 * n], end[2 * n :]
    t_bar[0] = -(w @ np.asarray(f(path[0], float(t[0]), *args)))
    bars, position = [], 0
    for arg, size in zip(args, sizes):
        part = totals[position : position + size]
        bars.append(float(part[0]) if np.ndim(arg) == 0 else np.reshape(part, np.shape(arg)))
        position += size
    return w + path_bar[0], t_bar, tuple(bars)


def ode_tangent(
    path: Any,
    f: Callable[..., Any],
    t: Any,
    args: tuple[Any, ...],
    tolerance: float,
    y0_dot: Any,
    t_dot: Any,
    args_dot: Any,
) -> Any:
    """The variational equation beside the equation; an output time moves along the path."""
    n = path.shape[1]
    moving = _no_dots(args) if args_dot is None else args_dot

    def both(state: Any, time: float) -> Any:
        import sourcead

        dots = tuple(np.zeros_like(a)[()] if d is None else d for a, d in zip(args, moving))
        dots = tuple(float(d) if isinstance(a, float) else d for a, d in zip(args, dots))
        values = (state[:n], float(time), *args)
        rate, rate_dot = sourcead.jvp(f, values, (state[n:], 0.0, *dots))
        return np.concatenate([np.asarray(rate), np.asarray(rate_dot)])

    start_dot = np.zeros(n) if y0_dot is None else y0_dot
    start = np.concatenate([path[0], start_dot])
    path_dot = integrate.odeint(both, start, t, rtol=tolerance, atol=tolerance)[:, n:]
    if t_dot is None:
        return path_dot
    rates = np.stack([np.asarray(f(y, float(s), *args)) for y, s in zip(path, t)])
    path_dot = path_dot + rates * t_dot[:, np.newaxis]
    return path_dot - _start_moved(path, f, t, args, tolerance) * t_dot[0]


def _start_moved(
    path: Any, f: Callable[..., Any], t: Any, args: tuple[Any, ...], tolerance: float
) -> Any:
    """How the path moves when the time of its start does: as with y0 moved by the rate there."""
    rate = np.asarray(f(path[0], float(t[0]), *args))
    return ode_tangent(path, f, t, args, tolerance, rate, None, None)

"""Derivatives of paths of differential equations: the adjoint and the variational equation.

Of the right-hand side f, rules pass the two halves of its pullback and its tangent.  `odeint` calls
f(y, t, *args), `solve_ivp` f(t, y, *args): what is different is only where y stands, `at`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.integrate import solve_ivp

from sourcead.runtime.scipy_implicit import still
from sourcead.runtime.scipy_integrals import numbers_of, with_numbers

__all__ = ["ivp_adjoints", "ivp_tangents", "ode_adjoints", "ode_tangent", "solver_for", "tight"]

Function = Callable[..., Any]


def tight(tolerance: Any) -> Any:
    """The tolerance of derivative equations: the caller's, or 1e-9 where that is larger."""
    return np.minimum(tolerance, 1e-9)


def solver_for(method: str) -> str:
    """The caller's method; of the explicit ones, the one for tight tolerances."""
    return "DOP853" if method in ("RK45", "RK23", "DOP853") else method


def _in_order(at: int, y: Any, t: Any) -> tuple[Any, Any]:
    return (y, t) if at == 0 else (t, y)


def ode_adjoints(
    path_bar: Any,
    path: Any,
    f_forward: Function,
    f_reverse: Function,
    at: int,
    t: Any,
    args: tuple[Any, ...],
    method: str,
    rtol: Any,
    atol: Any,
) -> Any:
    """Adjoints of the start, of the times and of args of y' = f; `path`: a row for each of the times.

    Between output times w' = -(df/dy).T w; at each of them the seed is added.  The path is solved
    once more, forward, for what w' needs of it.  Source: Chen et al. (2018), arXiv 1806.07366.
    """
    n = path.shape[1]
    method = solver_for(method)

    def rate(time: float, state: Any) -> Any:
        return np.asarray(f_forward(*_in_order(at, state, float(time)), *args)[0])

    ends = (float(t[0]), float(t[-1]))
    known = solve_ivp(
        rate, ends, path[0], method, rtol=tight(rtol), atol=tight(atol), dense_output=True
    )
    first = f_forward(*_in_order(at, path[0], ends[0]), *args)
    like = f_reverse(first[1], np.zeros(n))[2:]
    scale = np.max(np.abs(path_bar))
    scale = scale if scale > 0.0 else 1.0

    def backward(time: float, state: Any) -> Any:
        saved = f_forward(*_in_order(at, known.sol(time), float(time)), *args)[1]
        bars = f_reverse(saved, -state[:n])
        return np.concatenate([np.asarray(bars[at]), numbers_of(bars[2:])])

    t_bar = np.zeros(len(t))
    state = np.zeros(n + len(numbers_of(like)))
    for i in range(len(t) - 1, 0, -1):
        state[:n] += path_bar[i] / scale
        t_bar[i] = path_bar[i] @ rate(t[i], path[i])
        piece = (float(t[i]), float(t[i - 1]))
        if piece[0] != piece[1]:
            found = solve_ivp(
                backward,
                piece,
                state,
                method,
                rtol=tight(rtol),
                atol=np.minimum(tight(atol), 1e-10),
            )
            state = found.y[:, -1].copy()
    t_bar[0] = -scale * (state[:n] @ rate(t[0], path[0]))
    return scale * state[:n] + path_bar[0], t_bar, with_numbers(like, scale * state[n:])


def _start_dot(n: int, y0_dot: Any) -> Any:
    """The start's tangent as a vector; of a list, entries that do not move are None."""
    if y0_dot is None:
        return np.zeros(n)
    return np.array([0.0 if d is None else d for d in np.atleast_1d(y0_dot)])


def ode_tangent(
    path: Any,
    f_tangent: Function,
    at: int,
    t: Any,
    args: tuple[Any, ...],
    method: str,
    rtol: Any,
    atol: Any,
    y0_dot: Any,
    t_dot: Any,
    args_dot: Any,
) -> Any:
    """The variational equation beside the equation; an output time moves along the path."""
    n = path.shape[1]
    dots = (None,) * len(args) if args_dot is None else args_dot
    moving = tuple([still(v) if d is None else d for v, d in zip(args, dots)])

    def both(time: float, state: Any) -> Any:
        values = (*_in_order(at, state[:n], float(time)), *args)
        dots = (*_in_order(at, state[n:], 0.0), *moving)
        rate, rate_dot = f_tangent(*values, *dots)
        return np.concatenate([np.asarray(rate), np.asarray(rate_dot)])

    start = np.concatenate([path[0], _start_dot(n, y0_dot)])
    rates = np.zeros_like(path)
    if t_dot is not None:
        for i in range(len(t)):
            rates[i] = both(t[i], np.concatenate([path[i], np.zeros(n)]))[:n]
        start[n:] -= rates[0] * t_dot[0]
    path_dot = np.zeros_like(path)
    path_dot[0] = start[n:]
    for i in range(1, len(t)):
        piece = (float(t[i - 1]), float(t[i]))
        if piece[0] != piece[1]:
            found = solve_ivp(
                both, piece, start, solver_for(method), rtol=tight(rtol), atol=tight(atol)
            )
            start = found.y[:, -1].copy()
        path_dot[i] = start[n:]
    return path_dot if t_dot is None else path_dot + rates * np.expand_dims(t_dot, 1)


# -- solve_ivp: the start need not be among the output times -----------------------------------


def _from_start(found: Any, t_span: Any, y0: Any) -> tuple[Any, Any]:
    """The path with the start in front, a row for each time, and the times."""
    times = np.concatenate([[float(t_span[0])], found.t])
    return np.concatenate([np.reshape(y0, (1, -1)), found.y.T]), times


def ivp_adjoints(
    times_bar: Any,
    path_bar: Any,
    found: Any,
    f_forward: Function,
    f_reverse: Function,
    t_span: Any,
    y0: Any,
    t_eval: Any,
    args: tuple[Any, ...],
    method: str,
    rtol: Any,
    atol: Any,
) -> Any:
    """The adjoints of t_span, y0, t_eval and args, from those of `found.t` and `found.y`."""
    path, times = _from_start(found, t_span, y0)
    seed = np.zeros_like(path)
    if path_bar is not None:
        seed[1:] = path_bar.T
    y0_bar, t_bar, args_bar = ode_adjoints(
        seed, path, f_forward, f_reverse, 1, times, args, method, rtol, atol
    )
    if times_bar is not None:
        t_bar[1:] += times_bar
    if t_eval is not None:
        return (t_bar[0], 0.0), y0_bar, t_bar[1:], args_bar
    return (t_bar[0] + t_bar[1], t_bar[-1]), y0_bar, None, args_bar


def ivp_tangents(
    found: Any,
    f_tangent: Function,
    t_span: Any,
    y0: Any,
    t_eval: Any,
    args: tuple[Any, ...],
    method: str,
    rtol: Any,
    atol: Any,
    t_span_dot: Any,
    y0_dot: Any,
    t_eval_dot: Any,
    args_dot: Any,
) -> Any:
    """The tangents of `found.t` and `found.y`."""
    path, times = _from_start(found, t_span, y0)
    ends = (None, None) if t_span_dot is None else t_span_dot
    t_dot = np.zeros_like(times)
    t_dot[0] = 0.0 if ends[0] is None else ends[0]
    if t_eval_dot is not None:
        t_dot[1:] = t_eval_dot
    elif t_eval is None:
        t_dot[1] = t_dot[0]
        t_dot[-1] = 0.0 if ends[1] is None else ends[1]
    path_dot = ode_tangent(
        path, f_tangent, 1, times, args, method, rtol, atol, y0_dot, t_dot, args_dot
    )
    return t_dot[1:], path_dot[1:].T

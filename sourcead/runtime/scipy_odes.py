"""Derivatives of paths of differential equations: the adjoint and the variational equation.

Of the right-hand side f(y, t, *args), rules pass the two halves of its pullback and its tangent.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import integrate

from sourcead.runtime.scipy_implicit import still
from sourcead.runtime.scipy_integrals import numbers_of, with_numbers

__all__ = ["ode_adjoints", "ode_tangent"]

Function = Callable[..., Any]


def ode_adjoints(
    path_bar: Any,
    path: Any,
    f_forward: Function,
    f_reverse: Function,
    t: Any,
    args: tuple[Any, ...],
    rtol: Any,
    atol: Any,
) -> Any:
    """Adjoints of y0, t and args of y' = f(y, t, *args): the adjoint equation, solved backwards.

    Between output times w' = -(df/dy).T w; at each of them the seed is added. The path is read, not
    solved backwards.  Source: Chen et al. (2018), arXiv 1806.07366.
    """
    n = path.shape[1]
    like = f_reverse(f_forward(path[0], float(t[0]), *args)[1], np.zeros(n))[2:]

    def backward(state: Any, time: float) -> Any:
        rate, saved = f_forward(state[:n], float(time), *args)
        bars = f_reverse(saved, -state[n : 2 * n])
        return np.concatenate([np.asarray(rate), np.asarray(bars[0]), numbers_of(bars[2:])])

    t_bar = np.zeros(len(t))
    w, totals = np.zeros(n), np.zeros(len(numbers_of(like)))
    for i in range(len(t) - 1, 0, -1):
        w = w + path_bar[i]
        rate = np.asarray(f_forward(path[i], float(t[i]), *args)[0])
        t_bar[i] += path_bar[i] @ rate
        start = np.concatenate([path[i], w, totals])
        end = integrate.odeint(backward, start, t[[i, i - 1]], rtol=rtol, atol=atol)[1]
        w, totals = end[n : 2 * n], end[2 * n :]
    t_bar[0] = -(w @ np.asarray(f_forward(path[0], float(t[0]), *args)[0]))
    return w + path_bar[0], t_bar, with_numbers(like, totals)


def ode_tangent(
    path: Any,
    f_tangent: Function,
    t: Any,
    args: tuple[Any, ...],
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

    def both(state: Any, time: float) -> Any:
        values = (state[:n], float(time), *args)
        rate, rate_dot = f_tangent(*values, state[n:], 0.0, *moving)
        return np.concatenate([np.asarray(rate), np.asarray(rate_dot)])

    start_dot = np.zeros(n) if y0_dot is None else y0_dot
    start = np.concatenate([path[0], start_dot])
    path_dot = integrate.odeint(both, start, t, rtol=rtol, atol=atol)[:, n:]
    if t_dot is None:
        return path_dot
    unmoved = tuple([still(v) for v in args])
    rates = np.stack(
        [
            np.asarray(f_tangent(y, float(s), *args, np.zeros(n), 0.0, *unmoved)[0])
            for y, s in zip(path, t)
        ]
    )
    path_dot = path_dot + rates * t_dot[:, np.newaxis]
    first = ode_tangent(path, f_tangent, t, args, rtol, atol, rates[0], None, None)
    return path_dot - first * t_dot[0]  # the start moved in time: as y0 moved by the rate there

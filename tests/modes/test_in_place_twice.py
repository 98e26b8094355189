"""All nestings of two modes over array code that writes in place, against differences of the program itself.

Each program is differentiated by its array `u`, twice in one direction each, in reverse or forward mode:
`fr` is the gradient of a tangent.  The reference uses values of the program only: central second
differences in both directions, extrapolated (Richardson).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from sourcead import grad, hessian, jvp

U = np.array([0.7, -1.2, 0.4, 0.9])
A = 0.3
DIRECTIONS = (np.array([0.3, 0.5, -0.2, 0.7]), np.array([-0.4, 0.6, 0.8, 0.1]))


def writes_its_argument(u, a):
    for _ in range(2):
        u[1:] *= u[:-1]
        u[0] += a * u[2]
    return np.sum(u**2)


def elements_of_fresh_storage(u, a):
    v = np.zeros(4)
    for i in range(4):
        v[i] = u[i] * math.sin(u[i] * a)
        if i > 0:
            v[i] += v[i - 1] * v[i]
    return np.sum(v) * v[2]


def stencil(u, a):
    v = u.copy()
    for _ in range(2):
        v[1:-1] += a * v[1:-1] * (v[2:] - 2.0 * v[1:-1] + v[:-2])
    return np.sum(v**2)


def masks_and_indices(u, a):
    v = u.copy()
    v[v > 0.5] *= a * v[v > 0.5]
    v[[0, 2]] = v[[2, 0]] * v[1]
    return np.sum(v**3)


def a_callee_writes(u, a):
    def step(w, k):
        w[k] = w[k] * w[k - 1] + a

    v = u.copy()
    for k in range(1, 4):
        step(v, k)
    step(v, 0)
    return v @ v


def views(u, a):
    v = u.copy().reshape(2, 2)
    row, column = v[0], v[:, 1]
    row[:] = row * column
    column *= a
    v.T[1] += row
    return np.sum(np.sin(v))


def outs(u, a):
    w = np.empty(4)
    np.multiply(u, u, out=w)
    np.add(w, a, out=w)
    np.sin(w, out=w)
    np.copyto(w[1:], w[:-1] * u[1:])
    return np.sum(w * u)


def while_loop(u, a):
    v = u.copy()
    k = 0
    while np.sum(v**2) < 30.0 and k < 10:
        v *= 1.3 + a * v[0]
        v[k % 4] += u[k % 4]
        k += 1
    return np.sum(v * u)


def left_by_break(u, a):
    v = u.copy()
    for k in range(10):
        v[k % 4] = v[k % 4] * 1.5 + a
        if v[0] > 1.0:
            break
    else:
        v[1] = 0.0
    return np.sum(v**3)


def repeated_indices(u, a):
    v = np.zeros(3)
    np.add.at(v, [0, 1, 0, 2], u * u)
    v[0] *= v[1] * a
    return np.sum(v**2)


def elimination(u, a):
    m = np.outer(u, u) + np.eye(4)
    for i in range(4):
        for j in range(i):
            m[i, :] -= m[j, :] * m[i, j] * a
    return np.sum(m**2)


def two_arrays_write_each_other(u, a):
    w = u * a
    u[:] = w * u
    w[1:] += u[:-1]
    u += w
    return np.sum(u * w)


def arrays_in_a_list(u, a):
    rows = [u * k for k in range(1, 4)]
    for k in range(1, 3):
        rows[k][:] = rows[k] * rows[k - 1] + a
        rows[k - 1][0] *= rows[k][1]
    return sum(np.sum(row) for row in rows)


class Model:
    def __init__(self, u):
        self.u = u.copy()
        self.energy = 0.0

    def step(self, a):
        self.u[1:] += a * self.u[:-1] * self.u[1:]
        self.energy += np.sum(self.u**2)


def objects(u, a):
    model = Model(u)
    for _ in range(3):
        model.step(a)
    return model.energy * model.u[2]


def swapped(u, a):
    v, w = u.copy(), np.zeros_like(u)
    for _ in range(3):
        w[1:] = v[:-1] * a
        w[0] = v[3] * v[0]
        v, w = w, v
    return np.sum(v * u)


def sorted_in_place(u, a):
    v = u * u
    v.sort()
    v[0] *= v[3]
    np.fill_diagonal(v.reshape(2, 2), v[1] * a)
    return np.sum(v**2)


def early_return(u, a):
    v = u.copy()
    for k in range(5):
        v[k % 4] *= 2.0 * v[(k + 1) % 4]
        if v[0] > 0.1:
            return np.sum(v) * a
    return np.sum(v**2)


def exceptions(u, a):
    v = u.copy()
    try:
        v[0] = v[1] * a
        if v[0] < 0.0:
            raise ValueError
        v[1] = 3.0 * v[0]
    except ValueError:
        v[2] = v[0] ** 2
    return np.sum(v * u)


def written_and_rebound(u, a):
    for k in range(2):
        u[1:] *= u[:-1]
        for _ in range(4):
            u = u * (k + a)
    return np.sum(u**2)


def written_where_it_was_rebound(u, a):
    for _ in range(2):
        u[1:] *= a * u[:-1]
        u = u * u
    return u[0] + u[2]


PROGRAMS: list[Callable[..., Any]] = [
    writes_its_argument, elements_of_fresh_storage, stencil, masks_and_indices, a_callee_writes, views, outs,
    while_loop, left_by_break, repeated_indices, elimination, two_arrays_write_each_other, arrays_in_a_list,
    objects, swapped, sorted_in_place, early_return, exceptions, written_and_rebound, written_where_it_was_rebound,
]  # fmt: skip


def along(function: Any, mode: str, direction: Any) -> Any:
    """The derivative of `function` by its array in one direction, in one of the two modes."""

    def by_reverse(u: Any, a: float) -> Any:
        return np.sum(grad(function)(u, a) * direction)

    def by_forward(u: Any, a: float) -> Any:
        return jvp(function, (u, a), (direction, 0.0))[1]

    return by_reverse if mode == "r" else by_forward


def second_difference(function: Any) -> float:
    """The mixed second derivative, from values only; steps are halved three times and extrapolated."""

    def at_step(h: float) -> float:
        signs = itertools.product((1.0, -1.0), repeat=2)
        total = 0.0
        for s, t in signs:
            total += s * t * function(U + h * (s * DIRECTIONS[0] + t * DIRECTIONS[1]), A)
        return total / (2.0 * h) ** 2

    estimates = [at_step(1e-2 / 2**k) for k in range(4)]
    for order in range(1, 4):
        weight = 4.0**order
        estimates = [(weight * b - a) / (weight - 1.0) for a, b in itertools.pairwise(estimates)]
    return estimates[0]


@pytest.mark.parametrize("modes", ["rr", "rf", "fr", "ff"])
@pytest.mark.parametrize("program", PROGRAMS, ids=lambda p: p.__name__)
def test_second_derivatives_of_code_that_writes_in_place(program: Any, modes: str) -> None:
    exact = second_difference(program)
    derivative = program
    for mode, direction in zip(modes, DIRECTIONS):
        derivative = along(derivative, mode, direction)
    assert abs(derivative(U.copy(), A) - exact) <= 1e-6 * max(1.0, abs(exact))


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda p: p.__name__)
def test_hessians_of_code_that_writes_in_place(program: Any) -> None:
    exact = second_difference(program)
    found = DIRECTIONS[0] @ hessian(program)(U.copy(), A) @ DIRECTIONS[1]
    assert abs(found - exact) <= 1e-6 * max(1.0, abs(exact))

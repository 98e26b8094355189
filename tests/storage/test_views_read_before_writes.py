"""Arrays that may be views, made anew in each turn of a loop that writes what they show."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.lib.stride_tricks import sliding_window_view

import sourcead
from tests.numeric import check

X = np.array([0.7, -0.4, 1.1, 0.3, -0.8, 0.5])
WEIGHTS = np.array([0.3, 0.5, -0.2])


def smoothed(x):
    u = x.copy()
    for _ in range(3):
        u[1:-1] = sliding_window_view(u, 3) @ WEIGHTS
    return np.sum(u**2)


def windows_of_squares(x):
    u, total = x.copy(), 0.0
    for i in range(3):
        shown = sliding_window_view(u, 2)
        total = total + np.sum(shown[:, 0] * shown[:, 1] ** 2)
        u[i] = u[i] * total
        u[i + 1] += np.sin(u[i])
    return total * np.sum(u)


def windows_on_a_branch(x):
    u = x.copy()
    for i in range(4):
        if u[i] > 0:
            top = sliding_window_view(u, 2).max(axis=1)
            u[:-1] = top * 0.5
        u[i] *= 1.5
    return np.sum(u**3)


def stretched(x):
    u = x.copy()
    for i in range(3):
        rows = np.broadcast_to(u, (2, 6))
        scale = np.sum(rows * rows[::-1])
        u *= 1.0 / (1.0 + scale)
    return np.sum(np.exp(u))


def flattened(x):
    grid = x.reshape(2, 3) * 1.0
    for k in range(3):
        flat = grid.ravel()
        slope = np.sum(flat * flat)
        grid[k % 2] = grid[k % 2] * np.cos(slope) + flat[:3]
    return np.sum(grid**2)


def inner_loops(x):
    u = x.copy()
    for i in range(2):
        shown = sliding_window_view(u, 3)
        s = 0.0
        for k in range(4):
            s = s + shown[k, 0] * shown[k, 2]
        u[i : i + 3] = shown[i] * s
    return np.sum(u**2)


def read_in_the_next_turn(x):
    """Nothing is read anew: the windows see what the loop writes."""
    u = x.copy()
    shown, total = sliding_window_view(u, 2), 0.0
    for i in range(3):
        total = total + np.sum(shown[:, 0] * shown[:, 1])
        u[i] = u[i] ** 2
    return total


def read_after_the_write(x):
    u, total = x.copy(), 0.0
    for i in range(3):
        shown = sliding_window_view(u, 2)
        u[i] = u[i] ** 2
        total = total + np.sum(shown[:, 0] * shown[:, 1])
    return total


def kept(x):
    u, seen = x.copy(), []
    for i in range(3):
        seen.append(sliding_window_view(u, 2))
        u[i] = u[i] ** 2
    return np.sum(seen[0] ** 2)


def flat_read_after_the_write(x):
    """Where it may be a view, the adjoints are found by their memory."""
    grid, total = x.reshape(2, 3) * 1.0, 0.0
    for k in range(3):
        flat = grid.ravel()
        grid[k % 2] = grid[k % 2] * np.cos(flat[k])
        total = total + np.sum(flat**2)
    return total


def flat_written(x):
    grid, total = x.reshape(2, 3) * 1.0, 0.0
    for k in range(3):
        flat = grid.reshape(-1)
        flat[k] = flat[k] ** 2 + flat[k + 1]
        total = total + np.sum(grid**3)
    return total


READ = [
    smoothed, windows_of_squares, windows_on_a_branch, stretched, flattened, inner_loops,
    flat_read_after_the_write, flat_written,
]  # fmt: skip
AFTER = [read_in_the_next_turn, read_after_the_write, kept]


@pytest.mark.parametrize("f", READ, ids=lambda f: f.__name__)
def test_slopes_agree_with_differences(f):
    assert sourcead.value_and_grad(f)(X)[0] == f(X)
    check(f, X)


@pytest.mark.parametrize("f", [smoothed, windows_of_squares], ids=lambda f: f.__name__)
def test_second_order(f):
    grad, steps = sourcead.grad(f), 1e-6 * np.eye(6)
    expected = np.array([(grad(X + s) - grad(X - s)) / 2e-6 for s in steps])
    np.testing.assert_allclose(sourcead.hessian(f)(X), expected, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("f", AFTER, ids=lambda f: f.__name__)
def test_windows_that_see_a_write_are_refused(f):
    with pytest.raises(sourcead.NotDifferentiable, match="sliding window view of it is in use"):
        sourcead.grad(f)(X)

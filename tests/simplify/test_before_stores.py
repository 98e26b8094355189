"""What is computed of the adjoint that a store takes is computed before its place is set to zero."""

from __future__ import annotations

import numpy as np
import pytest

import sourcead
from tests.numeric import check

U, F = np.linspace(0.1, 0.9, 7), np.linspace(1.0, 0.3, 7)


def smoothed(u, f):
    for _ in range(2):
        u[1:-1] = 0.5 * (u[2:] + u[:-2] + f[1:-1])
    return np.sum(u**2)


def weighted(u, f):
    for k in range(3):
        u[1:-1] = f[:-2] * (u[2:] - f[1:-1])
        f[k] *= u[k + 1]
    return np.sum(u**2) * np.sum(f)


def by_itself(u, f):
    for _ in range(2):
        u[1:] = u[:-1] * u[1:]
        u[:3] = u[4:] / f[:3]
    return np.sum(u * f)


def read_twice(u, f):
    u[1:-1] = f[1:-1] * np.sin(f[2:])
    return np.sum(u**3)


@pytest.mark.parametrize("function", [smoothed, weighted, by_itself, read_twice])
def test_gradients_are_right(function):
    check(function, U, F, argnums=(0, 1))
    check(lambda u, f: np.sum(sourcead.grad(function, 1)(u, f) ** 2), U, F, argnums=1)


def test_nothing_is_copied():
    source = sourcead.grad(smoothed).source_for(U, F)
    assert "t_bar = 0.5 * u_bar[1:-1]" in source
    assert "u_bar[1:-1].copy()" not in source

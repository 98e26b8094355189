"""Second derivatives of loops that give a variable its first value."""

from __future__ import annotations

import numpy as np
import pytest

import sourcead
from tests.numeric import directional


def sinkhorn(x):
    """`v` has no value before the loop, and is not read in it before it has one."""
    u = np.ones(3)
    for _ in range(12):
        v = 1.0 / (np.exp(-x) @ u)
        u = 2.0 / (np.exp(-x) @ v)
    return np.sum(u * v**2)


@pytest.mark.parametrize("form", ["forward", "reverse"])
def test_a_variable_without_a_value_before_the_loop(form):
    x = np.array([[0.3, 1.2, 0.8], [0.5, 0.4, 0.6], [0.2, 0.9, 0.1]])
    d = np.array([[0.5, -1.0, 0.3], [0.8, 0.2, -0.4], [-0.6, 0.7, 1.1]])
    g = sourcead.grad(sinkhorn)
    expected = directional(lambda y: np.sum(g(y) * d), (x,), (d,)).value
    if form == "forward":
        found = sourcead.jvp(lambda y: np.sum(g(y) * d), (x,), (d,))[1]
    else:
        found = np.sum(sourcead.grad(lambda y: np.sum(g(y) * d))(x) * d)
    np.testing.assert_allclose(found, expected, rtol=1e-8)

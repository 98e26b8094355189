"""What temporaries are called that no variable of the user has a name for."""

from __future__ import annotations

import re

import numpy as np

import sourcead


def _source(f, *args):
    return sourcead.grad(f).source_for(*args)


def test_what_depends_on_the_cotangent_is_a_bar():
    def f(x, y):
        return x / y - y / (x + 2.0)

    text = _source(f, 1.0, 2.0)
    for target, expr in re.findall(r"^\s+(t\w*) = ([^#\n]*)", text, re.M):
        assert target.startswith("t_bar") == ("_bar" in expr), text


def test_lengths_and_shapes_are_named():
    def f(x):
        total = 1.0
        for i in range(len(x)):
            total = np.sin(total * x[i])
        return total

    assert re.search(r"^    n = len\(x\)$", _source(f, np.ones(3)), re.M)


def test_a_users_name_stays_beside_a_title():
    """The user's own `n` and `t_bar` are not given to temporaries while they live."""

    def f(x, n, t_bar):
        y = x * x / n
        for i in range(len(x)):
            y[i] = y[i] * y[i] * t_bar
        return np.sum(y / t_bar) * n

    x = np.array([0.3, 0.7])
    gradient = sourcead.grad(f, argnums=(0, 1, 2))(x, 2.0, 0.4)
    # f = n * sum(x^4 / n^2), whatever t_bar is
    np.testing.assert_allclose(gradient[0], 4.0 * x**3 / 2.0, rtol=1e-14)
    np.testing.assert_allclose(gradient[1], -np.sum(x**4) / 4.0, rtol=1e-14)
    np.testing.assert_allclose(gradient[2], 0.0, atol=1e-15)

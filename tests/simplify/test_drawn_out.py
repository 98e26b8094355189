"""What does not vary along a summed axis is drawn out of the sums of adjoints."""

import numpy as np
import pytest

import sourcead
from tests.numeric import check

X = np.array([[0.3, 1.2], [0.7, -0.5], [1.1, 0.4]])
M = np.array([0.5, 1.5, 0.8])


def pull(x, m):
    d = x[None, :, :] - x[:, None, :]
    r = np.sum(d**2, axis=2) + 0.01
    return np.sum(m[None, :, None] * d / r[:, :, None] ** 1.5, axis=1)


def pulled(x, m, steps):
    a = pull(x, m)
    for _ in range(steps):
        x += 0.1 * a
        a = pull(x, m)
    return np.sum(a * x)


def weighed(x, m):
    """Both operands are products, and one is read again."""
    w = x / np.sum(x * x, axis=1, keepdims=True)
    y = np.sum(w * m[:, None] * np.sin(x), axis=1, keepdims=True)
    return np.sum(w * y * x / m[:, None])


def normalised(x, m):
    s = np.sum(np.exp(x), axis=1, keepdims=True)
    p = np.exp(x) / s
    return np.sum(p * (p - m[:, None])) + np.sum(p * np.log(s))


@pytest.mark.parametrize("rows", [1, 3])
def test_right(rows):
    x, m = X[:rows], M[:rows]
    check(lambda x, m: pulled(x, m, 2), x, m, directions=1)
    for f in (weighed, normalised):
        check(f, x, m, directions=1)
    check(normalised, x[:, :1], m, directions=1)


def test_the_sums_are_multiplied():
    lines = sourcead.grad(pulled, argnums=(0, 1)).source_for(X, M, 2).splitlines()
    loop = [line.partition("#")[0].strip() for line in lines if line.startswith(" " * 8)]
    assert any("np.einsum('ik,ijk->ij'" in line for line in loop)
    assert any(line.startswith("m_bar += t_bar") and ".sum(axis=0)" in line for line in loop)

"""`scipy.interpolate.RBFInterpolator` in programs."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("scipy")

from scipy.interpolate import RBFInterpolator

import sourcead
from tests.numeric import check, directional

Y = np.random.default_rng(1).uniform(0.0, 2.0, (6, 2))
D = np.array([1.0, 0.3, 0.6, 0.2, 0.9, -0.4])
X = np.array([[0.5, 0.7], [1.2, 1.6]])
KNOWN = RBFInterpolator(Y.copy(), D.copy())


def thin_plates(y, d, x):
    return np.sum(RBFInterpolator(y, d)(x) ** 2)


def lines(y, d, x):
    return np.sum(RBFInterpolator(y, d, kernel="linear", smoothing=0.1)(x) ** 2)


def bells(y, d, x):
    f = RBFInterpolator(y, np.stack([d, d * d], axis=1), kernel="gaussian", epsilon=0.8)
    return np.sum(f(x) ** 2)


def quadrics(y, d, x):
    f = RBFInterpolator(y, d, kernel="inverse_multiquadric", epsilon=1.3, degree=1)
    return np.sum(f(x) ** 3)


def of_constants(y, d, x):
    return np.sum(KNOWN(x) ** 2) + np.sum(y) * d[0]


slow = pytest.mark.slow
PROGRAMS = [
    thin_plates,
    bells,
    of_constants,
    pytest.param(lines, marks=slow),
    pytest.param(quadrics, marks=slow),
]


@pytest.mark.parametrize("f", PROGRAMS, ids=lambda f: f.__name__)
def test_slopes_agree_with_differences(f):
    check(f, Y, D, X)


def test_second_order():
    v = np.cos(np.arange(6.0))

    def f(d):
        return thin_plates(Y, d, X)

    expected = directional(sourcead.grad(f), (D,), (v,), v).value
    found = sourcead.jvp(lambda d: sourcead.jvp(f, (d,), (v,))[1], (D,), (v,))[1]
    np.testing.assert_allclose(found, expected, rtol=1e-7)


def test_neighbours_are_refused():
    with pytest.raises(sourcead.NoRule, match="without neighbors"):
        sourcead.grad(lambda d: np.sum(RBFInterpolator(Y, d, neighbors=4)(X)))(D)

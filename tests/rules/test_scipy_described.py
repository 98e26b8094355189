"""Moments of normal distributions, and descriptions of samples, in programs."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("scipy")

from scipy import stats

import sourcead
from tests.numeric import check

X = np.array([0.4, 1.3, 2.1, 0.9])


def moments(x):
    normal = stats.norm(x[0], x[1])
    return normal.mean() * normal.var() + normal.std() ** 3 + normal.entropy()


def moments_of_many(x):
    spread = stats.norm.std(x[0], scale=x) + stats.norm.var(loc=x, scale=2.0 * x[1])
    return np.sum(spread * stats.norm.mean(x, x)) + np.sum(stats.norm.entropy(scale=x**2))


def described(x):
    found = stats.describe(x)
    low, high = found.minmax
    return found.nobs * low * high + found.mean * found.variance + found.skewness * found.kurtosis


def unpacked(x):
    count, (_, high), mean, variance, _, kurtosis = stats.describe(np.outer(x, x**2), 1, 0)
    return np.sum(high * mean * variance / count + kurtosis**2)


def without_bias(x):
    return stats.describe(np.concatenate((x, x**2)), bias=False).kurtosis


@pytest.mark.parametrize(
    "f",
    [moments, moments_of_many, described, unpacked, without_bias],
    ids=lambda f: f.__name__,
)
def test_slopes_agree_with_differences(f):
    check(f, X)


@pytest.mark.parametrize("f", [moments, described], ids=lambda f: f.__name__)
def test_second_order(f):
    grad, steps = sourcead.grad(f), 1e-6 * np.eye(4)
    expected = np.array([(grad(X + s) - grad(X - s)) / 2e-6 for s in steps])
    np.testing.assert_allclose(sourcead.hessian(f)(X), expected, rtol=1e-5, atol=1e-7)


def test_single_precision():
    found = sourcead.grad(described)(X.astype(np.float32))
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, sourcead.grad(described)(X), rtol=1e-4, atol=1e-5)


def test_a_parameter_without_axes_has_an_adjoint_without_axes():
    def f(loc, scale):
        return np.sum(stats.norm.var(loc, scale) * loc)

    loc_bar, scale_bar = sourcead.grad(f, (0, 1))(np.ones((2, 3)), np.array(2.0))
    assert loc_bar.tolist() == [[4.0] * 3] * 2
    assert scale_bar.shape == ()
    assert scale_bar == 24.0

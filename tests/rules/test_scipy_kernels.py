"""`scipy.stats.gaussian_kde` in programs: of a sample, of its weights and width, and at points."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("scipy")

from scipy import stats

import sourcead
from tests.numeric import check, directional

X = np.array([0.2, 0.5, 0.9, 1.4, 0.75])
W = np.array([0.5, 1.0, 0.8, 1.2, 0.4])
PLANE = np.array([[0.2, 0.5, 0.9, 1.4, 0.7], [1.1, 0.3, 0.8, 0.1, -0.4]])
POINTS = np.array([[0.3, 1.0, 0.6], [0.4, 0.2, 0.9]])
KNOWN = stats.gaussian_kde(X.copy())


def of_a_sample(x):
    return np.sum(stats.gaussian_kde(x)(np.array([0.3, 1.1])) ** 2)


def at_one_place(x):
    return stats.gaussian_kde(x, "silverman").pdf(x[0] + 0.1)[0]


def of_weights(x):
    return np.sum(stats.gaussian_kde(X, weights=x).evaluate([0.3, 1.1]) ** 2)


def of_the_width(x):
    return np.sum(stats.gaussian_kde(X, bw_method=x[0]).logpdf(x))


def in_the_plane(x):
    data = PLANE + np.stack([x, x * x])
    return np.sum(stats.gaussian_kde(data, weights=W).logpdf(POINTS))


def one_point_of_the_plane(x):
    return stats.gaussian_kde(PLANE)(x[:2])[0]


def of_a_constant_sample(x):
    return np.sum(KNOWN(x) * KNOWN.logpdf(2.0 * x))


def in_an_interval(x):
    return stats.gaussian_kde(x).integrate_box_1d(0.1, x[1])


PROGRAMS = [
    of_a_sample, at_one_place, of_weights, of_the_width, in_the_plane, one_point_of_the_plane,
    of_a_constant_sample, in_an_interval,
]  # fmt: skip


@pytest.mark.parametrize("f", PROGRAMS, ids=lambda f: f.__name__)
def test_slopes_agree_with_differences(f):
    check(f, X)


@pytest.mark.parametrize("f", [of_a_sample, of_a_constant_sample], ids=lambda f: f.__name__)
def test_second_order(f):
    expected = directional(sourcead.grad(f), (X,), (W,), W).value
    np.testing.assert_allclose(sourcead.hvp(f)(X, W) @ W, expected, rtol=1e-8)


def test_far_away_the_logarithm_has_a_slope():
    found = sourcead.grad(lambda t: KNOWN.logpdf(t)[0])(60.0)
    assert -2e4 < found < -100.0


def test_single_precision():
    found = sourcead.grad(of_a_sample)(X.astype(np.float32))
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, sourcead.grad(of_a_sample)(X), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    "f",
    [
        lambda x: stats.gaussian_kde(x).factor,
        lambda x: np.sum(stats.gaussian_kde(x).resample(3, seed=1)),
        lambda x: stats.gaussian_kde(x, bw_method=lambda kde: 0.3)(0.2)[0],
    ],
    ids=["factor", "resample", "callable"],
)
def test_what_no_rule_says_is_refused(f):
    with pytest.raises(sourcead.SourceADError):
        sourcead.grad(f)(X)

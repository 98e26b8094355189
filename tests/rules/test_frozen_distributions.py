"""Distributions with parameters bound, `stats.norm(m, s)`: as the distribution's own methods."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("scipy")

from scipy import stats

import sourcead
from tests.numeric import check

X = np.array([0.4, 1.3, 2.1, 0.9])
OUTSIDE = stats.norm(0.3, scale=1.2)


def by_position_and_name(x):
    prior, noise = stats.norm(x[0], x[1]), stats.t(5.0, loc=x[2], scale=x[3])
    return np.sum(prior.logpdf(x)) + np.sum(noise.cdf(x) * noise.sf(x))


def in_a_loop(x):
    total = 0.0
    for u in x:
        total += stats.gamma(x[0], scale=u).pdf(1.7)
    return total


def handed_on(x):
    return log_density(stats.expon(scale=x), x) + log_density(stats.norm.freeze(x[0], 2.0), x)


def log_density(distribution, x):
    return np.sum(distribution.logpdf(x))


class Model:
    def __init__(self, mean):
        self.noise = stats.norm(mean, 1.5)

    def log_likelihood(self, x):
        return np.sum(self.noise.logpdf(x))


def kept_by_an_object(x):
    return Model(x[0] * x[1]).log_likelihood(x)


def made_of_constants(x):
    return np.sum(stats.norm(0.0, 2.0).logpdf(x)) + np.sum(OUTSIDE.cdf(x))


def of_vectors(x):
    return stats.multivariate_normal(x[:2], np.eye(2) * x[2]).logpdf(x[2:])


def of_counts(x):
    return stats.poisson(x[1]).logpmf(3)


@pytest.mark.parametrize(
    "program",
    [
        by_position_and_name,
        in_a_loop,
        handed_on,
        kept_by_an_object,
        made_of_constants,
        of_vectors,
        of_counts,
    ],
    ids=lambda program: program.__name__,
)
def test_the_derivatives(program):
    check(program, X)


def log_density_at(distribution, x):
    return distribution.logpdf(x)


def test_another_distribution_with_the_same_class_is_seen():
    gradient = sourcead.grad(log_density_at, 1)
    for distribution in (stats.norm(0.3, 1.2), stats.norm(0.4, scale=1.3), stats.gamma(2.0)):
        around = [distribution.logpdf(1.7 + step) for step in (1e-5, -1e-5)]
        assert gradient(distribution, 1.7) == pytest.approx((around[0] - around[1]) / 2e-5)
    distribution.args = (3.0,)
    assert gradient(distribution, 1.7) == pytest.approx(2.0 / 1.7 - 1.0)


def test_draws_are_refused():
    with pytest.raises(sourcead.NoRule, match="`rvs` of a distribution with parameters bound"):
        sourcead.grad(lambda m: stats.norm(m, 1.0).rvs(random_state=1))(0.3)

"""Distributions of counts where some of the counts are impossible."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("scipy")

from scipy import stats

import sourcead
from tests.numeric import check

COUNTS = np.array([[2, 1, 3], [1, 1, 1], [0, 6, 0]])
P = np.array([0.2, 0.3, 0.5])


def total(p):
    logs = stats.multinomial.logpmf(COUNTS, 6, p / np.sum(p))
    return np.sum(np.where(np.isfinite(logs), logs, 0.0))


def probability(p):
    return np.sum(stats.multinomial.pmf(COUNTS, 6, p / np.sum(p)) * np.arange(1.0, 4.0))


@pytest.mark.parametrize("f", [total, probability], ids=lambda f: f.__name__)
def test_impossible_counts_have_no_slope(f):
    check(f, P)


def test_refusals_say_the_way_out():
    with pytest.raises(sourcead.NoRule, match="dblquad"):
        sourcead.grad(lambda x: stats.multivariate_normal.cdf(x, np.zeros(2), np.eye(2)))(P[:2])

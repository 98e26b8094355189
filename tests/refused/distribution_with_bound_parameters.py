"""Of a distribution with parameters bound, the densities have rules; a draw from it has none."""

import numpy as np
from scipy import stats

import sourcead


def spread(m, s):
    drawn = stats.norm(m, s).rvs(3)  # error: NoRule
    return np.sum(drawn**2)


def call():
    sourcead.grad(spread, 1)(0.2, 1.3)

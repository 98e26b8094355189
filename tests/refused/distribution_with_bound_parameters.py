"""SciPy binds the parameters of a distribution in Python of its own; the rules are those of its methods."""

import numpy as np
from scipy import stats

import sourcead


def likelihood(x, m, s):
    return np.sum(stats.norm(m, s).logpdf(x))  # error: NoRule


def call():
    sourcead.grad(likelihood, 1)(np.ones(3), 0.2, 1.3)

"""`scipy.stats`: densities and distribution functions of the common families, and descriptive statistics.

The rules belong to methods of the distributions' objects (`stats.norm.logpdf`).  Locations, scales and
shapes are differentiated, counts are not.  Outside of the support the slopes are 0.
"""

from __future__ import annotations

from sourcead.ir.kinds import Array
from sourcead.rules.forms import helpers
from sourcead.rules.registry import Rule, register
from sourcead.rules.scipy.lanes import guard
from sourcead.rules.scipy.stats import (
    branches,
    counts,
    descriptive,
    ensembles,
    families,
    gamma,
    kernels,
    location,
    normal,
    positive,
    samples,
    vectors,
)
from sourcead.runtime import scipy_densities as densities
from sourcead.runtime import scipy_families

__all__ = [
    "branches",
    "counts",
    "descriptive",
    "ensembles",
    "families",
    "gamma",
    "kernels",
    "location",
    "normal",
    "positive",
    "samples",
    "vectors",
]

_matrix = Array("float64", (None, None))
for _part in (densities.gaussian_covariance, densities.gaussian_rows):
    register(Rule(_part.__name__, "source", (_part,), kind=lambda *given: _matrix))
helpers(densities, scipy_families)
guard(__name__)

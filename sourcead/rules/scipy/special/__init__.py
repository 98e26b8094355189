"""`scipy.special`: functions of one element, or of the elements at the same place.

Orders, degrees and counts are not differentiated (`wrt` leaves them out), nor are parameters of
hypergeometric functions whose derivative has no form that is safe everywhere.  Formulas: Abramowitz
and Stegun, and the Digital Library of Mathematical Functions (dlmf.nist.gov), by chapter.
"""

from __future__ import annotations

from sourcead.rules.forms import helpers
from sourcead.rules.scipy.lanes import guard
from sourcead.rules.scipy.special import (
    bessel,
    distributions,
    errors,
    gamma,
    integrals,
    inverses,
    polynomials,
    several,
    solutions,
)
from sourcead.runtime import (
    scipy_asymptotic,
    scipy_elliptic,
    scipy_gamma,
    scipy_incomplete,
    scipy_quantiles,
)

__all__ = [
    "bessel",
    "distributions",
    "errors",
    "gamma",
    "integrals",
    "inverses",
    "polynomials",
    "several",
    "solutions",
]

helpers(scipy_asymptotic, scipy_elliptic, scipy_gamma, scipy_incomplete, scipy_quantiles)

BOUNDED = frozenset({
    "erf", "erfc", "dawsn", "ndtr", "expit", "log_expit", "softplus", "cosm1", "sindg", "cosdg", "j0", "j1", "i0e",
    "i1e",
})  # fmt: skip
guard(__name__, BOUNDED)

"""Functions with a rule of the general forms that stretch their arguments against each other.

Their adjoints come in the shape of the result, and are summed to the shape of the argument by the
transform.  (Elementwise rules broadcast anyway; those of all other functions give the exact shape.)
"""

from __future__ import annotations

import numpy as np

from sourcead.rules.numpy.samples import methods, present
from sourcead.rules.registry import lookup
from sourcead.runtime.accumulate import unless_zero, zeros_kept

__all__: list[str] = []

for _function in (
    *(np.maximum, np.minimum, np.fmax, np.fmin, np.divmod, np.ldexp),
    *(np.where, np.full, np.full_like, np.broadcast_to, np.broadcast_arrays),
    *(np.linspace, np.logspace, np.geomspace, np.interp, np.einsum),
    *(unless_zero, zeros_kept),
    *(np.var, np.std, *methods("var", "std")),
    *present(np, "vecdot", "matvec", "vecmat", "trapezoid", "trapz"),
    *present(
        np.random.Generator,
        "normal",
        "uniform",
        "exponential",
        "lognormal",
        "weibull",
        "pareto",
        "gamma",
    ),
):
    _rule = lookup(_function)
    assert _rule is not None
    _rule.also["broadcasts"] = True

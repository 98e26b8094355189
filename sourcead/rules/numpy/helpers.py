"""Helpers of the rules that generated code calls by name, instead of having them written out.

They are plain NumPy functions in `sourcead.runtime`.  Where generated code is differentiated again,
those that are linear have a rule of their own beside the primal's; of the others the Python source
is differentiated.
"""

from __future__ import annotations

from typing import Any

from sourcead.rules.registry import Rule, lookup, register
from sourcead.runtime import (
    array_products,
    averages,
    contractions,
    covariance,
    diagonals,
    differences,
    draws,
    einsum,
    fourier,
    gathers,
    histograms,
    interpolation,
    joins,
    matrices,
    nested_lists,
    norms,
    pads,
    polynomials,
    powers,
    quantiles,
    ramps,
    shapes,
    ufuncs,
)

for _module in (
    array_products,
    averages,
    contractions,
    covariance,
    diagonals,
    differences,
    draws,
    einsum,
    fourier,
    gathers,
    histograms,
    interpolation,
    joins,
    matrices,
    nested_lists,
    norms,
    pads,
    polynomials,
    powers,
    quantiles,
    ramps,
    shapes,
    ufuncs,
):
    for _name in _module.__all__:
        _function: Any = getattr(_module, _name)
        if lookup(_function) is None:
            register(Rule(_name, "source", (_function,)))

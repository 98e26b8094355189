"""Helpers of the rules that generated code calls by name, instead of having them written out.

They are plain NumPy functions in `sourcead.runtime`.  Where generated code is differentiated again,
those that are linear have a rule of their own beside the primal's; of the others the Python source
is differentiated.

What kind they return is mostly found by calling them on small samples.  Where the shapes of their
arguments depend on each other in a way that samples do not know, it is said here: an adjoint is
like the argument that it belongs to.
"""

from __future__ import annotations

from types import ModuleType
from typing import Any

from sourcead.ir.kinds import Array, Kind, Number, Py, Tuple, dtype_of
from sourcead.rules.forms import constant, helpers
from sourcead.rules.numpy.adjoint_kinds import kind_like
from sourcead.rules.registry import Effects, Rule, lookup, register
from sourcead.runtime import (
    accumulate,
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
    series,
    shapes,
    spectra,
    ties,
    ufuncs,
)

__all__: list[str] = []

MODULES: tuple[ModuleType, ...] = (
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
    series,
    shapes,
    spectra,
    ties,
    ufuncs,
)

LIKE: dict[Any, str | tuple[str, ...]] = {
    array_products.product_of_others: "a",
    array_products.cumprod_adjoint: "a",
    array_products.cumprod_tangent: "a",
    averages.sum_to_weights: "weights",
    contractions.tensordot_adjoint_a: "a",
    contractions.tensordot_adjoint_b: "b",
    contractions.kron_adjoints: ("a", "b"),
    contractions.cross_adjoints: ("a", "b"),
    contractions.cross_again: ("y_bar", "a", "b"),
    contractions.cross_again_tangent: ("a", "b"),
    contractions.kron_again: ("y_bar", "a", "b"),
    contractions.kron_again_tangent: ("a", "b"),
    covariance.covariance_adjoints: ("m", "y"),
    covariance.covariance_tangent: "c",
    covariance.correlation_adjoint: "r",
    covariance.correlation_tangent: "r",
    differences.gradient_adjoints: ("f", "spacing"),
    differences.trapezoid_adjoints: ("y", "x", "dx"),
    draws.draws_adjoint: "cov",
    draws.draws_tangent: "y",
    einsum.einsum_adjoint: "operands",
    einsum.einsum_adjoints: "operands",
    gathers.choose_adjoint: "choices",
    gathers.select_adjoints: ("choicelist", "default"),
    interpolation.interp_adjoints: ("x", "xp", "fp", "left", "right"),
    interpolation.interp_tangent: "y",
    joins.split_flat: "arrays",
    joins.parts_along: "arrays",
    joins.unstacked: "arrays",
    joins.row_parts: "arrays",
    joins.side_parts: "arrays",
    joins.depth_parts: "arrays",
    joins.column_parts: "arrays",
    joins.block_adjoint: "nested",
    joins.insert_adjoint: ("arr", "values"),
    matrices.eig_adjoint: "a",
    matrices.lstsq_adjoints: ("a", "b"),
    matrices.multi_dot_adjoint: "arrays",
    matrices.tensorsolve_adjoints: ("a", "b"),
    matrices.tensorsolve_tangent: "x",
    nested_lists.item_adjoint: "a",
    nested_lists.unpacked: "nested",
    polynomials.fitted_length: "p",
    polynomials.polyfit_adjoints: ("x", "y", "w"),
    polynomials.polyfit_tangent: "c",
    polynomials.polyint_adjoint: "p",
    polynomials.product_adjoint: "p",
    polynomials.roots_adjoint: "p",
    quantiles.quantile_spread: "a",
    quantiles.to_each_quantile: "q",
    accumulate.unbroadcast: "like",
    shapes.unbroadcast_change: "like",
    spectra.eigenvalue_adjoints: ("a", "w_bar"),
    spectra.singular_adjoints: ("a", "s_bar"),
    series.of_each_degree: "c",
    series.factor_adjoint: "c",
    series.product_change: "y",
    series.summand_adjoint: "c",
    series.sum_change: "y",
    shapes.meshgrid_adjoint: "arrays",
    shapes.reshape_each: "arrays",
}


def vector(y_bar: Any, *others: Any, **options: Any) -> Kind | None:
    """A vector of some length."""
    dtype = dtype_of(y_bar)
    return None if dtype is None else Array(str(dtype), (None,))


def pair_of_numbers(*args: Any) -> Kind:
    """Real or complex, as the values will have it."""
    return Tuple((Number(real=False), Number(real=False)))


constant(polynomials.all_coefficients, effects=Effects(pure=False))
constant(matrices.cut_off, polynomials.cut_off_of_fit, kind=lambda *args: Py(float))
register(Rule("eig_tangent", "source", (matrices.eig_tangent,), kind=pair_of_numbers))
register(Rule("convolution_window", "source", (contractions.convolution_window,), kind=vector))
for _function, _names in LIKE.items():
    _rule = lookup(_function)
    if _rule is None:
        _rule = Rule(_function.__name__, "source", (_function,))
        register(_rule)
    _rule.kind = kind_like(_function, _names)
helpers(*MODULES)

# mypy: allow-untyped-defs, allow-untyped-calls, no-check-untyped-defs
"""Polynomials: values are linear in the coefficients, and the slope is the derived polynomial."""

from __future__ import annotations

import numpy as np
from numpy.polynomial import chebyshev, hermite, hermite_e, laguerre, legendre, polynomial

from sourcead.analysis.shape_kinds import inferred_kind
from sourcead.ir.kinds import Array, Number
from sourcead.rules.forms import forward_rule, helper, linear, reverse_rule
from sourcead.rules.numpy.decided import maybe_complex
from sourcead.rules.numpy.kinds import common
from sourcead.rules.numpy.samples import call
from sourcead.rules.registry import Effects
from sourcead.runtime.polynomials import (
    direction,
    fitted_length,
    poly_factors,
    polyfit_adjoints,
    polyfit_tangent,
    polyint_adjoint,
    polynomial_values_adjoint,
    polyval_of_rows_adjoints,
    product_adjoint,
    roots_adjoint,
    roots_slopes,
    slope_of_rows,
)

# ---- coefficients from the highest power down ----------------------------------------------


@reverse_rule(
    np.polyval,
    wrt=("p", "x"),
    samples=lambda rng: [
        call(rng.normal(size=(4,)), rng.normal(size=(3,))),
        call(rng.normal(size=(4,)), rng.normal(size=(2, 3))),
        call(rng.normal(size=(4,)), 1.5),
        call(rng.normal(size=(1,)), 1.5),
        call([1.5, -0.5, 2.0], rng.normal(size=(3,))),
        call(rng.normal(size=(3,)) + 1j, rng.normal(size=(2,)) + 0.5j),
        call(rng.normal(size=(3, 4)), rng.normal(size=(4,))),
        call(rng.normal(size=(3, 4)), rng.normal(size=(2, 1))),
        call(rng.normal(size=(3, 2, 1)), rng.normal(size=(5,))),
        call(rng.normal(size=(1, 2)), 0.7),
    ],
)
def polyval(y_bar, y, p, x):
    """Rows of coefficients are stretched against the places."""
    if np.ndim(p) > 1:
        return polyval_of_rows_adjoints(y_bar, p, x)
    dtype = np.result_type(y)
    powers = np.vander(np.ravel(x), len(p)).astype(dtype, copy=False)
    slope = np.polyval(np.polyder(np.asarray(p)).astype(dtype, copy=False), x)
    return np.ravel(y_bar) @ powers, y_bar * slope


@forward_rule(np.polyval)
def polyval_tangent(y, p, x, *, p_dot, x_dot):
    if np.ndim(p) > 1:
        y_dot = np.zeros_like(y) if x_dot is None else slope_of_rows(p, x) * x_dot
        return y_dot if p_dot is None else y_dot + np.polyval(p_dot, x)
    if p_dot is None:
        return np.polyval(np.polyder(np.asarray(p)), x) * x_dot
    if x_dot is None:
        return np.polyval(p_dot, x)
    return np.polyval(p_dot, x) + np.polyval(np.polyder(np.asarray(p)), x) * x_dot


@reverse_rule(
    np.polyfit,
    wrt=("x", "y", "w"),
    samples=lambda rng: [
        call(rng.normal(size=(6,)), rng.normal(size=(6,)), 2),
        call(rng.normal(size=(6,)), rng.normal(size=(6, 2)), 1),
        call(rng.normal(size=(6,)), rng.normal(size=(6,)), 3, w=rng.uniform(0.5, 1.5, 6)),
        call(rng.normal(size=(6,)), rng.normal(size=(6, 2)), 2, w=rng.uniform(0.5, 1.5, 6)),
        call(rng.normal(size=(4,)), rng.normal(size=(4,)), 3),
    ],
)
def polyfit(c_bar, c, x, y, deg, rcond=None, *, w=None):
    x_bar, y_bar, w_bar = polyfit_adjoints(c_bar, c, x, y, deg, rcond, w)
    return x_bar, y_bar, w_bar


@forward_rule(np.polyfit)
def polyfit_forward(c, x, y, deg, rcond=None, *, w=None, x_dot, y_dot, w_dot):
    return polyfit_tangent(c, x, y, deg, rcond, w, x_dot, y_dot, w_dot)


@reverse_rule(
    np.roots,
    wrt=("p",),
    kind=lambda p: maybe_complex(p, 1),
    samples=lambda rng: [
        call(np.array([1.0, -6.0, 11.0, -6.0])),
        call(np.array([2.0, 0.5, 3.0])),
        call(np.array([1.0, -3.0, 2.0, 0.0])),
    ],
)
def roots(r_bar, r, p):
    """By the implicit function theorem, at simple roots."""
    return roots_adjoint(r_bar, r, p)


@forward_rule(np.roots)
def roots_tangent(r, p, *, p_dot):
    return roots_slopes(r, p) @ direction(p_dot)


def _with_roots(seq_of_zeros):
    """Of complex roots it is real where each has its conjugate."""
    dtype = common(seq_of_zeros)
    if dtype is None or dtype.kind == "c":
        return Number(real=False)
    return inferred_kind(np.poly, [seq_of_zeros], {})


@reverse_rule(
    np.poly,
    wrt=("seq_of_zeros",),
    kind=_with_roots,
    samples=lambda rng: [
        call(rng.normal(size=(3,))),
        call(rng.normal(size=(1,))),
        call(rng.normal(size=(3,)) + 1j * rng.normal(size=(3,))),
    ],
)
def poly(y_bar, y, seq_of_zeros):
    """Of a list of roots."""
    return poly_factors(seq_of_zeros) @ np.ravel(y_bar)


@forward_rule(np.poly)
def poly_tangent(y, seq_of_zeros, *, seq_of_zeros_dot):
    return direction(seq_of_zeros_dot) @ poly_factors(seq_of_zeros)


@reverse_rule(
    np.polyadd,
    wrt=("a1", "a2"),
    samples=lambda rng: [
        call(rng.normal(size=(3,)), rng.normal(size=(3,))),
        call(rng.normal(size=(4,)), rng.normal(size=(2,))),
        call(rng.normal(size=(2,)), rng.normal(size=(4,))),
    ],
)
def polyadd(y_bar, y, a1, a2):
    return fitted_length(y_bar, a1), fitted_length(y_bar, a2)


@forward_rule(np.polyadd)
def polyadd_tangent(y, a1, a2, *, a1_dot, a2_dot):
    a1_dot = np.zeros_like(a1) if a1_dot is None else a1_dot
    a2_dot = np.zeros_like(a2) if a2_dot is None else a2_dot
    return np.polyadd(a1_dot, a2_dot)


@reverse_rule(
    np.polysub,
    wrt=("a1", "a2"),
    samples=lambda rng: [
        call(rng.normal(size=(3,)), rng.normal(size=(3,))),
        call(rng.normal(size=(4,)), rng.normal(size=(2,))),
        call(rng.normal(size=(2,)), rng.normal(size=(4,))),
    ],
)
def polysub(y_bar, y, a1, a2):
    return fitted_length(y_bar, a1), -fitted_length(y_bar, a2)


@forward_rule(np.polysub)
def polysub_tangent(y, a1, a2, *, a1_dot, a2_dot):
    a1_dot = np.zeros_like(a1) if a1_dot is None else a1_dot
    a2_dot = np.zeros_like(a2) if a2_dot is None else a2_dot
    return np.polysub(a1_dot, a2_dot)


def _product(a1, a2):
    """A vector, without the zeros at the front."""
    first, second = common(a1), common(a2)
    if first is None or second is None:
        return None
    return Array(str(np.result_type(first, second)), (None,))


@reverse_rule(
    np.polymul,
    wrt=("a1", "a2"),
    samples=lambda rng: [
        call(rng.normal(size=(3,)), rng.normal(size=(3,))),
        call(rng.normal(size=(4,)), rng.normal(size=(2,))),
        call(rng.normal(size=(2,)), rng.normal(size=(4,))),
        call(np.array([1.5, 2.0]), np.array([2, 3])),
    ],
    kind=_product,
)
def polymul(y_bar, y, a1, a2):
    return product_adjoint(y_bar, a2, a1), product_adjoint(y_bar, a1, a2)


@forward_rule(np.polymul)
def polymul_tangent(y, a1, a2, *, a1_dot, a2_dot):
    if a1_dot is None:
        return fitted_length(np.convolve(a1, a2_dot), y)
    if a2_dot is None:
        return fitted_length(np.convolve(a1_dot, a2), y)
    return fitted_length(np.convolve(a1_dot, a2) + np.convolve(a1, a2_dot), y)


@linear(
    np.polyder,
    wrt="p",
    samples=lambda rng: [
        call(rng.normal(size=(5,))),
        call(rng.normal(size=(5,)), 2),
        call(rng.normal(size=(3,)), 0),
    ],
    effects=Effects(returns="maybe"),  # with m=0 it is `p`
)
def polyder(y_bar, p, m=1):
    derived = np.polyder(np.ones(len(p), np.result_type(p)), m)
    return np.concatenate([y_bar * derived, np.zeros(m, np.result_type(p))])[: len(p)]


@reverse_rule(
    np.polyint,
    wrt=("p",),
    samples=lambda rng: [
        call(rng.normal(size=(5,))),
        call(rng.normal(size=(3,)), 2),
        call(rng.normal(size=(3,)), m=3),
        call(rng.normal(size=(3,)), 0),
        call(rng.normal(size=(3,)), 2, [1.5, 2.0]),
        call(rng.normal(size=(3,)), k=0.5),
    ],
    effects=Effects(returns="maybe"),  # with m=0 it is `p`
)
def polyint(y_bar, y, p, m=1, k=None):
    """The constants of integration are options."""
    return polyint_adjoint(y_bar, p, m)


@forward_rule(np.polyint)
def polyint_tangent(y, p, m=1, k=None, *, p_dot):
    return np.polyint(p_dot, m)


# ---- series in other bases, coefficients from the lowest up --------------------------------


for _function in (
    *(polynomial.polyvander, chebyshev.chebvander, legendre.legvander),
    *(hermite.hermvander, hermite_e.hermevander, laguerre.lagvander),
):
    helper(_function)


def _series(rng):
    return [
        call(rng.normal(size=(3,)), rng.normal(size=(4,))),
        call(rng.normal(size=(2, 3)), rng.normal(size=(4,))),
        call(0.7, rng.normal(size=(4,))),
        call(rng.normal(size=(3,)), rng.normal(size=(1,))),
        call(rng.normal(size=(3,)), rng.normal(size=(4, 2))),
        call(0.7, rng.normal(size=(4, 2))),
        call(rng.normal(size=(3,)), 1.5),
    ]


@reverse_rule(polynomial.polyval, wrt=("x", "c"), samples=_series)
def power_series(y_bar, y, x, c):
    if np.ndim(c) == 0:
        return 0.0 * y_bar, np.sum(y_bar)
    slope = polynomial.polyval(x, polynomial.polyder(c))
    basis = polynomial.polyvander(x, len(c) - 1)
    return y_bar * slope, polynomial_values_adjoint(y_bar, basis, x)


@forward_rule(polynomial.polyval)
def power_series_tangent(y, x, c, *, x_dot, c_dot):
    if x_dot is None:
        return polynomial.polyval(x, c_dot)
    y_dot = polynomial.polyval(x, polynomial.polyder(c)) * x_dot
    if c_dot is not None:
        y_dot = y_dot + polynomial.polyval(x, c_dot)
    return y_dot


@reverse_rule(chebyshev.chebval, wrt=("x", "c"), samples=_series)
def chebval(y_bar, y, x, c):
    if np.ndim(c) == 0:
        return 0.0 * y_bar, np.sum(y_bar)
    slope = chebyshev.chebval(x, chebyshev.chebder(c))
    basis = chebyshev.chebvander(x, len(c) - 1)
    return y_bar * slope, polynomial_values_adjoint(y_bar, basis, x)


@forward_rule(chebyshev.chebval)
def chebval_tangent(y, x, c, *, x_dot, c_dot):
    if x_dot is None:
        return chebyshev.chebval(x, c_dot)
    y_dot = chebyshev.chebval(x, chebyshev.chebder(c)) * x_dot
    if c_dot is not None:
        y_dot = y_dot + chebyshev.chebval(x, c_dot)
    return y_dot


@reverse_rule(legendre.legval, wrt=("x", "c"), samples=_series)
def legval(y_bar, y, x, c):
    if np.ndim(c) == 0:
        return 0.0 * y_bar, np.sum(y_bar)
    slope = legendre.legval(x, legendre.legder(c))
    basis = legendre.legvander(x, len(c) - 1)
    return y_bar * slope, polynomial_values_adjoint(y_bar, basis, x)


@forward_rule(legendre.legval)
def legval_tangent(y, x, c, *, x_dot, c_dot):
    if x_dot is None:
        return legendre.legval(x, c_dot)
    y_dot = legendre.legval(x, legendre.legder(c)) * x_dot
    if c_dot is not None:
        y_dot = y_dot + legendre.legval(x, c_dot)
    return y_dot


@reverse_rule(hermite.hermval, wrt=("x", "c"), samples=_series)
def hermval(y_bar, y, x, c):
    if np.ndim(c) == 0:
        return 0.0 * y_bar, np.sum(y_bar)
    slope = hermite.hermval(x, hermite.hermder(c))
    basis = hermite.hermvander(x, len(c) - 1)
    return y_bar * slope, polynomial_values_adjoint(y_bar, basis, x)


@forward_rule(hermite.hermval)
def hermval_tangent(y, x, c, *, x_dot, c_dot):
    if x_dot is None:
        return hermite.hermval(x, c_dot)
    y_dot = hermite.hermval(x, hermite.hermder(c)) * x_dot
    if c_dot is not None:
        y_dot = y_dot + hermite.hermval(x, c_dot)
    return y_dot


@reverse_rule(hermite_e.hermeval, wrt=("x", "c"), samples=_series)
def hermeval(y_bar, y, x, c):
    if np.ndim(c) == 0:
        return 0.0 * y_bar, np.sum(y_bar)
    slope = hermite_e.hermeval(x, hermite_e.hermeder(c))
    basis = hermite_e.hermevander(x, len(c) - 1)
    return y_bar * slope, polynomial_values_adjoint(y_bar, basis, x)


@forward_rule(hermite_e.hermeval)
def hermeval_tangent(y, x, c, *, x_dot, c_dot):
    if x_dot is None:
        return hermite_e.hermeval(x, c_dot)
    y_dot = hermite_e.hermeval(x, hermite_e.hermeder(c)) * x_dot
    if c_dot is not None:
        y_dot = y_dot + hermite_e.hermeval(x, c_dot)
    return y_dot


@reverse_rule(laguerre.lagval, wrt=("x", "c"), samples=_series)
def lagval(y_bar, y, x, c):
    if np.ndim(c) == 0:
        return 0.0 * y_bar, np.sum(y_bar)
    slope = laguerre.lagval(x, laguerre.lagder(c))
    basis = laguerre.lagvander(x, len(c) - 1)
    return y_bar * slope, polynomial_values_adjoint(y_bar, basis, x)


@forward_rule(laguerre.lagval)
def lagval_tangent(y, x, c, *, x_dot, c_dot):
    if x_dot is None:
        return laguerre.lagval(x, c_dot)
    y_dot = laguerre.lagval(x, laguerre.lagder(c)) * x_dot
    if c_dot is not None:
        y_dot = y_dot + laguerre.lagval(x, c_dot)
    return y_dot

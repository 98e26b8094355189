# mypy: allow-untyped-defs, allow-untyped-calls, no-check-untyped-defs
"""Series of polynomials: sums, products, derivatives and integrals of coefficients, in NumPy's six bases.

The classes (`np.polynomial.Polynomial`) are followed through NumPy's own source, which calls these.
"""

from __future__ import annotations

import numpy as np
from numpy.polynomial import chebyshev, hermite, hermite_e, laguerre, legendre, polynomial

from sourcead.ir.kinds import Array, dtype_of
from sourcead.rules.forms import forward_rule, linear, reverse_rule
from sourcead.rules.numpy.kinds import common, of_rank, rank
from sourcead.rules.numpy.samples import call
from sourcead.runtime.series import (
    factor_adjoint,
    of_each_degree,
    product_change,
    sum_change,
    summand_adjoint,
)

ADD = (
    *(polynomial.polyadd, chebyshev.chebadd, legendre.legadd),
    *(hermite.hermadd, hermite_e.hermeadd, laguerre.lagadd),
)
SUBTRACT = (
    *(polynomial.polysub, chebyshev.chebsub, legendre.legsub),
    *(hermite.hermsub, hermite_e.hermesub, laguerre.lagsub),
)


def _vector(c1, c2):
    """In double precision beside a Python number, of which NumPy makes a series."""
    dtypes = [dtype_of(c) or common(c) for c in (c1, c2)]
    if any(dtype is None for dtype in dtypes):
        return None
    return Array(str(np.result_type(*dtypes)), (None,))


def _like(c, *args, **options):
    return of_rank(c, rank(c))


def _two(rng):
    return [
        call(rng.normal(size=(3,)), rng.normal(size=(3,))),
        call(rng.normal(size=(4,)), rng.normal(size=(2,))),
        call(rng.normal(size=(2,)), [1.5, -0.5, 2.0]),
        call(rng.normal(size=(3,)), 1.5),
        call(1.5, rng.normal(size=(3,))),
    ]


# ---- sums ----------------------------------------------------------------------------------


@reverse_rule(*ADD, wrt=("c1", "c2"), samples=_two, kind=_vector)
def add_series(y_bar, y, c1, c2):
    return summand_adjoint(y_bar, c1), summand_adjoint(y_bar, c2)


@forward_rule(*ADD)
def add_series_tangent(y, c1, c2, *, c1_dot, c2_dot):
    if c1_dot is None:
        return sum_change(y, c2_dot)
    if c2_dot is None:
        return sum_change(y, c1_dot)
    return sum_change(y, c1_dot) + sum_change(y, c2_dot)


@reverse_rule(*SUBTRACT, wrt=("c1", "c2"), samples=_two, kind=_vector)
def subtract_series(y_bar, y, c1, c2):
    return summand_adjoint(y_bar, c1), -summand_adjoint(y_bar, c2)


@forward_rule(*SUBTRACT)
def subtract_series_tangent(y, c1, c2, *, c1_dot, c2_dot):
    if c1_dot is None:
        return -sum_change(y, c2_dot)
    if c2_dot is None:
        return sum_change(y, c1_dot)
    return sum_change(y, c1_dot) - sum_change(y, c2_dot)


# ---- products, derivatives, integrals ------------------------------------------------------


def _state_product(multiply):
    @reverse_rule(multiply, wrt=("c1", "c2"), samples=_two, kind=_vector)
    def multiply_series(y_bar, y, c1, c2):
        c1_bar = factor_adjoint(multiply, y_bar, c1, c2)
        return c1_bar, factor_adjoint(multiply, y_bar, c2, c1)

    @forward_rule(multiply)
    def multiply_series_tangent(y, c1, c2, *, c1_dot, c2_dot):
        if c1_dot is None:
            return product_change(multiply, y, c2, c2_dot, c1)
        if c2_dot is None:
            return product_change(multiply, y, c1, c1_dot, c2)
        y_dot = product_change(multiply, y, c1, c1_dot, c2)
        return y_dot + product_change(multiply, y, c2, c2_dot, c1)


def _state_derivative(derive):
    @linear(
        derive,
        wrt="c",
        samples=lambda rng: [
            call(rng.normal(size=(4,))),
            call(rng.normal(size=(4,)), 2, 0.5),
            call(rng.normal(size=(2,)), m=3),
            call(rng.normal(size=(4, 2)), m=1),
            call(rng.normal(size=(2, 4)), axis=1),
        ],
        kind=_like,
    )
    def derivative_of_series(y_bar, c, m=1, scl=1, axis=0):
        return of_each_degree(derive, y_bar, c, axis, m, scl)


def _state_integral(integrate):
    @reverse_rule(
        integrate,
        wrt=("c",),
        samples=lambda rng: [
            call(rng.normal(size=(4,))),
            call(rng.normal(size=(4,)), 2, [1.5, 0.5], 0.3, 0.5),
            call(rng.normal(size=(4, 2))),
            call(rng.normal(size=(2, 4)), axis=1),
        ],
        kind=_like,
    )
    def integral_of_series(y_bar, y, c, m=1, k=(), lbnd=0, scl=1, axis=0):
        return of_each_degree(integrate, y_bar, c, axis, m, [], lbnd, scl)

    @forward_rule(integrate)
    def integral_of_series_tangent(y, c, m=1, k=(), lbnd=0, scl=1, axis=0, *, c_dot):
        return integrate(c_dot, m, [], lbnd, scl, axis)


for _module, _prefix in (
    (polynomial, "poly"), (chebyshev, "cheb"), (legendre, "leg"),
    (hermite, "herm"), (hermite_e, "herme"), (laguerre, "lag"),
):  # fmt: skip
    _state_product(getattr(_module, f"{_prefix}mul"))
    _state_derivative(getattr(_module, f"{_prefix}der"))
    _state_integral(getattr(_module, f"{_prefix}int"))

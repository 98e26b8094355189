"""`np.polynomial.Polynomial` and its like: what is computed with coefficients that carry derivatives."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.polynomial import Chebyshev, Hermite, HermiteE, Laguerre, Legendre, Polynomial
from numpy.polynomial import polynomial as powers

import sourcead
from tests.numeric import check

C = np.array([0.7, 1.3, 2.1])
BASES = (Polynomial, Chebyshev, Legendre, Hermite, HermiteE, Laguerre)
FIXED = Polynomial([1.0, 2.0, 3.0])
SCALED = Chebyshev([1.0, 2.0, 3.0], domain=[0.0, 4.0])

PROGRAMS = {
    "of numbers": lambda c: Polynomial([c[0], 2.0, c[1]])(c[2]),
    "at places": lambda c: np.sum(Polynomial(c)(np.array([0.5, 1.5])) ** 2),
    "a constant one": lambda c: np.sum(FIXED(c) * FIXED.deriv()(c)),
    "another domain": lambda c: np.sum(SCALED(c) ** 2),
    "coefficients": lambda c: np.sum((Chebyshev(c) * Chebyshev(c)).coef ** 2),
    "beside numbers": lambda c: (2.0 - Polynomial(c) * c[0] - 1.0)(0.5) + (-Polynomial(c)).copy()(0.3),
    "degree": lambda c: Legendre(c).degree() * Legendre(c)(0.3) + len(Legendre(c)),
    "integral with constants": lambda c: Chebyshev(c).integ(2, k=[1.0, 2.0])(0.3),
    "roots": lambda c: np.sum(np.abs(Polynomial(c).roots() - 0.5) ** 2),
    "roots of a product": lambda c: np.sum(powers.polyroots(powers.polyfromroots(c)) ** 3),
    "quotient": lambda c: (Polynomial(c) // Polynomial([c[1], 0.5]))(0.4),
    "remainder": lambda c: (Laguerre(c) % Laguerre([c[1], 0.5]))(0.4),
    "divmod": lambda c: divmod(Hermite(c), Hermite([c[1], 0.5]))[1](0.4),
    "division by one of a higher degree": lambda c: powers.polydiv(c[:2], c)[1][1] ** 2,
    "fit": lambda c: np.sum(powers.polyfit([1.0, 2.0, 4.0], c, 1, w=c) ** 2),
    "functions": lambda c: powers.polyval(0.5, powers.polymul(powers.polyadd(c, [1.0]), powers.polyder(c, 1))),
}  # fmt: skip


@pytest.mark.parametrize("basis", BASES)
def test_sums_products_slopes_and_integrals_in_each_basis(basis):
    def program(c):
        p, q = basis(c), basis([c[1], 0.5])
        return ((p * q + p - q) ** 2)(0.4) + p.deriv()(0.3) * p.integ()(0.2) + (p**0)(1.0)

    check(program, C, directions=1)


def test_second_derivatives():
    def program(c):
        return (Chebyshev(c) * Chebyshev([c[1], 0.5]) - Chebyshev(c)).deriv()(0.4)

    check(lambda c: np.sum(sourcead.grad(program)(c) * C), C, directions=1)


@pytest.mark.parametrize("f", PROGRAMS.values(), ids=PROGRAMS.keys())
def test_derivatives(f):
    check(f, C)


@pytest.mark.parametrize("f", [
    lambda c: (Polynomial(c) * Polynomial(c))(0.5),
    lambda c: (Polynomial(c) + Polynomial([1.0]))(0.5),
    lambda c: np.poly1d(c[::-1])(0.5),
], ids=["product", "sum", "poly1d"])  # fmt: skip
def test_a_coefficient_that_numpy_leaves_out_is_not_taken_for_a_constant(f):
    point = np.array([1.0, 2.0, 0.0])
    with pytest.raises(sourcead.NotDifferentiable, match="leaves out"):
        sourcead.grad(f)(point)
    with pytest.raises(sourcead.NotDifferentiable, match="leaves out"):
        sourcead.jvp(f, (point,), (point,))


def test_values_at_a_point_have_the_slope_of_a_coefficient_that_is_zero():
    found = sourcead.grad(lambda c: Polynomial(c)(0.5))(np.array([1.0, 2.0, 0.0]))
    np.testing.assert_allclose(found, [1.0, 0.5, 0.25], rtol=1e-15)

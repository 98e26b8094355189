"""Series as objects that are made of data: `Polynomial.fit`, `fromroots`, and `convert` to the powers."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.polynomial import Chebyshev, Legendre, Polynomial

import sourcead
from tests.numeric import check

T = np.linspace(0.0, 1.0, 6)
X = np.array([0.2, 0.5, 0.9, 1.7, 2.2, 3.1])


PROGRAMS = [
    ("ordinates", lambda x: Polynomial.fit(T, x, 2)(0.3)),
    ("abscissas", lambda x: Polynomial.fit(x, T, 2)(0.3) ** 2),
    ("powers after a fit", lambda x: np.sum(Polynomial.fit(T, x, 2).convert().coef ** 2)),
    ("powers after a fit, abscissas", lambda x: Polynomial.fit(x, T, 3).convert().coef[1]),
    ("another domain", lambda x: Polynomial.fit(T, x, 2).convert(domain=[0.0, 2.0]).coef[1]),
    ("weights", lambda x: np.sum(Chebyshev.fit(T, x, 2, w=x)(T) ** 2)),
    ("some degrees", lambda x: np.sum(Legendre.fit(T, x**2, [0, 2])(T) ** 2)),
    ("slope", lambda x: Polynomial.fit(T, x, 2).deriv()(0.3)),
    ("roots", lambda x: Polynomial.fromroots(x)(0.3)),
    ("roots in a domain", lambda x: Polynomial.fromroots(x, domain=[0, 2])(0.3)),
    ("roots in their domain", lambda x: Polynomial.fromroots(x, domain=None)(0.3)),
    ("roots, another basis", lambda x: Chebyshev.fromroots(x[:3]).coef[1]),
    ("roots of a list", lambda x: Polynomial.fromroots([x[0], 1.0, x[2]]).coef[1]),
]


@pytest.mark.parametrize("f", [p[1] for p in PROGRAMS], ids=[p[0] for p in PROGRAMS])
def test_slopes_agree_with_differences(f):
    assert sourcead.value_and_grad(f)(X)[0] == pytest.approx(f(X), rel=1e-14)
    check(f, X)


def test_columns_have_a_series_each():
    def f(x):
        found = np.polynomial.polynomial.polyfit(T, np.stack([x, x**2], axis=1), [0, 2])
        return np.sum(found**2)

    check(f, X)


def test_second_order():
    def f(x):
        return np.sum(Polynomial.fit(T, np.sin(x), 3)(T) ** 2)

    grad, steps = sourcead.grad(f), 1e-6 * np.eye(6)
    expected = np.array([(grad(X + s) - grad(X - s)) / 2e-6 for s in steps])
    np.testing.assert_allclose(sourcead.hessian(f)(X), expected, rtol=1e-6, atol=1e-7)


def test_other_bases_are_converted_by_evaluation():
    with pytest.raises(sourcead.SourceADError, match="of Polynomial to Polynomial"):
        sourcead.grad(lambda x: Chebyshev.fit(T, x, 2).convert(kind=Polynomial).coef[0])(X)

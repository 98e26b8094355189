"""`np.poly1d`: what is made of coefficients that carry derivatives, and of constant ones, in both modes."""

from __future__ import annotations

import numpy as np
import pytest

from sourcead.testing import check_grad

C = np.array([1.0, -2.0, 3.0])
X = np.array([0.3, 0.8])
FIXED = np.poly1d([1.0, 2.0, 3.0])


def with_constants(c, x):
    p, q = np.poly1d(c), np.poly1d([1.0, 2.0])
    return (p * q + p - 2 * q + x[0] * p)(x)


def scaled(c, x):
    p = np.poly1d(c)
    return (p / 2.0 - 1)(x) + (-p)(x) + p.order * x + len(p.coeffs)


def divided(c, x):
    quotient, rest = np.poly1d(c) / np.poly1d([1.0, x[0]])
    return quotient(x) + rest(x)


def changed(c, x):
    p = np.poly1d(c)
    p[1] = x[0]
    return p(x)


def one_by_one(c, x):
    total = 0.0
    for value in np.poly1d(c):
        total = total + value * value
    return total * x


PROGRAMS = {
    "value": lambda c, x: np.poly1d(c)(x),
    "slope and integral": lambda c, x: np.poly1d(c).deriv()(x) + np.poly1d(c).integ()(x),
    "inside of itself": lambda c, x: np.poly1d(c)(np.poly1d(c)(x)),
    "polyval": lambda c, x: np.polyval(np.poly1d(c), x),
    "coefficients": lambda c, x: np.sum(np.poly1d(c).coeffs ** 2) * x + np.poly1d(c).c[0],
    "roots given": lambda c, x: np.poly1d(c, True)(x),
    "roots asked for": lambda c, x: np.real(np.sum(np.poly1d(c).roots * np.array([1.0, 2.0]))) * x,
    "of numbers": lambda c, x: np.poly1d([c[0], 2.0, c[1]])(x),
    "constant": lambda c, x: FIXED(x) * x + np.polyval(FIXED, x),
    "values and slopes of a constant one": lambda c, x: FIXED(x) * FIXED.deriv()(x) * c[0],
    "powers": lambda c, x: (np.poly1d(c) ** 2)(x) + (np.poly1d(c) ** 0)(x) * c[0],
    "coefficients by power": lambda c, x: np.poly1d(c)[2] * np.poly1d(c)[0] * x + np.poly1d(c)[7],
    "slope of a constant one": lambda c, x: FIXED.deriv()(x) * c[0],
    "beside a constant one": lambda c, x: (FIXED * np.poly1d(c) - FIXED)(x),
    "functions": lambda c, x: np.polyder(np.polymul(np.poly1d(c), FIXED))(x),
    "with constants": with_constants,
    "scaled": scaled,
    "divided": divided,
    "changed": changed,
    "one by one": one_by_one,
}


@pytest.mark.parametrize("title", PROGRAMS)
def test_derivatives(title):
    check_grad(PROGRAMS[title], C, X, order=1, modes=("reverse", "forward"))


def test_second_derivatives():
    check_grad(lambda c, x: (np.poly1d(c) * FIXED)(x), C, X, order=2, modes=("reverse", "forward"))


def test_trimmed_zeros():
    def f(c, x):
        return np.trim_zeros(np.append([0.0, 0.0], c * x[0]), "f") ** 2

    check_grad(f, C, X, modes=("reverse", "forward"))

"""Functions whose results are real or complex as the numbers have it: eigenvalues, roots, matrix functions."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("scipy")

from scipy import linalg as scipy_linalg

import sourcead
from tests.numeric import check

RNG = np.random.default_rng(0)
TURNING = RNG.normal(size=(4, 4))  # two eigenvalues are complex
STEADY = TURNING @ TURNING.T + np.diag([0.0, 3.0, 6.0, 9.0])
W = RNG.normal(size=(4, 4))


def sizes(a):
    return np.sum(np.abs(np.linalg.eigvals(a)) ** 3)


def largest_growth(a):
    return np.max(np.linalg.eigvals(a).real)


def frequencies(a):
    w = np.linalg.eigvals(a)
    return np.sum((w * w).real) + np.sum(w.imag**2)


def one_by_one(a):
    w = np.linalg.eigvals(a)
    r = np.zeros(4)
    for i in range(4):
        r[i] = abs(w[i]) ** 2
    return np.sum(r * r) + np.abs(w[1:] * w[:-1])[0]


def size_times_value(a):
    w, v = np.linalg.eig(a)
    return (
        np.abs(np.sum(np.abs(w) * w * w))
        + np.sum(np.abs(v) ** 4)
        + np.sum(np.abs(v[0]) * np.abs(w))
    )


def with_real_factors(a):
    w = np.linalg.eigvals(a)
    return np.abs(np.sum(np.exp(a[0]) * w)) ** 2


def by_scipy(a):
    w, v = scipy_linalg.eig(a)
    return np.sum(np.abs(w) ** 2) + np.sum(np.abs(v) ** 4)


def of_a_polynomial(a):
    return np.sum(np.abs(np.roots(a[0])) ** 3)


PROGRAMS = [
    sizes, largest_growth, frequencies, one_by_one, size_times_value, with_real_factors, by_scipy, of_a_polynomial,
]  # fmt: skip


@pytest.mark.parametrize("a", [TURNING, STEADY], ids=["complex", "real"])
@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.__name__)
def test_eigenvalues_and_roots(program, a):
    check(program, a)


def root(a):
    return np.sum(np.abs(scipy_linalg.sqrtm(a)) ** 2)


def logarithm(a):
    return np.sum(np.abs(scipy_linalg.logm(a)) ** 2)


def power(a):
    return np.sum(np.abs(scipy_linalg.fractional_matrix_power(a, 0.3)) ** 2)


def test_a_complex_root_of_a_real_matrix_is_refused_and_one_of_a_complex_matrix_is_right():
    def of_complex(a):
        return root(a + 0j)

    check(root, STEADY)
    check(of_complex, TURNING)
    for derivative in (sourcead.grad(root), lambda a: sourcead.jvp(root, (a,), (W,))):
        with pytest.raises(sourcead.NotDifferentiable, match="pass sqrtm a complex matrix"):
            derivative(TURNING)


@pytest.mark.parametrize("program", [logarithm, power], ids=lambda p: p.__name__)
def test_logarithms_and_powers_have_no_derivative_at_negative_eigenvalues(program):
    """There the principal branch jumps."""
    check(program, STEADY)
    check(lambda a: program(a + 0j), STEADY)
    for a in (TURNING, TURNING + 0j):
        with pytest.raises(sourcead.NotDifferentiable, match="a negative eigenvalue"):
            sourcead.grad(program)(a)

"""`ufunc.reduce`, `accumulate` and `reduceat` of functions without a rule of their own: row after row, as NumPy goes."""

from __future__ import annotations

import numpy as np
import pytest

import sourcead
from tests.numeric import check

A = np.array([[1.3, 0.6], [0.7, 1.4], [1.1, 0.8]])
Z = A + 1j * np.array([[0.3, -0.2], [0.5, 0.1], [-0.4, 0.7]])


def absolute(x):
    return np.sum(np.abs(x) ** 2)


FOLDS = {
    "subtract": lambda x: absolute(np.subtract.reduce(x)) + absolute(np.subtract.accumulate(x, axis=1)),
    "divide": lambda x: absolute(np.divide.reduce(x, axis=1)) + absolute(np.divide.accumulate(x)),
    "segments": lambda x: absolute(np.divide.reduceat(x, [0, 1], 1)) + absolute(np.subtract.reduceat(x, [0, 2, 1])),
    "float_power": lambda x: absolute(np.float_power.reduce(x)) + absolute(np.float_power.accumulate(x, 1)),
}  # fmt: skip

REAL = {
    "fmod": lambda x: absolute(np.fmod.reduce(x, axis=1)),
    "remainder": lambda x: absolute(np.remainder.accumulate(x)),
    "copysign": lambda x: absolute(np.copysign.reduce(x)),
}

COMPLEX = {"power": lambda x: absolute(np.power.reduce(x))}


@pytest.mark.parametrize("f", (FOLDS | REAL).values(), ids=(FOLDS | REAL).keys())
def test_of_real_numbers(f):
    check(f, A)


@pytest.mark.parametrize("f", (FOLDS | COMPLEX).values(), ids=(FOLDS | COMPLEX).keys())
def test_of_complex_numbers(f):
    check(f, Z)


@pytest.mark.parametrize("ufunc", [np.add, np.multiply, np.logaddexp, np.hypot])
def test_no_rows_give_the_identity(ufunc):
    def f(x):
        return np.sum(np.exp(ufunc.reduce(x[:0])) + x[0])

    assert sourcead.grad(f)(A).tolist() == [[1.0, 1.0], [0.0, 0.0], [0.0, 0.0]]


@pytest.mark.parametrize("ufunc", [np.subtract, np.divide, np.maximum])
def test_no_rows_raise_where_there_is_no_identity(ufunc):
    def f(x):
        return np.sum(ufunc.reduce(x[:0]))

    with pytest.raises(ValueError, match=f"reduction operation {ufunc.__name__} which has no"):
        sourcead.grad(f)(A)


@pytest.mark.parametrize("f", [
    lambda x: np.power.reduce(x[0]),
    lambda x: np.arctan2.reduce(x[0]),
    lambda x: np.abs(np.multiply.reduceat(x[0] + 0j, [0])[0]),
], ids=["power", "arctan2", "products of complex numbers"])  # fmt: skip
def test_what_numpy_computes_in_no_order_is_refused(f):
    with pytest.raises(sourcead.NoRule):
        sourcead.grad(f)(A)


def misfit(x):
    out = np.zeros((2, 3), complex)
    np.fft.ifft2(x, out=out)
    return absolute(out) + np.sum(x)


def without_last_axis(x):
    out = np.zeros((5, 5))
    np.fft.hfft(x, out=out)
    return absolute(out) + np.sum(x)


@pytest.mark.parametrize("f", [misfit, without_last_axis])
def test_out_is_written_where_numpy_writes_it(f):
    if f(A) == np.sum(A):
        check(f, A)

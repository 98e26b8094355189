"""The kind of a result, found on samples: it is that of the function asked about, whatever was asked before."""

from __future__ import annotations

import operator

import numpy as np

import sourcead
from sourcead.analysis.prototypes import result_kind
from sourcead.ir.kinds import Array, List, Py, Sym

SQUARE = Array("float64", (Sym("a0"), Sym("a1")))


def test_functions_that_are_made_anew():
    """A function that is gone may leave its address to the next."""
    for _ in range(50):
        turned = result_kind(lambda a: a.T, [SQUARE])
        listed = result_kind(lambda a: a.tolist(), [SQUARE])
        summed = result_kind(operator.methodcaller("sum"), [SQUARE])
        assert (
            isinstance(turned, Array) and isinstance(listed, List) and str(summed) == "np.float64"
        )


def test_methods_that_are_made_anew():
    """`np.add.reduce` is another object each time that it is read."""
    for _ in range(50):
        assert str(result_kind(np.add.reduce, [SQUARE])) == "float64[a1]"
        assert str(result_kind(np.add.accumulate, [SQUARE])) == "float64[a0, a1]"


def filtered(x):
    decay = np.exp(-np.fft.rfftfreq(x.size))
    return np.sum(np.fft.irfft(np.fft.rfft(x) * decay, x.size) ** 2)


def test_a_size_that_two_integers_have_in_common():
    """Of 2 and of 3 there are two frequencies, of 8 there are five."""
    assert str(result_kind(np.fft.rfftfreq, [Py(int)])) == "float64[?]"
    assert str(result_kind(np.fft.rfft, [SQUARE, Py(int)])) == "complex128[a0, ?]"
    x, h = np.cos(np.arange(8.0)), 1e-6
    up = np.eye(8)
    differences = [(filtered(x + h * e) - filtered(x - h * e)) / (2.0 * h) for e in up]
    np.testing.assert_allclose(sourcead.grad(filtered)(x), differences, rtol=1e-6, atol=1e-8)

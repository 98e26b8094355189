"""The kind of a result, found on samples: it is that of the function asked about, whatever was asked before."""

from __future__ import annotations

import operator

import numpy as np

from sourcead.analysis.prototypes import result_kind
from sourcead.ir.kinds import Array, List, Sym

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

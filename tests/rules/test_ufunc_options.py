"""Options of universal functions: the type that is computed in, and those that ask for what happens anyway."""

from __future__ import annotations

import numpy as np
import pytest

import sourcead
from tests.numeric import check

X = np.array([0.7, 1.3, 2.1])

PROGRAMS = {
    "dtype": lambda x: np.sum(np.sin(x, dtype=np.float64) ** 2) + np.sum(np.add(x, 1.0, dtype=float)),
    "wider": lambda x: np.sum(np.real(np.multiply(x, x, dtype=complex) * 1j * 1j)),
    "anyway": lambda x: np.sum(np.exp(x, casting="same_kind", order="K", subok=False) ** 2),
    "layout": lambda x: np.sum(np.multiply(np.outer(x, x), x, order="F").ravel("K") * np.arange(9.0)),
    "of two results": lambda x: np.sum(np.divmod(x, 0.4, dtype=np.float64, subok=False)[1] ** 2),
    "convolved with numbers": lambda x: np.sum(np.convolve(x, x[0]) + np.convolve(2.0, x)),
    "into": lambda x: np.sum(np.multiply(x, x, out=np.zeros(3), dtype="float64") ** 2),
}  # fmt: skip


@pytest.mark.parametrize("f", PROGRAMS.values(), ids=PROGRAMS.keys())
def test_both_modes_agree_with_differences(f):
    check(f, X, modes=("reverse",))
    check(lambda x: np.sum(sourcead.grad(f)(x) * X), X, modes=("reverse",))


def test_what_is_computed_in_single_precision_has_its_digits():
    found, slope = sourcead.value_and_grad(lambda x: np.sum(np.multiply(x, x, dtype=np.float32)))(X)
    assert found == np.sum(np.multiply(X, X, dtype=np.float32))
    assert slope.dtype == np.float64
    np.testing.assert_array_equal(slope, 2.0 * X.astype(np.float32).astype(float))


def test_an_option_that_changes_what_is_allowed_is_refused():
    with pytest.raises(sourcead.NoRule, match="`casting`"):
        sourcead.grad(lambda x: np.sum(np.sin(x, casting="no")))(X)

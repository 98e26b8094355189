"""`np.einsum` of one array without a sum is a view: what is written through one name is seen through the other."""

import numpy as np
import pytest

from tests.numeric import check


def source_written_later(A):
    B = np.einsum("ij->ji", A)
    A *= 2.0
    return np.sum(B**3 * np.arange(9.0).reshape(3, 3))


def view_written(A):
    B = np.einsum("ji", A)
    B[0] *= A[1]
    return np.sum(A**3)


def diagonal(A):
    d = np.einsum("ii->i", A)
    A[0, 0] *= 3.0
    return np.sum(d**2)


def sums(A):
    trace, rows = np.einsum("ii", A), np.einsum("ij->i", A)
    A *= 5.0
    return trace**2 + np.sum(rows**3) + np.sum(np.einsum("ijk->kij", A[:, :, None] * A) ** 2)


@pytest.mark.parametrize(
    "f", [source_written_later, view_written, diagonal, sums], ids=lambda f: f.__name__
)
def test_einsum_of_one_array(f):
    check(f, np.random.default_rng(0).random((3, 3)) + 0.2)

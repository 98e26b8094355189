"""Sums of the forward sweep are contractions where nobody sees their last bits."""

import numpy as np
import pytest

import sourcead
from tests.numeric import check

X = np.arange(1.0, 13.0).reshape(4, 3) / 7.0


def distances(x):
    r = np.sum(x**2, axis=1)
    return np.sum(np.sqrt(r))


def decided(x):
    r = np.sum(x**2, axis=1)
    return np.sum(np.sqrt(r)) if r[0] > 0.2 else 0.0


def stored(x):
    r = np.sum(x**2, axis=1)
    x[:, 0] = r
    return np.sum(np.sqrt(r))


def carried(x):
    r = x[:, 0]
    for _ in range(3):
        r = np.sum(x**2, axis=1) + 0.5 * r
        if r[0] > 2.0:
            break
    return np.sum(np.sqrt(r))


def compared(x):
    r = np.sum(x**2, axis=1)
    return np.sum(np.where(r > 0.3, r, 2.0 * r))


def kept_by_user(x):
    rows, sums = [], []
    again = sums
    for row in x:
        again.append(np.sum(np.outer(row, row) ** 2, axis=1))
        rows.append(row)
    return np.sum(np.array(sums)), sums


def mismatched(x, y):
    return np.sum(np.sqrt(np.sum(x * y, axis=1)))


def is_contracted(gradient, *args):
    lines = gradient.source_for(*args).splitlines()
    return any("np.einsum" in line.partition("#")[0] and "_bar" not in line for line in lines)


def test_what_the_adjoints_alone_read_is_contracted():
    assert is_contracted(sourcead.grad(distances), X)
    check(distances, X, directions=1)


def test_the_value_has_the_bits_of_the_primal():
    assert not is_contracted(sourcead.value_and_grad(distances), X)
    assert not is_contracted(sourcead.grad(kept_by_user, has_aux=True), X)


@pytest.mark.parametrize("f", [decided, stored, carried, compared], ids=lambda f: f.__name__)
def test_what_else_depends_on_has_them_too(f):
    assert not is_contracted(sourcead.grad(f), X)
    check(f, X, directions=1)


def test_the_exception_of_a_product_stays():
    with pytest.raises(ValueError, match="could not be broadcast together"):
        sourcead.grad(mismatched)(X, X[:, :2])

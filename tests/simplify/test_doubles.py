"""Two equal summands of a derivative are written once."""

import numpy as np
import pytest

import sourcead
from tests.numeric import check

U = np.array([0.3, -1.2, 0.7, 1.5])


def square(u):
    return np.sum(u * u)


def of_a_part(u):
    return u[1:] @ u[1:] + u[:2] @ u[2:]


def written_between(u):
    total = 0.0
    for i in range(3):
        total += u[i : i + 2] @ u[i : i + 2]
        u[i] *= u[i + 1]
    return total


@pytest.mark.parametrize("f", [square, of_a_part, written_between], ids=lambda f: f.__name__)
def test_right(f):
    check(f, U, directions=1)


def test_written_once():
    lines = sourcead.grad(of_a_part).source_for(U).splitlines()
    assert sum(line.partition("#")[0].count("u[1:]") for line in lines) == 1

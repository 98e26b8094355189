"""An array that is written over and put back is two arrays, unless somebody could tell the difference."""

import numpy as np
import pytest

import sourcead
from tests.numeric import check


def normalized(x, y):
    p = np.exp(x)
    p /= np.sum(p)
    return -np.sum(y * np.log(p))


def several(x, y):
    z = np.sin(x)
    z *= y
    z /= x
    z **= 2
    return np.sum(z)


def by_itself(x, y):
    z = x * y
    z *= z
    z += z[0]
    z *= y
    return np.sum(z)


def replaced(x, y):
    z = x * y
    np.exp(z, out=z)
    z *= y
    z[...] = np.cos(z) * x
    return np.sum(z * y)


def single_places(x, y):
    z = x * y
    z[1:] *= y[1:]
    z[0] *= y[0] * z[1]
    z[2] *= z[0]
    return np.sum(z)


def seen_through_a_view(x, y):
    z = x * y
    tail = z[1:]
    z *= y
    return np.sum(tail * tail) * z[0]


def seen_in_a_list(x, y):
    z = x * y
    kept = [z]
    z *= y
    return np.sum(kept[0] * x) + kept[-1][0]


def seen_by_a_function(x, y):
    z = x * y

    def first():
        return z[0] * z[0]

    before = first()
    z *= y
    return before * first() * z[1]


def in_turns(x, y):
    z = x.copy()
    for k in range(3):
        w = z * y
        w += 1.0
        w *= z
        z = np.sin(w)
        w *= x
    return np.sum(z * z)


def callers(x, y):
    x *= y
    x /= y + 1.0
    x **= 2
    return np.sum(x)


TWO = (normalized, several, by_itself, in_turns)
SEEN = (replaced, single_places, seen_through_a_view, seen_in_a_list, seen_by_a_function, callers)


def arguments():
    return np.array([0.6, 1.1, 0.8]), np.array([1.4, 0.7, 1.2])


@pytest.mark.parametrize("f", TWO + SEEN, ids=lambda f: f.__name__)
def test_derivatives(f):
    check(f, *arguments(), argnums=(0, 1))


@pytest.mark.parametrize("f", TWO, ids=lambda f: f.__name__)
def test_nothing_is_put_back(f):
    gradient = sourcead.grad(f, (0, 1))
    gradient(*arguments())
    assert "z[...] = " not in gradient.source


def test_of_a_store_that_nobody_sees_nothing_is_left():
    gradient = sourcead.grad(single_places, (0, 1))
    gradient(*arguments())
    assert "z[2] =" not in gradient.source


def test_an_operand_of_another_shape_is_an_error_still():
    def wrong(x, y):
        z = x * 2.0
        z *= y
        return np.sum(np.log(z))

    with pytest.raises(ValueError, match="broadcast"):
        sourcead.grad(wrong)(np.ones(1), np.ones(3))


def test_the_dtype_stays():
    def narrow(x, y):
        z = x * x
        z *= y
        return np.sum(np.log(z) * z)

    x = np.array([0.6, 1.1], np.float32)
    assert sourcead.grad(narrow)(x, np.array([1.0, 3.0])).dtype == np.float32


def test_the_callers_array_holds_what_the_function_leaves_there():
    x, y = arguments()
    z = x.copy()
    callers(z, y)
    sourcead.grad(callers, (0, 1))(x, y)
    np.testing.assert_array_equal(x, z)

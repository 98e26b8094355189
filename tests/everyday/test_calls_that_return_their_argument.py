"""With some arguments a function of NumPy returns the array it was given: written to, both change."""

import numpy as np
import pytest

from tests.numeric import check


def differences_of_order_none(x):
    y = 1.0 * x
    d = np.diff(y, n=0)
    y[0] = 3.0 * y[0] * y[1]
    return np.sum(d**2)


def differences_of_each_order(x):
    total = 0.0
    for n in range(3):
        y = np.sin(x)
        d = np.diff(y, n, axis=-1)
        d[0] = 2.0 * d[1] * d[0]
        total += np.sum(d**2) + np.sum(y**3)
    return total


def differences_with_a_first_value(x):
    total = 0.0
    for n in range(3):
        y = np.sin(x)
        d = np.diff(y, n, prepend=x[1])
        y[2] *= d[0]
        total += np.sum(d**2)
    return total


def first_power(x):
    a = np.outer(x, np.sin(x))
    b = np.linalg.matrix_power(a, 1)
    a[0] *= 3.0 * a[1]
    return np.sum(b**2)


def each_power(x):
    total = 0.0
    for n in range(3):
        a = np.outer(x, np.sin(x))
        b = np.linalg.matrix_power(a, n=n)
        b[0] *= 3.0 * b[1]
        total += np.sum(a**2) + np.sum(b)
    return total


def polynomial_underived(x):
    p = 1.0 * x
    q = np.polyder(p, m=0)
    q[0] *= p[1]
    return np.sum(p**2)


def polynomial_not_integrated(x):
    p = 1.0 * x
    q = np.polyint(p, m=0)
    p[0] *= q[1]
    return np.sum(q**2)


def edges_of_a_histogram(x):
    edges = 1.0 * x
    counts, same = np.histogram(np.array([0.2, 0.3, 0.6]), edges)
    edges[0] *= edges[1]
    return np.sum(same**2) + counts[0]


def edges_by_name(x):
    edges = 1.0 * x
    counts, same = np.histogram(np.array([0.2, 0.3, 0.6]), bins=edges, weights=x[:3])
    same[1] *= counts[0]
    return np.sum(edges**2) + np.sum(counts**2)


def converted_to_what_it_is(x):
    y = 1.0 * x
    c = np.float64(y)
    y[0] *= 3.0 * y[1]
    return np.sum(c**2)


@pytest.mark.parametrize(
    "f",
    [
        differences_of_order_none, differences_of_each_order, differences_with_a_first_value,
        first_power, each_power, polynomial_underived, polynomial_not_integrated,
        edges_of_a_histogram, edges_by_name, converted_to_what_it_is,
    ],
    ids=lambda f: f.__name__,
)  # fmt: skip
def test_what_is_written_through_one_name_is_seen_through_the_other(f):
    check(f, np.array([0.1, 0.5, 0.9, 1.3]))

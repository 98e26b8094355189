"""A slice of a list of numbers is a new list: its adjoints are added to those of the list that it was cut from."""

import numpy as np
import pytest

import sourcead
from tests.numeric import check


def trapezoid(x, y):
    ys = [x * i * y for i in range(5)]
    return 0.5 * ys[0] + sum(ys[1:-1]) * y + 0.5 * ys[-1]


def changed_slice(x, y):
    v = [x, y, x * y, 1.0]
    w = v[::2]
    w.append(x)
    w[0] = w[1] * y
    v[1] = w[0]
    return sum(w) * v[1] + max(v[1:3])


def last_two(x, y):
    total = 0.0
    q = [x]
    for _ in range(4):
        q.append(q[-1] * y)
        tail = q[-2:]
        total += tail[0] * tail[1]
        total += np.sum(np.array(q[1:]))
    return total


def of_a_helper(x, y):
    def pairs(p):
        r = [p, p * p, x * p]
        return sum(r[1:]) * r[:2][0]

    return pairs(x) + pairs(y) * pairs(x * y)


def pricing(x, y):
    v = [x, y, x * y, 1.0]
    for _ in range(3):
        v = [0.5 * up + y * down for up, down in zip(v[1:], v[:-1])]
    return v[0]


def stored_slice(x, y):
    v = [x, y, x * y, 1.0]
    v[1:3] = [x * x, y * y]
    w = v[1:]
    v.append(w[0])
    u = w[1:]
    return sum(u) * v[-1] * sum(v[-2:])


def either(x, y):
    v = [x, y, x * y]
    v.append(x)
    w = v[1:] if x > y else v[:2]
    w[0] *= y
    u = v[:2]
    u.append(w[0])
    return sum(w) * v[0] + sum(u)


def in_a_list(x, y):
    v = [x, y, x * y]
    v.append(x)
    parts = [v[1:], v[:2]]
    parts[0][1] = y * y
    total = 0.0
    for p in parts:
        total += p[0] * p[1]
    return total * v[2]


def of_arrays(x, y):
    vs = [np.array([x, y]), np.array([y, 1.0]), np.array([x * x, 2.0])]
    s = vs[1:]
    s[0][0] *= x
    return np.sum(vs[1] * s[1]) + np.sum(vs[0])


def of_an_argument(x, y):
    v = [x, y, x * y]
    return sums(v, x) + sums(v[1:], y)


def sums(v, x):
    return sum(v[:1]) * x + v[-1]


NAMED = (trapezoid, changed_slice, last_two)
ALL = (
    *NAMED, of_a_helper, pricing, stored_slice, either, in_a_list, of_arrays, of_an_argument,
)  # fmt: skip


@pytest.mark.parametrize("f", ALL, ids=lambda f: f.__name__)
def test_derivatives(f):
    check(f, 1.3, 0.7, argnums=(0, 1))


@pytest.mark.parametrize("f", NAMED, ids=lambda f: f.__name__)
def test_nothing_is_looked_up_while_it_runs(f):
    assert "hadows" not in sourcead.grad(f, (0, 1)).source_for(1.3, 0.7)

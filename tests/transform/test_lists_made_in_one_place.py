"""Lists that one display or one helper makes several times are several lists, each with adjoints under a name."""

import numpy as np
import pytest

import sourcead
from tests.numeric import check


def powers(x, n):
    q = [x]
    for _ in range(n):
        q.append(q[-1] * x * 0.9)
    q[0] = q[1] * x
    return q


def of_a_helper(x, y):
    total = 0.0
    for s in (1.0, 2.0, 0.5):
        h = powers(s * x, 3)
        total += h[-1] * h[0] * y + sum(h)
    return total


def beside_a_list_that_grows(x, y):
    q = [x]
    for _ in range(3):
        q.append(q[-1] * y)
    a = np.array([[x, 1.0], [y, 2.0]])
    return np.sum(a) * q[-1]


def changed_in_turns(x, y):
    kept = []
    for i in (0, 1, 2):
        r = [x * i, y + i]
        if i == 1:
            r.append(x * y)
        kept.append(sum(r))
        r[0] = kept[-1]
        kept.append(r[0] * r[1])
    return sum(kept)


def rows_changed_through_the_list(x, y):
    rows = []
    for s in (1.0, 2.0, 0.5):
        rows.append([s * x, x * y])
    rows[0][1] = y * rows[2][0]
    return np.sum(np.array(rows) ** 2)


def rows_of_two_lengths(x, y):
    rows = [[x, x * 2.0], [y * 3.0, 1.0]]
    rows[0].append(x * y)
    second = rows[1]
    second[0] = second[0] * rows[0][2]
    return rows[1][0] * rows[0][1]


def popped(x, y):
    def one(p):
        w = [p, p * p]
        w.reverse()
        w.pop()
        return w

    a = np.array([one(x) + one(y), one(x * y) + [1.0]])
    return np.linalg.det(a) * one(x)[0]


ALL = (
    of_a_helper, beside_a_list_that_grows, changed_in_turns, rows_changed_through_the_list,
    rows_of_two_lengths, popped,
)  # fmt: skip


@pytest.mark.parametrize("f", ALL, ids=lambda f: f.__name__)
def test_derivatives(f):
    check(f, 1.3, 0.7, argnums=(0, 1))


@pytest.mark.parametrize("f", ALL[:3], ids=lambda f: f.__name__)
def test_nothing_is_looked_up_while_it_runs(f):
    assert "hadows" not in sourcead.grad(f, (0, 1)).source_for(1.3, 0.7)

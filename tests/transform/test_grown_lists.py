"""Elements of a list that only grows are read again in the reverse sweep; where they could be others by then, they are kept."""

import numpy as np
import pytest

import sourcead
from tests.numeric import check


def recurrence(x, y, n):
    a = [1.0, x]
    for i in range(2, n):
        a.append(a[i - 1] * y + x * a[i - 2])
    return a[-1]


def trajectory(x, y, n):
    track = [x]
    for _ in range(n):
        x = x - 0.1 * np.sin(x) * y
        track.append(x)
    return sum(t * t for t in track)


def fixed(x, y, n):
    b = [x, x * y, 2.0 * y]
    total = 0.0
    for i in range(n):
        total += b[i - 2] * b[-1 - i % 3]
    return total


def read_at_the_end(x, y, n):
    a = [x]
    for i in range(n):
        a.append(a[-1] * a[i - 1] * y)
    return sum(a)


def counted_down(x, y, n):
    a = [x, y]
    for i in range(n, 0, -1):
        a.append(a[i - 3] * a[0] * y)
    return sum(a)


def changed(x, y, n):
    a = [x, y]
    for i in range(1, n):
        a.append(a[i] * a[i - 1])
        a[i - 1] = a[i] * y
    return sum(a)


def shortened(x, y, n):
    a = [x, y, x * y]
    total = 0.0
    for i in range(1, n):
        total += a[i] * a[0]
        a.append(total * a[i - 1])
        if i == 2:
            a.pop()
            a.append(y)
    return total + sum(a)


def changed_in_a_list(x, y, n):
    a = [x, y]
    both = [a, [y]]
    for i in range(1, n):
        a.append(a[i] * a[i - 1])
        both[0][0] = a[1] * y
    return sum(a)


AGAIN = (recurrence, trajectory, fixed)
KEPT = (read_at_the_end, counted_down, changed, shortened, changed_in_a_list)


@pytest.mark.parametrize("f", AGAIN + KEPT, ids=lambda f: f.__name__)
def test_derivatives(f):
    check(f, 0.8, 1.2, 4, argnums=(0, 1))


def test_the_recurrence_keeps_nothing():
    assert "saved" not in sourcead.grad(recurrence).source_for(0.8, 1.2, 4)
    assert "saved" not in sourcead.grad(fixed).source_for(0.8, 1.2, 4)


def test_a_list_that_is_returned_may_be_changed_before_the_pullback():
    def f(x):
        a = [x]
        for i in range(3):
            a.append(a[i] * a[i])
        return a

    value, pullback = sourcead.vjp(f, 0.9)
    before = pullback([0.0, 0.0, 0.0, 1.0])
    value[1:] = [5.0, 6.0, 7.0]
    assert pullback([0.0, 0.0, 0.0, 1.0]) == before

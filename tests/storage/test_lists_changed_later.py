"""A pullback that is called after its caller has made lists, dicts and objects longer, shorter, or others.

Its result is compared with differences, and with the containers as the caller left them behind it.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import sourcead
from tests.structures import leaves


class Held:
    def __init__(self, a):
        self.a = a
        self.items = [a]


def rows_as_a_whole(rows, x):
    rows[0][0] *= rows[1][1] * x
    return (np.stack(rows) ** 2).sum()


def appended(rows, x):
    rows.append(rows[0] * x)
    rows[-1][0] *= x
    return (np.array(rows) ** 2).sum()


def numbers(items, x):
    items.append(items[0] * x)
    items[1] *= items[-1]
    return sum(items) * max(items)


def one_of_two(items, x):
    other = [x, x * x]
    one = items if x > 0 else other
    one.append(x * one[0])
    one[0] = one[0] * other[1]
    return sum(items) * sum(other)


def entries(d, x):
    for k in list(d):
        d[k] = d[k] * x
    d["n"] = d["a"] * x
    return sum(d.values())


def attributes(held, x):
    held.items.append(held.a * x)
    held.items[0][0] *= x
    held.a = held.items[-1]
    return (held.a * held.items[0]).sum()


def picked(rows, x):
    best = max(rows, key=lambda r: r[0])
    best[0] *= x
    rows.sort(key=lambda r: r[1])
    return best[0] * rows[0][1]


def grown(items, x):
    for v in items:
        if len(items) < 6:
            items.append(v * x)
    return sum(a * b for a, b in zip(items, items[::-1], strict=True))


CASES: list[tuple[Callable[..., Any], Callable[[], Any], Callable[[Any], Any]]] = [
    (rows_as_a_whole, lambda: [np.array([1.0, 2.0]), np.array([3.0, 4.0])], lambda v: v.reverse()),
    (rows_as_a_whole, lambda: [np.array([1.0, 2.0]), np.array([3.0, 4.0])], lambda v: v.clear()),
    (appended, lambda: [np.array([1.0, 2.0]), np.array([3.0, 4.0])], lambda v: v.pop()),
    (numbers, lambda: [1.0, 2.0], lambda v: v.clear()),
    (one_of_two, lambda: [1.0, 2.0], lambda v: v.insert(0, 5.0)),
    (entries, lambda: {"a": 1.0, "b": 2.0}, lambda v: v.clear()),
    (attributes, lambda: Held(np.array([1.0, 2.0])), lambda v: v.items.clear()),
    (attributes, lambda: Held(np.array([1.0, 2.0])), lambda v: setattr(v, "a", None)),
    (picked, lambda: [[1.0, 2.0], [3.0, 4.0]], lambda v: v.pop()),
    (grown, lambda: [1.0, 2.0], lambda v: v.append(3.0)),
]


@pytest.mark.parametrize("case", CASES, ids=[f"{c[0].__name__}_{i}" for i, c in enumerate(CASES)])
def test_the_pullback_is_that_of_the_call(case: Any) -> None:
    function, make, change = case
    held, x, h = make(), 1.5, 1e-5
    _, pullback = sourcead.vjp(function, held, x)
    change(held)
    changed = copy.deepcopy(held)
    first = pullback(1.0)
    again = pullback(1.0)
    slope = (function(make(), x + h) - function(make(), x - h)) / (2 * h)
    assert abs(first[1] - slope) < 1e-7 * max(1.0, abs(slope))
    assert all(map(np.array_equal, leaves(first), leaves(again)))
    assert all(map(np.array_equal, leaves(held), leaves(changed)))

"""Values and items of a dict are read in their turns: what a turn stores, later ones see."""

from __future__ import annotations

import pytest

import sourcead
from tests.numeric import check


def some(x, k):
    d = {"a": x, "b": 2 * x}
    if k:
        d["c"] = 3 * x
    return d


def numbered(x, k):
    return {i: x * (i + 1) for i in range(k + 2)}


def items_of_some(x, k):
    d, s = some(x, k), 0.0
    for name, v in d.items():
        s += v * v
        if name == "a":
            d["b"] = x * x
    return s


def values_of_some(x, k):
    d, s = some(x, k), 0.0
    for v in d.values():
        s += v * v
        d["b"] = s
    return s


def values_of_numbered(x, k):
    d, s = numbered(x, k), 0.0
    for v in d.values():
        s += v * v
        d[k + 1] = s * x
    return s


def stored_by_a_function(x, k):
    d = some(x, k)

    def squared(v):
        d["b"] = v * x
        return v * v

    return sum([squared(v) for v in d.values()])


def each_replaced(x, k):
    d = some(x, k)
    for name, v in d.items():
        d[name] = v * v
    return d["a"] * d["b"]


def drawn(x, k):
    d = some(x, k)
    values = iter(d.values())
    s = next(values)
    d["b"] = s * s
    return s + next(values)


def drawn_items(x, k):
    d = {"a": x, "b": 2 * x}
    items = iter(d.items())
    _, s = next(items)
    d["b"] = s * s
    return s + next(items)[1]


def the_rest(x, k):
    d = {"a": x, "b": 2 * x, "c": x}
    values = iter(d.values())
    s = next(values)
    for v in values:
        d["c"] = v * v * x
        s += v
    return s


def the_first(x, k):
    d = numbered(x, k)
    return next(iter(d.values())) * x + next(iter(d.items()))[1]


def numbered_items(x, k):
    d, s = some(x, k), 0.0
    for i, (name, v) in enumerate(d.items()):
        d[name] = v * v * (i + 1)
        s += d["b"]
    return s


def beside_weights(x, k):
    d, s = numbered(x, k), 0.0
    for v, w in zip(d.values(), [1.0, 2.0, 3.0, 4.0]):
        s += v * w
        d[k + 1] = s * x
    return s


def from_the_last(x, k):
    d, s = numbered(x, k), 0.0
    for _, v in reversed(d.items()):
        s += v * v
        d[0] = s * x
    return s


PROGRAMS = [
    items_of_some, values_of_some, values_of_numbered, stored_by_a_function, each_replaced, drawn, drawn_items,
    the_rest, the_first, numbered_items, beside_weights, from_the_last,
]  # fmt: skip


@pytest.mark.parametrize("k", [0, 1, 2])
@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.__name__)
def test_what_is_stored_while_a_dict_is_looked_at(program, k):
    check(program, 1.3, k)
    assert sourcead.value_and_grad(program)(1.3, k)[0] == program(1.3, k)

"""Containers that the program changes: their gradient has the structure that they have on entry."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from sourcead import grad, vjp
from tests.numeric import check


def appends(x, xs):
    xs.append(x)
    return x * x


def clears(x, xs):
    xs.clear()
    return x * x


def drops_and_extends(x, xs):
    del xs[0]
    xs += [x, x]
    return x * xs[0]


def adds_an_entry(x, d):
    d["made"] = x
    return x * d["made"]


def adds_an_attribute(x, o):
    o.made = x * o.a
    return o.made**2


def adds_inside(x, parts):
    parts[0].append(x)
    parts[1]["made"] = x
    return x * parts[1]["a"]


def adds_to_one_of_two(x, pair):
    d = pair[0] if x > 0 else pair[1]
    d["made"] = x
    return x * d["a"] * d["made"]


def fields(value: Any) -> Any:
    return vars(value) if isinstance(value, SimpleNamespace) else value


@pytest.mark.parametrize(
    ("function", "argument", "expected"),
    [
        (appends, lambda: [1.0, 2.0], [0.0, 0.0]),
        (clears, lambda: [1.0, 2.0], [0.0, 0.0]),
        (drops_and_extends, lambda: [1.0, 2.0], [0.0, 0.5]),
        (adds_an_entry, lambda: {"a": 1.0}, {"a": 0.0}),
        (adds_an_attribute, lambda: SimpleNamespace(a=1.0), {"a": 0.5}),
        (adds_inside, lambda: ([1.0], {"a": 1.0}), ([0.0], {"a": 0.5})),
        (
            adds_to_one_of_two,
            lambda: ({"a": 1.0}, {"a": 2.0, "b": 3.0}),
            ({"a": 0.25}, {"a": 0.0, "b": 0.0}),
        ),
    ],
)
def test_structure_on_entry(
    function: Callable[..., Any], argument: Callable[[], Any], expected: Any
) -> None:
    assert fields(grad(function, (0, 1))(0.5, argument())[1]) == expected
    assert fields(vjp(function, 0.5, argument())[1](1.0)[1]) == expected


def slice_filled_by_a_comprehension(s, rows):
    rows[:] = [row * s for row in rows]
    rows[1] *= 0.9
    return sum([float(np.sum(row * row)) for row in rows])


def slice_filled_with_part_of_a_list(s, rows):
    scaled = [row * s for row in rows]
    rows[:1] = scaled
    scaled[1] *= 0.9
    return sum([float(np.sum(row * row)) for row in rows])


def slice_filled_and_replaced(s, rows):
    last = rows[-1] * s
    rows[:] = [row * 0.5 for row in rows]
    last *= 0.9
    rows[0] = last
    return sum([float(np.sum(row * row)) for row in rows])


@pytest.mark.parametrize(
    "function",
    [
        slice_filled_by_a_comprehension,
        slice_filled_with_part_of_a_list,
        slice_filled_and_replaced,
    ],
)
def test_arrays_of_a_list_that_fills_a_slice_of_another(function: Callable[..., Any]) -> None:
    check(function, 0.7, [np.array([0.3, 0.2]), np.array([0.4, -0.6])])


def sum_of_arrays_and_one_of_them(rows):
    return np.sum(np.sin(rows[0])) + np.sum(sum(rows))


def sum_of_arrays_twice(rows):
    return np.sum(sum(rows) * sum(rows)) + rows[1][0]


def sum_of_arrays_of_unknown_lengths(rows):
    rows.append(rows[0] * np.array([2.0, 3.0]))
    return np.sum(sum(rows) * 0.7)


def mean_of_arrays_of_unknown_lengths(rows):
    rows.append(rows[0] * np.array([2.0, 3.0]))
    return np.sum(np.mean(rows, axis=0) ** 2)


@pytest.mark.parametrize(
    "function",
    [
        sum_of_arrays_and_one_of_them,
        sum_of_arrays_twice,
        sum_of_arrays_of_unknown_lengths,
        mean_of_arrays_of_unknown_lengths,
    ],
)
def test_sum_of_a_list_of_arrays(function: Callable[..., Any]) -> None:
    check(function, [np.array([0.3, 0.2]), np.array([0.4, -0.6])])


def test_gradients_in_a_list_share_no_memory() -> None:
    one, other = grad(lambda rows: np.sum(sum(rows)))([np.ones(2), np.ones(2)])
    one += 1.0
    assert other.tolist() == [1.0, 1.0]

"""What checkpointed loops run over, and what they read: arrays and lists that vary, iterators, counts and texts."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import sourcead
from sourcead import checkpointed
from sourcead.testing import check_grad

X = np.array([0.3, -0.2, 0.5])
D = np.array([0.1, 0.2, 0.4])


def array_items(x, d):
    for step in checkpointed(d, slots=2):
        x = x + step * np.sin(x)
    return np.sum(x**2)


def list_items(x, d):
    for step in checkpointed([d[0], 2.0 * d[1], d[2] * d[0]], slots=2):
        x = x + step * np.sin(x)
    return np.sum(x**2)


def pairs_of_items(x, d):
    for k, step in enumerate(checkpointed(d, slots=2)):
        x = x + step * np.sin(x) * (k + 1)
    return np.sum(x**2)


def zipped_items(x, d):
    for weight, step in zip((1.0, 2.0, 3.0), checkpointed(d, slots=2)):
        x = x + step * np.sin(weight * x)
    return np.sum(x**2)


def one_of_two(x, d):
    steps = checkpointed(d, slots=2) if x[0] > 0.0 else checkpointed(2.0 * d, slots=2)
    for step in steps:
        x = x + step * np.sin(x)
    return np.sum(x**2) * sum(steps)


def constant_pairs(x, d):
    for k, step in checkpointed(list(enumerate([0.1, 0.2, 0.4])), slots=2):
        x = x + step * np.sin(x) * d[k]
    return np.sum(x**2)


def an_iterator(x, d):
    for k in checkpointed(reversed(range(3)), slots=2):
        x = x + d[k] * np.sin(x) * (k + 1)
    return np.sum(x**2)


def texts(x, d):
    for name in checkpointed(["up", "down", "up"], slots=2):
        x = x + d[0] * (np.sin(x) if name == "up" else np.cos(x))
    return np.sum(x**2)


def lists_read(x, d):
    weights, scales = [d[0], d[1] * d[2], d[2]], [1, 2, 3]
    for k in checkpointed(range(3), slots=2):
        x = x + weights[k] * scales[k] * np.sin(x)
    return np.sum(x**2)


def arrays_in_a_list(x, d):
    layers = [x * 1.5, x * d]
    for k in checkpointed(range(3), slots=2):
        x = x + layers[k % 2] * np.sin(x)
    return np.sum(x**2)


@pytest.mark.parametrize(
    "function",
    [array_items, list_items, pairs_of_items, zipped_items, one_of_two, constant_pairs, an_iterator,
     texts, arrays_in_a_list],
)  # fmt: skip
def test_items_and_what_the_turns_read(function: Any) -> None:
    check_grad(function, X, D, directions=1)


def test_lists_of_constants_are_read_to_the_second_order_forward_over_reverse() -> None:
    check_grad(lists_read, X, D, order=1)
    check_grad(lists_read, X, D, order=2, modes=("forward",), directions=1)
    with pytest.raises(sourcead.NotDifferentiable):
        check_grad(lists_read, X, D, order=2, modes=("reverse",), directions=1)


def test_what_is_no_derivative_is_no_argument_of_one() -> None:
    source = sourcead.grad(lists_read, "d").source_for(X, D)
    assert "def step(k, scales, x, t, t_1, t_2):" in source  # what is fixed stands first
    assert "return t_bar, x_bar" not in source and "scales_bar" not in source


def test_items_that_nothing_depends_on_are_taken_once() -> None:
    def f(x):
        total = 0.0
        for step in checkpointed(iter([1.0, 2.0, 3.0]), slots=2):
            total += step
        return total * np.sum(x)

    np.testing.assert_array_equal(sourcead.grad(f)(X), np.full(3, 6.0))


def test_a_dict_by_a_computed_key_is_refused() -> None:
    def f(x, d):
        weights = {"a": d[0], "b": d[1]}
        for k in checkpointed(range(4), slots=2):
            x = x + weights["ab"[k % 2]] * np.sin(x)
        return np.sum(x)

    with pytest.raises(sourcead.NotDifferentiable, match="reads `weights`, a dict"):
        sourcead.grad(f, "d")(X, D)

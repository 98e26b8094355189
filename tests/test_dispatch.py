"""The generated dispatcher finds what `kind_of` would find, binds as Python binds, and is quick."""

from __future__ import annotations

import collections
import dataclasses
import enum
import inspect
import itertools
import math
from typing import Any

import numpy as np
import pytest

import sourcead
from sourcead.dispatch import Candidate, Pool, dispatcher, kind_test, predicate
from sourcead.signature import kind_of
from tests.structures import titled

Pair = collections.namedtuple("Pair", "left right")


@dataclasses.dataclass
class Layer:
    w: Any
    b: Any = None


class Slotted:
    __slots__ = ("w",)

    def __init__(self, w: Any) -> None:
        self.w = w


class Named:
    def method(self) -> None: ...


class Colour(enum.Enum):
    RED = 1
    BLUE = 2


class Matrix(np.ndarray[Any, Any]):
    pass


ONE, OTHER = Named(), Named()

# Values of pairwise different kinds.
DIFFERENT: list[Any] = [
    2.0, 2, True, 2j, None, "text", ..., math.sin, np.sin, math, slice(1), Colour.RED, Colour.BLUE,
    np.float64(2.0), np.float32(2.0), np.int64(2), np.dtype(float), float,
    np.ones(3), np.ones(3, np.float32), np.ones(1), np.ones((2, 3)), np.ones((1, 3)), np.ones((2, 1)),
    np.ones((1, 1)), np.ones(()), np.ones(3).view(Matrix), np.ones(3, ">f8"), np.array(["a"]),
    (1.0, 2), (2, 1.0), (1.0,), (), Pair(1.0, 2), (1.0, (2.0, np.ones(2))),
    [1.0, 2.0], [1, 2], [1, 2.0], [], [np.ones(2)], [1.0, "a"], [[1.0]], [(1.0, 2)],
    {"w": 1.0}, {"w": 1}, {"w": 1.0, "b": 2.0}, {"b": 2.0, "w": 1.0}, {}, {0: 1.0}, {(0, 1): 1.0},
    Layer(1.0), Layer(1), Layer(1.0, 2.0), Layer(Layer(1.0)), Slotted(1.0), Slotted(1), ONE.method,
    OTHER.method, np.random.default_rng(0), {1.0, 2.0},
]  # fmt: skip

# Other values of the same kinds.
ALIKE: list[tuple[Any, Any]] = [
    (2.0, -1.5), (2, 7), ("text", b"bytes"), (np.ones(3), np.ones(40)[::2]),
    (np.ones((2, 3)), np.ones((9, 5)).T), (np.ones((1, 3)), np.ones((1, 8))), ((1.0, 2), (3.0, 4)),
    ([1.0, 2.0], [3.0]), ({"w": 1.0}, {"w": 2.0}), (Layer(1.0), Layer(2.0)), (ONE.method, ONE.method),
    ([np.ones(2)], [np.ones(4), np.ones(5)]), (np.ones(()), np.zeros(())),
]  # fmt: skip


def accepts(kind_from: Any, value: Any) -> bool:
    """Does the condition for the kind of one value hold for another?"""
    kind = kind_of(kind_from, "x")
    candidate = Candidate([lambda pool: kind_test(kind, "x", "x", pool)], lambda x: True)
    x = inspect.Parameter("x", inspect.Parameter.POSITIONAL_OR_KEYWORD)
    found = dispatcher("found", [x], [candidate], lambda x: False)
    return bool(found(value))


def test_conditions_tell_kinds_apart_as_kind_of_does() -> None:
    for left, right in itertools.product(DIFFERENT, repeat=2):
        same = kind_of(left, "x") == kind_of(right, "x")
        assert accepts(left, right) == same, (left, right)


@pytest.mark.parametrize(("value", "other"), ALIKE, ids=titled)
def test_another_value_of_the_kind_is_accepted(value: Any, other: Any) -> None:
    assert accepts(value, other)
    assert accepts(other, value)


def test_a_dtype_that_is_equal_and_another_object() -> None:
    copied = np.ones(3, dtype=np.dtype("f8", copy=True))
    assert accepts(np.ones(3), copied)


# -- binding -----------------------------------------------------------------------------------


def function(
    a: Any, /, b: Any, c: Any = 3, *rest: Any, d: Any, e: Any = 5, **named: Any
) -> None: ...


PARAMETERS = list(inspect.signature(function).parameters.values())


def test_arguments_are_bound_as_python_binds_them() -> None:
    bind = dispatcher("bind", PARAMETERS, [], lambda *full: full)
    assert bind(1, 2, d=4) == (1, 2, 3, (), 4, 5, {})
    assert bind(1, b=2, d=4, e=6, f=7) == (1, 2, 3, (), 4, 6, {"f": 7})
    assert bind(1, 2, 8, 9, 10, d=4) == (1, 2, 8, (9, 10), 4, 5, {})
    with pytest.raises(TypeError, match=r"bind\(\) missing 1 required positional argument: 'b'"):
        bind(1, d=2)


def test_parameters_may_have_any_names() -> None:
    def program(type: Any, len: Any, found: Any, call: Any, otherwise: Any = (1.0,)) -> Any:
        return type[0] * len[0] * found * call * otherwise[0]

    gradient = sourcead.grad(program, argnums="found")
    for _ in range(2):
        assert gradient((2.0,), [3.0], 5.0, 7.0) == 42.0
        assert gradient((2.0,), [3.0], 5.0, 7.0, (2.0,)) == 84.0


def test_conditions_that_cannot_be_read_do_not_hold() -> None:
    pool: list[Pool] = []
    assert predicate([])()
    assert not predicate([lambda pool: f"{pool.give('names', {})}['x'] is None"])()
    assert not predicate([lambda pool: f"{pool.give('holder', object())}.x is None"])()
    assert not pool


# -- many signatures -----------------------------------------------------------------------------


def power(x: Any, n: Any) -> Any:
    return np.sum(x**n)


def test_many_signatures_in_turn() -> None:
    gradient = sourcead.value_and_grad(power)
    points: list[Any] = [
        3.0, np.float64(3.0), np.full(2, 3.0), np.full(1, 3.0), np.full((2, 2), 3.0), np.full((), 3.0),
        np.full(2, 3.0, np.float32),
    ]  # fmt: skip
    for _, x in itertools.product(range(20), points):
        value, x_bar = gradient(x, 2)
        assert value == 9.0 * np.size(x)
        assert np.all(x_bar == 6.0)
        assert np.shape(x_bar) == np.shape(x)
        assert getattr(x_bar, "dtype", float) == getattr(x, "dtype", float)


def test_the_source_is_that_of_the_latest_call() -> None:
    gradient = sourcead.grad(power)
    for _ in range(3):
        gradient(3.0, 2)
        assert "x: float," in gradient.source
        gradient(np.full(2, 3.0), 2)
        assert "x: float64[:]," in gradient.source


def test_keywords_and_defaults() -> None:
    def program(x: Any, *, n: Any = 2, scale: Any = 1.0) -> Any:
        return scale * x**n

    gradient = sourcead.grad(program)
    for _ in range(2):
        assert gradient(3.0) == 6.0
        assert gradient(x=3.0, n=3) == 27.0
        assert gradient(3.0, scale=2.0, n=2) == 12.0


def weighted(pairs):
    total = 0.0
    for w, b in pairs:
        total = total + np.sum(w * w * b)
    return total


def test_a_list_of_tuples_is_told_by_its_items():
    gradient = sourcead.grad(weighted)
    one, many = np.array([2.0]), np.array([1.0, 3.0])
    calls = [
        [(many, 2.0), (many, 3.0)],
        [(many, 2.0), (many, many)],  # the first item is as before
        [(one, one), (many, many)],
        [(many, many)],
        [(many, 2.0)],
    ]
    for pairs in calls:
        for (w_bar, b_bar), (w, b) in zip(gradient(list(pairs)), pairs, strict=True):
            assert np.allclose(w_bar, 2.0 * w * b)
            assert np.allclose(b_bar, w * w if np.ndim(b) else np.sum(w * w))

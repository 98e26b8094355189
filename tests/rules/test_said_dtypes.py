"""A call says the dtype of what it makes, and of what it is given the kind is not known: integers end a derivative."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import sourcead
from tests.numeric import check

X = np.array([0.9, 2.1, 2.7])
INT32 = np.dtype("i4")


def some(x: Any) -> Any:
    """A number or an array, as the length of `x` has it."""
    return np.cross(x, x * x)


INTEGERS: dict[str, Callable[[Any], Any]] = {
    "asarray": lambda x: np.asarray(some(x), dtype=int)[1],
    "array, by position": lambda x: np.array(some(x), int)[1],
    "method astype": lambda x: some(x).astype(int)[1],
    "method astype, text": lambda x: some(x).astype("i8")[1],
    "method astype, dtype of a module": lambda x: some(x).astype(INT32)[1],
    "method astype, bool": lambda x: some(x).astype(bool)[1],
    "there and back": lambda x: some(x).astype(np.int32).astype(float)[1],
    "sum": lambda x: np.sum(some(x), dtype=int),
    "method sum": lambda x: some(x).sum(dtype=np.int64),
    "cumsum": lambda x: np.cumsum(some(x), dtype=int)[2],
    "full": lambda x: np.full(3, some(x), dtype=int)[1],
    "full_like": lambda x: np.full_like(some(x), x[1], dtype=int)[1],
    "stack": lambda x: np.stack([some(x), x], dtype=int, casting="unsafe")[0, 1],
    "add": lambda x: np.add(some(x), x, dtype=int, casting="unsafe")[1],
    "einsum": lambda x: np.einsum("i,i->", some(x), x, dtype=int, casting="unsafe"),
    "numbers of float32": lambda x: np.float32(some(x)[1]).astype(int),
}


@pytest.mark.parametrize("name", INTEGERS)
def test_integers_carry_no_derivative(name: str) -> None:
    made = INTEGERS[name]
    value = made(X)
    np.testing.assert_array_equal(sourcead.grad(lambda x: made(x) * x[0])(X), [value, 0, 0])
    tangent = sourcead.jvp(lambda x: made(x) * x[0], (X,), (np.array([1.0, 2.0, 3.0]),))[1]
    assert tangent == value


FLOATS: dict[str, Callable[[Any], Any]] = {
    "asarray": lambda x: np.asarray(some(x), dtype=float)[1] * x[0],
    "asarray of any dtype": lambda x: np.asarray(some(x))[1] * x[0],
    "another one's dtype": lambda x: some(x).astype(x.dtype)[1] * x[0],
    "array with more axes": lambda x: np.array(some(x), ndmin=2)[0, 1] * x[0],
    "complex": lambda x: abs(np.asarray(some(x), dtype=complex)[1] * (1j + x[0])) ** 2,
}


@pytest.mark.parametrize("name", FLOATS)
def test_floats_do(name: str) -> None:
    check(FLOATS[name], X)

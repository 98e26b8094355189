"""Results and arguments that are lists, dicts, tuples and objects, in every mode, against differences."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import sourcead
from sourcead.differences import derivative
from sourcead.directions import moved
from sourcead.nested import flatten, unflatten

X = np.array([1.0, -2.0, 3.0])


def drawn(value: Any, rng: np.random.Generator) -> Any:
    """Random numbers in the structure of `value`."""
    leaves, structure = flatten(value)
    made = [rng.standard_normal(np.shape(leaf)) for leaf in leaves]
    return unflatten(structure, [m if m.shape else float(m) for m in made])


def product(a: Any, b: Any) -> Any:
    return sum(np.sum(x * y) for x, y in zip(flatten(a)[0], flatten(b)[0], strict=True))


def slope(f: Callable[..., Any], args: tuple[Any, ...], dots: tuple[Any, ...], bar: Any) -> float:
    """<bar, df(args) dots> by differences."""

    def along(step: complex) -> complex:
        at = [a if d is None else moved(a, d, step) for a, d in zip(args, dots)]
        return product(bar, f(*at))  # type: ignore[no-any-return]

    return derivative(along).value


# -- lists that are built step by step --------------------------------------------------------------


def of_arrays(x, n):
    return [x * k for k in range(n)]


def of_numbers(x, n):
    return [x[0] * k for k in range(n)]


def of_tuples(x, n):
    return [(x * k, x[0] * k) for k in range(n)]


def appended(x, n):
    out = [x[0]]
    for _ in range(n):
        out.append(out[-1] * x[1])
    return out


def appended_beside_the_argument(x, n):
    out = [x[0]]
    for _ in range(n):
        out.append(out[-1] * x[1])
    return out, x


def returned_twice(x, n):
    out = [(x[0], x[1])]
    for k in range(n):
        out.append((out[-1][0] * x[1], x[2] * k))
    return out, out


def appended_on_a_branch(x, n):
    out = [(x[0], x[1])]
    if n > 1:
        out.append((out[-1][0] * x[1], x[2] * 2.0))
    return out


BUILT = [
    of_arrays, of_numbers, of_tuples, appended, appended_beside_the_argument, returned_twice,
    appended_on_a_branch,
]  # fmt: skip


@pytest.mark.parametrize("f", BUILT, ids=lambda f: f.__name__)
def test_a_list_that_is_built_takes_its_cotangents(f: Callable[..., Any]) -> None:
    rng = np.random.default_rng(3)
    out, pullback = sourcead.vjp(f, X, 3, argnums=0)
    bar, dot = drawn(out, rng), drawn(X, rng)
    expected = slope(f, (X, 3), (dot, None), bar)
    assert abs(product(pullback(bar), (dot,)) - expected) < 1e-7 * max(1.0, abs(expected))
    assert abs(expected) > 1e-3

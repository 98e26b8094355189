"""Storage that is reached in two ways from the arguments: two gradients if it is only read, else that of the memory."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import sourcead

A = np.array([0.7, 0.3, 0.9])
LINE = np.array([0.1, 0.4, 0.2, 0.8, 0.5])


class Model:
    def __init__(self, **attributes: Any) -> None:
        self.__dict__.update(attributes)


def read(parts: Any) -> Any:
    first, second = parts
    return np.sum(first * second * np.array([1.0, 2.0, 3.0]))


def write(parts: Any) -> Any:
    parts[0][0] = parts[1][1] * 3.0
    return np.sum(parts[0] * parts[1] ** 2)


@pytest.mark.parametrize("kind", [list, tuple])
def test_array_read_twice_has_two_gradients(kind: type) -> None:
    """Each position gets its own contribution, as if the two were equal arrays."""
    weights = np.array([1.0, 2.0, 3.0])
    left, right = sourcead.grad(read)(kind([A, A]))
    assert np.array_equal(left, A * weights)
    assert np.array_equal(right, A * weights)
    assert left is not right


def test_overlapping_views_that_are_read_have_two_gradients() -> None:
    left, right = sourcead.grad(read)((LINE[:3], LINE[2:]))
    weights = np.array([1.0, 2.0, 3.0])
    assert np.array_equal(left, LINE[2:] * weights)
    assert np.array_equal(right, LINE[:3] * weights)


@pytest.mark.parametrize("parts", [[LINE[:2], LINE[2:4]], [A.copy(), A.copy()]])
def test_parts_that_do_not_overlap_are_written(parts: Any) -> None:
    a, b = (p.copy() for p in parts)
    size = len(a)
    left, right = sourcead.grad(write)([p.copy() for p in parts])
    weight = np.arange(size) > 0
    expected = weight * b**2
    assert np.allclose(left, expected, rtol=1e-14)
    values = np.where(weight, a, 3.0 * b[1])
    bar = 2.0 * values * b
    bar[1] += 3.0 * b[0] ** 2
    assert np.allclose(right, bar, rtol=1e-14)


def test_arguments_that_share_what_is_not_written_are_no_matter() -> None:
    def f(x: Any, a: Any, b: Any) -> Any:
        x = x * 1.0
        x[0] = 3.0
        return np.sum(x * a * b)

    assert np.array_equal(sourcead.grad(f)(A, A, A), A * A * [0.0, 1.0, 1.0])


def test_object_whose_adjoints_are_found_by_identity_is_refused_twice() -> None:
    def energy(springs: Any) -> Any:
        total = 0.0
        for spring in springs:
            total += spring.k**2
        return total

    one, two = Model(k=0.5), Model(k=0.7)
    found = sourcead.grad(energy)([one, two])
    assert [s.k for s in found] == [1.0, 1.4]
    with pytest.raises(sourcead.AliasedArguments, match="reached in two ways"):
        sourcead.grad(energy)([one, two, one])

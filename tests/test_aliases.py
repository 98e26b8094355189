"""Storage that is reached in two ways from the arguments: two gradients if it is only read, else refused."""

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


@pytest.mark.parametrize(
    "parts",
    [[A, A], (A, A), [LINE[1:], LINE[:-1]], [LINE, LINE[2:3]], (LINE[::-1], LINE)],
    ids=["list", "tuple", "overlapping views", "an element", "reversed view"],
)
def test_array_that_is_written_and_reached_twice_is_refused(parts: Any) -> None:
    before = [p.copy() for p in parts]
    with pytest.raises(sourcead.AliasedArguments, match="two parts of the argument `parts`"):
        sourcead.grad(write)(parts)
    assert all(np.array_equal(p, b) for p, b in zip(parts, before))  # refused before it ran


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


def test_attribute_that_is_a_view_of_another_is_refused_where_it_is_written() -> None:
    def step(x: Any, model: Any) -> Any:
        model.work[:] = x
        return np.sum(model.inner**2)

    work = np.zeros(5)
    model = Model(work=work, inner=work[1:4])
    with pytest.raises(sourcead.AliasedArguments, match="two parts of the argument `model`"):
        sourcead.grad(step)(LINE, model)
    apart = Model(work=np.zeros(5), inner=np.ones(3))
    assert np.array_equal(sourcead.grad(step)(LINE, apart), np.zeros(5))


def test_entries_that_overlap_are_refused_where_one_is_written() -> None:
    def scale(d: Any) -> Any:
        d["left"] *= 2.0
        return np.sum(d["left"] ** 2) + np.sum(d["right"] ** 3)

    with pytest.raises(sourcead.AliasedArguments):
        sourcead.grad(scale)({"left": LINE[:3], "right": LINE[2:]})


def test_coefficients_that_share_what_is_overwritten_are_refused() -> None:
    """Not differentiated, but the reverse sweep reads `a` as it was."""

    def decay(x: Any, a: Any, b: Any) -> Any:
        total = 0.0
        for _ in range(3):
            total += np.sum(x * a)
            b *= 0.5
        return total

    with pytest.raises(sourcead.AliasedArguments, match="arguments `a` and `b` share memory"):
        sourcead.grad(decay)(A, LINE[:3], LINE[2:])
    assert np.array_equal(sourcead.grad(decay)(A, np.ones(3), np.ones(3)), np.full(3, 3.0))


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

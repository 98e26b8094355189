"""The reference derivatives themselves, against closed forms."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pytest

from tests.numeric import Point, complex_step, directional, random_direction, reference
from tests.structures import fresh, pairing, same_content


def test_richardson_differences_reach_eleven_digits() -> None:
    found = directional(lambda x, y: np.sin(x) * np.exp(y), (0.7, 0.3), (1.0, 2.0))
    exact = np.cos(0.7) * np.exp(0.3) + 2.0 * np.sin(0.7) * np.exp(0.3)
    assert abs(found.value - exact) < 1e-11
    assert abs(found.value - exact) <= 10.0 * found.error + 1e-14


def test_complex_step_has_full_precision() -> None:
    x = np.array([0.3, 0.7])
    along = np.array([1.0, -2.0])
    exact = np.sum(np.cos(x) * along)
    assert complex_step(lambda x: np.sum(np.sin(x)), (x,), (along,)) == pytest.approx(
        exact, rel=1e-15
    )


def test_a_jump_is_not_taken_for_a_derivative() -> None:
    point = Point.of(lambda x: float(x > 1.0), (1.0,))
    with pytest.raises(AssertionError, match="converge"):
        reference(point, (1.0,), 1.0, 1e-7)


def test_single_precision_arguments_are_differenced_in_double() -> None:
    x = np.array([0.3, 0.7], np.float32)
    found = directional(lambda x: np.sum(np.sin(x)), (x,), (np.ones(2, np.float32),))
    assert found.value == pytest.approx(float(np.sum(np.cos(x.astype(float)))), rel=1e-10)


def test_a_gradient_of_a_complex_argument_follows_the_unconjugated_pairing() -> None:
    z, along = 0.3 + 0.4j, 0.5 - 2.0j
    found = directional(lambda z: abs(z) ** 2, (z,), (along,))
    assert found.value == pytest.approx(pairing(2.0 * np.conj(z), along), rel=1e-10)


class Pair(NamedTuple):
    left: Any
    right: Any


def test_directions_have_the_structure_of_the_value() -> None:
    value = {"a": [1.0, (2.0, "text")], "b": Pair(np.ones(3, np.float32), 4)}
    dot = random_direction(value, np.random.default_rng(0))
    assert isinstance(dot["b"], Pair)
    assert dot["b"].left.dtype == np.float32 and dot["b"].right is None
    assert isinstance(dot["a"][1][0], float) and dot["a"][1][1] is None


def test_fresh_copies_share_memory_as_the_originals_do() -> None:
    base = np.asfortranarray(np.arange(12.0).reshape(3, 4))
    world = {"whole": base, "part": base[1:, ::-2], "same": base}
    twin = fresh(world)
    twin["whole"][:] *= 2.0
    assert twin["same"] is twin["whole"]
    assert np.array_equal(twin["part"], 2.0 * world["part"])
    assert twin["whole"].flags.f_contiguous and world["whole"][0, 1] == base[0, 1]


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        (np.array([0.0]), np.array([-0.0]), False),
        (np.array([np.nan]), np.array([np.nan]), True),
        (np.ones(2), np.ones(2, np.float32), False),
        ([1.0, 2.0], (1.0, 2.0), False),
        (1.0, np.float64(1.0), True),
        (1.0, np.float32(1.0), False),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, False),
        ("text", "text", True),
    ],
)
def test_content_is_compared_bit_by_bit(left: Any, right: Any, same: bool) -> None:
    assert same_content(left, right) is same


def test_sharing_is_part_of_the_content() -> None:
    row = np.zeros(2)
    assert not same_content([row, row], [row.copy(), row.copy()])

"""What is returned or kept in one piece is printed where that happens."""

from __future__ import annotations

import numpy as np

import sourcead
from tests.numeric import check


def eliminated(diagonal, upper, lower, values, right_hand_side):
    for i in range(1, len(diagonal)):
        w = lower[i] / diagonal[i - 1]
        diagonal[i] -= w * upper[i - 1]
        values[i] -= w * values[i - 1] * right_hand_side[i]
    return np.sum(values**2)


ARGUMENTS = [np.linspace(1.0 + i, 2.0 + 2 * i, 5) for i in range(5)]


def test_arrays_made_of_lists_are_returned_behind_what_puts_back():
    gradient = sourcead.grad(eliminated, (0, 1, 2, 3))
    source = gradient.source_for(*ARGUMENTS).splitlines()
    assert source[-1].startswith("    return np.array(diagonal_bar), np.array(upper_bar)")
    assert sum("np.array(diagonal_bar)" in line for line in source) == 1
    check(eliminated, *ARGUMENTS, argnums=(0, 1, 2, 3))


def test_what_is_written_by_the_primal_is_written_by_the_gradient():
    ours, theirs = [a.copy() for a in ARGUMENTS], [a.copy() for a in ARGUMENTS]
    sourcead.grad(eliminated, (0, 1, 2, 3))(*ours)
    eliminated(*theirs)
    assert all(a.tobytes() == b.tobytes() for a, b in zip(ours, theirs))


def long_steps(position, velocity, rate, damping, steps):
    for _ in range(steps):
        stretched = position * position * rate + np.sin(velocity)
        friction = np.exp(-damping * velocity * stretched) * position
        position, velocity = (
            position + stretched * velocity * friction,
            velocity - friction * friction,
        )
    return position * velocity


def test_a_long_tuple_is_kept_without_a_name():
    source = sourcead.grad(long_steps, (0, 1, 2, 3)).source_for(0.3, 0.2, 0.1, 0.4, 3)
    assert "saved.append((" in source
    check(long_steps, 0.3, 0.2, 0.1, 0.4, 3, argnums=(0, 1, 2, 3))

"""What a turn reads is kept where it holds that, so that nothing is put back; where that would not do, it is put back."""

import numpy as np
import pytest

import sourcead
from tests.numeric import check

RNG = np.random.default_rng(0)


def moved_then_read(x, v, n):
    for _ in range(n):
        x += 0.1 * v
        v -= 0.2 * np.sin(x)
    return np.sum(x * v)


def read_through_a_view(x, v, n):
    for _ in range(n):
        x += 0.1 * v
        d = x[None, :] - x[:, None]
        v += np.sum(d**3, axis=1)
    return np.sum(x * v)


def read_before_and_behind(x, v, n):
    for _ in range(n):
        v -= 0.2 * np.sin(x)
        x *= v
        v += np.cos(x)
    return np.sum(x * v)


def written_twice(x, v, n):
    for _ in range(n):
        x *= v
        v -= 0.2 * np.sin(x)
        x *= 1.5
    return np.sum(x * v)


def written_in_a_branch(x, v, n):
    for i in range(n):
        if i % 2:
            x *= v
        v -= 0.2 * np.sin(x)
    return np.sum(x * v)


def written_behind_each_turn(x, v, n):
    for _ in range(n):
        for _ in range(2):
            x *= v
            v -= 0.2 * np.sin(x)
        x += 1.0
    return np.sum(x * v)


def known_by_two_names(x, v, n):
    w = x[:]
    for _ in range(n):
        x *= v
        v -= 0.2 * np.sin(w)
    return np.sum(x * v)


def left_early(x, v, n):
    for _ in range(n):
        x *= v
        v -= 0.2 * np.sin(x)
        if x[0] > 0.4:
            break
    return np.sum(x * v)


def args():
    return 0.3 + RNG.random(3), RNG.random(3), 3


@pytest.mark.parametrize(
    "function",
    [
        moved_then_read,
        read_through_a_view,
        read_before_and_behind,
        written_twice,
        written_in_a_branch,
        written_behind_each_turn,
        known_by_two_names,
        left_early,
    ],
    ids=lambda f: f.__name__,
)
def test_gradients_are_right(function):
    check(function, *args())


@pytest.mark.parametrize("function", [moved_then_read, read_through_a_view])
def test_what_is_read_at_the_end_of_a_turn_is_kept_there(function):
    source = sourcead.grad(function, (0, 1)).source_for(*args())
    assert "finally" not in source
    assert "[...] =" not in source

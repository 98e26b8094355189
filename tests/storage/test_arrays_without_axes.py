"""Arrays without axes that are written in place: their adjoints are arrays, though arithmetic on them gives numbers."""

from __future__ import annotations

import numpy as np
import pytest

import sourcead
from tests.numeric import check


def by_out(x):
    return np.sum(np.sin(x, out=np.empty_like(x)) * 2.0)


def by_selected_out(x):
    return np.sin(x, where=np.asarray(x) > 0.0, out=np.ones_like(x)) * 2.0


def filled(x):
    held = np.empty(())
    np.multiply(x, x, out=held)
    return held * held + held


def stored_in_turns(x):
    held = np.zeros(())
    for k in range(3):
        held[...] = held * x + k * x
        held += 0.5 * x
    return held * held


def stored_and_overwritten(x):
    held = np.array(x * x)
    kept = held * 3.0
    held[()] = np.cos(x)
    return kept * held


@pytest.mark.parametrize("x", [0.4, np.array(0.4)], ids=["number", "array"])
@pytest.mark.parametrize(
    "program",
    [by_out, by_selected_out, filled, stored_in_turns, stored_and_overwritten],
    ids=lambda f: f.__name__,
)
def test_written_in_place(program, x):
    check(program, x)


def beside_a_list(x):
    return np.sum(np.arctan2([0.2, 0.3], x)) * 2.0


def test_the_gradient_of_an_array_without_axes_is_one():
    check(beside_a_list, np.array(0.4))
    found = sourcead.grad(beside_a_list)(np.array(0.4))
    assert isinstance(found, np.ndarray) and found.shape == ()

"""Views that show an element several times: windows, and any strides."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.lib.stride_tricks import as_strided, sliding_window_view

import sourcead
from tests.numeric import check

V = np.array([1.3, 0.4, -0.7, 2.0])
A = np.arange(12.0).reshape(3, 4) + 0.5

PROGRAMS = {
    "windows": (lambda x: np.sum(as_strided(x, (3, 2), (8, 8)) ** 3), V),
    "with the array's strides": (lambda x: np.sum(as_strided(x, (len(x) - 1, 2), x.strides * 2) ** 3), V),
    "blocks": (lambda x: np.einsum("ijkl,kl->", as_strided(x, (2, 3, 2, 2), x.strides + x.strides), x[:2, :2]), A),
    "diagonal": (lambda x: np.sum(as_strided(x, (x.shape[0],), (8 * (x.shape[1] + 1),)) ** 2), A),
    "of single precision": (lambda x: np.sum(as_strided(x, (3, 2), x.strides + x.strides) ** 3), V.astype(np.float32)),
    "one element, often": (lambda x: np.sum(as_strided(x, (5,), (0,)) ** 3) + x[1], V),
}  # fmt: skip


@pytest.mark.parametrize("f, x", PROGRAMS.values(), ids=PROGRAMS.keys())
def test_strides(f, x):
    check(f, x)


def test_a_tangent_in_another_layout():
    f, x = PROGRAMS["blocks"]
    x_dot = np.asfortranarray(np.cos(x))
    expected = sourcead.jvp(f, (x,), (np.ascontiguousarray(x_dot),))[1]
    assert sourcead.jvp(f, (x,), (x_dot,))[1] == expected


def test_memory_that_is_not_the_array_s_is_refused():
    def f(x):
        return np.sum(as_strided(x[::2], (2, 2), (8, 16)))

    with pytest.raises(sourcead.NotDifferentiable, match="none of the array's elements"):
        sourcead.grad(f)(V)


def strided_and_written(x):
    y = 2.0 * x
    shown = as_strided(y, (3, 2), (8, 8))
    y[1] = x[0] ** 2
    return np.sum(shown**3)


def strided_and_written_through(x):
    y = 2.0 * x
    shown = as_strided(y, (2, 2), (16, 8))
    shown[0, 1] = x[0] ** 2
    return np.sum(y**3)


def windows_and_written(x):
    y = 2.0 * x
    shown = sliding_window_view(y, 2)
    y[1] = x[0] ** 2
    return np.sum(shown**3)


@pytest.mark.parametrize(
    "f", [strided_and_written, strided_and_written_through, windows_and_written]
)
def test_what_is_written_while_it_is_shown_is_refused(f):
    with pytest.raises(sourcead.NotDifferentiable, match="view of it is in use"):
        sourcead.grad(f)(V)


@pytest.mark.parametrize("f", [strided_and_written, strided_and_written_through])
def test_tangents_too(f):
    with pytest.raises(sourcead.NotDifferentiable, match="view of it is in use"):
        sourcead.jvp(f, (V,), (V,))


def test_tangents_of_windows_follow_what_is_written():
    check(windows_and_written, V, modes=("forward",))


def filled_first(x):
    y = np.zeros(4)
    for i in range(4):
        y[i] = x[i] ** 2
    return np.sum(sliding_window_view(y, 2) ** 3)


def filled_and_strided(x):
    y = np.zeros(4)
    for i in range(4):
        y[i] = x[i] ** 2
    return np.sum(as_strided(y, (2, 2), (8, 16)) ** 2)


def test_what_was_written_before():
    check(filled_first, V)
    check(filled_and_strided, V, modes=("reverse",))

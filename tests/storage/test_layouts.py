"""Whether `ravel`, `reshape` and `squeeze` make views is decided by lengths and strides, in both modes."""

import numpy as np
import pytest

import sourcead
from sourcead.callables import Mode
from sourcead.derivative import Pushforward
from tests.refusals import right_or_refused


def in_order_of_memory(A):
    v = A.ravel("K")
    v[2] = A[1, 1] * A[2, 0]
    return np.sum(np.cos(A) * A)


def twice_in_order_of_memory(A):
    A.ravel("K")[2:5][1] += 0.3 * A.ravel("K")[2]
    return np.sum(np.cos(A) * A)


def of_a_temporary(A):
    v = np.sin(A).T
    w = v.ravel("K")
    w[2] = A[1, 1] * A[2, 0]
    return np.sum(np.cos(v) * v * A)


def in_rows(A):
    v = A.ravel()
    v[2] = A[1, 1] * A[2, 0]
    return np.sum(np.cos(A) * A)


def in_columns(A):
    v = A.reshape(9, order="F")
    v[2] = A[1, 1] * A[2, 0]
    return np.sum(np.cos(A) * A)


FUNCTIONS = (in_order_of_memory, twice_in_order_of_memory, of_a_temporary, in_rows, in_columns)

LAYOUTS = {
    "rows": lambda a: a[:, :3].copy(),
    "columns": lambda a: np.asfortranarray(a[:, :3]),
    "every second": lambda a: a.copy()[:, ::2],
    "upside down": lambda a: a[:, :3].copy()[::-1],
    "transposed and upside down": lambda a: a[:, :3].copy().T[::-1],
}


def slope(f, layout, a, direction):
    """By differences of arrays that all have the layout."""
    step = 1e-4

    def at(t):
        return f(layout(a + t * direction))

    return (8.0 * (at(step) - at(-step)) - at(2.0 * step) + at(-2.0 * step)) / (12.0 * step)


@pytest.mark.parametrize("f", FUNCTIONS, ids=[f.__name__ for f in FUNCTIONS])
def test_views_of_every_layout(f):
    rng = np.random.default_rng(0)
    a, direction = rng.normal(size=(2, 3, 6))
    for layout in LAYOUTS.values():
        expected = slope(f, layout, a, direction)
        found = np.sum(sourcead.grad(f)(layout(a)) * layout(direction))
        np.testing.assert_allclose(found, expected, rtol=1e-8)
        for dot in (layout(direction), layout(direction).copy()):
            _, found = sourcead.jvp(f, (layout(a),), (dot,))
            np.testing.assert_allclose(found, expected, rtol=1e-8)


def test_the_tangent_of_an_array_that_has_none_is_laid_out_like_it():
    def f(x, b):
        b.ravel()[1] = x
        return x * np.sum(np.sin(b))

    b = np.linspace(0.1, 0.9, 18).reshape(3, 6)
    forward = Pushforward(f, Mode("tangent", (0,)))
    for layout in LAYOUTS.values():
        d = 1e-5
        expected = (f(0.7 + d, layout(b)) - f(0.7 - d, layout(b))) / (2.0 * d)
        np.testing.assert_allclose(forward(0.7, layout(b), 1.0)[1], expected, rtol=1e-8)


# -- squeeze: its rank depends on the lengths ---------------------------------------------------------


def store(t, v):
    t[...] = np.sin(v)


def update(t, v):
    t += v


def into(t, v):
    np.sin(v, out=t)


def copy_to(t, v):
    np.copyto(t, v)


@pytest.mark.parametrize("write", [store, update, into, copy_to], ids=lambda f: f.__name__)
@pytest.mark.parametrize("has_axis", [False, True], ids=["all axes", "axis 1"])
def test_what_is_squeezed_and_written(write, has_axis):
    def all_axes(a):
        v = np.sin(a[0])
        write(np.squeeze(a[:, 1:2]), v)
        return np.sum(np.cos(a) * a)

    def axis_1(a):
        v = np.sin(a[0])
        write(np.squeeze(a[:, 1:2], axis=1), v)
        return np.sum(np.cos(a) * a)

    f = axis_1 if has_axis else all_axes

    rng = np.random.default_rng(0)
    a, direction = rng.normal(size=(2, 3, 6))
    layout = LAYOUTS["rows"]
    expected = slope(f, layout, a, direction)
    with right_or_refused():
        found = np.sum(sourcead.grad(f)(layout(a)) * layout(direction))
        np.testing.assert_allclose(found, expected, rtol=1e-8)
        _, found = sourcead.jvp(f, (layout(a),), (layout(direction),))
        np.testing.assert_allclose(found, expected, rtol=1e-8)


def test_what_is_squeezed_and_read():
    def f(a, b):
        t = np.squeeze(a[:, 1:2])
        return np.sum(np.cos(t) * b) + np.sum(np.outer(t, b) * a)

    rng = np.random.default_rng(0)
    a, b, direction = rng.normal(size=(3, 3)), rng.normal(size=3), rng.normal(size=(3, 3))
    step = 1e-5
    expected = (f(a + step * direction, b) - f(a - step * direction, b)) / (2.0 * step)
    np.testing.assert_allclose(np.sum(sourcead.grad(f)(a, b) * direction), expected, rtol=1e-7)
    np.testing.assert_allclose(
        sourcead.jvp(lambda a: f(a, b), (a,), (direction,))[1], expected, rtol=1e-7
    )

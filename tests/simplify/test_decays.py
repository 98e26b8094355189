"""Storage from which a multiple of its own content is taken is scaled, where that is all that happens to it."""

import numpy as np
import pytest

import sourcead
from tests.numeric import check


def diffused(u, rate, steps):
    for _ in range(steps):
        u[1:-1] += rate * (u[2:] + u[:-2] - 2.0 * u[1:-1])
    return np.sum(u**2)


def damped(x, v, dt, steps):
    """Two multiples of one content, and whole arrays."""
    for _ in range(steps):
        v += dt * (-1.5 * v - x) - 0.3 * v
        x += dt * v
    return np.sum(x**2) + np.sum(v)


def through_views(u, rate):
    """The same elements under several names."""
    inner = u[1:-1]
    same = u[1:-1]
    inner -= rate * same
    u[1:-1] -= 0.5 * inner
    same *= u[1:-1]
    inner -= 0.25 * rate * u[1:-1]
    return np.sum(u**3)


def overlapping(u):
    u[1:] -= 0.5 * u[1:]
    u[:-1] -= 0.3 * u[:-1]
    u[1:] -= 0.2 * u[1:]
    u[::2] -= 0.1 * u[::2]
    u[::-1] -= 0.1 * u[::-1]
    return np.sum(u**3)


def of_elsewhere(u):
    """Multiples of other elements, of a reversal, and of what was there before."""
    before = u.copy()
    u[1:] -= 0.5 * u[:-1]
    u[:] -= 0.3 * u[::-1]
    u -= 0.25 * before
    u[1:] += before[1:]
    return np.sum(u**3)


def read_between(u, w):
    total = 0.0
    for k in range(3):
        total += np.sum(u * w)
        u -= 0.1 * u
        total += np.sum(u**2) * k
        u -= 0.2 * u
        w += 0.1 * u
    return total


def by_arrays(u, w):
    """Factors that are arrays, masks and indices that repeat stay what they are."""
    u -= w * u
    u[u > 0.1] -= 0.5 * u[u > 0.1]
    u[[0, 2]] -= 0.25 * u[[0, 2]]
    return np.sum(u * u)


def in_branches(u, limit):
    for _ in range(3):
        old = u.copy()
        if np.sum(u) > limit:
            u -= 0.5 * u
        else:
            u += 0.25 * old
        u -= 0.125 * old
    return np.sum(u**3)


def swapped(u, v):
    for k in range(3):
        u -= 0.5 * u
        u, v = v, u
        v -= 0.1 * u
    return np.sum(u**3) + np.sum(v**2)


def rows(u, n):
    for i in range(n):
        u[i] -= 0.5 * u[i]
        u[i, 1:] -= 0.25 * u[i, 1:] + 0.1 * u[i - 1, 1:]
    return np.sum(u**3)


def returned_inside(u):
    """The array lies in a list beside another one."""
    held = [u, u * 2.0]
    held[0] -= 0.5 * held[0]
    held[1] -= 0.25 * held[1] - held[0]
    return np.sum(held[0] * held[1])


U = np.array([0.3, 1.2, -0.7, 0.9, 0.4])
CASES = [
    (diffused, (U, 0.3, 4)),
    (damped, (U, U[::-1].copy(), 0.1, 3)),
    (through_views, (U, 0.7)),
    (overlapping, (U,)),
    (of_elsewhere, (U,)),
    (read_between, (U, U[::-1].copy())),
    (by_arrays, (U, U[::-1].copy())),
    (in_branches, (U, 0.5)),
    (swapped, (U, U[::-1].copy())),
    (rows, (U[:, None] * U, 3)),
    (returned_inside, (U,)),
]


@pytest.mark.parametrize("program, args", CASES, ids=lambda v: getattr(v, "__name__", ""))
def test_right(program, args):
    check(program, *args)
    strided = [a[::-1] if isinstance(a, np.ndarray) else a for a in args]
    check(program, *strided)


@pytest.mark.parametrize("program, args", CASES, ids=lambda v: getattr(v, "__name__", ""))
def test_right_twice(program, args):
    rng = np.random.default_rng(0)
    u, *others = args
    direction = rng.normal(size=u.shape)

    def rest():
        return [a.copy() if isinstance(a, np.ndarray) else a for a in others]

    def gradient(u):
        return sourcead.grad(program)(u.copy(), *rest())

    found = sourcead.hvp(program)(u.copy(), *rest(), direction)
    exact = (gradient(u + 1e-5 * direction) - gradient(u - 1e-5 * direction)) / 2e-5
    np.testing.assert_allclose(found, exact, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("dtype", [np.float32, np.complex128])
def test_other_numbers(dtype):
    u = (U * (1.0 + 0.5j)).astype(dtype) if dtype is np.complex128 else U.astype(dtype)

    def program(u):
        for _ in range(3):
            u[1:-1] += 0.25 * (u[2:] + u[:-2] - 2.0 * u[1:-1])
        return np.sum((u * np.conj(u)).real)

    check(program, u)


def test_nothing_to_scale():
    assert sourcead.grad(diffused)(np.zeros(2), 0.1, 3).tolist() == [0.0, 0.0]
    assert sourcead.grad(overlapping)(np.zeros(0)).shape == (0,)


def test_adjoints_without_bound():
    """What is infinite stays so: as by hand, where x - 0.5 x is 0.5 x."""

    def program(u):
        u -= 0.5 * u
        return np.sum(np.sqrt(u))

    with np.errstate(divide="ignore"):
        assert sourcead.grad(program)(np.array([0.0, 4.0])).tolist() == [np.inf, 0.25 / 2**0.5]


def source(program, *args):
    argnums = tuple(i for i, a in enumerate(args) if not isinstance(a, int))
    return sourcead.grad(program, argnums).source_for(*args)


def test_a_multiple_is_a_factor():
    assert "u_bar[1:-1] *= 1.0 - 2.0 * rate" in source(lambda u, rate: diffused(u, rate, 2), U, 0.1)


def test_several_are_one():
    text = source(damped, U, U, 0.1, 2)
    assert "v_bar *= 1.0 - " in text and text.count("v_bar *= ") == 1 and "v_bar -= " not in text


def test_what_is_looked_at_in_between_is_not_put_off():
    assert source(read_between, U, U).count("u_bar *= ") == 2


def test_factors_that_are_arrays_stay():
    assert "*= 1.0 -" not in source(by_arrays, U, U)


def test_what_is_only_read_before_it_is_scaled_is_not_copied():
    text = source(lambda u, rate: diffused(u, rate, 2), U, 0.1)
    assert "u_bar[1:-1].copy()" not in text

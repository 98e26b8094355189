"""The first contribution to a part of an adjoint is stored, later ones are added; contractions; guards of lanes."""

import numpy as np
import pytest

import sourcead
from tests.numeric import check


def parameters(theta, n):
    a, b, c = theta[:n], theta[n : 2 * n], theta[2 * n :]
    return np.sum(np.sin(a) * b) + np.sum(c**3)


def of_lengths(theta, w):
    n = w.shape[0]
    return np.sum(np.tanh(theta[:n])) * theta[3 * n] + np.sum(theta[2 * n : 3 * n] ** 2 * w)


def overlapping(x):
    return np.sum(x[:4] ** 2) + np.sum(np.sin(x[3:])) + x[3] ** 3


def from_both_ends(x):
    return x[0] * x[-1] + np.exp(x[1]) + np.sum(x[-3:] ** 2) + np.sum(x[:-3] ** 3)


def crossing(a):
    return np.sum(a[0, :] ** 2) + np.sum(a[:, 0] ** 3) + np.sum(a[1:, 1:] ** 2)


def unknown(x, i, j):
    return np.sum(x[:i] ** 2) + np.sum(x[j:] ** 3)


def in_steps(x):
    return np.sum(x[::2] ** 2) + np.sum(x[1::2] ** 3) + np.sum(x[:3] ** 2)


def in_a_branch(x, flag):
    total = np.sum(x[:2] ** 2)
    if flag > 0.0:
        total = total + np.sum(x[1:] ** 3)
    return total + np.sum(x[2:] ** 2)


def again_and_again(x, n):
    total = 0.0
    for k in range(n):
        total += np.sum(np.sin(k * x[:2])) + x[2] * np.sum(x[1:] ** k)
    return total


def with_axes(x, y):
    z = np.sqrt(x)[:, None, None] * y
    return np.sum(z[:, :, 0] ** 2) + np.sum(np.sin(x * x)[:, None] * y[0])


def pairs(x, m):
    d = x[None, :, :] - x[:, None, :]
    r = np.sum(d**2, axis=2) + 0.3
    return np.sum((np.sum(m[None, :, None] * d / r[:, :, None] ** 1.5, axis=1)) ** 2)


def stretched(a, b, c):
    return np.sum((a[:, None, :] * b[None, :, :]) ** 2 * c) + np.sum(np.exp(b) * c[0])


x6, y3 = np.array([0.3, 1.2, 0.7, 1.5, 0.9, 0.4]), np.array([0.5, -0.8, 1.1])
cases = [
    (parameters, (x6, 2)), (of_lengths, (np.tile(x6, 2), y3)), (overlapping, (x6,)),
    (from_both_ends, (x6,)), (crossing, (np.outer(x6, y3),)), (unknown, (x6, 4, 2)), (unknown, (x6, 2, 4)),
    (unknown, (x6, 4, -5)), (in_steps, (x6,)), (in_a_branch, (x6, 1.0)), (in_a_branch, (x6, -1.0)),
    (again_and_again, (x6, 3)), (with_axes, (x6[:3], np.ones((3, 3, 2)) + y3[:, None, None] / 4.0)),
    (pairs, (np.outer(x6, y3), x6)), (stretched, (np.outer(x6, y3), np.ones((1, 3)), y3)),
    (stretched, (np.outer(x6, y3), np.outer(y3, y3), np.ones((1, 3, 1)))),
]  # fmt: skip


@pytest.mark.parametrize(
    "f, args", cases, ids=[f"{f.__name__}-{i}" for i, (f, _) in enumerate(cases)]
)
def test_right(f, args):
    check(f, *args, argnums=tuple(i for i, a in enumerate(args) if isinstance(a, np.ndarray)))


def stores(f, *args):
    return [
        line.split("_bar", 1)[1].split("  #")[0].strip()
        for line in sourcead.grad(f).source_for(*args).splitlines()
        if "_bar[" in line and ("] =" in line or "] +=" in line) and "def " not in line
    ]


def test_parts_that_share_no_element_are_stored():
    assert all("] = " in s for s in stores(of_lengths, np.tile(x6, 2), y3))
    signs = ["+=" in s for s in stores(parameters, x6, 2)]
    assert signs == [False, False, True]  # of a negative n the first part and the last overlap


@pytest.mark.parametrize(
    "f, args", [(overlapping, (x6,)), (unknown, (x6, 4, 2)), (in_steps, (x6,))]
)
def test_parts_that_may_overlap_are_added(f, args):
    assert sum("] = " in s for s in stores(f, *args)) == 1
    assert any("] += " in s for s in stores(f, *args))


def test_sums_over_inner_axes_are_contractions():
    source = sourcead.grad(pairs, argnums=(0, 1)).source_for(np.outer(x6, y3), x6)
    assert "np.einsum('ijk->ik', d_bar)" in source
    assert "np.zeros_like(r)" not in source


# -- what is read before a place is written again ---------------------------------------------------


def copied_and_subtracted(A):
    B = A.copy()
    v = 0.3 * B[2:, 2]
    t = B[2:, 1].copy()
    B[2:, 1] -= v
    return np.sum(B * B) + np.sum(t**3)


def columns(A):
    for j in range(4, 0, -1):
        A[j + 1 :, j] -= 0.3 * A[j + 1 :, 2]
        A[1, 0] = np.sin(A[j - 1, :] @ A[1, :])
    return np.sum(A * A)


def test_a_factor_does_not_go_past_a_store():
    check(copied_and_subtracted, np.outer(x6, x6))
    direction = np.random.default_rng(7).normal(size=(6, 6))
    gradient = sourcead.grad(columns)

    def along(A):
        return np.sum(gradient(A) * direction)

    check(along, np.outer(x6, x6) / 2.0, modes=["reverse"], rtol=1e-6)


# -- lanes that are left out -------------------------------------------------------------------


def chosen_product(x, w, flag):
    return np.where(flag > 0.0, np.sum(w @ np.sqrt(x)), 0.0)


def overwritten_product(x, w, flag):
    y = w @ np.sqrt(x)
    y[:] = flag
    return np.sum(y)


def part_of_product(x, w, flag):
    return np.sum((w @ np.sqrt(x))[1:]) * flag


@pytest.mark.parametrize("f", [chosen_product, overwritten_product])
def test_a_product_that_is_not_taken_gives_nothing(f):
    x, w = np.array([0.0, 1.0]), np.array([[1.0, 2.0], [3.0, 4.0]])
    assert sourcead.grad(f)(x, w, -1.0).tolist() == [0.0, 0.0]


def test_a_part_of_a_product_needs_no_guard():
    x, w = np.array([4.0, 1.0]), np.array([[1.0, 2.0], [3.0, 4.0]])
    assert "unless_zero" not in sourcead.grad(part_of_product).source_for(x, w, 2.0)
    np.testing.assert_allclose(sourcead.grad(part_of_product)(x, w, 2.0), [1.5, 4.0], rtol=1e-15)

"""What a part of the result that is left out has been made of contributes zero: lists of numbers, distances, rows."""

from __future__ import annotations

import numpy as np
import pytest

import sourcead

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")

X = np.array([0.0, 0.5, 0.9, 1.7, 2.2, 3.1])


def grown(x):
    logs = []
    for v in x:
        logs.append(np.log(v))
    return np.gradient(logs)[3:].sum() + np.gradient(x**2, logs)[3:].sum()


def on_both_axes(x):
    first, second = np.gradient(np.outer(np.log(x), x), np.log(x), x)
    return np.sum(first[4:]) + np.sum(second[4:, :2])


def factored(x):
    a = np.array([
        [2.0 + x[1], 0.1 * x[2], 0.0],
        [0.1 * x[2], 3.0, 0.0],
        [np.sqrt(x[0]), 0.3 * x[3], 4.0 + np.sqrt(x[0])],
    ])  # fmt: skip
    return np.sum(np.linalg.cholesky(a)[:2])


def factored_with_another_pivot(x):
    a = np.diag(np.array([2.0 + x[1], 3.0, 4.0 + np.sqrt(x[0])])) + np.tril(
        np.full((3, 3), x[2]), -1
    )
    return np.sum(np.linalg.cholesky(a)[2, :2])


PROGRAMS = [
    ("powers of a list", lambda x: np.vander([np.log(v) for v in x], 3)[1:].sum()),
    ("product of polynomials", lambda x: np.polymul([np.log(v) for v in x[:2]], [x[2], x[3]])[-1]),
    ("outer product of a list", lambda x: np.outer([np.log(v) for v in x], x)[1:].sum()),
    ("cross products", lambda x: np.cross([[np.log(v), v, 1.0] for v in x], [1.0, 2.0, 3.0])[1:].sum()),
    ("matrices of lists", lambda x: np.linalg.det([[[np.log(v), v], [v * v, 1.0]] for v in x])[1:].sum()),
    ("average of rows", lambda x: np.average([[np.log(v), 1.0, 2.0] for v in x], axis=1, weights=x[:3])[1]),
    ("integrals", lambda x: np.trapezoid([[np.log(v), v] for v in x], axis=0)[1]),
    ("slopes of a list", lambda x: np.gradient([np.log(v) for v in x], 2.0 * x[0] + 1.0)[3:].sum()),
    ("slopes by distances", lambda x: np.gradient(np.log(x), x)[3:].sum()),
    ("slopes by infinite distances", lambda x: np.gradient(x**2, np.log(x))[3:].sum()),
    ("slopes, grown lists", grown),
    ("slopes on two axes", on_both_axes),
    ("rows of a factor", factored),
    ("rows of a factor, another pivot", factored_with_another_pivot),
]  # fmt: skip


@pytest.mark.parametrize("f", [p[1] for p in PROGRAMS], ids=[p[0] for p in PROGRAMS])
def test_both_modes_agree_with_differences(f):
    if f is PROGRAMS[6][1] and not hasattr(np, "trapezoid"):
        pytest.skip("NumPy 1.26 calls it trapz")
    steps = np.abs(1e-5 * np.eye(6))
    ahead = [(-3.0 * f(X) + 4.0 * f(X + s) - f(X + 2.0 * s)) / 2e-5 for s in steps]
    found = sourcead.grad(f)(X)
    np.testing.assert_allclose(found, ahead, rtol=1e-5, atol=1e-6)
    tangents = [sourcead.jvp(f, (X,), (e,))[1] for e in np.eye(6)]
    np.testing.assert_allclose(tangents, found, rtol=1e-12, atol=1e-13)


def test_slopes_along_one_axis_leave_the_steps_along_another_alone():
    def f(x):
        return np.sum(np.gradient(np.outer(x, x), x[1] + 1.0, x, axis=(0, 1))[1] ** 2)

    steps = 1e-6 * np.eye(6)
    expected = [(f(X + s) - f(X - s)) / 2e-6 for s in steps]
    np.testing.assert_allclose(sourcead.grad(f)(X), expected, rtol=1e-6, atol=1e-7)

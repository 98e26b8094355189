"""Second derivatives at points where the first one is a convention, or a formula is 0 / 0: closed forms.

Right, or NaN where there is none; never a finite number that is wrong.
"""

from __future__ import annotations

import linecache
import math

import numpy as np
import pytest

import sourcead

ZERO, PAIR, NINE = np.zeros(2), np.array([0.0, 1.5]), np.array([1.0, 2, 0, 0, 0, 0, 0, 0, 0])
ROWS = np.array([[0.0, 0.0], [1.0, 2.0]])
EQUAL = np.array([1.0, 1.0])
EXCHANGE = np.array([[0.0, 0, 0, 1], [0, 0, -1, 0], [0, -1, 0, 0], [1, 0, 0, 0]])
CENTRED = np.array([[0.5, -0.5], [-0.5, 0.5]])


def diagonal(*values: float) -> np.ndarray:
    return np.diag(np.array(values, dtype=float))


RIGHT = [
    ("np.sum(np.abs(x) ** 2)", PAIR, diagonal(2, 2)),
    ("np.sum(np.abs(x) ** 3)", PAIR, diagonal(0, 9)),
    ("np.sum(np.abs(x) ** 2.0)", PAIR, diagonal(2, 2)),
    ("np.sum(np.square(np.abs(x)))", PAIR, diagonal(2, 2)),
    ("np.sum(np.fabs(x) ** 4)", PAIR, diagonal(0, 27)),
    ("np.sum(np.copysign(x, 1.0) ** 2)", PAIR, diagonal(2, 2)),
    ("np.mean(np.abs(x - np.mean(x)) ** 2)", EQUAL, CENTRED),
    ("abs(x) ** 2", 0.0, diagonal(2)),
    ("abs(x) * abs(x)", 0.0, diagonal(2)),
    ("math.fabs(x) ** 2", 0.0, diagonal(2)),
    ("twice(abs(x))", 0.0, diagonal(2)),
    ("np.linalg.norm(x) ** 2", ZERO, 2 * np.eye(2)),
    ("np.linalg.norm(x) ** 3", ZERO, np.zeros((2, 2))),
    ("np.square(np.linalg.norm(x))", ZERO, 2 * np.eye(2)),
    ("twice(np.linalg.norm(x))", ZERO, 2 * np.eye(2)),
    ("np.sum(np.linalg.norm(x, axis=1) ** 2)", ROWS, 2 * np.eye(4)),
    ("np.sum(np.linalg.norm(x, axis=0, keepdims=True) ** 2)", ROWS * 0, 2 * np.eye(4)),
    ("np.linalg.norm(x.reshape(2, 2)) ** 2", np.zeros(4), 2 * np.eye(4)),
    ("np.hypot(x[0], x[1]) ** 2", ZERO, 2 * np.eye(2)),
    ("np.sum(np.hypot(x, x) ** 2)", PAIR, diagonal(4, 4)),
    ("math.hypot(x[0], x[1]) ** 2", ZERO, 2 * np.eye(2)),
    ("np.abs(x[0] + 1j * x[1]) ** 2", ZERO, 2 * np.eye(2)),
    ("abs(complex(x[0], x[1])) ** 2", ZERO, 2 * np.eye(2)),
    ("np.std(x) ** 2", EQUAL, CENTRED),
    ("np.linalg.det(x.reshape(2, 2))", np.zeros(4), EXCHANGE),
    ("np.sum(x ** 2.0)", PAIR, diagonal(2, 2)),
    ("np.sum(x ** 3.0)", PAIR, diagonal(0, 9)),
    ("np.sum(x ** np.array([2.0, 3.0]))", PAIR, diagonal(2, 9)),
    ("np.sum(power(x, 2.0))", PAIR, diagonal(2, 2)),
    ("np.sum(power(x, 1.0))", PAIR, diagonal(0, 0)),
    ("power(x, 2.0)", 0.0, diagonal(2)),
    ("np.sinc(x)", 0.0, diagonal(-(np.pi**2) / 3)),
    ("np.prod(x)", np.array([0.0, 0.0, 3.0]), np.array([[0.0, 3, 0], [3, 0, 0], [0, 0, 0]])),
    ("np.sum(np.where(np.abs(x) < 1.0, 0.5 * x * x, np.abs(x) - 0.5))", PAIR, diagonal(1, 0)),
]

NOWHERE = [
    ("np.linalg.norm(x)", ZERO),
    ("np.cos(np.linalg.norm(x))", ZERO),
    ("np.linalg.vector_norm(x, axis=0) ** 2", ZERO),
    ("np.sqrt(x @ x)", ZERO),
]


def function(source):
    text = f"def f(x):\n    return {source}\n"
    linecache.cache[source] = (len(text), None, text.splitlines(True), source)
    names = {"np": np, "math": math, "twice": twice, "power": power}
    exec(compile(text, source, "exec"), names)
    return names["f"]


def twice(n):
    return n * n


def power(x, p):
    return x**p


def hessians(f, x):
    """By forward mode over the gradient, and by reverse mode over the gradient, a direction at a time."""
    size = np.size(x)
    ahead = np.reshape(sourcead.hessian(f)(x), (size, size))
    gradient = sourcead.grad(f)

    def along(x, direction):
        return np.sum(direction * gradient(x))

    directions = [np.reshape(row, np.shape(x)) if np.ndim(x) else 1.0 for row in np.eye(size)]
    back = [np.ravel(sourcead.grad(along)(x, direction)) for direction in directions]
    return ahead, np.array(back)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize(
    "source, x, expected", RIGHT, ids=lambda v: v if isinstance(v, str) else ""
)
def test_second_derivatives_are_right_where_they_exist(source, x, expected):
    for found in hessians(function(source), x):
        np.testing.assert_allclose(found, expected, atol=1e-12)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("source, x", NOWHERE, ids=lambda v: v if isinstance(v, str) else "")
def test_second_derivatives_that_do_not_exist_are_no_finite_numbers(source, x):
    if "vector_norm" in source and not hasattr(np.linalg, "vector_norm"):
        pytest.skip("NumPy 2")
    for found in hessians(function(source), x):
        assert not np.isfinite(found).any(), found


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_rows_that_are_not_selected_have_no_second_derivative():
    def f(x):
        n = np.linalg.norm(x, axis=1)
        return np.sum(np.where(n > 0.0, n, 0.0))

    for found in hessians(f, ROWS):
        assert np.isfinite(found).all()
        assert not found[:2].any()


def test_second_derivatives_of_a_singular_determinant_are_those_of_the_minors():
    def f(x):
        return np.linalg.det(x.reshape(3, 3))

    gradient, step = sourcead.grad(f), 1e-5
    moved = [
        (gradient(NINE + step * e) - gradient(NINE - step * e)) / (2 * step) for e in np.eye(9)
    ]
    for found in hessians(f, NINE):
        np.testing.assert_allclose(found, moved, atol=1e-9)

"""Of singular values those that are not selected contribute exactly zero, also where they are equal, or 0."""

from __future__ import annotations

import numpy as np
import pytest

import sourcead

Q = np.linalg.qr(np.array([[0.4, -1.2, 0.7], [1.9, 0.3, -0.6], [0.2, 0.8, 1.1]]))[0]
R = np.linalg.qr(np.array([[1.3, 0.2, -0.4], [0.1, -1.1, 0.8], [0.5, 0.3, 2.1]]))[0]

MATRICES = {
    "two small ones equal": Q @ np.diag([3.0, 1.0, 1.0]) @ R,
    "two zero": Q @ np.diag([3.0, 0.0, 0.0]) @ R,
    "of two rows": (Q @ np.diag([3.0, 1.0, 1.0]) @ R)[:2],
    "stacked": np.stack([Q @ np.diag([3.0, 1.0, 1.0]) @ R, Q @ np.diag([3.0, 0.0, 0.0]) @ R]),
}


def first_term(a):
    """The best matrix of rank 1, weighed."""
    u, s, vh = np.linalg.svd(a, full_matrices=False)
    return np.sum(
        (u[..., :, :1] * s[..., None, :1]) @ vh[..., :1, :] * np.arange(1.0, a.shape[-1] + 1)
    )


LARGEST = {
    "svd": lambda a: np.sum(np.linalg.svd(a)[1][..., 0]),
    "values": lambda a: np.sum(np.linalg.svd(a, compute_uv=False)[..., 0] ** 2),
    "norm": lambda a: np.sum(np.linalg.norm(a, 2, axis=(-2, -1))),
    "maximum": lambda a: np.sum(np.max(np.linalg.svd(a)[1], axis=-1)),
    "vector": lambda a: np.sum(
        np.linalg.svd(a)[0][..., :, 0] ** 2 * np.arange(1.0, a.shape[-2] + 1)
    ),
    "term": first_term,
}


@pytest.mark.parametrize("matrix", MATRICES)
@pytest.mark.parametrize("function", LARGEST)
def test_the_largest_one_is_alone(function, matrix):
    f, a = LARGEST[function], MATRICES[matrix]
    direction = np.cos(np.arange(float(a.size))).reshape(a.shape)
    steps = [(f(a + h * direction) - f(a - h * direction)) / (2.0 * h) for h in (1e-3, 5e-4)]
    expected = (4.0 * steps[1] - steps[0]) / 3.0
    assert np.sum(sourcead.grad(f)(a) * direction) == pytest.approx(expected, rel=1e-7, abs=1e-8)
    assert sourcead.jvp(f, (a,), (direction,))[1] == pytest.approx(expected, rel=1e-7, abs=1e-8)


@pytest.mark.parametrize(
    "f",
    [
        lambda a: np.linalg.svd(a)[1][-1],
        lambda a: np.linalg.norm(a, -2),
        lambda a: np.linalg.norm(a, "nuc"),
        lambda a: np.linalg.cond(a),
        lambda a: np.linalg.matrix_rank(a) * a[0, 0],
    ],
)
@pytest.mark.parametrize("matrix", ["two small ones equal", "of two rows"])
def test_one_of_equal_values_has_a_slope_that_is_finite(f, matrix):
    """It is one of the slopes on both sides, or between them."""
    a = MATRICES[matrix]
    gradient = sourcead.grad(f)(a)
    direction = np.sin(np.arange(float(a.size))).reshape(a.shape)
    sides = [(f(a + h * direction) - f(a)) / h for h in (1e-6, -1e-6)]
    slope = np.sum(gradient * direction)
    assert min(sides) - 1e-4 <= slope <= max(sides) + 1e-4

"""Banded matrices, in programs: factors, systems, eigenvalues."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("scipy")

from scipy import linalg

import sourcead
from tests.numeric import check

RNG = np.random.default_rng(4)
BANDS = 0.4 * RNG.normal(size=(3, 6))
BANDS[-1] = [6.0, 2.0, 9.0, 3.0, 12.0, 4.5]
RIGHT = RNG.normal(size=6)


def log_determinant(ab):
    return 2.0 * np.sum(np.log(linalg.cholesky_banded(ab)[-1]))


def gaussian(ab):
    low = linalg.cholesky_banded(ab[::-1], lower=True)
    solved = linalg.cho_solve_banded((low, True), RIGHT)
    return RIGHT @ solved + 2.0 * np.sum(np.log(low[0]))


def several_systems(ab):
    factor = linalg.cholesky_banded(ab)
    return np.sum(linalg.cho_solve_banded((factor, False), np.outer(RIGHT, ab[2, :2])) ** 3)


def eigenvalues(ab):
    return np.sum(linalg.eigvals_banded(ab) ** 3 * RIGHT)


def eigenvectors(ab):
    values, vectors = linalg.eig_banded(ab)
    return np.sum(vectors[:, 1] ** 2 * RIGHT) + values[0] ** 2


def more_bands_than_rows(ab):
    return np.sum(linalg.eigvals_banded(ab[:, :3], True) ** 3)


def rectangular(ab):
    return np.sum((linalg.diagsvd(ab[0], 6, 8) @ np.arange(8.0)) ** 2)


PROGRAMS = [
    log_determinant, gaussian, several_systems, eigenvalues, eigenvectors, more_bands_than_rows, rectangular
]  # fmt: skip


@pytest.mark.parametrize("f", PROGRAMS, ids=lambda f: f.__name__)
def test_slopes_agree_with_differences(f):
    check(f, BANDS)


@pytest.mark.parametrize(
    "f", [log_determinant, gaussian, several_systems, eigenvalues], ids=lambda f: f.__name__
)
def test_second_order(f):
    grad, direction = sourcead.grad(f), np.cos(np.arange(18.0)).reshape(3, 6)
    expected = (grad(BANDS + 1e-6 * direction) - grad(BANDS - 1e-6 * direction)) / 2e-6
    scale = np.max(np.abs(expected))
    for found in (
        sourcead.hvp(f)(BANDS, direction),
        sourcead.grad(lambda ab: np.sum(sourcead.grad(f)(ab) * direction))(BANDS),
    ):
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6 * scale)

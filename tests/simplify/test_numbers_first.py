"""Numbers that are read by their names outside of the function are multiplied like all others."""

from __future__ import annotations

import math

import numpy as np

import sourcead

SCALE = 3.0
X = np.array([1.0, 2.0])


def scaled(x):
    return np.sum(SCALE * x * x * math.pi)


def test_numbers_of_modules_are_factors():
    np.testing.assert_allclose(sourcead.grad(scaled)(X), 6.0 * math.pi * X, rtol=1e-14)


def test_again():
    h = sourcead.jvp(sourcead.grad(lambda x: 0.3 * np.sum(np.deg2rad(x) ** 2)), (X,), (X,))[1]
    np.testing.assert_allclose(h, 0.6 * (math.pi / 180.0) ** 2 * X, rtol=1e-14)

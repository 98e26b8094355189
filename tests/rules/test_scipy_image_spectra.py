"""Morphology, filters of transforms and centres of mass, in programs."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("scipy")

from scipy import ndimage

import sourcead
from tests.numeric import check

A = np.random.default_rng(3).permutation(20).reshape(4, 5) / 10.0 + 0.3
WEIGHTS = np.cos(np.arange(20.0)).reshape(4, 5)


def dilation(a):
    return np.sum(ndimage.grey_dilation(a, 3) ** 2 * WEIGHTS)


def erosion_of_even_size(a):
    return np.sum(ndimage.grey_erosion(a, size=(2, 4)) ** 2 * WEIGHTS)


def opening(a):
    return np.sum(ndimage.grey_opening(a, size=(2, 2)) ** 2 * WEIGHTS)


def closing(a):
    return np.sum(ndimage.grey_closing(a * a, size=2, mode="nearest") * WEIGHTS)


def smoothed_through_transforms(a):
    smooth = np.fft.ifft2(ndimage.fourier_gaussian(np.fft.fft2(a**2), sigma=0.8)).real
    return np.sum(smooth**2 * WEIGHTS)


def moved_through_transforms(a):
    moved = np.fft.irfft(ndimage.fourier_shift(np.fft.rfft(a), (0.3, 1.2), n=5), n=5)
    return np.sum(moved**2 * WEIGHTS)


def one_coordinate(a):
    row, _ = ndimage.center_of_mass(a)
    return row**2


def all_coordinates(a):
    row, column = ndimage.center_of_mass(a**2)
    return np.hypot(row - 1.0, column - 2.0) + ndimage.center_of_mass(a)[1]


def of_a_row(a):
    (centre,) = ndimage.center_of_mass(a[1])
    return centre**3


@pytest.mark.parametrize(
    "f",
    [
        dilation, erosion_of_even_size, opening, closing, smoothed_through_transforms,
        moved_through_transforms, one_coordinate, all_coordinates, of_a_row,
    ],
    ids=lambda f: f.__name__,
)  # fmt: skip
def test_slopes_agree_with_differences(f):
    check(f, A)


def test_second_order():
    direction = WEIGHTS[::-1]
    step = 1e-6
    grad = sourcead.grad(all_coordinates)
    expected = (grad(A + step * direction) - grad(A - step * direction)) / (2.0 * step)
    found = sourcead.hvp(all_coordinates)(A, direction)
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize(
    "f",
    [
        lambda a: np.sum(ndimage.grey_dilation(a, structure=np.ones((3, 3)))),
        lambda a: ndimage.center_of_mass(a, np.ones((4, 5), int), 1)[0],
        lambda a: np.sum(np.abs(ndimage.fourier_gaussian(A, np.sum(a)))),
    ],
    ids=["structure", "labels", "sigma"],
)
def test_what_no_rule_says_is_refused(f):
    with pytest.raises(sourcead.SourceADError):
        sourcead.grad(f)(A)

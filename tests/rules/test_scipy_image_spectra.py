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


LABELS = np.array([[0, 1, 1, 2, 2], [0, 1, 3, 2, 2], [3, 3, 3, 0, 1], [5, 5, 3, 1, 1]])
HILL = np.array([[0.3, -0.2, 0.5], [0.0, 0.7, 0.1]])
CROSS = np.array([[False, True, False], [True, True, True]])


def of_a_region(a):
    row, column = ndimage.center_of_mass(a, LABELS, 2)
    return row * column**2


def of_what_is_marked(a):
    return ndimage.center_of_mass(a * a, LABELS)[1]


def of_regions(a):
    (row, column), other = ndimage.center_of_mass(a, LABELS, [3, 1])
    return row * column + other[0] ** 2


def tophat_with_a_structure(a):
    lower = ndimage.grey_opening(a, structure=HILL, footprint=CROSS, origin=(0, 1))
    return np.sum((a - lower) ** 2 * WEIGHTS)


def of_the_structure(a):
    hill = 0.731 * np.reshape(a, -1)[:6].reshape(2, 3)
    return np.sum(ndimage.grey_dilation(A, structure=hill) * WEIGHTS)


def highest_around(a):
    wide = ndimage.maximum_filter1d(a, 3, axis=0, origin=-1)
    return np.sum(ndimage.median_filter(wide * a, footprint=CROSS) * WEIGHTS)


@pytest.mark.parametrize(
    "f",
    [
        of_a_region, of_what_is_marked, of_regions, tophat_with_a_structure, of_the_structure, highest_around,
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
        lambda a: np.sum(ndimage.grey_dilation(a, 3, output=np.empty((4, 5)))),
        lambda a: np.sum(np.abs(ndimage.fourier_gaussian(A, np.sum(a)))),
    ],
    ids=["output", "sigma"],
)
def test_what_no_rule_says_is_refused(f):
    with pytest.raises(sourcead.SourceADError):
        sourcead.grad(f)(A)

"""Images read between their pixels: sums of B-splines, and the places that geometric transformations read."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from scipy import ndimage, special

__all__ = [
    "affine_places", "interpolated", "pixels", "rotated_places", "shifted_places", "spline_coefficients",
    "spline_filtered", "spline_matrix", "turned_shape", "zoomed_places", "zoomed_shape",
]  # fmt: skip


# -- B-splines -----------------------------------------------------------------------------------


def spline_coefficients(image: Any, order: int, mode: str, prefilter: bool) -> Any:
    """The coefficients of the splines whose sum passes through the pixels; the pixels themselves for lines."""
    if order < 2 or not prefilter:
        return 1.0 * image
    if mode == "nearest":
        raise NotImplementedError("interpolation in images with mode='nearest' has derivatives for "
                                  "order 0 and 1, or prefilter=False")  # fmt: skip
    return spline_filtered(image, order, mode)


def spline_filtered(image: Any, order: int, mode: str) -> Any:
    """Linear, axis by axis: the axis that is done becomes the last one, so that all are in order in the end."""
    coefficients = np.reshape(1.0 * image, (1, -1))
    for n in np.shape(image):
        rows = np.reshape(coefficients, (n, -1))
        coefficients = np.transpose(spline_matrix(n, order, mode) @ rows)
    return np.reshape(coefficients, np.shape(image))


def spline_matrix(n: int, order: int, mode: str) -> Any:
    """What makes n pixels of a row coefficients."""
    return ndimage.spline_filter1d(np.eye(n), order, 0, mode=mode)


def interpolated(coefficients: Any, points: Any, order: int, mode: str, cval: Any) -> Any:
    """The sum of the splines at points: (axes, points)."""
    if mode not in ("constant", "nearest", "mirror", "reflect", "grid-mirror", "grid-wrap"):
        raise NotImplementedError("interpolation in images has derivatives with mode constant, nearest, "
                                  "mirror, reflect, grid-mirror or grid-wrap")  # fmt: skip
    corners = np.zeros((1, 1), dtype=int)
    weights = np.ones((1, 1))
    inside = np.ones(1, dtype=bool)
    for axis in range(np.ndim(coefficients)):
        n = np.shape(coefficients)[axis]
        if mode == "constant":
            inside = inside & (points[axis] >= 0.0) & (points[axis] <= n - 1.0)
        x = moved_inside(points[axis], n, mode)
        near = nearest_splines(x, order)
        each = b_spline(order, x - near)
        folded = folded_back(near, n, mode)
        corners = np.reshape(corners[:, np.newaxis] * n + folded, (-1, np.size(x)))
        weights = np.reshape(weights[:, np.newaxis] * each, (-1, np.size(x)))
    value = np.sum(np.ravel(coefficients)[corners] * weights, axis=0)
    return np.where(inside, value, cval) if mode == "constant" else value


def nearest_splines(x: Any, order: int) -> Any:
    """The places of those splines that are not zero at each point: (order + 1, points)."""
    start = np.floor(x if order % 2 else x + 0.5).astype(int) - order // 2
    return start + np.arange(order + 1)[:, np.newaxis]


def b_spline(order: int, distance: Any) -> Any:
    """The B-spline of an order at a distance from its middle: a sum of truncated powers.

    At the kinks of order 1 its slope is the mean of those on both sides.
    """
    if order == 0:
        return np.ones(np.shape(distance))
    total = 0.0 * distance
    for k in range(order + 2):
        sign = math.comb(order + 1, k) * (-1.0) ** k / math.factorial(order)
        total = total + sign * np.maximum(distance + (0.5 * (order + 1) - k), 0.0) ** order
    return total


def moved_inside(x: Any, n: int, mode: str) -> Any:
    """The coordinate in the image that a coordinate beyond it stands for."""
    if mode == "constant":
        return x
    if mode == "nearest":
        return np.clip(x, 0.0, n - 1.0)
    if mode == "grid-wrap":
        return x - n * np.floor(x / n)
    half = 0.0 if mode == "mirror" else 0.5  # where the mirror stands beyond the first value
    period = max(2.0 * (n - 1.0 + 2.0 * half), 1.0)
    phase = x + half - period * np.floor((x + half) / period)
    return np.where(phase > 0.5 * period, period - phase, phase) - half


def folded_back(near: Any, n: int, mode: str) -> Any:
    """Splines beyond the border are those on the other side of the mirror."""
    if mode == "nearest" or n == 1:
        return np.clip(near, 0, n - 1)
    if mode == "grid-wrap":
        return np.mod(near, n)
    if mode in ("reflect", "grid-mirror"):
        turned = np.mod(near, 2 * n)
        return np.where(turned < n, turned, 2 * n - 1 - turned)
    turned = np.mod(near, 2 * n - 2)
    return np.where(turned < n, turned, 2 * n - 2 - turned)


# -- transformations -----------------------------------------------------------------------------
# Where the pixels of the new image come from: (axes, pixels).  The sums are SciPy's, in its order: at the
# very border rounding decides what is inside.


def pixels(shape: Any) -> Any:
    """The places of the pixels of an image."""
    return np.reshape(np.indices(shape), (len(shape), -1))


def shifted_places(shape: Any, shift: Any) -> Any:
    return pixels(shape) - np.reshape(np.broadcast_to(shift, (len(shape),)), (-1, 1))


def zoomed_shape(shape: Any, zoom: Any) -> Any:
    return tuple([round(float(n * z)) for n, z in zip(shape, np.broadcast_to(zoom, len(shape)))])


def zoomed_places(shape: Any, zoom: Any, grid_mode: bool) -> Any:
    """Corner on corner, or (`grid_mode`) edge on edge."""
    wanted = zoomed_shape(shape, zoom)
    less = 0 if grid_mode else 1
    given, made = np.array(shape) - less, np.array(wanted) - less
    steps = np.where(made > 0, given / np.maximum(made, 1), 1.0)[:, np.newaxis]
    grid = pixels(wanted)
    return (grid + 0.5) * steps - 0.5 if grid_mode else grid * steps


def affine_places(shape: Any, matrix: Any, offset: Any) -> Any:
    """`matrix @ place + offset`; a vector is a diagonal, and one more column the offset."""
    n, grid = len(shape), pixels(shape)
    offsets = np.broadcast_to(offset, (n,))
    if np.ndim(matrix) == 1:
        return (grid + (offsets / matrix)[:, np.newaxis]) * matrix[:, np.newaxis]
    if np.shape(matrix)[1] == n + 1:
        offsets = matrix[:n, n]
    moved = offsets[:, np.newaxis] + np.zeros(np.shape(grid))
    for axis in range(n):
        moved = moved + np.reshape(matrix[:n, axis], (-1, 1)) * grid[axis]
    return moved


def turned_shape(shape: Any, angle: Any, axes: Any, reshape: bool) -> Any:
    """The smallest upright image that holds the one turned by an angle (in degrees) in a plane of axes."""
    whole = list(shape)
    if reshape:
        first, second = sorted(axis % len(shape) for axis in axes)
        c, s = special.cosdg(angle), special.sindg(angle)
        height, width = shape[first], shape[second]
        ys = [0.0, s * width, c * height, c * height + s * width]
        xs = [0.0, c * width, -s * height, c * width - s * height]
        whole[first] = int(max(ys) - min(ys) + 0.5)
        whole[second] = int(max(xs) - min(xs) + 0.5)
    return tuple(whole)


def rotated_places(shape: Any, wanted: Any, angle: Any, axes: Any) -> Any:
    """About the middle of both images."""
    n = len(shape)
    first, second = sorted((axes[0] % n, axes[1] % n))
    c, s = special.cosdg(angle), special.sindg(angle)
    y, x = 0.5 * (wanted[first] - 1), 0.5 * (wanted[second] - 1)
    matrix, offset = np.eye(n), np.zeros(n)
    matrix[first, first] = c
    matrix[first, second] = s
    matrix[second, first] = -s
    matrix[second, second] = c
    offset[first] = 0.5 * (shape[first] - 1) - (c * y + s * x)
    offset[second] = 0.5 * (shape[second] - 1) - (c * x - s * y)
    return affine_places(wanted, matrix, offset)

"""Values at scattered points: which points are next to a place."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import interpolate, spatial

__all__ = [
    "barycentric_weights", "joined", "nearest_of", "nearest_points", "points_of", "simplices_around",
    "triangles_around",
]  # fmt: skip


def joined(coordinates: Any) -> Any:
    """Places whose coordinates stand in arrays of their own: on the last axis."""
    return np.stack(np.broadcast_arrays(*coordinates), axis=-1)


def nearest_points(points: Any, xi: Any, rescale: bool) -> Any:
    """The number of the point that is nearest to each place."""
    numbers = interpolate.NearestNDInterpolator(points, np.arange(len(points)), rescale=rescale)
    return numbers(xi).astype(np.int64)


def triangles_around(points: Any, xi: Any, rescale: bool) -> tuple[Any, Any]:
    """The numbers of the corners of the simplex around each place, and whether there is one."""
    if points.shape[-1] == 1:
        return _ends_around(points[:, 0], xi[..., 0])
    offset: Any = 0.0
    scale: Any = 1.0
    if rescale:
        offset, scale = np.mean(points, axis=0), np.ptp(points, axis=0)
        scale = np.where(scale > 0.0, scale, 1.0)
    found = spatial.Delaunay((np.asarray(points, float) - offset) / scale)
    return simplices_around(found, (np.asarray(xi, float) - offset) / scale)


def points_of(triangulation: Any) -> Any:
    return triangulation.points


def simplices_around(triangulation: Any, places: Any) -> tuple[Any, Any]:
    """As `triangles_around`, of a triangulation that is given."""
    simplex = np.asarray(triangulation.find_simplex(np.asarray(places, float)))
    return triangulation.simplices[simplex].astype(np.int64), simplex >= 0


def nearest_of(tree: Any, places: Any) -> Any:
    """The number of the point of a tree that is nearest to each place."""
    return np.asarray(tree.query(np.asarray(places, float))[1], np.int64)


def _ends_around(points: Any, xi: Any) -> tuple[Any, Any]:
    """The same on a line."""
    order = np.argsort(points)
    known = points[order]
    left = np.clip(np.searchsorted(known, xi, side="right") - 1, 0, len(known) - 2)
    return order[np.stack([left, left + 1], axis=-1)], (xi >= known[0]) & (xi <= known[-1])


def barycentric_weights(corners: Any, xi: Any) -> Any:
    """The weights, of sum 1, of the corners (..., corners, coordinates) whose mean the place is."""
    last = corners[..., -1, :]
    edges = np.swapaxes(corners[..., :-1, :] - corners[..., -1:, :], -1, -2)
    first = np.linalg.solve(edges, (xi - last)[..., np.newaxis])[..., 0]
    return np.concatenate([first, 1.0 - np.sum(first, axis=-1, keepdims=True)], axis=-1)

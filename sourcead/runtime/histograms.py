"""What varies in a histogram: sums of weights within bins, and edges that follow the data's range."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["density_adjoints", "density_tangent", "histogram_adjoints", "histogram_tangent"]


def _bins(a: Any, edges: Any) -> tuple[Any, Any]:
    """Each element's bin, and whether it is in any (the last bin has its right edge)."""
    values = np.ravel(a)
    place = np.searchsorted(edges, values, "right") - 1
    place = np.where(values == edges[-1], len(edges) - 2, place)
    inside = (values >= edges[0]) & (values <= edges[-1])
    return np.clip(place, 0, len(edges) - 2), inside


def histogram_adjoints(
    sums_bar: Any, edges_bar: Any, edges: Any, a: Any, bins: Any, limits: Any, weights: Any
) -> tuple[Any, Any, Any, Any]:
    """Adjoints in a, weights, bins and range."""
    weights_bar = None if weights is None else np.zeros(np.shape(weights))
    if weights is not None and sums_bar is not None:
        place, inside = _bins(a, edges)
        weights_bar = np.reshape(
            np.where(inside, np.asarray(sums_bar)[place], 0.0), np.shape(weights)
        )
    if edges_bar is None:
        edges_bar = np.zeros_like(edges)
    nothing = np.zeros(np.shape(a), np.result_type(edges_bar))
    if np.ndim(bins) == 1:
        return nothing, weights_bar, edges_bar, None
    share = np.linspace(0.0, 1.0, len(edges))
    low, high = np.sum(edges_bar * (1.0 - share)), np.sum(edges_bar * share)
    if limits is not None:
        return nothing, weights_bar, None, (low, high)
    values = np.asarray(a)
    if values.size == 0:
        return nothing, weights_bar, None, None
    least, most = values == np.min(values), values == np.max(values)
    a_bar = low * least / np.sum(least) + high * most / np.sum(most)
    return a_bar.astype(np.result_type(edges_bar), copy=False), weights_bar, None, None


def histogram_tangent(
    y: Any,
    a: Any,
    bins: Any,
    limits: Any,
    weights_dot: Any,
    a_dot: Any,
    bins_dot: Any,
    limits_dot: Any,
) -> tuple[Any, Any]:
    edges = y[1]
    sums_dot = None
    if weights_dot is not None:
        place, inside = _bins(a, edges)
        moved = np.where(inside, np.ravel(weights_dot), 0.0)
        sums_dot = np.bincount(place, moved, len(edges) - 1)
    if np.ndim(bins) == 1:
        return sums_dot, bins_dot
    low, high = 0.0, 0.0
    if limits is not None:
        if limits_dot is not None:
            low, high = (0.0 if d is None else d for d in limits_dot)
    elif a_dot is not None:
        values = np.asarray(a)
        low = np.mean(a_dot[values == np.min(values)])
        high = np.mean(a_dot[values == np.max(values)])
    return sums_dot, np.linspace(low, high, len(edges))


def _total(y: Any, a: Any, weights: Any) -> Any:
    """The weight in all bins."""
    _, inside = _bins(a, y[1])
    return np.sum(inside) if weights is None else np.sum(np.where(inside, np.ravel(weights), 0.0))


def density_adjoints(
    density_bar: Any, edges_bar: Any, y: Any, a: Any, weights: Any
) -> tuple[Any, Any]:
    """Adjoints of the sums in the bins and of the edges: density = sums / (widths * total)."""
    if density_bar is None:
        return None, edges_bar
    density, edges = y
    widths, total = np.diff(edges), _total(y, a, weights)
    sums_bar = density_bar / (widths * total) - np.sum(density_bar * density) / total
    widths_bar = -density_bar * density / widths
    moved = np.append(0.0, widths_bar) - np.append(widths_bar, 0.0)
    return sums_bar, moved if edges_bar is None else edges_bar + moved


def density_tangent(y_dot: Any, y: Any, a: Any, weights: Any) -> tuple[Any, Any]:
    sums_dot, edges_dot = y_dot
    density, edges = y
    widths, total = np.diff(edges), _total(y, a, weights)
    density_dot = np.zeros_like(density)
    if sums_dot is not None:
        density_dot = sums_dot / (widths * total) - density * np.sum(sums_dot) / total
    if edges_dot is not None:
        density_dot = density_dot - density * np.diff(edges_dot) / widths
    return density_dot, edges_dot

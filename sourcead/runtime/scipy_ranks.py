"""The windows of images that filters by rank choose from, and morphology with them."""

from __future__ import annotations

from typing import Any

import numpy as np

from sourcead.runtime.scipy_images import bordered

__all__ = [
    "chosen_by_rank", "dilated", "eroded", "modes_along", "opposite_origin", "rank_in_percent", "window_cells",
    "window_reach", "windows",
]  # fmt: skip


# ---- what a window is: constant --------------------------------------------------------------------


def _along(axes: Any, ndim: int) -> Any:
    """The axes of a window, counted from the front."""
    if axes is None:
        return range(ndim)
    return [a % ndim for a in ([axes] if isinstance(axes, (int, np.integer)) else axes)]


def _each(value: Any, axes: Any, ndim: int, other: Any) -> list[Any]:
    """What holds along each axis: one value for those of the window, or a sequence; `other` for the rest."""
    along = _along(axes, ndim)
    single = isinstance(value, str) or np.ndim(value) == 0
    given = dict(zip(along, [value] * len(along) if single else value))
    return [given.get(axis, other) for axis in range(ndim)]


def window_cells(ndim: int, size: Any, footprint: Any, axes: Any) -> Any:
    """Which cells of a box belong to the window, with as many axes as the image.

    >>> window_cells(2, 3, None, axes=0).shape
    (3, 1)
    """
    if footprint is None:
        return np.ones([int(n) for n in _each(size, axes, ndim, 1)], bool)
    cells = np.asarray(footprint, bool)
    return np.reshape(cells, _each(cells.shape, axes, ndim, 1))


def window_reach(cells: Any, origin: Any, axes: Any) -> list[tuple[int, int]]:
    """How far the window reaches before and behind a place, along each axis."""
    shifts = [int(shift) for shift in _each(origin, axes, cells.ndim, 0)]
    return [(n // 2 + shift, n - 1 - n // 2 - shift) for n, shift in zip(cells.shape, shifts)]


def modes_along(mode: Any, ndim: int, axes: Any) -> list[str]:
    """What is beyond the border, along each axis."""
    return _each(mode, axes, ndim, "reflect")


def opposite_origin(cells: Any, origin: Any, axes: Any) -> list[int]:
    """The origin of the window turned around, for a dilation."""
    shifts = _each(origin, axes, cells.ndim, 0)
    return [-int(shift) - (n % 2 == 0) for n, shift in zip(cells.shape, shifts)]


def rank_in_percent(cells: Any, percentile: float) -> int:
    """The rank that `percentile_filter` takes; negative percentages count from the greatest."""
    share = percentile + 100.0 if percentile < 0.0 else percentile
    count = int(np.count_nonzero(cells))
    return count - 1 if share == 100.0 else int(float(count) * share / 100.0)


# ---- the values in it ------------------------------------------------------------------------------


def windows(image: Any, cells: Any, reach: Any, modes: Any, cval: float) -> Any:
    """What the window shows at each place, along a last axis."""
    wide = bordered(image, reach, modes, cval)
    shown = np.lib.stride_tricks.sliding_window_view(wide, cells.shape)
    return np.reshape(shown, (*np.shape(image), -1))[..., np.ravel(cells)]


def chosen_by_rank(
    image: Any, rank: int, cells: Any, mode: Any, cval: float, origin: Any, axes: Any
) -> Any:
    """Of each window the value of this rank; a negative one counts from the greatest."""
    reach, modes = window_reach(cells, origin, axes), modes_along(mode, np.ndim(image), axes)
    return np.sort(windows(image, cells, reach, modes, cval), axis=-1)[..., rank]


def eroded(
    image: Any, cells: Any, structure: Any, mode: Any, cval: float, origin: Any, axes: Any
) -> Any:
    """The least value of each window, of what is left above the structure."""
    reach, modes = window_reach(cells, origin, axes), modes_along(mode, np.ndim(image), axes)
    shown = windows(image, cells, reach, modes, cval)
    if structure is not None:
        shown = shown - structure[cells]
    return np.sort(shown, axis=-1)[..., 0]


def dilated(
    image: Any, cells: Any, structure: Any, mode: Any, cval: float, origin: Any, axes: Any
) -> Any:
    """The greatest value of each window turned around, with the structure added."""
    turned = np.flip(cells)
    reach = window_reach(turned, opposite_origin(cells, origin, axes), None)
    shown = windows(image, turned, reach, modes_along(mode, np.ndim(image), axes), cval)
    if structure is not None:
        shown = shown + np.flip(structure)[turned]
    return np.sort(shown, axis=-1)[..., -1]

"""The windows of images that filters by rank choose from."""

from __future__ import annotations

from typing import Any

import numpy as np

from sourcead.runtime.scipy_images import bordered

__all__ = ["chosen_by_rank", "windows"]


def windows(image: Any, size: Any, mode: str, cval: float) -> Any:
    """What a window shows at each place, along a last axis."""
    sizes: Any = (size,) * np.ndim(image) if isinstance(size, (int, np.integer)) else tuple(size)
    pads = [(s // 2, s - 1 - s // 2) for s in sizes]
    wide = bordered(image, pads, mode, cval)
    shown = np.lib.stride_tricks.sliding_window_view(wide, sizes)
    return np.reshape(shown, (*np.shape(image), -1))


def chosen_by_rank(image: Any, rank: int, size: Any, mode: str, cval: float) -> Any:
    """Of each window the value of this rank; a negative one counts from the greatest."""
    return np.sort(windows(image, size, mode, cval), axis=-1)[..., rank]

"""Adjoints of `np.pad`, which fills its borders axis by axis: undone in the opposite order."""

from __future__ import annotations

from typing import Any

import numpy as np

from sourcead.runtime.gathers import take_adjoint
from sourcead.runtime.nested_lists import unpacked

__all__ = ["constant_pad_adjoint", "pad_adjoint"]


def constant_pad_adjoint(y_bar: Any, shape: Any, pad_width: Any, values: Any) -> tuple[Any, Any]:
    """Adjoints of the array (the part in the middle) and of `constant_values` (sums over the borders)."""
    rank = len(shape)
    widths = (
        np.broadcast_to(pad_width, (rank, 2)) if np.ndim(pad_width) != 1 else _pair(pad_width, rank)
    )
    borders = []
    for axis in range(rank - 1, -1, -1):  # a corner belongs to the last axis
        lanes = np.moveaxis(y_bar, axis, 0)
        before, size = int(widths[axis][0]), shape[axis]
        sides = [np.sum(lanes[:before]), np.sum(lanes[before + size :])]
        borders.append(np.stack(sides))
        y_bar = np.moveaxis(lanes[before : before + size], 0, axis)
    if rank == 0 or np.ndim(values) == 0:
        return y_bar, sum((np.sum(pair) for pair in borders), 0.0)
    return y_bar, unpacked(_shrunk(np.stack(borders[::-1]), np.shape(values)), values)


def _pair(pad_width: Any, rank: int) -> Any:
    """A flat width is (before, after) for all axes, or one number for both."""
    return np.broadcast_to(np.reshape(pad_width, (1, -1)), (rank, 2))


def _shrunk(bars: Any, shape: Any) -> Any:
    """(rank, 2) bars summed to what was broadcast to them: (1,), (2,), (rank, 1), (1, 2) or (rank, 2)."""
    two = (1,) * (2 - len(shape)) + tuple(shape)
    stretched = tuple(axis for axis in (0, 1) if two[axis] == 1)
    return np.reshape(np.sum(bars, axis=stretched), shape)


def pad_adjoint(
    y_bar: Any,
    shape: Any,
    pad_width: Any,
    mode: str,
    stat_length: Any = None,
    reflect_type: str = "even",
) -> Any:
    """Adjoint of every mode that is linear in the array."""
    if mode in ("maximum", "minimum", "median") or not isinstance(mode, str):
        raise NotImplementedError(
            f"np.pad with mode={mode!r} has no derivative rule; select the values yourself"
        )
    y_bar, rank = np.asarray(y_bar), len(shape)
    widths = (
        np.broadcast_to(pad_width, (rank, 2)) if np.ndim(pad_width) != 1 else _pair(pad_width, rank)
    )
    lengths = None if stat_length is None else np.broadcast_to(stat_length, (rank, 2))
    for axis in range(rank - 1, -1, -1):
        size, width = shape[axis], tuple(int(w) for w in widths[axis])
        lanes = np.moveaxis(y_bar, axis, 0)
        if mode == "empty":
            lanes = lanes[width[0] : width[0] + size]
        elif mode in ("edge", "wrap") or (
            mode in ("reflect", "symmetric") and reflect_type == "even"
        ):
            source = np.pad(np.arange(size), width, mode)  # type: ignore[call-overload]
            lanes = take_adjoint(lanes, (size, *np.shape(lanes)[1:]), source, 0)
        else:
            extra: dict[str, Any] = {}
            if mode in ("reflect", "symmetric"):
                extra["reflect_type"] = reflect_type
            if mode == "mean" and lengths is not None:
                extra["stat_length"] = tuple(int(n) for n in lengths[axis])
            fill = np.pad(np.eye(size, dtype=np.result_type(y_bar)), (width, (0, 0)), mode, **extra)  # type: ignore[call-overload]
            lanes = np.tensordot(fill, lanes, (0, 0))
        y_bar = np.moveaxis(lanes, 0, axis)
    return y_bar

"""What generated code calls where a shape or an index is known only while it runs."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

__all__ = [
    "in_precision",
    "in_steps",
    "laid_out",
    "last_written",
    "real_like",
    "room_for",
    "unbroadcast",
    "unbroadcast_to",
    "unless_zero",
    "zeros_kept",
]


def unbroadcast(adjoint: Any, like: Any) -> Any:
    """Sum `adjoint` over the axes along which `like` was stretched, so that it has the shape of `like`.

    The transpose of NumPy's broadcasting.  An adjoint that is smaller than `like` is stretched; that of
    a real number is real, and that of an array or NumPy number has its dtype.

    >>> unbroadcast(np.ones((2, 3)), np.zeros((2, 1))).tolist()
    [[3.0], [3.0]]
    >>> type(unbroadcast(np.broadcast_to(3.0, ()), 1.0)).__name__
    'float64'
    """
    if type(adjoint) is type(like) is np.ndarray and adjoint.shape == like.shape:
        return adjoint if adjoint.dtype == like.dtype else _of_dtype(adjoint, like)
    shape = np.shape(like)
    if isinstance(adjoint, (tuple, list)):  # of a rule for sequences, of which an array is one
        adjoint = np.asarray(adjoint)
    if np.shape(adjoint) == shape:
        return _of_dtype(adjoint, like)
    extra = np.ndim(adjoint) - len(shape)
    if extra > 0:
        adjoint = np.sum(adjoint, axis=tuple(range(extra)))
    stretched = tuple(
        axis
        for axis in range(-np.ndim(adjoint), 0)
        if shape[axis] == 1 and np.shape(adjoint)[axis] != 1
    )
    if stretched:
        adjoint = np.sum(adjoint, axis=stretched, keepdims=True)
    adjoint = _of_dtype(adjoint, like)
    return adjoint if np.shape(adjoint) == shape else np.broadcast_to(adjoint, shape)


def _of_dtype(adjoint: Any, like: Any) -> Any:
    """The real part of an adjoint where the value is real; in its dtype, and a number where that is one."""
    if np.iscomplexobj(adjoint) and not np.iscomplexobj(like):
        adjoint = np.real(adjoint)
    if type(adjoint) is np.ndarray and not adjoint.shape and type(like) is not np.ndarray:
        adjoint = adjoint[()]
    dtype = getattr(like, "dtype", None)
    if dtype is None or dtype.kind not in "fc" or not isinstance(adjoint, (np.ndarray, np.generic)):
        return adjoint
    return adjoint if adjoint.dtype == dtype else adjoint.astype(dtype)


def unbroadcast_to(adjoint: np.ndarray[Any, Any], shape: tuple[int, ...]) -> Any:
    """`unbroadcast` of an array of floats to the shape of another one.

    >>> unbroadcast_to(np.ones((2, 3)), (2, 1)).tolist()
    [[3.0], [3.0]]
    """
    if adjoint.shape == shape:
        return adjoint
    return unbroadcast(adjoint, np.broadcast_to(adjoint.dtype.type(0), shape))


def last_written(adjoint: np.ndarray[Any, Any], index: Any) -> np.ndarray[Any, Any]:
    """`adjoint[index]`, with zeros where a later position of `index` names the same element.

    In `u[index] = v` the last write wins, so only that entry of v has an effect.

    >>> last_written(np.array([5.0, 7.0]), np.array([0, 0, 1])).tolist()
    [0.0, 5.0, 7.0]
    """
    picked = adjoint[index]
    order = np.arange(picked.size).reshape(picked.shape)
    owner = np.empty(adjoint.shape, dtype=int)
    owner[index] = order
    return np.where(owner[index] == order, picked, 0)


def in_precision(tangent: Any, dtype: Any) -> Any:
    """The tangent of a value of this dtype, whatever the precision in which it was computed.

    >>> in_precision(0.5, np.float32)
    np.float32(0.5)
    """
    if np.result_type(tangent) == dtype:
        return tangent
    return np.asarray(tangent).astype(dtype)[()]


def real_like(tangent: Any, value: Any) -> Any:
    """The tangent of a value that is real or complex as the numbers have it: real where the value is.

    >>> real_like(1.0 + 2.0j, 3.0), real_like(1.0 + 2.0j, 3j)
    (1.0, (1+2j))
    """
    return tangent if np.iscomplexobj(value) else np.real(tangent)


def laid_out(values: Any, like: Any) -> Any:
    """A copy of `values` with the memory layout of `like`, so that views of the two are made alike.

    >>> laid_out(np.ones((2, 3)), np.zeros((2, 3), order="F")).flags.f_contiguous
    True
    >>> laid_out(np.ones(3), np.zeros(6)[::-2]).strides
    (-16,)
    """
    made = np.empty_like(like)
    made[...] = values
    return made if made.strides == like.strides else in_steps(made, like.strides)


def in_steps(values: Any, strides: tuple[int, ...]) -> Any:
    """A copy of `values` with these strides, as a view has them and `empty_like` does not keep them."""
    size, offset = room_for(values, strides)
    if not size:
        return values
    made = np.ndarray(values.shape, values.dtype, np.zeros(size, np.uint8), offset, strides)
    made[...] = values
    return made


def room_for(like: Any, strides: tuple[int, ...]) -> tuple[int, int]:
    """The bytes from the first to the last that an array with these strides shows, and where its first element is.

    (0, 0) for an array that is empty, or shows one place several times.
    """
    spans = [(n - 1) * stride for n, stride in zip(like.shape, strides)]
    if not like.size or any(n > 1 and not stride for n, stride in zip(like.shape, strides)):
        return 0, 0
    return sum(map(abs, spans)) + like.itemsize, -sum(s for s in spans if s < 0)


def unless_zero(adjoint: Any, partial: Any) -> Any:
    """`adjoint * partial`, and zero where the adjoint is zero, whatever the partial is there.

    A lane that is not selected has no adjoint; its partial may be infinite or NaN.

    >>> unless_zero(np.array([0.0, 2.0]), np.array([np.inf, 3.0])).tolist()
    [0.0, 6.0]
    """
    if type(partial) is not np.ndarray and np.ndim(adjoint) == 0 and np.ndim(partial) == 0:
        return adjoint * partial if adjoint != 0 else 0.0
    total = np.vdot(partial, partial)  # one quick pass: is a lane of the partial singular?
    if math.isfinite(total.real):
        return adjoint * partial
    with np.errstate(invalid="ignore"):
        product = adjoint * partial
        return np.where(adjoint == 0, np.zeros_like(product), product)


def zeros_kept(change: Any, adjoint: Any) -> Any:
    """`change`, and zero where it is infinite or NaN in a lane whose adjoint is zero.

    What an adjoint is multiplied with may be singular in lanes that are not selected, and so what it
    changes by.  A zero that the adjoint has by chance, elsewhere, has a derivative like any other number.

    >>> zeros_kept(np.array([np.inf, 3.0, np.inf]), np.array([0.0, 0.0, 2.0])).tolist()
    [0.0, 3.0, inf]
    """
    if type(change) is not np.ndarray and np.ndim(adjoint) == 0 and np.ndim(change) == 0:
        return change if adjoint != 0 or np.isfinite(change) else 0.0
    total = np.vdot(change, change)
    if math.isfinite(total.real):
        return change
    return np.where((adjoint == 0) & ~np.isfinite(change), 0.0, change)

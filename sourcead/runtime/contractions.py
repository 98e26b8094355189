"""Adjoints of contractions over general axes: tensordot, kron, cross, convolve."""

from __future__ import annotations

from typing import Any

import numpy as np

from sourcead.runtime.accumulate import unbroadcast

__all__ = [
    "convolution_window",
    "cross_again",
    "cross_again_tangent", "cross_adjoints", "kron_adjoints", "tensordot_adjoint_a", "tensordot_adjoint_b",
]  # fmt: skip


# ---- tensordot -----------------------------------------------------------------------------


def tensordot_adjoint_a(y_bar: Any, a: Any, b: Any, axes: Any) -> Any:
    """Adjoint of `np.tensordot(a, b, axes)` in `a`: contract with b's free axes, then put back in order."""
    axes_a, axes_b = _pairs(np.ndim(a), np.ndim(b), axes)
    free_a = [i for i in range(np.ndim(a)) if i not in axes_a]
    free_b = [i for i in range(np.ndim(b)) if i not in axes_b]
    behind = list(range(len(free_a), len(free_a) + len(free_b)))
    order = free_a + [axes_a[axes_b.index(i)] for i in sorted(axes_b)]
    return np.transpose(np.tensordot(y_bar, b, (behind, free_b)), _inverse(order))


def tensordot_adjoint_b(y_bar: Any, a: Any, b: Any, axes: Any) -> Any:
    """Adjoint of `np.tensordot(a, b, axes)` in `b`."""
    axes_a, axes_b = _pairs(np.ndim(a), np.ndim(b), axes)
    free_a = [i for i in range(np.ndim(a)) if i not in axes_a]
    free_b = [i for i in range(np.ndim(b)) if i not in axes_b]
    order = [axes_b[axes_a.index(i)] for i in sorted(axes_a)] + free_b
    before = list(range(len(free_a)))
    return np.transpose(np.tensordot(a, y_bar, (free_a, before)), _inverse(order))


def _pairs(rank_a: int, rank_b: int, axes: Any) -> tuple[list[int], list[int]]:
    """The contracted axes of both operands, counted from the front."""
    if not np.iterable(axes):
        return list(range(rank_a - int(axes), rank_a)), list(range(int(axes)))
    of_a, of_b = (list(each) if np.iterable(each) else [each] for each in axes)
    return [int(i) % rank_a for i in of_a], [int(i) % rank_b for i in of_b]


def _inverse(order: list[int]) -> list[int]:
    return sorted(range(len(order)), key=order.__getitem__)


# ---- kron ----------------------------------------------------------------------------------


def kron_adjoints(y_bar: Any, a: Any, b: Any) -> tuple[Any, Any]:
    """Adjoints of `np.kron(a, b)`: split each axis into a's and b's part, contract with the other."""
    rank = max(np.ndim(a), np.ndim(b))
    shape_a = (1,) * (rank - np.ndim(a)) + np.shape(a)
    shape_b = (1,) * (rank - np.ndim(b)) + np.shape(b)
    split = [n for pair in zip(shape_a, shape_b) for n in pair]
    blocks = np.reshape(y_bar, split)
    blocks = np.transpose(blocks, [*range(0, 2 * rank, 2), *range(1, 2 * rank, 2)])
    a_bar = np.tensordot(blocks, np.reshape(b, shape_b), rank)
    b_bar = np.tensordot(np.reshape(a, shape_a), blocks, rank)
    return np.reshape(a_bar, np.shape(a)), np.reshape(b_bar, np.shape(b))


# ---- cross ---------------------------------------------------------------------------------


def cross_adjoints(
    y_bar: Any, a: Any, b: Any, axisa: int, axisb: int, axisc: int
) -> tuple[Any, Any]:
    """Adjoints of the cross product: a_bar = b x y_bar, b_bar = y_bar x a, in three dimensions.

    A vector of two entries lies in the plane; the product of two such is the third entry alone.
    """
    first, second = _in_space(np.moveaxis(a, axisa, -1)), _in_space(np.moveaxis(b, axisb, -1))
    if np.shape(a)[axisa] == 2 and np.shape(b)[axisb] == 2:
        third = np.expand_dims(y_bar, -1)
        seed = np.concatenate([0.0 * third, 0.0 * third, third], axis=-1)
    else:
        seed = np.moveaxis(y_bar, axisc, -1)
    a_bar = np.cross(second, seed)[..., : np.shape(a)[axisa]]
    b_bar = np.cross(seed, first)[..., : np.shape(b)[axisb]]
    a_bar = unbroadcast(a_bar, np.moveaxis(a, axisa, -1))
    b_bar = unbroadcast(b_bar, np.moveaxis(b, axisb, -1))
    return np.moveaxis(a_bar, -1, axisa), np.moveaxis(b_bar, -1, axisb)


def _in_space(vectors: Any) -> Any:
    if np.shape(vectors)[-1] == 3:
        return vectors
    return np.concatenate([vectors, 0.0 * vectors[..., :1]], axis=-1)


# ---- the adjoints of bilinear products, differentiated again -------------------------------


def kron_again(seeds: Any, y_bar: Any, a: Any, b: Any) -> tuple[Any, Any, Any]:
    """Adjoints of `kron_adjoints` in y_bar, a and b: each factor's seed takes the factor's place."""
    a_seed, b_seed = _zeros_for(seeds, (a, b))
    y_bar_bar = np.kron(a_seed, b) + np.kron(a, b_seed)
    return y_bar_bar, kron_adjoints(y_bar, a, b_seed)[0], kron_adjoints(y_bar, a_seed, b)[1]


def kron_again_tangent(
    y_bar: Any, a: Any, b: Any, y_bar_dot: Any, a_dot: Any, b_dot: Any
) -> tuple[Any, Any]:
    y_bar_dot, a_dot, b_dot = _zeros_for((y_bar_dot, a_dot, b_dot), (y_bar, a, b))
    a_bar_dot, b_bar_dot = kron_adjoints(y_bar_dot, a, b)
    return a_bar_dot + kron_adjoints(y_bar, a, b_dot)[0], b_bar_dot + kron_adjoints(
        y_bar, a_dot, b
    )[1]


def cross_again(
    seeds: Any, y_bar: Any, a: Any, b: Any, axisa: int, axisb: int, axisc: int
) -> tuple[Any, Any, Any]:
    """Adjoints of `cross_adjoints` in y_bar, a and b."""
    a_seed, b_seed = _zeros_for(seeds, (a, b))
    y_bar_bar = np.cross(a_seed, b, axisa, axisb, axisc) + np.cross(a, b_seed, axisa, axisb, axisc)
    a_bar, _ = cross_adjoints(y_bar, a, b_seed, axisa, axisb, axisc)
    _, b_bar = cross_adjoints(y_bar, a_seed, b, axisa, axisb, axisc)
    return y_bar_bar, a_bar, b_bar


def cross_again_tangent(
    y_bar: Any,
    a: Any,
    b: Any,
    axisa: int,
    axisb: int,
    axisc: int,
    y_bar_dot: Any,
    a_dot: Any,
    b_dot: Any,
) -> tuple[Any, Any]:
    y_bar_dot, a_dot, b_dot = _zeros_for((y_bar_dot, a_dot, b_dot), (y_bar, a, b))
    a_bar_dot, b_bar_dot = cross_adjoints(y_bar_dot, a, b, axisa, axisb, axisc)
    by_b, _ = cross_adjoints(y_bar, a, b_dot, axisa, axisb, axisc)
    _, by_a = cross_adjoints(y_bar, a_dot, b, axisa, axisb, axisc)
    return a_bar_dot + by_b, b_bar_dot + by_a


def _zeros_for(values: Any, like: Any) -> list[Any]:
    return [np.zeros_like(one) if v is None else v for v, one in zip(values, like)]


# ---- convolve and correlate ----------------------------------------------------------------


def convolution_window(
    y_bar: Any, size_a: int, size_v: int, mode: str, correlate: bool = False
) -> Any:
    """`y_bar` of a "same" or "valid" convolution at its place in the full one, with zeros around."""
    shorter = min(size_a, size_v)
    if mode == "full":
        return y_bar
    if mode == "valid":
        start = shorter - 1
    elif correlate and size_v > size_a:  # np.correlate swaps its arguments then
        start = shorter // 2
    else:
        start = (shorter - 1) // 2
    return np.pad(y_bar, (start, size_a + size_v - 1 - start - np.size(y_bar)))

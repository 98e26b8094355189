"""Random directions in the space of arguments, and inner products along them.

>>> bar, dot = {"w": [1.0, 2.0], "n": None}, {"w": [10.0, 0.5], "n": None}
>>> inner(bar, dot), size(bar, {"w": [-10.0, 0.5], "n": None})
(11.0, 11.0)
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sourcead.nested import flatten, flatten_like, replace, unflatten

__all__ = ["inner", "moved", "pairing", "random_like", "size"]


def random_like(value: Any, rng: np.random.Generator, scale: float = 1.0) -> Any:
    """Normal numbers in the structure, shape and dtype of `value`; None where there is no derivative."""

    def draw(leaf: Any) -> Any:
        numbers: Any = scale * rng.standard_normal(np.shape(leaf))
        if np.iscomplexobj(leaf):
            numbers = numbers + 1j * scale * rng.standard_normal(np.shape(leaf))
        if isinstance(leaf, np.ndarray):
            return np.asarray(numbers, leaf.dtype)
        return type(leaf)(numbers)

    leaves, structure = flatten(value)
    return unflatten(structure, map(draw, leaves))


def moved(value: Any, dot: Any, step: complex) -> Any:
    """`value` moved along a direction of its structure, which may be None for no move.

    Single precision is widened: differences in float32 say nothing.  With a complex step every leaf
    becomes complex, so that a program can store one in another.
    """

    def move(leaf: Any, leaf_dot: Any) -> Any:
        single = getattr(leaf, "dtype", None) in (np.float32, np.complex64)
        wide = leaf + np.zeros((), np.float64) if single else leaf
        return wide + step * leaf_dot

    leaves, structure = flatten(value)
    dots = [0.0] * len(leaves) if dot is None else flatten_like(structure, dot)
    return replace(value, [move(leaf, leaf_dot) for leaf, leaf_dot in zip(leaves, dots)])


def pairing(bar: Any, value: Any) -> complex:
    """Sum of products of corresponding leaves, without conjugation."""
    return complex(sum(term.sum() for term in _terms(bar, value)))


def inner(bar: Any, dot: Any) -> float:
    """The real inner product of an adjoint and a tangent."""
    return pairing(bar, dot).real


def size(bar: Any, dot: Any) -> float:
    """What the terms of the inner product sum to without their signs: the scale of its rounding."""
    return float(sum(abs(term).sum() for term in _terms(bar, dot)))


def _terms(bar: Any, value: Any) -> list[Any]:
    leaves, structure = flatten(bar)
    return [np.multiply(b, v) for b, v in zip(leaves, flatten_like(structure, value))]

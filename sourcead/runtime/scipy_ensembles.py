"""Densities of vectors, counts and matrices as formulas."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = [
    "density_in_lanes", "is_possible", "log_determinant", "matrices", "mirrored", "on_simplex",
    "scale_matrix", "squared_distance",
]  # fmt: skip


def squared_distance(deviations: Any, matrix: Any) -> Any:
    """d.T M**-1 d for each row d."""
    return np.sum(deviations * np.transpose(np.linalg.solve(matrix, np.transpose(deviations))), axis=-1)  # fmt: skip


def log_determinant(matrix: Any) -> Any:
    """Of a positive definite matrix, or of a stack of them."""
    root = np.linalg.cholesky(matrix)
    return 2.0 * np.sum(np.log(np.diagonal(root, axis1=-2, axis2=-1)), axis=-1)


def mirrored(a: Any) -> Any:
    """The symmetric matrix, or stack of such, whose lower triangle is read."""
    return np.tril(a) + np.swapaxes(np.tril(a, -1), -1, -2)


def matrices(x: Any) -> Any:
    """One matrix, or those of a stack whose last axis counts them."""
    return mirrored(np.moveaxis(x, -1, 0) if np.ndim(x) == 3 else x)


def scale_matrix(scale: Any, n: int) -> Any:
    """A number stands for a multiple of the identity, a vector for a diagonal."""
    if np.ndim(scale) == 0:
        return scale * np.eye(n)
    return np.diag(scale) if np.ndim(scale) == 1 else mirrored(scale)


# ---- counts ----------------------------------------------------------------------------------------


def on_simplex(p: Any) -> Any:
    """The probabilities: the last one is what is missing to 1, as `scipy.stats.multinomial` has it."""
    is_free = np.arange(np.shape(p)[-1]) < np.shape(p)[-1] - 1
    return np.where(is_free, p, 1.0 - np.sum(p * is_free, axis=-1, keepdims=True))


def is_possible(log_probability: Any) -> Any:
    """Where counts are: elsewhere the logarithm is infinite or NaN, and has no slope."""
    return np.isfinite(log_probability)


def density_in_lanes(found: Any, known: Any) -> Any:
    """The formula where counts are possible; what SciPy has said elsewhere."""
    return np.where(is_possible(known), found, known)[()]

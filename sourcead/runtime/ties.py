"""Quotients by differences of eigenvalues (or singular values), some of which may be equal.

Eigenvectors of one eigenvalue can be turned among each other, so each of them alone has no derivative.
What does not depend on that choice (the space that they span, a sum over all of them) may have one:

- only the vectors are used, and turning them does not change the result: those terms are 0;
- the vectors and their eigenvalues are used together (`v @ np.diag(f(w)) @ v.T`): then the slope of `f`
  counts, which no formula in vectors and eigenvalues knows, and the result is NaN, not a number that is wrong;
- only the eigenvalues are used: see `sourcead.runtime.spectra`.

So can the vectors that complete a basis (the last columns of a complete `q`, or of a full `u`).
"""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["is_rounding", "of_any_basis", "over_gaps", "tied", "unsettled"]


def tied(w: Any) -> Any:
    """Which pairs are equal to rounding; each of them with itself, too.

    >>> tied(np.array([1.0, 1.0 + 1e-16, 2.0])).astype(int).tolist()
    [[1, 1, 0], [1, 1, 0], [0, 0, 1]]
    """
    distance = np.abs(np.expand_dims(w, -2) - np.expand_dims(w, -1))
    return is_rounding(distance, np.abs(w)[..., np.newaxis])


def is_rounding(part: Any, whole: Any) -> Any:
    """Where `part` is no more than the rounding of numbers like the largest of `whole`, by matrices."""
    size = np.max(np.abs(whole), axis=(-2, -1), keepdims=True, initial=0.0)
    return np.abs(part) <= 16.0 * np.finfo(np.result_type(part)).eps * np.shape(part)[-1] * size


def over_gaps(asked: Any, w: Any, lost: Any, size: Any = None) -> Any:
    """asked[i, j] / (w[j] - w[i]), 0 on the diagonal; at ties 0 where nothing is lost, and else NaN.

    What is lost is nothing where it is the rounding of numbers like `size` (`asked`, if that is not given).
    """
    same = tied(w)
    gaps = np.expand_dims(w, -2) - np.expand_dims(w, -1)
    undefined = (
        same
        & ~np.eye(np.shape(w)[-1], dtype=bool)
        & ~is_rounding(lost, asked if size is None else size)
    )
    return np.where(undefined, np.nan, np.where(same, 0.0, asked / np.where(same, 1.0, gaps)))


def unsettled(asked: Any, w_bar: Any) -> Any:
    """What is lost at ties: of the vectors alone how the result changes when they are turned.

    `asked` is the adjoint of the vectors in their own basis, `w_bar` that of the values, or None.
    """
    turned = np.conj(np.swapaxes(asked, -1, -2))
    if w_bar is None:
        return asked - turned
    size = np.abs(w_bar)
    return np.abs(asked) + np.abs(turned) + np.expand_dims(size, -2) + np.expand_dims(size, -1)


def of_any_basis(vectors: Any, vectors_bar: Any) -> Any:
    """The adjoint of vectors that are any basis of their space: NaN where it asks how they are turned in it.

    >>> plane, one = np.eye(3)[:, 1:], np.diag([0.0, 1.0, 0.0])[:, 1:]
    >>> of_any_basis(plane, 2.0 * plane)[0]  # of the sum of all squares
    array([0., 0.])
    >>> of_any_basis(plane, np.roll(one, 1))[0]
    array([nan, nan])
    """
    asked = np.swapaxes(vectors, -1, -2) @ vectors_bar
    lost = asked - np.conj(np.swapaxes(asked, -1, -2))
    turned = np.any(~is_rounding(lost, vectors_bar), axis=(-2, -1), keepdims=True)
    return np.where(turned, np.nan, vectors_bar)

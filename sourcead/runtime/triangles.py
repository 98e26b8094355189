"""Matrices of which only a part is read: the part as the full matrix it stands for, and back.

A routine for symmetric matrices reads one triangle: a change of one entry is a change of two.

>>> as_read(np.array([[1.0, 2.0], [9.0, 3.0]]), "symmetric", lower=False).tolist()
[[1.0, 2.0], [2.0, 3.0]]
>>> to_read(np.ones((2, 2)), "symmetric", lower=False).tolist()
[[1.0, 2.0], [0.0, 1.0]]
"""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["as_read", "to_read", "transposed_structure"]

FULL = (None, "gen", "general", "banded")
HERMITIAN = ("her", "hermitian", "pos", "positive definite")
SYMMETRIC = ("sym", "symmetric")
BANDS = ("diagonal", "tridiagonal", "lower triangular", "upper triangular")


def as_read(a: Any, structure: str | None, lower: bool) -> Any:
    """The matrix that a routine takes `a` for."""
    if structure in FULL:
        return a
    if structure in BANDS:
        return _band(a, structure)
    triangle = np.tril(a) if lower else np.triu(a)
    inner = np.tril(a, -1) if lower else np.triu(a, 1)
    mirrored = np.swapaxes(inner, -1, -2)
    if structure in SYMMETRIC or not np.iscomplexobj(a):
        return triangle + mirrored
    return triangle + np.conj(mirrored) - 1j * _diagonal(np.imag(a))


def to_read(a_bar: Any, structure: str | None, lower: bool) -> Any:
    """The adjoint of `as_read`: zero where nothing is read."""
    if structure in FULL:
        return a_bar
    if structure in BANDS:
        return _band(a_bar, structure)
    mirrored = np.swapaxes(a_bar, -1, -2)
    if structure in SYMMETRIC or not np.iscomplexobj(a_bar):
        both = a_bar + mirrored
        return np.tril(both) - _diagonal(a_bar) if lower else np.triu(both) - _diagonal(a_bar)
    both = a_bar + np.conj(mirrored)
    return (np.tril(both) if lower else np.triu(both)) - _diagonal(np.real(a_bar))


def transposed_structure(structure: str | None) -> str | None:
    """What the transposed matrix is."""
    if structure == "lower triangular":
        return "upper triangular"
    return "lower triangular" if structure == "upper triangular" else structure


def _band(a: Any, structure: str | None) -> Any:
    if structure == "lower triangular":
        return np.tril(a)
    if structure == "upper triangular":
        return np.triu(a)
    reach = 0 if structure == "diagonal" else 1
    return np.tril(np.triu(a, -reach), reach)


def _diagonal(a: Any) -> Any:
    return a * np.eye(a.shape[-1], dtype=bool)  # in the precision of a

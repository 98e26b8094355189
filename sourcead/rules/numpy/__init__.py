"""The derivatives of NumPy's functions, one module for each family."""

from sourcead.rules.numpy import (
    creation,
    cumulative,
    elementwise,
    extrema,
    fft,
    indexing,
    joining,
    linalg,
    products,
    reductions,
    selection,
    shaping,
    sorting,
)

__all__ = [
    "creation",
    "cumulative",
    "elementwise",
    "extrema",
    "fft",
    "indexing",
    "joining",
    "linalg",
    "products",
    "reductions",
    "selection",
    "shaping",
    "sorting",
]

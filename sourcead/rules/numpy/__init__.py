"""The derivatives of NumPy's functions, one module for each family."""

from sourcead.rules.numpy import (
    creation,
    cumulative,
    elementwise,
    extrema,
    fft,
    indexing,
    interpolation,
    joining,
    linalg,
    polynomial,
    products,
    random,
    reductions,
    selection,
    shaping,
    sorting,
    statistics,
    transposes,
    ufunc_methods,
)

from sourcead.rules.numpy import broadcasting, helpers  # isort: skip  (after the rules that some helpers have)

__all__ = [
    "broadcasting",
    "creation",
    "cumulative",
    "elementwise",
    "extrema",
    "fft",
    "helpers",
    "indexing",
    "interpolation",
    "joining",
    "linalg",
    "polynomial",
    "products",
    "random",
    "reductions",
    "selection",
    "shaping",
    "sorting",
    "statistics",
    "transposes",
    "ufunc_methods",
]

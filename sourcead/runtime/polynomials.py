"""Adjoints of NumPy's functions on polynomials (coefficients from the highest power down)."""

from __future__ import annotations

from typing import Any

import numpy as np

from sourcead.runtime.accumulate import unbroadcast
from sourcead.runtime.matrices import lstsq_adjoints, lstsq_tangent

__all__ = [
    "all_coefficients",
    "direction",
    "fitted_length",
    "poly_factors",
    "polyfit_adjoints",
    "polyfit_tangent",
    "polyint_adjoint",
    "polynomial_values_adjoint",
    "polyval_of_rows_adjoints",
    "product_adjoint",
    "roots_adjoint",
    "roots_slopes",
    "cut_off_of_fit",
    "slope_of_rows",
]


def all_coefficients(c: Any) -> None:
    """Of a `np.poly1d` that is made of coefficients with derivatives: none may be left out.

    >>> all_coefficients([0.0, 2.0])
    Traceback (most recent call last):
    ...
    NotImplementedError: np.poly1d leaves out a leading coefficient that is zero, and its derivative with it; ...
    """
    if np.size(c) > 1 and np.ravel(c)[0] == 0:
        raise NotImplementedError(
            "np.poly1d leaves out a leading coefficient that is zero, and its derivative with it; "
            "np.polyval(c, x) of the array of coefficients has it"
        )


def fitted_length(bar: Any, p: Any) -> Any:
    """The last `len(p)` coefficients: a shorter polynomial has its constant term at the end too."""
    return np.reshape(bar[len(bar) - np.size(p) :], np.shape(p))


def product_adjoint(y_bar: Any, other: Any, p: Any) -> Any:
    """The adjoint in `p` of the coefficients of p * other."""
    if np.size(p) == 0 or np.size(other) == 0:
        return np.zeros(np.shape(p), np.result_type(y_bar))
    full = np.convolve(p, other)
    padded = np.concatenate([np.zeros(len(full) - len(y_bar), np.result_type(y_bar)), y_bar])
    return np.reshape(np.convolve(padded, np.ravel(other)[::-1], "valid"), np.shape(p))


def polyint_adjoint(y_bar: Any, p: Any, m: int) -> Any:
    """Adjoint of `np.polyint(p, m)`: the coefficient of x**j was divided by (j+1) ... (j+m)."""
    n = len(p)
    factors = np.ones(n)
    for k in range(1, m + 1):
        factors = factors * np.arange(n - 1 + k, k - 1, -1)
    return y_bar[:n] / factors.astype(np.result_type(np.real(y_bar)))


def roots_slopes(r: Any, p: Any) -> Any:
    """The derivative of each root in each coefficient: -r**j / p'(r)."""
    slope = np.polyval(np.polyder(np.asarray(p)), r)
    slopes = -np.vander(r, len(p)) / np.expand_dims(slope, 1)
    return slopes.astype(np.result_type(r), copy=False)


def direction(dots: Any) -> Any:
    """The tangent of an array, or of a list of numbers, in which None stands for a number that is fixed.

    >>> direction([None, 2.0]).tolist()
    [0.0, 2.0]
    """
    if isinstance(dots, (list, tuple)):
        return np.array([0.0 if dot is None else dot for dot in dots])
    return dots


def roots_adjoint(r_bar: Any, r: Any, p: Any) -> Any:
    """The adjoint of `np.roots(p)`: real where the coefficients are, also for complex roots."""
    p_bar = r_bar @ roots_slopes(r, p)
    return np.real(p_bar) if np.isrealobj(p) else p_bar


def poly_factors(roots: Any) -> Any:
    """Row k: the derivative of `np.poly(roots)` in root k, minus the polynomial of the other roots."""
    roots = np.asarray(roots)
    if roots.ndim == 2:
        raise NotImplementedError(
            "`np.poly` of a matrix has no derivative rule; pass its eigenvalues: np.linalg.eigvals(a)"
        )
    if len(roots) == 0:
        return np.zeros((0, 1), np.result_type(roots))
    if len(roots) == 1:
        return np.array([[0.0, -1.0]], np.result_type(roots))
    rows = [
        np.concatenate([[0.0], -np.atleast_1d(np.poly(np.delete(roots, k)))])
        for k in range(len(roots))
    ]
    return np.stack(rows).astype(np.result_type(roots), copy=False)


def polynomial_values_adjoint(y_bar: Any, basis: Any, x: Any) -> Any:
    """The adjoint in the coefficients of sum(c[k] * basis[..., k]), for c of any rank."""
    rank = np.ndim(x)
    leading = list(range(rank))
    trailing = list(range(np.ndim(y_bar) - rank, np.ndim(y_bar)))
    return np.tensordot(basis.astype(np.result_type(y_bar), copy=False), y_bar, (leading, trailing))


def slope_of_rows(p: Any, x: Any) -> Any:
    """The derivative in x of `np.polyval(p, x)`, where each coefficient is an array."""
    p = np.asarray(p)
    powers = np.arange(len(p) - 1, 0, -1, dtype=np.result_type(p))
    slope = np.polyval(p[:-1] * np.reshape(powers, (-1,) + (1,) * (np.ndim(p) - 1)), x)
    return slope + np.zeros(np.shape(p)[1:], np.result_type(p))


def polyval_of_rows_adjoints(y_bar: Any, p: Any, x: Any) -> tuple[Any, Any]:
    """Adjoints of `np.polyval(p, x)`, where each coefficient is an array that is stretched against x.

    >>> bars = polyval_of_rows_adjoints(np.ones(2), np.ones((3, 1)), np.array([2.0, 3.0]))
    >>> bars[0].tolist(), bars[1].tolist()
    ([[13.0], [5.0], [2.0]], [5.0, 7.0])
    """
    p, rank = np.asarray(p), np.ndim(y_bar)
    exponents = np.reshape(np.arange(len(p) - 1, -1, -1), (-1,) + (1,) * rank)
    rows = np.reshape(p, (len(p),) + (1,) * (rank + 1 - np.ndim(p)) + np.shape(p)[1:])
    p_bar = unbroadcast(y_bar * x**exponents, rows)
    return np.reshape(p_bar, np.shape(p)), unbroadcast(y_bar * slope_of_rows(p, x), x)


# ---- fit -----------------------------------------------------------------------------------


def _design(x: Any, deg: int, w: Any) -> tuple[Any, Any]:
    """The weighted Vandermonde matrix, and the lengths of its columns."""
    a = np.vander(x, deg + 1)
    if w is not None:
        a = a * np.expand_dims(w, 1)
    return a, np.sqrt(np.sum(np.real(a * np.conj(a)), axis=0))


def _column(values: Any, like: Any) -> Any:
    return np.expand_dims(values, 1) if np.ndim(like) == 2 else values


def _powers_adjoint(a_bar: Any, x: Any, deg: int) -> Any:
    """The adjoint of `np.vander(x, deg + 1)`."""
    powers = np.arange(deg, 0, -1, dtype=np.result_type(a_bar))
    return np.sum(a_bar[:, :-1] * powers * np.vander(x, deg + 1)[:, 1:], axis=1)


def cut_off_of_fit(a: Any, rcond: Any) -> Any:
    """What `np.polyfit` takes for zero among the singular values of the scaled powers."""
    return len(a) * np.finfo(np.result_type(a, np.float32)).eps if rcond is None else rcond


def polyfit_adjoints(
    c_bar: Any, c: Any, x: Any, y: Any, deg: int, rcond: Any, w: Any
) -> tuple[Any, Any, Any]:
    """Adjoints in x, y and w: those of least squares with columns of length one, as NumPy solves it."""
    a, scale = _design(x, deg, w)
    b = y if w is None else y * _column(w, y)
    cut = cut_off_of_fit(a, rcond)
    scaled = c * _column(scale, c)
    a_bar, b_bar = lstsq_adjoints(c_bar / _column(scale, c), None, None, scaled, a / scale, b, cut)
    a_bar = a_bar / scale
    if w is None:
        return _powers_adjoint(a_bar, x, deg), b_bar, None
    from_targets = b_bar * y if np.ndim(y) == 1 else np.sum(b_bar * y, axis=1)
    w_bar = np.sum(a_bar * np.vander(x, deg + 1), axis=1) + from_targets
    return _powers_adjoint(a_bar * np.expand_dims(w, 1), x, deg), b_bar * _column(w, y), w_bar


def polyfit_tangent(
    c: Any, x: Any, y: Any, deg: int, rcond: Any, w: Any, x_dot: Any, y_dot: Any, w_dot: Any
) -> Any:
    a, scale = _design(x, deg, w)
    b = y if w is None else y * _column(w, y)
    cut = cut_off_of_fit(a, rcond)
    a_dot: Any = np.zeros_like(a)
    b_dot: Any = np.zeros_like(b)
    if x_dot is not None:
        powers = np.arange(deg, 0, -1)
        moved = powers * np.vander(x, deg + 1)[:, 1:] * np.expand_dims(x_dot, 1)
        if w is not None:
            moved = moved * np.expand_dims(w, 1)
        a_dot[:, :-1] += moved
    if y_dot is not None:
        b_dot = b_dot + (y_dot if w is None else y_dot * _column(w, y))
    if w_dot is not None:
        a_dot = a_dot + np.vander(x, deg + 1) * np.expand_dims(w_dot, 1)
        b_dot = b_dot + y * _column(w_dot, y)
    scaled = (c * _column(scale, c), np.zeros(0))
    return lstsq_tangent(scaled, a / scale, b, cut, a_dot / scale, b_dot)[0] / _column(scale, c)

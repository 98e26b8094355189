"""Derivatives of operations on series of polynomials (coefficients from the lowest degree up), in any basis.

NumPy leaves out coefficients that are zero at the end.  One that carries a derivative would lose it, which
is refused while it runs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

__all__ = [
    "all_degrees",
    "factor_adjoint",
    "of_each_degree",
    "product_change",
    "slopes_of_product",
    "slopes_of_roots",
    "sum_change",
    "summand_adjoint",
    "without_zeros",
]

Operation = Callable[..., Any]


def of_each_degree(operation: Operation, y_bar: Any, c: Any, axis: int, *options: Any) -> Any:
    """The adjoint of `operation(c, *options)`, linear in the coefficients along an axis (`chebder`).

    >>> of_each_degree(np.polynomial.polynomial.polyder, np.array([1.0, 1.0]), np.ones(3), 0, 1).tolist()
    [0.0, 1.0, 2.0]
    """
    degrees = np.eye(np.shape(c)[axis], dtype=np.result_type(y_bar))
    columns = operation(degrees, *options)
    return np.moveaxis(np.tensordot(columns.T, np.moveaxis(y_bar, axis, 0), 1), 0, axis)


def factor_adjoint(multiply: Operation, y_bar: Any, c: Any, other: Any) -> Any:
    """The adjoint of the factor `c` of `multiply(c, other)`."""
    _check_last(c)
    shares = []
    for degree in np.eye(np.size(c), dtype=np.result_type(y_bar)):
        terms = multiply(degree, other)
        count = min(len(terms), len(y_bar))
        shares.append(np.sum(terms[:count] * y_bar[:count]))
    return np.reshape(np.stack(shares).astype(np.result_type(y_bar), copy=False), np.shape(c))


def product_change(multiply: Operation, y: Any, c: Any, c_dot: Any, other: Any) -> Any:
    """The tangent of `y = multiply(c, other)` where `c` moves."""
    _check_last(c)
    return _fitted(multiply(np.reshape(c_dot, (-1,)), other), len(y))


def summand_adjoint(y_bar: Any, c: Any) -> Any:
    """The adjoint of `c` in a sum of two series."""
    if np.size(c) > len(y_bar):
        _refuse()
    return np.reshape(y_bar[: np.size(c)], np.shape(c))


def sum_change(y: Any, c_dot: Any) -> Any:
    """The tangent of a sum of two series where one of them moves."""
    if np.size(c_dot) > len(y):
        _refuse()
    return _fitted(np.reshape(c_dot, (-1,)), len(y))


def slopes_of_roots(evaluate: Operation, derive: Operation, roots: Any, c: Any) -> Any:
    """In row k the derivatives of the roots in coefficient k: minus the element of the basis, by the slope there.

    >>> P = np.polynomial.polynomial
    >>> slopes_of_roots(P.polyval, P.polyder, np.array([-2.0]), np.array([4.0, 2.0])).tolist()
    [[-0.5], [1.0]]
    """
    basis = evaluate(roots, np.eye(len(c)))
    slope = evaluate(roots, derive(np.asarray(c)))
    return (-basis / slope).astype(np.result_type(roots), copy=False)


def slopes_of_product(make: Operation, roots: Any) -> Any:
    """Row k: the derivative of the series `make(roots)` in root k, minus that of the other roots.

    >>> slopes_of_product(np.polynomial.polynomial.polyfromroots, np.array([2.0, 3.0])).tolist()
    [[3.0, -1.0, 0.0], [2.0, -1.0, 0.0]]
    """
    roots = np.asarray(roots)
    rows = [
        np.concatenate([-make(np.delete(roots, k)), np.zeros(1)]) for k in range(np.size(roots))
    ]
    return np.stack(rows) if rows else np.zeros((0, 1), roots.dtype)


def all_degrees(c: Any) -> None:
    """Of a series that is divided: no coefficient may be left out."""
    if np.size(c) > 1:
        _check_last(c)


def without_zeros(c: Any) -> Any:
    """What NumPy leaves of a remainder: no zeros of the highest degrees.

    >>> without_zeros(np.array([1.0, 2.0, 0.0])).tolist(), without_zeros(np.zeros(3)).tolist()
    ([1.0, 2.0], [0.0])
    """
    places = np.flatnonzero(c)
    return c[: places[-1] + 1] if len(places) else c[:1]


def _fitted(c: Any, count: int) -> Any:
    missing = count - len(c)
    return np.concatenate([c, np.zeros(missing, np.result_type(c))]) if missing > 0 else c[:count]


def _check_last(c: Any) -> None:
    if np.reshape(c, (-1,))[-1] == 0:
        _refuse()


def _refuse() -> None:
    raise NotImplementedError(
        "NumPy leaves out a coefficient of the highest degree that is zero, and its derivative with it; "
        "compute with the values of the polynomials"
    )

"""Covariance as a product of the centred observations, and its adjoint.

>>> covariance_adjoints(np.ones(()), np.array([1.0, 3.0]), None, True, False, None, None, None)[0]
array([-2.,  2.])
"""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = [
    "correlation_adjoint",
    "correlation_tangent",
    "covariance_adjoints",
    "covariance_tangent",
]


TURNS_ROWS = np.cov(np.zeros((1, 2)), rowvar=False, ddof=0).shape == (2, 2)
"""Of a matrix of one row, are the columns the variables where `rowvar` is False? (In newer NumPy; not of `y`.)"""


def _rows(m: Any, rowvar: bool, turns: bool = False) -> Any:
    """One variable in each row."""
    rows = np.reshape(m, (1, -1)) if np.ndim(m) < 2 else m
    return rows.T if _is_turned(m, rowvar, turns) else rows


def _is_turned(m: Any, rowvar: bool, turns: bool) -> bool:
    return np.ndim(m) == 2 and not rowvar and (turns or np.shape(m)[0] != 1)


def _observations(m: Any, y: Any, rowvar: bool) -> Any:
    rows = _rows(m, rowvar, TURNS_ROWS)
    return rows if y is None else np.concatenate([rows, _rows(y, rowvar)])


def _weights(
    count: int, bias: bool, ddof: Any, fweights: Any, aweights: Any, dtype: Any
) -> tuple[Any, Any]:
    """The weight of each observation, and the divisor."""
    if ddof is None:
        ddof = 0 if bias else 1
    weights = np.ones(count, dtype)
    if fweights is not None:
        weights = weights * fweights
    if aweights is not None:
        weights = weights * aweights
    total = np.sum(weights)
    if ddof == 0:
        return weights, total
    if aweights is None:
        return weights, total - ddof
    return weights, total - ddof * np.sum(weights * aweights) / total


def covariance_adjoints(
    c_bar: Any, m: Any, y: Any, rowvar: bool, bias: bool, ddof: Any, fweights: Any, aweights: Any
) -> tuple[Any, Any]:
    """Adjoints of `np.cov` in its two sets of variables."""
    x = _observations(m, y, rowvar)
    dtype = np.result_type(np.real(x))
    weights, divisor = _weights(np.shape(x)[1], bias, ddof, fweights, aweights, dtype)
    share = (weights / np.sum(weights)).astype(dtype)
    centred = x - np.sum(x * share, axis=1, keepdims=True)
    seed = np.reshape(c_bar, (len(x), len(x)))
    centred_bar = (seed + np.conj(seed.T)) @ np.conj(centred) * (weights / divisor).astype(dtype)
    x_bar = centred_bar - share * np.sum(centred_bar, axis=1, keepdims=True)
    if y is None:
        return _back(x_bar, m, rowvar, TURNS_ROWS), None
    own = len(_rows(m, rowvar, TURNS_ROWS))
    return _back(x_bar[:own], m, rowvar, TURNS_ROWS), _back(x_bar[own:], y, rowvar)


def _back(rows: Any, m: Any, rowvar: bool, turns: bool = False) -> Any:
    return np.reshape(rows.T if _is_turned(m, rowvar, turns) else rows, np.shape(m))


def covariance_tangent(
    c: Any,
    m: Any,
    y: Any,
    rowvar: bool,
    bias: bool,
    ddof: Any,
    fweights: Any,
    aweights: Any,
    m_dot: Any,
    y_dot: Any,
) -> Any:
    x = _observations(m, y, rowvar)
    m_dot = np.zeros_like(m) if m_dot is None else m_dot
    if y is not None and y_dot is None:
        y_dot = np.zeros_like(y)
    x_dot = _observations(m_dot, y_dot, rowvar)
    weights, divisor = _weights(
        np.shape(x)[1], bias, ddof, fweights, aweights, np.result_type(np.real(x))
    )
    share = weights / np.sum(weights)
    centred = x - np.sum(x * share, axis=1, keepdims=True)
    half = (x_dot * (weights / divisor)) @ np.conj(centred.T)
    return np.reshape(half + np.conj(half.T), np.shape(c)).astype(np.result_type(c), copy=False)


def correlation_adjoint(r_bar: Any, r: Any, c: Any) -> Any:
    """The adjoint of the covariance `c` of which `r` is the correlation: r[i, j] = c[i, j] / (s[i] s[j])."""
    if np.ndim(r) == 0:
        return 0.0 * r_bar
    variances = np.real(np.diagonal(c))
    spread = np.sqrt(variances)
    c_bar = r_bar / np.expand_dims(spread, 1) / spread
    both = np.real(r_bar * r)
    on_diagonal = -0.5 * (np.sum(both, axis=0) + np.sum(both, axis=1)) / variances
    return c_bar + np.diag(on_diagonal)


def correlation_tangent(r: Any, c: Any, c_dot: Any) -> Any:
    if np.ndim(r) == 0:
        return 0.0 * c_dot
    variances = np.real(np.diagonal(c))
    spread = np.sqrt(variances)
    change = 0.5 * np.real(np.diagonal(c_dot)) / variances
    return c_dot / np.expand_dims(spread, 1) / spread - r * (np.expand_dims(change, 1) + change)

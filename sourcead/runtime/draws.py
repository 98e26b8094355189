"""Reading a standard draw off one that was shifted and scaled.

>>> float(standardised(7.0, 1.0, 3.0)), float(standardised(1.0, 1.0, 0.0))
(2.0, 0.0)
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sourcead.runtime.matrices import cholesky_adjoint, cholesky_tangent

__all__ = ["draws_adjoint", "draws_tangent", "standardised"]


def standardised(draw: Any, loc: Any, scale: Any) -> Any:
    """`(draw - loc) / scale`; 0 where the scale is 0, because the draw does not tell there."""
    return (draw - loc) / np.where(scale == 0, 1.0, scale)


# ---- several normal variables: mean + z @ factor.T -----------------------------------------


def draws_adjoint(y_bar: Any, y: Any, mean: Any, cov: Any, method: str) -> Any:
    """The adjoint of the covariance: of the factor that NumPy makes of it, at draws z that are read off the result."""
    if method == "cholesky":
        factor = np.linalg.cholesky(cov)
        z = _rows(y - mean) @ np.linalg.inv(factor).T
        return cholesky_adjoint(_rows(y_bar).T @ z, factor, False)
    left, values, right = _directions(cov, method)
    basis = right if method == "rows" else left
    roots = np.sqrt(values)
    z = standardised(_rows(y - mean) @ basis, 0.0, roots)
    turned = basis.T @ (_rows(y_bar).T @ z)
    own = np.diag(np.diagonal(turned) / (2.0 * roots))
    if method == "eigh":
        core = turned * roots * _inverse_gaps(values) + own
        found = basis @ core @ basis.T
        return np.tril(found + found.T) - np.diag(np.diagonal(found))
    shares = turned * roots * _inverse_gaps(values * values)
    weights = values[:, np.newaxis] if method == "rows" else values
    return left @ ((shares + shares.T) * weights + own) @ right.T


def draws_tangent(y: Any, mean: Any, cov: Any, cov_dot: Any, method: str) -> Any:
    """The tangent of the draws where the covariance moves."""
    if method == "cholesky":
        factor = np.linalg.cholesky(cov)
        z = _rows(y - mean) @ np.linalg.inv(factor).T
        return np.reshape(z @ cholesky_tangent(factor, cov_dot, False).T, np.shape(y))
    left, values, right = _directions(cov, method)
    basis = right if method == "rows" else left
    roots = np.sqrt(values)
    z = standardised(_rows(y - mean) @ basis, 0.0, roots)
    if method == "eigh":
        lower = np.tril(cov_dot)
        moved = basis.T @ (lower + lower.T - np.diag(np.diagonal(cov_dot))) @ basis
        turned = moved * _inverse_gaps(values)
    else:
        moved = left.T @ cov_dot @ right
        weights = values[:, np.newaxis] if method == "rows" else values
        both = moved * weights
        turned = (both + both.T) * _inverse_gaps(values * values)
    core = turned * roots + np.diag(np.diagonal(moved) / (2.0 * roots))
    return np.reshape(z @ (basis @ core).T, np.shape(y))


def _rows(draws: Any) -> Any:
    return np.reshape(draws, (-1, np.shape(draws)[-1]))


def _directions(cov: Any, method: str) -> tuple[Any, Any, Any]:
    if method == "eigh":
        values, vectors = np.linalg.eigh(cov)
        return vectors, values, vectors
    left, values, right = np.linalg.svd(cov)
    return left, values, right.T


def _inverse_gaps(values: Any) -> Any:
    """1 / (values[j] - values[i]), and 0 where i = j."""
    gaps = values - values[:, np.newaxis]
    own = np.eye(len(values))
    return (1.0 - own) / (gaps + own)

"""Gaussians around the points of a sample."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["log_kernels"]


def log_kernels(data: Any, covariance: Any, points: Any) -> Any:
    """The logarithm of the Gaussian around each column of data (d, n), at each point (d, m): (m, n).

    A vector of points is a row of them, or one point of d coordinates.
    """
    root = np.linalg.cholesky(covariance)
    d = len(root)
    along = np.reshape(np.atleast_1d(points), (d, -1))
    apart = np.transpose(along)[:, np.newaxis, :] - np.transpose(data)
    scaled = apart @ np.transpose(np.linalg.inv(root))
    size = np.sum(np.log(np.diagonal(root))) + 0.5 * d * np.log(2.0 * np.pi)
    return -0.5 * np.sum(scaled * scaled, axis=-1) - size

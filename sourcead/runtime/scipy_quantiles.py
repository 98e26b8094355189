"""Densities of the standard gamma and beta distributions, which quantiles move against."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import special

__all__ = ["beta_density", "gamma_density"]


def gamma_density(a: Any, x: Any) -> Any:
    """d/dx of P(a, x)."""
    return np.exp(special.xlogy(a - 1.0, x) - x - special.gammaln(a))


def beta_density(a: Any, b: Any, x: Any) -> Any:
    """d/dx of I_x(a, b)."""
    return np.exp(special.xlogy(a - 1.0, x) + special.xlog1py(b - 1.0, -x) - special.betaln(a, b))

"""Slopes of the regularised incomplete gamma and beta functions in their parameters.

Neither has a closed form.  Series with positive terms are differentiated term by term; in the upper
tail of the gamma function, where the series cancels, Gauss-Laguerre quadrature of the differentiated
integral takes over.  Sources: Moore (1982), Applied Statistics 31; Boik and Robison-Cox (1998).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import special

__all__ = ["betainc_in_parameters", "gammainc_in_a"]

LAGUERRE = special.roots_laguerre(60)
NODES = LAGUERRE[0]
WEIGHTS = LAGUERRE[1]
MOST_TERMS = 100_000


def gammainc_in_a(a: Any, x: Any) -> Any:
    """d/da of P(a, x)."""
    a, x = np.broadcast_arrays(np.asarray(a, float), np.asarray(x, float))
    upper = x > a + 1.0 + 2.0 * np.sqrt(a)
    low = _gamma_series(a, np.where(upper, a, x))
    slope = np.where(upper, -_gamma_tail(a, np.where(upper, x, 2.0 * a + 4.0)), low)
    return slope[()]


def _gamma_series(a: Any, x: Any) -> Any:
    """P = x**a exp(-x) / gamma(a + 1) * sum over k of x**k / ((a + 1) ... (a + k))."""
    term, total = np.ones_like(x), np.ones_like(x)
    slope_of_log, slope = np.zeros_like(x), np.zeros_like(x)
    for k in range(1, MOST_TERMS):
        term = term * x / (a + k)
        slope_of_log = slope_of_log - 1.0 / (a + k)
        total = total + term
        slope = slope + term * slope_of_log
        if np.all(term * (1.0 - slope_of_log) <= 1e-17 * total):
            break
    inside = x > 0.0
    log_x = np.log(np.where(inside, x, 1.0))
    front = np.exp(a * log_x - x - special.gammaln(a + 1.0))
    return np.where(inside, front * ((log_x - special.psi(a + 1.0)) * total + slope), 0.0)


def _gamma_tail(a: Any, x: Any) -> Any:
    """d/da of Q = integral over t > x of t**(a - 1) exp(-t) / gamma(a), with t = x + v / decay."""
    decay = 1.0 - np.maximum(a - 1.0, 0.0) / x
    total = np.zeros_like(x)
    for node, weight in zip(NODES, WEIGHTS):
        step = node / decay
        growth = np.exp((a - 1.0) * np.log1p(step / x) - step + node)
        total = total + weight * growth * (np.log(x + step) - special.psi(a))
    return np.exp((a - 1.0) * np.log(x) - x - special.gammaln(a)) / decay * total


def betainc_in_parameters(a: Any, b: Any, x: Any) -> tuple[Any, Any]:
    """d/da and d/db of I_x(a, b); beyond the mean by I_x(a, b) = 1 - I_(1-x)(b, a)."""
    a, b, x = np.broadcast_arrays(np.asarray(a, float), np.asarray(b, float), np.asarray(x, float))
    swapped = x > (a + 1.0) / (a + b + 2.0)
    first, second = _beta_series(
        np.where(swapped, b, a), np.where(swapped, a, b), np.where(swapped, 1.0 - x, x)
    )
    return np.where(swapped, -second, first)[()], np.where(swapped, -first, second)[()]


def _beta_series(a: Any, b: Any, x: Any) -> tuple[Any, Any]:
    """I = x**a (1-x)**b / (a B(a, b)) * sum over k of (a+b)_k / (a+1)_k x**k."""
    term, total = np.ones_like(x), np.ones_like(x)
    log_in_a, log_in_b = np.zeros_like(x), np.zeros_like(x)
    in_a, in_b = np.zeros_like(x), np.zeros_like(x)
    for k in range(MOST_TERMS):
        term = term * x * (a + b + k) / (a + 1.0 + k)
        log_in_b = log_in_b + 1.0 / (a + b + k)
        log_in_a = log_in_a + 1.0 / (a + b + k) - 1.0 / (a + 1.0 + k)
        total = total + term
        in_a = in_a + term * log_in_a
        in_b = in_b + term * log_in_b
        if np.all(term * (1.0 + log_in_b) <= 1e-17 * total * (1.0 - x)):
            break
    inside = (x > 0.0) & (x < 1.0)
    safe = np.where(inside, x, 0.5)
    log_x, log_rest = np.log(safe), np.log1p(-safe)
    front = np.where(
        inside, np.exp(a * log_x + b * log_rest - np.log(a) - special.betaln(a, b)), 0.0
    )
    common = special.psi(a + b)
    slope_a = (log_x - 1.0 / a - special.psi(a) + common) * total + in_a
    slope_b = (log_rest - special.psi(b) + common) * total + in_b
    return front * slope_a, front * slope_b

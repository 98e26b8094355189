"""How the entries of `linspace`, `logspace` and `geomspace` follow their end points.

>>> ramp(5, True, np.float64)
array([0.  , 0.25, 0.5 , 0.75, 1.  ])
"""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = [
    "geometric_adjoints", "geometric_tangent", "logarithmic_adjoints", "logarithmic_tangent", "ramp",
]  # fmt: skip


def ramp(num: int, endpoint: bool, dtype: Any) -> Any:
    """The share of `stop` in each entry; that of `start` is the rest."""
    return np.arange(num, dtype=dtype) / max(num - 1 if endpoint else num, 1)


def _shares(y: Any, num: int, endpoint: bool, axis: int) -> Any:
    """The ramp along `axis` of the result."""
    shape = [1] * np.ndim(y)
    shape[axis] = num
    return np.reshape(ramp(num, endpoint, np.result_type(y)), shape)


def logarithmic_adjoints(
    y_bar: Any, y: Any, start: Any, stop: Any, num: int, endpoint: bool, base: Any, axis: int
) -> tuple[Any, Any, Any]:
    """y = base ** ((1 - share) * start + share * stop)."""
    share = _shares(y, num, endpoint, axis)
    exponent = np.linspace(start, stop, num, endpoint, axis=axis)
    slope = np.log(base + np.zeros((), np.result_type(y)))  # as precise as y, not more
    exponent_bar = y_bar * y * slope
    start_bar = np.sum(exponent_bar * (1.0 - share), axis=axis)
    stop_bar = np.sum(exponent_bar * share, axis=axis)
    return start_bar, stop_bar, np.sum(y_bar * y * exponent / base)


def logarithmic_tangent(
    y: Any,
    start: Any,
    stop: Any,
    num: int,
    endpoint: bool,
    base: Any,
    axis: int,
    start_dot: Any,
    stop_dot: Any,
    base_dot: Any,
) -> Any:
    exponent_dot = _ramp_tangent(y, start, stop, num, endpoint, axis, start_dot, stop_dot)
    y_dot = y * np.log(base) * exponent_dot
    if base_dot is not None:
        y_dot = y_dot + y * np.linspace(start, stop, num, endpoint, axis=axis) / base * base_dot
    return y_dot


def geometric_adjoints(
    y_bar: Any, y: Any, start: Any, stop: Any, num: int, endpoint: bool, axis: int
) -> tuple[Any, Any]:
    """y = start ** (1 - share) * stop ** share."""
    share = _shares(y, num, endpoint, axis)
    start_bar = np.sum(y_bar * y * (1.0 - share), axis=axis) / start
    return start_bar, np.sum(y_bar * y * share, axis=axis) / stop


def geometric_tangent(
    y: Any,
    start: Any,
    stop: Any,
    num: int,
    endpoint: bool,
    axis: int,
    start_dot: Any,
    stop_dot: Any,
) -> Any:
    start_log = None if start_dot is None else start_dot / start
    stop_log = None if stop_dot is None else stop_dot / stop
    return y * _ramp_tangent(y, start, stop, num, endpoint, axis, start_log, stop_log)


def _ramp_tangent(
    y: Any,
    start: Any,
    stop: Any,
    num: int,
    endpoint: bool,
    axis: int,
    start_dot: Any,
    stop_dot: Any,
) -> Any:
    """The tangent of the ramp between two ends of which either may have none."""
    first = np.zeros(np.shape(start)) if start_dot is None else start_dot
    last = np.zeros(np.shape(stop)) if stop_dot is None else stop_dot
    return np.linspace(first, last, num, endpoint, axis=axis)

"""Numbers with their derivatives to a given order, as truncated Taylor series: an independent reference.

A function of one number that is written with `+ - * / **` and `math` gives all of its derivatives when it is run on
a `Series`: no difference quotients, and nothing of what is tested.

>>> derivatives(lambda x: x**3, 2.0, 4)
[8.0, 12.0, 12.0, 6.0, 0.0]
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

__all__ = ["Series", "derivatives"]


class Series:
    """The coefficients c of c[0] + c[1] h + c[2] h**2 + ..."""

    def __init__(self, c: list[float]) -> None:
        self.c = list(c)

    def _other(self, other: Any) -> list[float]:
        return other.c if isinstance(other, Series) else [float(other)] + [0.0] * (len(self.c) - 1)

    def __add__(self, other: Any) -> Series:
        return Series([a + b for a, b in zip(self.c, self._other(other))])

    def __neg__(self) -> Series:
        return Series([-a for a in self.c])

    def __sub__(self, other: Any) -> Series:
        return Series([a - b for a, b in zip(self.c, self._other(other))])

    def __rsub__(self, other: Any) -> Series:
        return -self + other

    def __mul__(self, other: Any) -> Series:
        b = self._other(other)
        return Series([sum(self.c[i] * b[k - i] for i in range(k + 1)) for k in range(len(self.c))])

    __radd__, __rmul__ = __add__, __mul__

    def __truediv__(self, other: Any) -> Series:
        b, q = self._other(other), [0.0] * len(self.c)
        for k in range(len(q)):
            q[k] = (self.c[k] - sum(q[i] * b[k - i] for i in range(k))) / b[0]
        return Series(q)

    def __rtruediv__(self, other: Any) -> Series:
        return Series(self._other(other)) / self

    def __pow__(self, n: int) -> Series:
        out = Series(self._other(1.0))
        for _ in range(n):
            out = out * self
        return out

    def __lt__(self, other: Any) -> bool:
        return self.c[0] < self._other(other)[0]

    def __gt__(self, other: Any) -> bool:
        return self.c[0] > self._other(other)[0]

    def __abs__(self) -> Series:
        return -self if self.c[0] < 0.0 else self


def _exp(x: Any) -> Any:
    if not isinstance(x, Series):
        return math.exp(x)
    e = [math.exp(x.c[0])]
    for k in range(1, len(x.c)):  # e' = x' e
        e.append(sum(i * x.c[i] * e[k - i] for i in range(1, k + 1)) / k)
    return Series(e)


def _log(x: Any) -> Any:
    if not isinstance(x, Series):
        return math.log(x)
    v = [math.log(x.c[0])]
    for k in range(1, len(x.c)):  # x v' = x'
        v.append((x.c[k] - sum(i * v[i] * x.c[k - i] for i in range(1, k)) / k) / x.c[0])
    return Series(v)


def _sin_cos(x: Series) -> tuple[Series, Series]:
    s, c = [math.sin(x.c[0])], [math.cos(x.c[0])]
    for k in range(1, len(x.c)):
        s.append(sum(i * x.c[i] * c[k - i] for i in range(1, k + 1)) / k)
        c.append(-sum(i * x.c[i] * s[k - i] for i in range(1, k + 1)) / k)
    return Series(s), Series(c)


def _sin(x: Any) -> Any:
    return _sin_cos(x)[0] if isinstance(x, Series) else math.sin(x)


def _cos(x: Any) -> Any:
    return _sin_cos(x)[1] if isinstance(x, Series) else math.cos(x)


def _tanh(x: Any) -> Any:
    if not isinstance(x, Series):
        return math.tanh(x)
    return 1.0 - 2.0 / (_exp(2.0 * x) + 1.0)


def _sqrt(x: Any) -> Any:
    return _exp(0.5 * _log(x)) if isinstance(x, Series) else math.sqrt(x)


series_math = SimpleNamespace(exp=_exp, log=_log, sin=_sin, cos=_cos, tanh=_tanh, sqrt=_sqrt)


@contextmanager
def _series_in(function: Any) -> Iterator[None]:
    """The function's module sees functions of series under `math` meanwhile."""
    scope = function.__globals__
    kept = scope.get("math")
    scope["math"] = series_math
    try:
        yield
    finally:
        scope["math"] = kept


def derivatives(function: Any, x: float, order: int) -> list[float]:
    """The value and the derivatives up to `order` of a function of one number."""
    with _series_in(function):
        found = function(Series([x, 1.0] + [0.0] * (order - 1)))
    return [c * math.factorial(k) for k, c in enumerate(found.c)]

"""A quick function, and a careful one in its place where the quick one fails.

The quick one must not have done anything by then (see `simplify/repeatable.py`).  Nothing is remembered:
the next call is quick again.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

__all__ = ["or_else"]


def or_else(
    quick: Callable[..., Any], make_careful: Callable[[], Callable[..., Any]]
) -> Callable[..., Any]:
    """`quick`, and what `make_careful` gives (it is asked once) where that raises an exception.

    >>> reciprocal = or_else(lambda x: 1.0 / x, lambda: lambda x: float("inf"))
    >>> reciprocal(4.0), reciprocal(0.0)
    (0.25, inf)
    """
    made: list[Callable[..., Any]] = []

    def either(*args: Any) -> Any:
        try:
            return quick(*args)
        except NameError:
            raise  # the compiler's fault, which must not be hidden
        except Exception:
            if not made:
                made.append(make_careful())
        return made[0](*args)

    return either

"""The tangent of a result that has several values by attributes (of a spline: `x` and `c`).

>>> Record(x=1.0, c=2.0).c
2.0
"""

from __future__ import annotations

from typing import Any

__all__ = ["Record"]


class Record:
    """Plain Python, so that what makes and reads one can be differentiated again."""

    def __init__(self, **fields: Any) -> None:
        for name, value in fields.items():
            setattr(self, name, value)

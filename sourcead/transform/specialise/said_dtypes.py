"""The dtype that a call says, where of its result nothing else is known.

    np.asarray(n, dtype=int)      n.astype(int)      np.sum(n, dtype=complex)

What becomes of a number or array of which no more is known is such a one again; integers carry no derivative.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sourcead.ir.kinds import Kind, NoneKind, Number, Unknown, Value
from sourcead.ir.nodes import Const, Star
from sourcead.transform.specialise.context import Context, Kwargs

__all__ = ["with_said_dtype"]


def with_said_dtype(
    s: Context, obj: Any, args: list[Any], kwargs: Kwargs, kind: Kind
) -> tuple[Kind, bool]:
    """The kind of a result, and whether it carries a derivative if an argument does."""
    if not isinstance(kind, Number) or any(isinstance(a, Star) for a in args):
        return kind, True
    said = [v for k, v in kwargs if k == "dtype"] or [a for a in args if _is_type(s.kind(a))]
    if getattr(obj, "__name__", "") == "astype":
        said = said or args[1:2]
    said = [value for value in said if not isinstance(s.kind(value), NoneKind)]
    if not said:
        return kind, True
    dtype = _dtype(s, said[0])
    if dtype is None:
        return Unknown(), True
    return Number(real=dtype.kind != "c"), dtype.kind in "fc"


def _is_type(kind: Kind) -> bool:
    return isinstance(kind, Value) and isinstance(kind.value, (type, np.dtype))


def _dtype(s: Context, value: Any) -> np.dtype[Any] | None:
    kind = s.kind(value)
    named = value.value if isinstance(value, Const) else None
    named = kind.value if isinstance(kind, Value) else named
    try:
        return None if named is None else np.dtype(named)
    except TypeError:
        return None

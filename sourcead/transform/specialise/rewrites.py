"""Calls that write an argument in place, as the stores that they are.

`np.copyto(dst, src)`, `x.fill(v)`, `x.sort()` and `out=` become `dst[...] = value`: one kind of write,
which both modes know.  The values and the storage written are the same.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sourcead.ir.kinds import Array, NoneKind
from sourcead.ir.nodes import Const, Ref
from sourcead.transform.builder import Val
from sourcead.transform.specialise.context import Context, Handler, Kwargs

__all__ = ["REWRITES", "without_out"]

WHOLE = Const(Ellipsis)


def _copyto(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    if len(args) != 2 or not isinstance(s.kind(args[0]), Array):
        return None
    named = dict(kwargs)
    where = named.pop("where", None)
    if set(named) - {"casting"}:
        return None
    if where is None:
        s.store(args[0], WHOLE, args[1], None)
    elif isinstance(s.kind(where), Array) and not isinstance(s.kind(args[1]), Array):
        s.store(args[0], where, args[1], None)
    else:
        return None
    return Const(None)


def _fill(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    if len(args) != 2 or not isinstance(s.kind(args[0]), Array):
        return None
    s.store(args[0], WHOLE, args[1], None)
    return Const(None)


def _sort(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:

    if not isinstance(s.kind(args[0]), Array):
        return None
    value = s.call(Ref("np.sort", np.sort), list(args), list(kwargs))
    s.store(args[0], WHOLE, value, None)
    return Const(None)


REWRITES: dict[Any, Handler] = {np.copyto: _copyto, np.ndarray.fill: _fill, np.ndarray.sort: _sort}


def without_out(
    s: Context, func: Val, obj: Any, args: list[Any], kwargs: Kwargs, hint: str
) -> Val | None:
    """`f(x, out=y)` as `y[...] = f(x)`, whose value is y."""
    named = dict(kwargs)
    out: Val | None = named.pop("out", None)
    if out is None or "where" in named:
        return None
    components = s.components(out)
    if components is not None and len(components) == 1:
        out = components[0]
    if isinstance(s.kind(out), NoneKind):
        return s.call_object(func, obj, args, list(named.items()), hint)
    if not isinstance(s.kind(out), Array):
        return None
    value = s.call_object(func, obj, args, list(named.items()), hint)
    s.store(out, WHOLE, value, None)
    return out

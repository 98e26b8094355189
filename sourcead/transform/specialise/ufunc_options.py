"""Options of universal functions that say in which type is computed: `np.add(x, y, dtype=np.float32)`.

The arguments are converted first, and the function computes in their type.  What only asks for what
happens anyway (`casting="same_kind"`, `order="K"`, `subok=True`) is left out.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sourcead.ir.kinds import Array, Kind, Value, dtype_of
from sourcead.ir.nodes import Const, Ref, Star
from sourcead.rules.registry import Rule
from sourcead.transform.builder import Val
from sourcead.transform.specialise.context import Context, Kwargs
from sourcead.transform.specialise.sequences import follows

__all__ = ["in_order", "without_options"]

ANYWAY: dict[str, tuple[object, ...]] = {
    "casting": ("same_kind", "unsafe"),
    "order": ("K",),
    "subok": (True, False),
    "dtype": (None,),
}


def without_options(
    s: Context, rule: Rule, obj: Any, args: list[Any], kwargs: Kwargs
) -> tuple[list[Any], Kwargs]:
    """The arguments and keywords of a call that computes the same; as given, where that is not known."""
    if not isinstance(obj, np.ufunc) or rule.form == "constant" or not kwargs:
        return args, kwargs
    if not follows(s, args) or any(isinstance(arg, Star) for arg in args):
        return args, kwargs
    kept = [(k, v) for k, v in kwargs if not _is_anyway(k, v)]
    given = [v for k, v in kept if k == "dtype"]
    if not given:
        return args, kept
    wanted = _dtype(s, given[0])
    if wanted is None or not all(_fits(s.kind(arg), wanted) for arg in args):
        return args, kwargs  # how it is converted may matter
    converted = [_converted(s, arg, given[0], wanted) for arg in args]
    return converted, [(k, v) for k, v in kept if k != "dtype"]


def in_order(
    s: Context, func: Val, obj: Any, args: list[Any], kwargs: Kwargs, hint: str
) -> Val | None:
    """`np.add(x, y, order="F")`: the result in a layout that is said."""
    order = dict(kwargs).get("order")
    if not isinstance(obj, np.ufunc) or obj.nout != 1 or order not in (Const("C"), Const("F")):
        return None
    if not follows(s, args) or not any(isinstance(s.kind(a), Array) for a in args):
        return None
    value = s.call_object(func, obj, args, [(k, v) for k, v in kwargs if k != "order"], hint)
    return s.call(Ref("np.array", np.array), [value], [("order", order)])


def _is_anyway(name: str | None, value: Val) -> bool:
    return isinstance(value, Const) and value.value in ANYWAY.get(str(name), ())


def _dtype(s: Context, value: Val) -> np.dtype[Any] | None:
    """A floating type that is known."""
    kind = s.kind(value)
    live = value.value if isinstance(value, (Ref, Const)) else getattr(kind, "value", None)
    if not isinstance(live, (str, type, np.dtype)) and not isinstance(kind, Value):
        return None
    try:
        found = np.dtype(live)
    except TypeError:
        return None
    return found if found.kind in "fc" else None


def _fits(kind: Kind, wanted: np.dtype[Any]) -> bool:
    """A number that NumPy converts without being asked: a complex one is not made real."""
    dtype = dtype_of(kind)
    return dtype is not None and (dtype.kind != "c" or wanted.kind == "c")


def _converted(s: Context, arg: Any, given: Val, wanted: np.dtype[Any]) -> Val:
    if dtype_of(s.kind(arg)) == wanted:
        return arg  # type: ignore[no-any-return]
    if isinstance(s.kind(arg), Array):
        return s.method(arg, "astype", [given], [])
    return s.call(Ref("np.asarray", np.asarray), [arg, given], [])

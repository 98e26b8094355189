"""Are two axes equally long because they were cut in the same way?

    A[i, k + 1:] -= factor * A[k, k + 1:]

Both sides are as long as `A.shape[1]` cut from `k + 1` on, whatever that is in a turn.  (What kinds say of
sizes holds in the whole program; here two values of one statement are compared.)
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

from sourcead.analysis.sizes import STRETCHING
from sourcead.ir.kinds import Array, Kind, NoneKind, Np, Py, Slice
from sourcead.ir.nodes import Const, MethodCall, Name, Op, Operand
from sourcead.transform.builder import Builder
from sourcead.transform.effects import index_kinds

__all__ = ["cut_alike"]

DEEPEST = 6


def cut_alike(b: Builder, one: Operand, other: Operand, behind: int) -> bool:
    """Of the axes that have so many behind them; False where nothing is known."""
    found = _length(b, one, behind, 0)
    return found is not None and found == _length(b, other, behind, 0)


def _length(b: Builder, value: Operand, behind: int, depth: int) -> Hashable | None:
    """Equal for axes that are equally long."""
    kind = b.kind(value)
    if not isinstance(kind, Array) or behind >= len(kind.dims) or depth > DEEPEST:
        return None
    found = _made(b, value, behind, len(kind.dims) - 1 - behind, depth)
    return kind.dims[-1 - behind] if found is None else found


def _made(b: Builder, value: Operand, behind: int, axis: int, depth: int) -> Hashable | None:
    """By what the array is made of."""
    match b.definitions.get(value) if isinstance(value, Name) else None:
        case Op("getitem", (base, index)):
            return _cut(b, base, index, axis, depth)
        case Op(op, args) if op in STRETCHING or op == "neg":
            arrays = [a for a in args if isinstance(k := b.kind(a), Array) and len(k.dims) > behind]
            lengths = {_length(b, array, behind, depth + 1) for array in arrays}
            return lengths.pop() if len(lengths) == 1 else None
        case MethodCall(Name() as copied, "copy", ()):
            return _length(b, copied, behind, depth + 1)
        case _:
            return None


def _cut(b: Builder, base: Operand, index: Operand, axis: int, depth: int) -> Hashable | None:
    """The length of an axis of `base[index]`, if it is one that a slice has cut."""
    kind, items = b.kind(base), _items(b, index)
    parts = index_kinds(index, b.kinds) or []
    if not isinstance(kind, Array) or len(items) != len(parts):
        return None
    of_base = of_result = 0
    for item, part in zip(items, parts):
        if isinstance(part, Slice):
            if of_result == axis:
                whole = _length(b, base, len(kind.dims) - 1 - of_base, depth + 1)
                bounds = _bounds(b, item)
                return None if whole is None or bounds is None else (whole, *bounds)
            of_result += 1
        elif isinstance(part, NoneKind):
            of_result += 1
            continue
        elif not _is_place(part):
            return None
        of_base += 1
    behind = len(kind.dims) - 1 - of_base - (axis - of_result)
    return _length(b, base, behind, depth + 1) if axis >= of_result and behind >= 0 else None


def _items(b: Builder, index: Operand) -> Sequence[Any]:
    made = b.definitions.get(index) if isinstance(index, Name) else None
    return made.args if isinstance(made, Op) and made.op == "tuple" else (index,)


def _bounds(b: Builder, item: Any) -> tuple[Hashable, ...] | None:
    match b.definitions.get(item) if isinstance(item, Name) else None:
        case Op("slice", bounds):
            return tuple(_number(b, bound) for bound in bounds)
        case _:
            return None


def _number(b: Builder, bound: Any) -> Hashable:
    """Equal for equal integers: a name, and what is added to it."""
    match b.definitions.get(bound) if isinstance(bound, Name) else None:
        case Op("add" | "sub" as op, (base, Const(int() as more))):
            return op, _number(b, base), more
        case _:
            number: Hashable = bound
            return number


def _is_place(part: Kind) -> bool:
    return isinstance(part, (Py, Np))

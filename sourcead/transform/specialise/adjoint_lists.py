"""Helpers for adjoints of lists, when derivative code is differentiated in turn.

`zeros_like(saved)` of a list is a list of the same length that carries no derivative yet, and
`add_items(total, amounts)` a loop of additions.  What an element is decides how each is done:

    saved_bar = zeros_like(saved)       is      saved_bar = [0.0] * len(saved)
"""
# mypy: allow-untyped-defs, allow-untyped-calls

from __future__ import annotations

from typing import Any

import numpy as np

from sourcead.ir.kinds import (
    Array,
    Dict,
    Kind,
    List,
    NoneKind,
    Np,
    Py,
    Slice,
    Text,
    Tuple,
    Unknown,
    dtype_of,
)
from sourcead.ir.nodes import Call, Const, Name, Op, Ref
from sourcead.runtime.lists import add_item, add_items, added, take_items, zeros_like
from sourcead.transform.builder import Val, Virtual
from sourcead.transform.heap import ITEM
from sourcead.transform.specialise.context import Context, Handler, Kwargs

__all__ = ["ADJOINT_LISTS"]


# -- for lists of unknown length, said in Python ---------------------------------------------------


def zero_numbers(zero, xs):
    return [zero] * len(xs)


def zero_items(xs):
    return [zeros_like(x) for x in xs]


def added_items(xs, ys):
    return [added(x, y) for x, y in zip(xs, ys)]


def more_items(total, amounts):
    """`add_items(total, amounts)`"""
    for i, amount in enumerate(amounts):
        total[i] = added(total[i], amount)


def more_each(total, amount):
    """`add_items(total, (amount,) * len(total))`"""
    for i in range(len(total)):
        total[i] = added(total[i], amount)


def one_more(total, index, amount):
    """`add_item(total, index, amount)`"""
    total[index] = added(total[index], amount)


def more_of_slice(total, index, amounts):
    """`add_item(total, slice, amounts)`"""
    for i, amount in zip(range(*index.indices(len(total))), amounts):
        total[i] = added(total[i], amount)


def taken_slice(total, index):
    """`take_items(total, slice, value)`"""
    taken = total[index]
    for i in range(*index.indices(len(total))):
        total[i] = zeros_like(total[i])
    return taken


def _by(s: Context, function: Any, *args: Val) -> Val:
    return s.inline(s.lower(function), function, list(args), [])


# -- by the kinds of the elements ------------------------------------------------------------------


def _zeros(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    (value,) = args
    match s.kind(value):
        case Py() | Np() as kind:
            return _zero(kind)
        case Array():
            return s.call(Ref("np.zeros_like", np.zeros_like), [value], [], hint)
        case Tuple(items, cls):
            return Virtual(tuple(_zero_item(s, value, i) for i in range(len(items))), "tuple", cls)
        case List(_, site, cls=cls) if cls in (list, tuple):
            held = s.heap.read(site, ITEM)
            if isinstance(held, (Py, Np)):
                zeros = _by(s, zero_numbers, _zero(held), value)
            else:
                zeros = _by(s, zero_items, value)
            return zeros if cls is list else s.call(Ref("tuple", tuple), [zeros], [], hint)
        case Unknown():
            return s.emit(Call(Ref("zeros_like", zeros_like), (s.operand(value),)), Unknown(), hint)
        case NoneKind() | Slice() | Text():
            return Const(None)
        case _:
            return None


def _zero(kind: Kind) -> Const:
    dtype = dtype_of(kind)
    return Const(0j if dtype is not None and dtype.kind == "c" else 0.0)


def _zero_item(s: Context, value: Val, position: int) -> Val:
    return s.call(Ref("zeros_like", zeros_like), [s.getitem(value, Const(position))], [])


def _added(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    """The sum of two adjoints of one structure; None stands for zero."""
    a, b = args
    mine, other = s.kind(a), s.kind(b)
    if isinstance(mine, NoneKind) or isinstance(other, NoneKind):
        return b if isinstance(mine, NoneKind) else a  # type: ignore[no-any-return]
    match mine:
        case Py() | Np() | Array():
            return s.op("add", [a, b], hint)
        case Tuple(items):
            pairs = [[s.getitem(v, Const(i)) for v in (a, b)] for i in range(len(items))]
            return Virtual(tuple(s.call(Ref("added", added), pair, []) for pair in pairs))
        case List():
            return _by(s, added_items, a, b)
        case _:
            return None


def _add_items(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    total, amounts = args
    amount = _repeated(s, amounts)
    return _by(s, more_items, *args) if amount is None else _by(s, more_each, total, amount)


def _repeated(s: Context, value: Val) -> Val | None:
    """The item of `(item,) * n`."""
    match s.definitions.get(value):  # type: ignore[arg-type]
        case Op("mul", (Name() as one, _)):
            made = s.definitions.get(one)
            if not isinstance(made, Op) or made.op != "tuple" or len(made.args) != 1:
                return None  # a list may have been written since
            return made.args[0]
        case _:
            return None


def _add_item(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    total, index, amount = args
    if not isinstance(s.kind(total), (List, Dict)):
        return None
    is_slice = isinstance(index, Virtual) or str(s.kind(index)) == "slice"
    return _by(s, more_of_slice if is_slice else one_more, total, index, amount)


def _take_items(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    total, index, _ = args
    return _by(s, taken_slice, total, index)


ADJOINT_LISTS: dict[Any, Handler] = {
    zeros_like: _zeros, added: _added, add_items: _add_items, add_item: _add_item, take_items: _take_items,
}  # fmt: skip

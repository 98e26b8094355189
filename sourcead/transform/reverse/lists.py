"""Reverse of lists with active elements: beside the list, the list of the adjoints of its elements.

At every point of the reverse sweep it is as long as the list was there: `append` takes the last
adjoint off, `pop` puts one back.
"""

from __future__ import annotations

from typing import NoReturn

import numpy as np

from sourcead.ir.kinds import Array, Dict, Kind, List, NoneKind, Object, Py, Slice, Tuple
from sourcead.ir.nodes import Call, Const, Expr, MethodCall, Name, Op, Operand, Ref, Store
from sourcead.runtime.lists import add_item, repeats_added, take_items
from sourcead.transform.builder import Val, Virtual
from sourcead.transform.formulas import negative
from sourcead.transform.heap import ITEM
from sourcead.transform.reverse.state import State

__all__ = ["list_item", "list_method", "list_store", "made_list"]


def list_method(s: State, target: Name, expr: MethodCall) -> bool:
    """Reverse of a method of a list with active elements: the same, backward, on the adjoints."""
    if not isinstance(expr.value, Name) or not s.is_built(expr.value):
        return False
    bar = _list_adjoint(s, expr.value)
    item = _item_kind(s, expr.value)
    match expr.method, expr.args:
        case "append", (Name() | Const() as value,):
            s.adj.contribute(value, s.b.emit(MethodCall(bar, "pop", ()), item, "t"))
        case "insert", (index, Name() | Const() as value):
            s.adj.contribute(value, s.b.emit(MethodCall(bar, "pop", (index,)), item, "t"))
        case "pop", ():
            _call(s, bar, "append", s.adj.full(target))
        case "pop", (Name() | Const() as index,):
            _call(s, bar, "insert", index, s.adj.full(target))
        case "reverse", ():
            _call(s, bar, "reverse")
        case (("index" | "count" | "copy"), _):
            return False
        case _:
            s.b.refuse(
                f"`{expr.method}` of a list that carries derivatives",
                "use append, pop and indexing",
            )
    return True


def _call(s: State, bar: Operand, method: str, *args: Val) -> None:
    s.b.emit(MethodCall(bar, method, tuple(map(s.b.operand, args))), NoneKind(), "_")


def made_list(s: State, target: Name, expr: Expr) -> bool:
    """Reverse of making a list: its elements' adjoints are those that are left."""
    if not isinstance(s.kind(target), List) or not s.is_active(target):
        return False
    if not s.is_built(target) and not _is_copied(s, expr):
        return False
    bar = s.adj.list_adjoint(target)
    s.adj.state.pop(target, None)
    if bar is None:
        return True
    item = _item_kind(s, target)
    match expr:
        case Op("list", items):
            for i, value in enumerate(items):
                if s.is_active(value):
                    s.adj.contribute(value, s.b.emit(Op("getitem", (bar, Const(i))), item))
        case Op("add", (left, right)):
            _joined(s, bar, left, right)
        case Op("mul", (left, right)):
            _repeated(s, bar, left if isinstance(s.kind(left), List) else right)
        case MethodCall(Name() as source, "copy") | Call(
            Ref("list" | "tuple"), (Name() as source,)
        ):
            s.adj.contribute(source, bar)
        case _:
            s.b.refuse("a list that carries derivatives is made here", "start from a list display")
    return True


def _is_copied(s: State, expr: Expr) -> bool:
    """Is this a list (or tuple) of the elements of other lists, of whatever length they are?"""
    match expr:
        case Op("mul"):
            return True
        case Op("add", args):
            return all(isinstance(s.kind(a), List) for a in args)
        case Call(Ref("list" | "tuple"), (Name() as value,)) | MethodCall(Name() as value, "copy"):
            return isinstance(s.kind(value), List)
        case _:
            return False


def _joined(s: State, bar: Operand, left: Operand, right: Operand) -> None:
    """Reverse of `left + right`: the first elements' adjoints, and the last ones'."""
    for value in (left, right):
        if not isinstance(value, Name) or not s.is_active(value):
            continue
        length = _length(s, value)
        bounds: tuple[Operand, ...] = (Const(None), length, Const(None))
        if value is right:
            whole = s.b.emit(Call(Ref("len", len), (bar,)), Py(int))
            start = s.b.emit(Op("sub", (whole, length)), Py(int))
            bounds = (start, Const(None), Const(None))
        part = s.b.emit(Op("slice", bounds), Slice())
        s.adj.contribute(value, s.b.emit(Op("getitem", (bar, part)), s.kind(value)))


def _repeated(s: State, bar: Operand, value: Operand) -> None:
    """Reverse of `value * n`: each element receives from all of its copies."""
    if isinstance(value, Name) and s.is_active(value):
        made = Call(Ref("repeats_added", repeats_added), (bar, _length(s, value)))
        s.adj.contribute(value, s.b.emit(made, s.kind(value)))


def _length(s: State, value: Name) -> Name:
    """How long a list is at this point: as long as the list of its adjoints."""
    own = s.adj.list_adjoint(value)
    if own is None:
        own = s.adj.open_list(value)
    return s.b.emit(Call(Ref("len", len), (own,)), Py(int))


def list_item(s: State, base: Name, index: Operand, seed: Val) -> None:
    """Reverse of reading an element or a slice of a list."""
    bar = s.adj.list_adjoint(base)
    if bar is None:
        if s.is_built(base):
            _no_list(s, base)
        bar = s.adj.open_list(base)
    s.adj.touched.add(base)
    if (
        isinstance(_item_kind(s, base), (Tuple, List, Dict, Object))
        or isinstance(seed, Virtual)
        or isinstance(s.kind(index), Slice)
    ):
        made = Call(Ref("add_item", add_item), (bar, index, s.b.operand(seed)))
        s.b.emit(made, NoneKind(), "_")
    else:
        s.b.add(Store(bar, index, s.b.operand(seed), "add", s.b.origin))


def list_store(s: State, base: Name, stmt: Store) -> None:
    """Reverse of `xs[index] = value` and `xs[index] op= value`."""
    bar = _list_adjoint(s, base)
    index, value, op = stmt.index, stmt.value, stmt.op
    if isinstance(s.kind(index), Slice):
        if op is not None:
            s.b.refuse("a slice of a list is changed in place", "write the elements in a loop")
        taken = Call(Ref("take_items", take_items), (bar, index, value))
        s.adj.contribute(value, s.b.emit(taken, s.kind(value)))
        return
    item = _item_kind(s, base)
    seed = s.b.emit(Op("getitem", (bar, index)), item)
    if op is None:
        zero: Operand = Const(0.0)
        if isinstance(item, Array):
            zero = s.b.emit(Call(Ref("np.zeros_like", np.zeros_like), (seed,)), item)
        s.b.add(Store(bar, index, zero, None, s.b.origin))
        s.adj.contribute(value, seed)
    elif op in ("add", "sub"):
        amount: Val = seed if op == "add" else negative(s.b, seed)
        s.adj.contribute(value, amount, transient=True)
    else:
        s.b.refuse(
            f"an element of a list is changed by `{op}`", "write `x[i] = x[i] ...` into an array"
        )


def _list_adjoint(s: State, name: Name) -> Operand:
    found = s.adj.list_adjoint(name)
    return _no_list(s, name) if found is None else found


def _no_list(s: State, name: Name) -> NoReturn:
    s.b.refuse(
        f"the list `{name.hint}` carries derivatives, and where it is made is not known here",
        "make the list in this function, or use an array",
    )


def _item_kind(s: State, name: Name) -> Kind:
    kind = s.kind(name)
    assert isinstance(kind, List)
    return s.b.heap.read(kind.site, ITEM)

"""Reverse of lists with active elements: beside the list, the list of the adjoints of its elements.

At every point of the reverse sweep it is as long as the list was there: `append` takes the last
adjoint off, `pop` puts one back.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn

import numpy as np

from sourcead.ir.kinds import Array, Dict, Kind, List, NoneKind, Np, Object, Py, Slice, Tuple
from sourcead.ir.nodes import Call, Const, Expr, MethodCall, Name, Op, Operand, Ref, Store
from sourcead.rules import registry
from sourcead.runtime.lists import add_item, take_items, zeros_like
from sourcead.transform.builder import Val, Virtual
from sourcead.transform.effects import function_of
from sourcead.transform.formulas import negative
from sourcead.transform.heap import ITEM
from sourcead.transform.reverse.shared_lists import undo_method, undo_store, unmake_list
from sourcead.transform.reverse.state import State

__all__ = ["list_item", "list_method", "list_store", "made_list"]


def list_method(s: State, target: Name, expr: MethodCall) -> bool:
    """Reverse of a method of a list with active elements: the same, backward, on the adjoints."""
    if s.structures.is_dynamic(expr.value) and isinstance(s.kind(expr.value), List):
        return s.is_active(expr.value) and undo_method(s, target, expr)
    if not isinstance(expr.value, Name) or not s.is_built(expr.value):
        return False
    bar = _list_adjoint(s, expr.value)
    item = _item_kind(s, expr.value)
    match expr.method, expr.args:
        case "append", (Name() | Const() | Ref() as value,):
            s.adj.contribute(value, s.b.emit(MethodCall(bar, "pop", ()), item, "t"))
        case "insert", (index, Name() | Const() | Ref() as value):
            s.adj.contribute(value, s.b.emit(MethodCall(bar, "pop", (index,)), item, "t"))
        case "pop", ():
            _call(s, bar, "append", s.adj.full(target))
        case "pop", (Name() | Const() | Ref() as index,):
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


def made_list(s: State, target: Name, expr: Expr, apply: Callable[..., None]) -> bool:
    """Reverse of making a list: its elements' adjoints are those that are left; `apply`: of a rule."""
    if s.structures.is_dynamic(target) and isinstance(s.kind(target), List):
        if not s.is_active(target):
            return True
        if (
            isinstance(expr, Op)
            and expr.op == "getitem"
            and isinstance(s.kind(expr.args[1]), Slice)
        ):
            taken = s.adj.table.take("take_list", s.kind(target), target)
            list_item(s, expr.args[0], expr.args[1], taken)
            return True
        return unmake_list(s, target, expr)
    if not isinstance(s.kind(target), List) or not (s.is_built(target) or _is_copied(expr)):
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
        case Op("mul"):
            pass  # of what carries no derivative: others are in the table
        case MethodCall(Name() as source, "copy") | Call(
            Ref("list" | "tuple"), (Name() as source,)
        ):
            s.adj.contribute(source, bar)
        case Op("getitem", (Name() as source, index)) if isinstance(s.kind(index), Slice):
            list_item(s, source, index, bar)
        case Call() | MethodCall() if registry.lookup(function_of(expr, s.b.kinds)) is not None:
            apply(s, target, expr, bar, owned=False)
        case _:
            s.b.refuse("a list that carries derivatives is made here", "start from a list display")
    return True


def _is_copied(expr: Expr) -> bool:
    match expr:
        case MethodCall(Name(), "copy") | Call(Ref("list" | "tuple"), (Name(),)):
            return True
        case _:
            return False


def list_item(s: State, base: Operand, index: Operand, seed: Val) -> None:
    """Reverse of reading an element or a slice of a list."""
    assert isinstance(base, Name)
    if s.structures.is_dynamic(base):
        s.adj.table.add_slot(base, index, seed)
        return
    bar = s.adj.list_adjoint(base)
    if bar is None:
        if s.is_built(base):
            _no_list(s, base)
        bar = s.adj.open_list(base)
    s.adj.touched.add(s.adj.home(base))
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
    if s.structures.is_dynamic(base):
        undo_store(s, base, stmt)
        return
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
        elif not isinstance(item, (Py, Np)):
            zero = s.b.emit(Call(Ref("zeros_like", zeros_like), (seed,)), item)
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

"""Reverse of lists whose adjoints are found by identity: under several names, in other containers, in slices.

The adjoints of the elements are a list in the table (`table.py`), as long as the list was at this point
of the program.  An element that is a reference has none: its adjoints are where it refers to.
"""

from __future__ import annotations

from collections import deque

from sourcead.ir.kinds import Kind, List, Np, Py, Slice
from sourcead.ir.nodes import Call, Const, Expr, MethodCall, Name, Op, Operand, Ref, Star, Store
from sourcead.transform.builder import Val
from sourcead.transform.formulas import negative
from sourcead.transform.heap import ITEM
from sourcead.transform.reverse.state import State

__all__ = ["delete", "undo_method", "undo_store", "unmake_list"]


def undo_method(s: State, target: Name, expr: MethodCall) -> bool:
    """The opposite of a method on the adjoints; False for one that changes nothing."""
    xs, table = expr.value, s.adj.table
    args = [a for a in expr.args if not isinstance(a, Star)]
    match expr.method, args:
        case "append", [value]:
            _give(s, value, "unappend", xs)
        case "insert", [index, value]:
            _give(s, value, "uninsert", xs, index)
        case "appendleft", [value]:
            _give(s, value, "uninsert", xs, Const(0))
        case "popleft", []:
            table.undo("unpop", xs, Const(0), _moved(s, target))
        case "rotate", []:
            table.undo("unrotate", xs, Const(1))
        case "rotate", [turns]:
            table.undo("unrotate", xs, turns)
        case "extend", [values] if s.structures.is_dynamic(values):
            table.undo("unextend", xs, values)
        case "pop", []:
            table.undo("unpop", xs, Const(-1), _moved(s, target))
        case "pop", [index]:
            table.undo("unpop", xs, index, _moved(s, target))
        case "reverse", []:
            table.undo("unreverse", xs)
        case "clear", [] if target in s.b.lengths:
            table.undo("unclear", xs, s.b.lengths[target])
        case (("index" | "count" | "copy"), _):
            return False
        case _:
            s.b.refuse(
                f"`{expr.method}` of a list that carries derivatives",
                "use append, insert, extend, pop, reverse and indexing",
            )
    return True


def unmake_list(s: State, target: Name, expr: Expr) -> bool:
    """The adjoints that are left when a list's making is reached; False where none is made."""
    table = s.adj.table
    match expr:
        case Op("list", items):
            made = table.take("take_list", s.kind(target), target)
            for i, value in enumerate(items):
                if s.is_active(value) and not s.adj.is_reference(value):
                    found = s.b.emit(Op("getitem", (made, Const(i))), _item_kind(s, target))
                    s.adj.contribute(value, _full(s, value, found))
        case Call(Ref(value=cls), ()) if cls is deque:
            return True  # an empty one
        case MethodCall(Name() as source, "copy") | Call(
            Ref("list" | "tuple" | "deque"), (Name() as source,)
        ):
            taken = table.take("take_list", s.kind(target), target)
            if s.structures.is_dynamic(source):  # slot by slot: both hold the same references
                table.undo("add_items", source, taken)
            else:
                s.adj.contribute(source, taken)
        case Op("add", (left, right)):
            table.undo("take_joined", target, left, right)
        case Op("mul", (left, right)):
            table.undo("take_repeated", target, left if isinstance(s.kind(left), List) else right)
        case _:
            return False
    return True


def undo_store(s: State, base: Name, stmt: Store) -> None:
    """Reverse of `xs[index] = value` and `xs[index] op= value`."""
    index, value, op = stmt.index, stmt.value, stmt.op
    if isinstance(s.kind(index), Slice):
        if op is not None:
            s.b.refuse("a slice of a list is changed in place", "write the elements in a loop")
        _undo_slice(s, base, index, value)
    elif op is None:
        _give(s, value, "take_slot", base, index)
    elif op in ("add", "sub"):
        if s.is_active(value):
            like = _like(s, value)
            seed: Val = s.adj.table.take("full_slot", s.kind(value), base, index, like)
            s.adj.contribute(value, seed if op == "add" else negative(s.b, seed), transient=True)
    else:
        s.b.refuse(
            f"an element of a list is changed by `{op}`", "write `x[i] = x[i] ...` into an array"
        )


def _undo_slice(s: State, base: Name, index: Operand, value: Operand) -> None:
    size = _length_before(s, index)
    if s.structures.is_dynamic(value):
        taken = s.adj.table.take("take_slice", s.kind(value), base, index, size)
        s.adj.table.undo("add_items", value, taken)
    else:  # a tuple, or an array, which stay what they are
        taken = s.adj.table.take("take_items", s.kind(value), base, index, size, value)
        s.adj.contribute(value, taken)


def _length_before(s: State, index: Operand) -> Operand:
    found = s.b.lengths.get(index) if isinstance(index, Name) else None
    if found is None:
        s.b.refuse(
            "a slice of a list that carries derivatives is changed", "write the elements in a loop"
        )
    return found


def delete(s: State, base: Name, index: Operand) -> None:
    """Reverse of `del xs[index]` and `del d[key]`: the slot comes back, without an adjoint."""
    if isinstance(s.kind(base), List):
        if isinstance(s.kind(index), Slice):
            s.adj.table.undo("undelete", base, index, _length_before(s, index))
        else:
            s.adj.table.undo("unpop", base, index, Const(None))


def _give(s: State, value: Operand, method: str, *args: Operand) -> None:
    """Take the adjoint of an element out of the list and give it to the value that was put in."""
    kind = s.kind(value)
    if s.adj.is_reference(value) or not s.is_active(value):
        s.adj.table.undo(method, *args, Const(None))
    else:
        s.adj.contribute(value, s.adj.table.take(method, kind, *args, _like(s, value)), shared=True)


def _like(s: State, value: Operand) -> Operand:
    return Const(0.0) if isinstance(s.kind(value), (Py, Np)) else value


def _full(s: State, value: Operand, found: Name) -> Name:
    """An adjoint in the list may be None, which is zero."""
    return s.adj.table.take("full", s.kind(value), found, _like(s, value))


def _moved(s: State, target: Name) -> Operand:
    """The adjoint of an element that was taken out of the list."""
    if s.adj.is_reference(target) or not s.is_active(target):
        return Const(None)
    return s.b.operand(s.adj.take(target))


def _item_kind(s: State, name: Name) -> Kind:
    kind = s.kind(name)
    assert isinstance(kind, List)
    return s.b.heap.read(kind.site, ITEM)

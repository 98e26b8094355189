"""Tangents of writes to arrays: the tangent step runs before the primal's, which overwrites what it reads."""

from __future__ import annotations

from sourcead.ir.kinds import Dict, List, NoneKind
from sourcead.ir.nodes import Call, Const, Expr, Name, Ref, Star, Store
from sourcead.transform.builder import Val
from sourcead.transform.effects import is_at
from sourcead.transform.formulas import plus, weigh
from sourcead.transform.forward.containers import store_item
from sourcead.transform.forward.tangents import Tangents
from sourcead.transform.reverse.views import restored
from sourcead.transform.rule_calls import ZERO

__all__ = ["store", "sum_at"]


def store(s: Tangents, stmt: Store) -> None:
    """`u[i] = v` goes with `u_dot[i] = v_dot`."""
    base, index = stmt.base, stmt.index
    if not isinstance(base, Name) or not s.is_active(base):
        s.b.add(stmt)
        return
    if isinstance(s.kind(base), (List, Dict)):
        store_item(s, stmt)
        return
    dot, moved = s.dot(base), s.dot(stmt.value)
    assert isinstance(dot, Name), base
    match stmt.op:
        case None:
            amount = Const(0.0) if moved == ZERO else s.b.operand(moved)
            s.b.add(Store(dot, index, amount, None, s.b.origin))
        case "add" | "sub":
            if moved != ZERO:
                s.b.add(Store(dot, index, s.b.operand(moved), stmt.op, s.b.origin))
        case "mul" | "truediv" if moved == ZERO:
            s.b.add(Store(dot, index, stmt.value, stmt.op, s.b.origin))
        case op:
            _update(s, dot, base, stmt, op, moved)
    s.b.add(stmt)


def _update(s: Tangents, dot: Name, base: Name, stmt: Store, op: str, moved: Val) -> None:
    """`base[index] op= value` with the content before the write."""
    whole = isinstance(stmt.index, Const) and stmt.index.value is Ellipsis
    at = restored(s.b, stmt.index)
    old: Val = base if whole else s.b.getitem(base, at)
    old_dot: Val = dot if whole else s.b.getitem(dot, at)
    partials = s.rules.partials_of_update(op, old, stmt.value, moved != ZERO)
    total = weigh(s.b, old_dot, partials[0])
    if moved != ZERO:
        total = plus(s.b, total, weigh(s.b, moved, partials[1]))
    s.b.add(Store(dot, stmt.index, s.b.operand(total), None, s.b.origin))


def sum_at(s: Tangents, expr: Expr) -> bool:
    """`np.add.at(u, index, v)`: the same on the tangents."""
    match expr:
        case Call(Ref(value=function) as func, (base, index, value)) if is_at(function):
            pass
        case _:
            return False
    assert not isinstance(index, Star)
    if s.is_active(base) and s.dot(value) != ZERO:
        dots = (s.b.operand(s.dot(base)), index, s.b.operand(s.dot(value)))
        s.b.emit(Call(func, dots), NoneKind(), "_")
    return True

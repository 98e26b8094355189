"""Reverse of a branch: the arm that ran is gone back over, and the adjoints of both arms are merged."""

from __future__ import annotations

from sourcead.ir.kinds import Py
from sourcead.ir.nodes import Const, If, Merge, Name, Op, Operand, Stmt
from sourcead.transform.builder import Val
from sourcead.transform.reverse.adjoints import Adjoint
from sourcead.transform.reverse.state import State
from sourcead.transform.reverse.sweeping import Sweep
from sourcead.transform.rule_calls import ZERO

__all__ = ["branch", "tuple_item"]

Arm = tuple[list[Stmt], dict[Name, Adjoint]]


def branch(s: State, stmt: If, sweep: Sweep) -> None:
    seeds = [(m, s.adj.take(m.target)) for m in stmt.merges if s.flows(m.target)]
    before = dict(s.adj.state)
    arms: list[Arm] = []
    for block, is_then in ((stmt.then, True), (stmt.orelse, False)):
        s.adj.state = dict(before)
        with s.b.block() as written:
            for merge, seed in seeds:
                if seed != ZERO:
                    s.adj.contribute(merge.then if is_then else merge.orelse, seed)
            sweep(block)
        arms.append((written, s.adj.state))
    merges = _join(s, *arms)
    (then, _), (orelse, _) = arms
    if then or orelse or merges:
        s.b.add(If(stmt.test, tuple(then), tuple(orelse), tuple(merges), s.b.origin))


def tuple_item(s: State, base: Name, count: int, index: Operand, seed: Val, at: int = 0) -> None:
    """Reverse of reading a tuple's item at a position that is known only while running: a chain of tests."""
    if at == count - 1:
        s.adj.contribute_part(base, at, seed)
        return
    place = s.b.emit(Op("mod", (index, Const(count))), Py(int))
    test = s.b.emit(Op("eq", (place, Const(at))), Py(bool))
    seed = s.b.operand(seed)
    before = dict(s.adj.state)
    with s.b.block() as found:
        s.adj.contribute_part(base, at, seed)
    here, s.adj.state = s.adj.state, before
    with s.b.block() as others:
        tuple_item(s, base, count, index, seed, at + 1)
    merges = _join(s, (found, here), (others, s.adj.state))
    s.b.add(If(test, tuple(found), tuple(others), tuple(merges), s.b.origin))


def _join(s: State, a: Arm, b: Arm) -> list[Merge]:
    """The adjoints after a branch: what differs is merged, what one arm lacks is zero there."""
    merges: list[Merge] = []
    out: dict[Name, Adjoint] = {}
    for name in dict.fromkeys((*a[1], *b[1])):
        x, y = a[1].get(name), b[1].get(name)
        if x is not None and x == y:
            out[name] = x
            continue
        left = x or _zero_in(s, name, a[0])
        right = y or _zero_in(s, name, b[0])
        target = s.b.fresh(s.adj.hint(name), s.kind(left.value if x else right.value))
        merges.append(Merge(target, left.value, right.value))
        out[name] = Adjoint(target, left.owned and right.owned)
    s.adj.state = out
    return merges


def _zero_in(s: State, name: Name, block: list[Stmt]) -> Adjoint:
    if name in s.unbound:  # on the path where there is nothing behind it
        return Adjoint(Const(0.0), True)
    s.b.open.append(block)
    try:
        return Adjoint(s.adj.zeros(name), True)
    finally:
        s.b.open.pop()

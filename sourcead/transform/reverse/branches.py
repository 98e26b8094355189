"""Reverse of a branch: the arm that ran is gone back over, and the adjoints of both arms are merged."""

from __future__ import annotations

from sourcead.ir.nodes import If, Merge, Name, Stmt
from sourcead.transform.reverse.adjoints import Adjoint
from sourcead.transform.reverse.state import State
from sourcead.transform.reverse.sweeping import Sweep
from sourcead.transform.rule_calls import ZERO

__all__ = ["branch"]

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
    s.b.open.append(block)
    try:
        return Adjoint(s.adj.zeros(name), True)
    finally:
        s.b.open.pop()

"""Which values enter the result with all their elements, come what may?

    t = np.sqrt(x)
    a = np.where(mask, t, 0.0)        # leaves elements of t out
    return np.sum(a) + np.sum(t)      # does not

Of what a selection takes from `t` a part may be left out, and yet its adjoint is zero nowhere for that reason: no
adjoint that meets an infinite slope has to be looked at.  A value enters as a whole where a statement that
runs whenever the value is made computes from all its elements (arithmetic, a sum) what enters as a
whole in turn; of an array, before an element of it is overwritten.

Of branches: what enters as a whole in both.  Of loops, which may have no turn at all: what they begin with, and what
a turn leaves to the next, if it enters as a whole both there and, from the last turn, behind the loop.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sourcead.ir.kinds import Array, Kind, Np, Py
from sourcead.ir.nodes import (
    Assign,
    Block,
    Call,
    Expr,
    For,
    If,
    MethodCall,
    Name,
    Op,
    Store,
    While,
)
from sourcead.ir.walk import reads, statements
from sourcead.rules import registry
from sourcead.transform.builder import Val, Virtual
from sourcead.transform.effects import function_of, written_arguments
from sourcead.transform.heap import Heap
from sourcead.transform.operations import INPLACE

__all__ = ["entering_whole"]

ARITHMETIC = frozenset({"add", "sub", "mul", "truediv", "pow", "neg", "pos", "matmul"})


def entering_whole(
    body: Block,
    result: Val,
    kinds: Mapping[Name, Kind],
    heap: Heap,
) -> set[Name]:
    """Names, each of what it holds when it is bound."""
    pass_ = _Whole(kinds, heap)
    results = result.items if isinstance(result, Virtual) else (result,)
    pass_.block(body, {r for r in results if isinstance(r, Name)})
    return pass_.found


class _Whole:
    """Blocks are gone through backwards, with the names that enter as a whole from here on."""

    def __init__(self, kinds: Mapping[Name, Kind], heap: Heap) -> None:
        self.kinds, self.heap = kinds, heap
        self.found: set[Name] = set()

    def block(self, block: Block, whole: set[Name]) -> set[Name]:
        """`whole`: what enters behind the block.  Gives what enters where the block begins."""
        for stmt in reversed(block):
            match stmt:
                case Assign(target, expr):
                    if target in whole:
                        self.found.add(target)
                    self.lose(self.written(expr), whole)
                    if target in whole and self.takes_all(stmt):
                        whole.update(reads(stmt))
                case Store(base, _, value, op):
                    is_whole = isinstance(base, Name) and base in whole
                    if op is None:
                        self.lose((base,), whole)
                    elif is_whole and isinstance(value, Name) and op in ARITHMETIC:
                        whole.add(value)
                case If():
                    then = {m.then for m in stmt.merges if m.target in whole}
                    orelse = {m.orelse for m in stmt.merges if m.target in whole}
                    self.found.update(m.target for m in stmt.merges if m.target in whole)
                    self.lose_inside(stmt, whole)
                    whole |= self.block(stmt.then, _names(then)) & self.block(
                        stmt.orelse, _names(orelse)
                    )
                case For() | While():
                    self.loop(stmt, whole)
                case _:
                    self.lose_inside(stmt, whole)
        return whole

    def loop(self, stmt: For | While, whole: set[Name]) -> None:
        hoped = [c for c in stmt.carried if c.result in whole]
        before = set(self.found)
        while True:
            self.found = set(before)
            inside = self.block(stmt.body, _names(c.next for c in hoped))
            confirmed = [c for c in hoped if c.inner in inside]
            if len(confirmed) == len(hoped):
                break
            hoped = confirmed
        self.found.update(c.inner for c in hoped)
        self.found.update(c.result for c in stmt.carried if c.result in whole)
        self.lose_inside(stmt, whole)
        whole.update(_names(c.initial for c in hoped))

    def lose_inside(self, stmt: Any, whole: set[Name]) -> None:
        for inner in statements((stmt,)):
            match inner:
                case Assign(_, expr):
                    self.lose(self.written(expr), whole)
                case Store(base, _, _, None):
                    self.lose((base,), whole)
                case _:
                    pass

    def written(self, expr: Expr) -> list[Name]:
        return written_arguments(expr, self.kinds) if isinstance(expr, (Call, MethodCall)) else []

    def lose(self, written: Iterable[Any], whole: set[Name]) -> None:
        """What an array holds is overwritten, or some of it."""
        lost = {
            self.heap.find(str(name))
            for name in written
            if isinstance(name, Name) and isinstance(self.kinds.get(name), Array)
        }
        if lost:
            whole.difference_update(
                [n for n in whole if self.is_array(n) and self.heap.find(str(n)) in lost]
            )

    def is_array(self, name: Name) -> bool:
        return isinstance(self.kinds.get(name), Array)

    def takes_all(self, stmt: Assign) -> bool:
        """Does the statement compute a number or an array from all elements of what it reads?"""
        if isinstance(stmt.expr, Op) and stmt.expr.op == "tuple":
            return True
        if not isinstance(self.kinds.get(stmt.target), (Array, Np, Py)):
            return False
        expr = stmt.expr
        if isinstance(expr, Op):
            return INPLACE.get(expr.op, expr.op) in ARITHMETIC
        rule = registry.lookup(function_of(expr, self.kinds))
        if rule is None or rule.leaves_out or rule.selects or _has_where(expr):
            return False
        return rule.form == "elementwise" or rule.takes_all


def _has_where(expr: Expr) -> bool:
    return isinstance(expr, (Call, MethodCall)) and any(
        key in ("where", None) for key, _ in expr.kwargs
    )


def _names(operands: Iterable[Any]) -> set[Name]:
    return {o for o in operands if isinstance(o, Name)}

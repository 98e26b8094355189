"""Which values of the primal does the caller see, or does a decision of the program depend on?

They have the primal's bits.  What a gradient computes for its adjoints only may be rounded in another way:

    t = np.sum(z ** 2, axis=1)        # not seen: the adjoints read it, and the value is not returned
    u[0] = t[0]                       # seen: u may be the caller's
    if t[0] > 1.0: ...                # seen

Coarse on purpose: what is stored anywhere, compared, or given to a call that is not known to compute only, counts as
seen, and so does all that it was computed from.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from sourcead.ir.kinds import Array, Kind, Np, Py
from sourcead.ir.nodes import (
    Assign,
    Attr,
    Call,
    Expr,
    For,
    Function,
    If,
    MethodCall,
    Name,
    Op,
    Stmt,
    Unpack,
    While,
)  # fmt: skip
from sourcead.ir.walk import reads, statements
from sourcead.rules import registry
from sourcead.transform.effects import function_of

__all__ = ["seen"]

COMPUTES = frozenset({
    "add", "sub", "mul", "truediv", "neg", "pos", "pow", "matmul", "getitem", "slice", "tuple", "copy",
})  # fmt: skip
DISPLAYS = frozenset({"tuple", "list", "dict", "set", "copy"})


def seen(function: Function, kinds: dict[Name, Kind]) -> set[Name]:
    return _Seen(function, kinds).found


class _Seen:
    def __init__(self, function: Function, kinds: dict[Name, Kind]) -> None:
        self.kinds = kinds
        self.sources: dict[Name, list[Name]] = defaultdict(list)
        self.logs = set(_logs(function))
        self.todo: list[Name] = []
        body = list(statements(function.body))
        made = {s.target: s for s in body if isinstance(s, Assign)}
        for stmt in body:
            if stmt.origin.sweep != "reverse":
                self.follow(stmt)
        self.todo += self.returned([function.result], made)
        self.found: set[Name] = set()
        while self.todo:
            name = self.todo.pop()
            if name not in self.found:
                self.found.add(name)
                self.todo += self.sources[name]

    def follow(self, stmt: Stmt) -> None:
        """Note what the statement shows, or else what flows into what."""
        match stmt:
            case Assign(_, MethodCall(Name() as log, "append", _)) if log in self.logs:
                pass
            case Assign(target, expr) if self.computes(expr):
                self.sources[target] += reads(stmt)
            case Unpack(targets):
                for target in targets:
                    self.sources[target] += reads(stmt)
            case If(test, merges=merges):
                self.todo += _names([test])
                for merge in merges:
                    self.sources[merge.target] += _names([merge.then, merge.orelse])
            case For() | While():
                decisive = [stmt.exit, stmt.items if isinstance(stmt, For) else stmt.test]
                self.todo += _names(decisive)
                for c in stmt.carried:
                    self.sources[c.inner] += _names([c.initial, c.next])
                    self.sources[c.result] += _names([c.initial, c.next, c.inner])
            case _:
                self.todo += reads(stmt)

    def computes(self, expr: Expr) -> bool:
        """Does it compute a value from others, and nothing else?"""
        match expr:
            case Op(op):
                return op in COMPUTES
            case Attr():
                return True
            case Call() | MethodCall():
                rule = registry.lookup(function_of(expr, self.kinds))
                return rule is not None and rule.effects.pure and not rule.effects.writes
            case _:
                return False

    def returned(self, results: Iterable[object], made: dict[Name, Assign]) -> Iterator[Name]:
        """What is given back, but for adjoints."""
        for name in _names(results):
            stmt = made.get(name)
            is_number = isinstance(self.kinds.get(name), (Array, Np, Py))
            if stmt is None or stmt.origin.sweep != "reverse":
                yield name
            elif not is_number or (isinstance(stmt.expr, Op) and stmt.expr.op in DISPLAYS):
                yield from self.returned(reads(stmt), made)


def _logs(function: Function) -> Iterator[Name]:
    """Lists that are only appended to in the forward sweep."""
    lists = {
        s.target
        for s in statements(function.body)
        if isinstance(s, Assign) and s.expr == Op("list", ())
    }
    if not lists:
        return
    for stmt in statements(function.body):
        match stmt:
            case Assign(_, MethodCall(log, "append" | "pop", args)) if log not in args:
                pass
            case Assign(_, Call(_, (log,))) if stmt.origin.sweep == "reverse" and log in lists:
                pass
            case _:
                lists.difference_update(reads(stmt))
                continue
        lists.difference_update(n for n in reads(stmt) if n != log)
    yield from lists


def _names(operands: Iterable[object]) -> list[Name]:
    return [o for o in operands if isinstance(o, Name)]

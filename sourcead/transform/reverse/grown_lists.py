"""Lists whose elements are read again in the reverse sweep, not kept: once there, an element stays what it is.

    a = [1.0, x]
    for i in range(2, n):
        a.append(a[i - 1] + x * a[i - 2])       # reverse: x_bar += t_bar * a[i - 2]

The program makes the list before its loops, knows it under one name, adds to its end at the most, and neither
keeps it elsewhere nor returns it, so that nobody else could change it.  A place counted from the end is another
element by and by; so where the list grows, the index must not be negative.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from sourcead.ir.kinds import Kind, List, Np, Py
from sourcead.ir.nodes import (
    Assign,
    Block,
    Call,
    Const,
    Expr,
    For,
    MethodCall,
    Name,
    Op,
    Operand,
    Ref,
    Stmt,
)
from sourcead.ir.walk import reads, statements
from sourcead.rules import registry
from sourcead.transform.effects import function_of
from sourcead.transform.locations import Locations
from sourcead.transform.reverse.program import Definition, Program

__all__ = ["GrownLists"]

READING = frozenset({"index", "count", "copy"})


class GrownLists:
    """Asked while plans are made: may this element be read again?"""

    def __init__(
        self,
        body: Block,
        returned: set[Name],
        program: Program,
        locations: Locations,
        kinds: Mapping[Name, Kind],
    ) -> None:
        self.definitions: Mapping[Name, Definition] = program.definitions
        self.program, self.locations, self.kinds = program, locations, kinds
        self.returned = returned
        self.readers: dict[Name, list[Stmt]] = defaultdict(list)
        for stmt in statements(body):
            for name in reads(stmt):
                if isinstance(kinds.get(name), List):
                    self.readers[name].append(stmt)
        self.known: dict[Name, bool] = {}

    def stays(self, base: Name, index: Operand, value: Name) -> bool:
        """Is the number `value`, read from that place of the list, found there in the reverse sweep?"""
        if not isinstance(self.kinds.get(value), (Py, Np)):
            return False
        if base not in self.known:
            self.known[base] = self._is_ours(base)
        return self.known[base] and (not self._grows(base) or self._is_counted_up(index))

    def _is_ours(self, base: Name) -> bool:
        kind, found = self.kinds.get(base), self.definitions.get(base)
        return (
            isinstance(kind, List)
            and kind.cls is list
            and found is not None
            and isinstance(found.expr, Op)
            and found.expr.op in ("list", "mul")
            and self.program.loop_home(found.home) is None
            and self.locations.list_names.get(kind.site) == {base}
            and base not in self.returned
            and all(self._leaves(stmt, base) for stmt in self.readers[base])
        )

    def _leaves(self, stmt: Stmt, base: Name) -> bool:
        """Does the statement leave the list's elements what they are, and keep no way to the list?"""
        match stmt:
            case For(items=items):
                return items == base and base not in {c.initial for c in stmt.carried}
            case Assign(_, Op("getitem", (list_, index))):
                return list_ == base and index != base
            case Assign(_, MethodCall(value, "append", (item,))):
                return value == base and item != base
            case Assign(_, MethodCall(value, method)):
                return value == base and method in READING
            case Assign(_, Call() as call):
                return self._only_looks(call)
            case _:
                return False

    def _only_looks(self, call: Call) -> bool:
        if isinstance(call.func, Ref) and call.func.value is len:
            return True
        rule = registry.lookup(function_of(call, self.kinds))
        return rule is not None and rule.effects.pure and not rule.effects.writes

    def _grows(self, base: Name) -> bool:
        return any(
            isinstance(s, Assign) and isinstance(s.expr, MethodCall) and s.expr.method == "append"
            for s in self.readers[base]
        )

    # -- places ----------------------------------------------------------------------------------

    def _is_counted_up(self, index: Operand) -> bool:
        least = self._least(index)
        return least is not None and least >= 0

    def _least(self, index: Operand) -> int | None:
        """A number that the integer is not below."""
        if isinstance(index, Const):
            return index.value if type(index.value) is int else None
        found = self.definitions.get(index) if isinstance(index, Name) else None
        if found is None:
            return None
        if found.role == "target" and isinstance(found.stmt, For):
            return self._least_of_range(self._made(found.stmt.items))
        match found.expr:
            case Op("add", (left, right)):
                parts = self._least(left), self._least(right)
                return None if None in parts else sum(p for p in parts if p is not None)
            case Op("sub", (left, Const(int(amount)))):
                least = self._least(left)
                return None if least is None else least - amount
            case _:
                return None

    def _least_of_range(self, items: Expr | None) -> int | None:
        match items:
            case Call(Ref(value=function), args, ()) if function is range:
                pass
            case _:
                return None
        match args:
            case (_,):
                return 0
            case (start, _) | (start, _, Const(1 | 2 | 3)):
                return None if not isinstance(start, (Const, Name)) else self._least(start)
            case _:
                return None

    def _made(self, name: Operand) -> Expr | None:
        return self.program.made(name) if isinstance(name, Name) else None

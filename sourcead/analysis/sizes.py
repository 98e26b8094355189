"""Which axes are as long as each other, given that NumPy has carried out the program without complaint?

`z = x * y` stretches axes of size one, so an axis of x is as long as that of z, or one: x <= z.  A store
`u[1:-1] += z` likewise says z <= u[1:-1].  Where the relation holds both ways, the two are equal; an
axis that is certainly not of size one is equal to whatever it is stretched to.

What a block says holds in it and in the blocks inside of it; behind it, it may not have been executed.
The reverse sweep may use all of what a block says, since it goes back over blocks that have been executed to the end.

>>> from sourcead.ir.nodes import Assign, Name, Op, Origin
>>> from dataclasses import replace
>>> x, y, z, n, m = Name("x", 0), Name("y", 0), Name("z", 0), Sym("x0"), Sym("y0", one=False)
>>> here = replace(Origin.none(), at=(0,))
>>> kinds = {x: Array("float64", (n,)), y: Array("float64", (m,)), z: Array("float64", (m,))}
>>> sizes = Sizes((Assign(z, Op("mul", (x, y)), here),), kinds)
>>> sizes.at_most(n, m, (0,)), sizes.same(n, m, (0,))
(True, False)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from sourcead.ir.kinds import Array, Dim, Kind, Sym, same_dim
from sourcead.ir.nodes import (
    Assign,
    Block,
    Call,
    Expr,
    For,
    Name,
    Op,
    Operand,
    Stmt,
    Store,
    Try,
    While,
)
from sourcead.ir.walk import blocks, operands
from sourcead.rules import registry

__all__ = ["STRETCHING", "Sizes"]

At: TypeAlias = tuple[int, ...]
Dims: TypeAlias = tuple[Dim, ...]

STRETCHING = frozenset(
    {"add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "eq", "ne", "lt", "le", "gt", "ge"}
)
IN_PLACE = frozenset({"iadd", "isub", "imul", "itruediv", "ifloordiv", "imod", "ipow"})


class Sizes:
    def __init__(
        self,
        body: Block,
        kinds: Mapping[Name, Kind],
        element: Callable[[Name, Operand], Kind | None] = lambda base, index: None,
    ) -> None:
        """`element(base, index)`: the kind of `base[index]`."""
        self._kinds = kinds
        self._element = element
        self._above: dict[At, dict[Dim, set[Dim]]] = {}
        self._block(body)

    # -- asking --------------------------------------------------------------------------------

    def same(self, a: Dim, b: Dim, at: At) -> bool:
        """Are the two certainly equal while the statement at `at` is gone back over?"""
        if same_dim(a, b):
            return True
        return self._is_stretched_to(a, b, at) or self._is_stretched_to(b, a, at)

    def _is_stretched_to(self, a: Dim, b: Dim, at: At) -> bool:
        """Is a at most b, and is it also at least b, or not one?"""
        return self.at_most(a, b, at) and (self.at_most(b, a, at) or self._is_not_one(a, at))

    def at_most(self, a: Dim, b: Dim, at: At) -> bool:
        """Is a certainly equal to b, or one?"""
        if a is None or b is None:
            return False
        return a == 1 or same_dim(a, b) or b in self._above_of(a, at)

    def _is_not_one(self, a: Dim, at: At) -> bool:
        equal = (b for b in self._above_of(a, at) if a in self._above_of(b, at))
        return any(map(_is_stretched_never, equal))

    def _above_of(self, a: Dim, at: At) -> set[Dim]:
        reached: set[Dim] = {a}
        rest: list[Dim] = [a]
        while rest:
            new = self._directly_above(rest.pop(), at) - reached
            reached |= new
            rest += new
        return reached

    def largest(self, dims: list[Dim], at: At) -> Dim:
        """The size to which axes of these sizes are stretched together, where one of them is it."""
        for dim in dims:
            if all(self.at_most(other, dim, at) for other in dims):
                return dim
        return None

    def _directly_above(self, dim: Dim, at: At) -> set[Dim]:
        found: set[Dim] = set()
        for k in range(len(at)):
            found |= self._above.get(at[:k], {}).get(dim, set())
        return found

    # -- collecting ----------------------------------------------------------------------------

    def _block(self, block: Block) -> None:
        for stmt in block:
            self._statement(stmt)
            if not isinstance(stmt, Try):  # left half-way, perhaps
                for inner in blocks(stmt):
                    self._block(inner)
            if isinstance(stmt, (For, While)) and stmt.body:
                self._carried(stmt, stmt.body[-1].origin.at)

    def _statement(self, stmt: Stmt) -> None:
        home = stmt.origin.at[:-1]
        match stmt:
            case Assign(_, Op(op, (Name() as written, value))) if op in IN_PLACE:
                self._stretched([value], self._dims(written), home)
            case Assign(target, Op("matmul", (a, b))):
                self._multiplied(self._dims(a), self._dims(b), home)
            case Assign(target, expr) if _stretches(expr):
                self._stretched(operands(expr), self._dims(target), home)
            case Store(Name() as base, index, value):
                kind = self._element(base, index)
                if isinstance(kind, Array):
                    self._stretched([value], kind.dims, home)

    def _carried(self, stmt: For | While, end: At) -> None:
        """What begins with a size and has that size again at the end of each turn has it always."""
        for c in stmt.carried:
            first, last = self._dims(c.initial), self._dims(c.next)
            for axis, (before, after) in enumerate(zip(first, last)):
                if len(first) != len(last) or not self.same(before, after, end):
                    continue
                self._equal(self._dims(c.inner)[axis : axis + 1], before, end[:-1])
                self._equal(self._dims(c.result)[axis : axis + 1], before, stmt.origin.at[:-1])

    def _equal(self, one: Dims, other: Dim, home: At) -> None:
        for dim in one:
            self._note(dim, other, home)
            self._note(other, dim, home)

    def _dims(self, operand: object) -> Dims:
        kind = self._kinds.get(operand) if isinstance(operand, Name) else None
        return kind.dims if isinstance(kind, Array) else ()

    def _stretched(self, values: object, target: Dims, home: At) -> None:
        for value in values:  # type: ignore[attr-defined]
            for small, large in zip(reversed(self._dims(value)), reversed(target)):
                self._note(small, large, home)

    def _multiplied(self, a: Dims, b: Dims, home: At) -> None:
        if a and b:
            inner = b[-1] if len(b) == 1 else b[-2]
            self._equal(a[-1:], inner, home)

    def _note(self, small: Dim, large: Dim, home: At) -> None:
        if small is None or large is None or small == large:
            return
        above = self._above.setdefault(home, {})
        above.setdefault(small, set()).add(large)
        if _is_stretched_never(small):
            above.setdefault(large, set()).add(small)


def _is_stretched_never(dim: Dim) -> bool:
    if isinstance(dim, Sym):
        return not dim.one and dim.offset == 0
    return dim is not None and dim != 1


def _stretches(expr: Expr) -> bool:
    """Is it an operation on elements, whose operands are stretched to one shape?"""
    match expr:
        case Op(op):
            return op in STRETCHING
        case Call(func, args, ()):
            value = getattr(func, "value", None)
            rule = registry.lookup(value) if value is not None else None
            return rule is not None and rule.form == "elementwise" and len(args) > 0
        case _:
            return False

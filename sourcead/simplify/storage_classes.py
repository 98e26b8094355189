"""Which names of a function may share storage, and whose storage comes from outside.

A coarse answer, for passes that drop statements.  Names fall into classes that only ever grow; two names
are in one class when one may be a view of the other or the other under a second name.  What a list, dict,
tuple or object keeps is a class of its own, its contents:

    rows = [a, b]
    r = rows[i]        # a, b and r: one class, the contents of rows
    r[0] = x           # seen by whoever reads a, b, r or rows
    rows.append(c)     # seen by whoever reads rows

This is unification of points-to sets (Steensgaard, POPL 1996) without regard to order.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from types import ModuleType
from typing import TypeAlias

from sourcead.ir.kinds import (
    Array,
    Dict,
    Kind,
    List,
    NoneKind,
    Np,
    Object,
    Py,
    Slice,
    Text,
    Tuple,
    Value,
)
from sourcead.ir.nodes import (
    Assign,
    Attr,
    Call,
    Expr,
    For,
    Function,
    If,
    MakeFunction,
    MethodCall,
    Name,
    Op,
    Operand,
    Ref,
    Star,
    Stmt,
    Store,
    StoreAttr,
    StoreVariable,
    Try,
    Unpack,
    While,
    With,
)
from sourcead.ir.walk import binds, inner_binds, read_operands, reads, statements

__all__ = ["NEW_NUMBERS", "Class", "StorageClasses", "meets_live_objects"]

NEW_NUMBERS = frozenset({"add", "sub", "mul", "truediv", "neg", "pow", "matmul"})
DISPLAYS = frozenset({"list", "dict", "tuple", "set"})
PLAIN: frozenset[type] = frozenset({Py, Np, Text, Slice, NoneKind, Value})
CONTAINERS: tuple[type, ...] = (List, Dict, Tuple, Object)
Class: TypeAlias = Hashable


class StorageClasses:
    """The classes of a function's names.

    `is_pure(expr)`: evaluating it changes nothing and keeps nothing; `bases_of(expr)`: the arrays whose
    storage its value may share; `kind_of(name)`: what a name holds.
    """

    def __init__(
        self,
        function: Function,
        is_pure: Callable[[Expr], bool],
        bases_of: Callable[[Expr], Iterable[Name]],
        kind_of: Callable[[Name], Kind],
    ) -> None:
        self._is_pure = is_pure
        self._bases_of = bases_of
        self._kind_of = kind_of
        self._last: tuple[Expr | None, list[Name]] = (None, [])
        self._parents: dict[Class, Class] = {}
        self._contents: dict[Class, Class] = {}
        self._made_here: set[Name] = set()
        self._met_outside: set[Name] = set()  # beside a live object in one statement
        self._names = [p.name for p in function.params]
        for stmt in statements(function.body):
            if isinstance(stmt, Assign) and self._is_new_number(stmt):
                self._names.append(stmt.target)
                self._made_here.add(stmt.target)
            else:
                self._names += (*binds(stmt), *inner_binds(stmt))
                self._statement(stmt)
                self._meet(stmt)

    def of(self, name: Name) -> Class:
        """The class of a name."""
        return self._find(name)

    def reach(self, name: Name) -> Iterator[Class]:
        """The class of a name, and the classes of all that can be reached through it."""
        seen: set[Class] = set()
        found: Class | None = self._find(name)
        while found is not None and found not in seen:
            seen.add(found)
            yield found
            inner = self._contents.get(found)
            found = None if inner is None else self._find(inner)

    def kept(self) -> set[Class]:
        """The classes of what lists, dicts, tuples and objects keep."""
        return {self._find(inner) for inner in self._contents.values()}

    def from_outside(self) -> set[Class]:
        """The classes of storage that the function did not make, or not all of it."""
        made = self._made_here - self._met_outside
        strange = [n for n in self._names if n not in made and self._holds(n)]
        return {c for name in strange for c in self.reach(name)}

    # -- unification -------------------------------------------------------------------------

    def _find(self, node: Class) -> Class:
        while (parent := self._parents.get(node)) is not None:
            node = parent
        return node

    def _unite(self, first: Class, second: Class) -> None:
        a, b = self._find(first), self._find(second)
        if a == b:
            return
        self._parents[b] = a
        inner = self._contents.pop(b, None)
        if inner is None:
            return
        if a in self._contents:
            self._unite(self._contents[a], inner)
        else:
            self._contents[a] = inner

    def _inside(self, name: Name) -> Class:
        """The class of what `name` keeps."""
        own = self._find(name)
        if own not in self._contents:
            known = isinstance(self._kind_of(name), CONTAINERS)
            self._contents[own] = ("contents", name) if known else own
        return self._find(self._contents[own])

    def _same(self, *operands: Operand | None) -> None:
        """One storage under several names."""
        names = [o for o in operands if isinstance(o, Name) and self._holds(o)]
        for other in names[1:]:
            self._unite(names[0], other)

    def _keep(self, holder: Operand, *values: Operand | None) -> None:
        """`holder` keeps the values."""
        if isinstance(holder, Name) and self._keeps(holder):
            for value in values:
                if isinstance(value, Name) and self._holds(value):
                    self._unite(self._inside(holder), value)

    def _take(self, target: Name, holder: Operand | None) -> None:
        """`target` is something that `holder` keeps, or a part of it that keeps the same."""
        if isinstance(holder, Name) and self._keeps(holder) and self._holds(target):
            self._unite(self._inside(holder), target)
            self._share(target, holder)

    def _share(self, target: Name, *holders: Operand | None) -> None:
        """What the holders keep, `target` keeps too."""
        for holder in holders:
            if isinstance(holder, Name) and self._keeps(holder) and self._keeps(target):
                self._unite(self._inside(target), self._inside(holder))

    def _holds(self, name: Name) -> bool:
        """Can it share anything that a store would change?"""
        return type(self._kind_of(name)) not in PLAIN

    def _keeps(self, name: Name) -> bool:
        """Can it hold references to other storage?  An array of numbers cannot."""
        return self._holds(name) and not isinstance(self._kind_of(name), Array)

    # -- live objects ------------------------------------------------------------------------

    def _meet(self, stmt: Stmt) -> None:
        """Names that may share storage with a global or a variable of a function around."""
        if isinstance(stmt, Assign) and self._gives_new_numbers(stmt.expr):
            return
        if meets_live_objects(stmt):
            names = (*binds(stmt), *inner_binds(stmt), *reads(stmt))
            self._met_outside.update(names)

    def _bases(self, expr: Expr) -> list[Name]:
        """`bases_of`, which is asked twice of each call."""
        if self._last[0] is not expr:
            self._last = expr, list(self._bases_of(expr))
        return self._last[1]

    def _is_new_number(self, stmt: Assign) -> bool:
        """A number out of numbers, as most statements are."""
        expr = stmt.expr
        return isinstance(expr, Op) and expr.op in NEW_NUMBERS and not self._holds(stmt.target)

    def _gives_new_numbers(self, expr: Expr) -> bool:
        if isinstance(expr, Op):
            return expr.op in NEW_NUMBERS
        calls = isinstance(expr, Call | MethodCall)
        return calls and self._is_pure(expr) and not self._bases(expr)

    # -- reading the program -----------------------------------------------------------------

    def _statement(self, stmt: Stmt) -> None:
        if isinstance(stmt, Assign):
            self._assign(stmt.target, stmt.expr)
            return
        match stmt:
            case Store(base, index, value):
                self._keep(base, index, value)
                if isinstance(base, Name) and isinstance(value, Name):
                    self._share(base, value)  # a slice of a list: its items
            case StoreAttr(base, _, value):
                self._keep(base, value)
            case Unpack(targets, _, value):
                for target in targets:
                    self._part(target, value)
            case If():
                for merge in stmt.merges:
                    self._same(merge.target, merge.then, merge.orelse)
                    self._made_here.add(merge.target)
            case For() | While():
                for c in stmt.carried:
                    self._same(c.result, c.inner, c.initial, c.next)
                    self._made_here.update((c.inner, c.result))
                if isinstance(stmt, For):
                    self._part(stmt.target, stmt.items)
            case Try():
                for at, target in enumerate(stmt.targets):
                    self._same(target, stmt.leaves[at], *(h.leaves[at] for h in stmt.handlers))
                for name, entry, given in stmt.interrupted:
                    self._same(name, entry, *given)
            case With(context, target):
                self._same(context, target)
            case StoreVariable():
                self._same(*reads(stmt))
            case _:
                pass

    def _part(self, target: Name, whole: Operand) -> None:
        """`target` is an element of `whole`, or a view of it."""
        self._take(target, whole)
        if isinstance(whole, Name) and isinstance(self._kind_of(whole), Array):
            self._same(target, whole)
        self._made_here.add(target)

    def _assign(self, target: Name, expr: Expr) -> None:
        bases = self._bases(expr)
        self._same(target, *bases)
        match expr:
            case Op():
                self._operation(target, expr)
            case Attr(base, _):
                self._take(target, base)
                if bases:
                    self._made_here.add(target)
            case MakeFunction():
                self._keep(target, *(c.value for c in expr.captures))
            case Call() | MethodCall():
                self._call(target, expr)

    def _operation(self, target: Name, expr: Op) -> None:
        op, args = expr.op, expr.args
        if op == "getitem":
            return self._part(target, args[0])
        if op in DISPLAYS:
            self._keep(target, *args)
        elif op in NEW_NUMBERS:
            self._share(target, *args)
        else:
            self._same(target, *args)
            if op != "copy":
                return self._share(target, *args)
        return self._made_here.add(target)

    def _call(self, target: Name, expr: Call | MethodCall) -> None:
        plain = (a.value if isinstance(a, Star) else a for a in expr.args)
        given: list[Operand] = [*plain, *(value for _, value in expr.kwargs)]
        holder = expr.value if isinstance(expr, MethodCall) else None
        if holder is not None:
            self._keep(holder, *given)
            for each in given:
                if isinstance(holder, Name):
                    self._share(holder, each)
            self._take(target, holder)
        self._keep(target, *given)
        self._share(target, *given)
        if self._is_pure(expr):
            self._made_here.add(target)


def meets_live_objects(stmt: Stmt) -> bool:
    """Does it read a global, or a variable of a function around, that could share storage with something?"""
    return any(isinstance(o, Ref) and _may_be_written(o.value) for o in read_operands(stmt))


def _may_be_written(value: object) -> bool:
    plain = (int, float, complex, str, bytes, type(None), ModuleType)
    return not (isinstance(value, plain) or callable(value))

"""Storage from which a multiple of its own content is taken is multiplied by a number.

    t_bar = u_bar[1:-1] * rate                  t_bar = u_bar[1:-1] * rate
    u_bar[1:-1] -= 6.0 * t_bar        ->        u_bar[1:-1] *= 1.0 - 6.0 * rate

The adjoint of `u[1:-1] += rate * (... - 6.0 * u[1:-1])` and of all that decays, diffuses or is damped step by step.
No array is made for the multiple, and several that follow each other are one.  In the reverse sweep only, of
storage that the gradient has made, and where nothing has been written to it since its content was read.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from sourcead.ir.kinds import Array, Kind, Np, Py
from sourcead.ir.nodes import (
    Assign,
    Block,
    Call,
    Const,
    Expr,
    Function,
    MethodCall,
    Name,
    Op,
    Operand,
    Ref,
    Stmt,
    Store,
)
from sourcead.ir.walk import binds, inner_binds, map_blocks, reads, renewed, statements, with_body
from sourcead.simplify.storage_classes import NEW_NUMBERS, Class, StorageClasses
from sourcead.transform.effects import index_kinds
from sourcead.transform.indexing import is_basic

__all__ = ["decays"]

NUMBERS: tuple[Kind, ...] = (Py(float), Py(int), Np("float64"))
WHOLE = Const(Ellipsis)
LONGEST = 9  # steps from a multiple to what it is a multiple of


def decays(
    function: Function,
    b: Any,
    storage: Callable[[], StorageClasses],
    is_pure: Callable[[Expr], bool],
) -> Function:
    """What is no longer read afterwards is left to `clean`."""
    pass_ = _Decays(function, b, storage, is_pure)
    return with_body(function, pass_.block(function.body))


@dataclass
class _Site:
    """A part of an array, with what is taken from it since it was read."""

    cls: Class
    base: Name  # the array
    turn: int = 0  # how often the content has changed
    terms: list[tuple[str, tuple[Operand, ...]]] = field(default_factory=list)
    at: int = -1  # where the statement is that takes them


@dataclass(frozen=True)
class _Multiple:
    """What an array holds: the content of a site at a time, times numbers."""

    site: _Site
    turn: int
    factors: tuple[Operand, ...]


@dataclass
class _Known:
    """What holds at a point of a block."""

    sites: dict[Hashable, _Site] = field(default_factory=dict)
    views: dict[Name, _Site] = field(default_factory=dict)
    multiples: dict[Name, _Multiple] = field(default_factory=dict)
    out: list[Stmt | None] = field(default_factory=list)


class _Decays:
    def __init__(
        self,
        function: Function,
        b: Any,
        storage: Callable[[], StorageClasses],
        is_pure: Callable[[Expr], bool],
    ) -> None:
        self.function, self.b, self.storage, self.is_pure = function, b, storage, is_pure
        self.classes: StorageClasses | None = None
        self.outside: set[Class] = set()
        self.made: dict[Name, Expr] = {
            s.target: s.expr for s in statements(function.body) if isinstance(s, Assign)
        }

    # -- blocks ------------------------------------------------------------------------------

    def block(self, block: Block) -> Block:
        if not any(self.is_candidate(stmt) and self.is_of_itself(stmt) for stmt in block):
            return renewed(block, [map_blocks(stmt, self.block) for stmt in block])
        known = _Known()
        for stmt in block:
            stmt = map_blocks(stmt, self.block)
            if not self.taken(stmt, known):
                self.follow(stmt, known)
                known.out.append(stmt)
        return renewed(block, [stmt for stmt in known.out if stmt is not None])

    def is_candidate(self, stmt: Stmt) -> bool:
        return (
            isinstance(stmt, Store)
            and stmt.op in ("add", "sub")
            and stmt.origin.sweep == "reverse"
            and self.is_array(stmt.base)
            and self.is_array(stmt.value)
        )

    def is_of_itself(self, stmt: Stmt) -> bool:
        """Does the value come from the array that it is added to, at a glance?"""
        assert isinstance(stmt, Store)
        return stmt.value is not stmt.base and self.origin(stmt.value) is self.origin(stmt.base)

    def origin(self, operand: Operand) -> Operand:
        """The array of which a name is a part, a multiple or a copy."""
        for _ in range(LONGEST):
            match self.made.get(operand) if isinstance(operand, Name) else None:
                case Op("mul", (first, second)) if self.is_number(first) or self.is_number(second):
                    operand = second if self.is_number(first) else first
                case Op("getitem", (base, _)) | MethodCall(base, "copy", ()):
                    operand = base
                case _:
                    break
        return operand

    def is_array(self, operand: Operand) -> bool:
        kind = self.b.kind(operand) if isinstance(operand, Name) else None
        return isinstance(kind, Array) and kind.dtype == "float64" and len(kind.dims) > 0

    def cls(self, name: Name) -> Class:
        """The storage class; known when a candidate has been met."""
        if self.classes is None:
            self.classes = self.storage()
            self.outside = self.classes.from_outside()
        return self.classes.of(name)

    # -- what is taken away ------------------------------------------------------------------

    def taken(self, stmt: Stmt, known: _Known) -> bool:
        """Has the statement been written as a product?"""
        if not (isinstance(stmt, Store) and self.is_candidate(stmt)):
            return False
        site = self.site(stmt.base, stmt.index, known)
        multiple = known.multiples.get(stmt.value) if isinstance(stmt.value, Name) else None
        if site is None or multiple is None or multiple.site is not site:
            return False
        if multiple.turn != site.turn:
            return False
        if site.at >= 0:
            known.out[site.at] = None
        assert stmt.op is not None
        site.terms.append((stmt.op, multiple.factors))
        factor = self.total(site.terms, stmt, known.out)
        self.written(site.cls, known, site.base, but=site)
        site.at = len(known.out)
        known.out.append(Store(stmt.base, stmt.index, factor, "mul", stmt.origin))
        return True

    def total(self, terms: list[Any], stmt: Store, out: list[Stmt | None]) -> Operand:
        """1 and the terms as statements, printed inside the one that reads them."""
        total: Operand = Const(1.0)
        for op, factors in terms:
            product: Operand = Const(1.0)
            for factor in sorted(factors, key=lambda f: not isinstance(f, Const)):
                product = self.computed("mul", product, factor, stmt, out)
            total = self.computed(op, total, product, stmt, out)
        return total

    def computed(
        self, op: str, first: Operand, second: Operand, stmt: Store, out: list[Stmt | None]
    ) -> Operand:
        if op == "mul" and first == Const(1.0):
            return second
        target = self.b.fresh("t", Py(float))
        out.append(Assign(target, Op(op, (first, second)), stmt.origin))
        return target  # type: ignore[no-any-return]

    # -- what is known -----------------------------------------------------------------------

    def site(self, base: Operand, index: Operand, known: _Known) -> _Site | None:
        """The part of an array of our own that a basic index selects."""
        if not isinstance(base, Name) or not self.is_array(base):
            return None
        if base in known.views:
            return known.views[base] if index == WHOLE else None
        cls = self.cls(base)
        parts = index_kinds(index, self.b.kinds)
        if cls in self.outside or parts is None or not (index == WHOLE or is_basic(parts)):
            return None
        return known.sites.setdefault((base, self.key(index)), _Site(cls, base))

    def key(self, index: Operand) -> Hashable:
        """Equal for equal indices."""
        expr = self.made.get(index) if isinstance(index, Name) else None
        if isinstance(expr, Op) and expr.op in ("slice", "tuple"):
            return (expr.op, *map(self.key, expr.args))
        return index

    def follow(self, stmt: Stmt, known: _Known) -> None:
        """What a statement reads, writes and makes."""
        if isinstance(stmt, Assign) and self.is_view(stmt, known):
            return
        if isinstance(stmt, Assign) and self.leaves_alone(stmt.expr):
            for cls in {cls for name in reads(stmt) for cls in self.reached(name)}:
                self.read(cls, known)
            if (multiple := self.multiple(stmt.expr, known)) is not None:
                known.multiples[stmt.target] = multiple
            return
        if isinstance(stmt, Store) and isinstance(stmt.base, Name):
            site = known.views.get(stmt.base)
            self.written(self.cls(stmt.base), known, stmt.base if site is None else site.base)
            for cls in {cls for name in reads(stmt) for cls in self.reached(name)}:
                self.read(cls, known)
            return
        for inner in statements((stmt,)):
            for name in (*reads(inner), *binds(inner), *inner_binds(inner)):
                for cls in self.reached(name):
                    self.written(cls, known)

    def is_view(self, stmt: Assign, known: _Known) -> bool:
        match stmt.expr:
            case Op("getitem", (base, index)) if self.is_array(stmt.target):
                site = self.site(base, index, known)
                if site is not None:
                    known.views[stmt.target] = site
                return site is not None
            case _:
                return False

    def leaves_alone(self, expr: Expr) -> bool:
        """Is nothing written, and nothing kept?"""
        match expr:
            case Op(op):
                return op in NEW_NUMBERS or op in ("slice", "tuple")
            case Call() | MethodCall():
                return self.is_pure(expr)
            case _:
                return False

    def multiple(self, expr: Expr, known: _Known) -> _Multiple | None:
        """Is it a part of an array times a number, or a copy?"""
        match expr:
            case Op("mul", (first, second)):
                for array, number in ((first, second), (second, first)):
                    if self.is_number(number) and (m := self.held(array, known)) is not None:
                        return _Multiple(m.site, m.turn, (*m.factors, number))
                return None
            case MethodCall(Name() as value, "copy", ()):
                return self.held(value, known)
            case _:
                return None

    def is_number(self, operand: Operand) -> bool:
        if isinstance(operand, Const):
            return type(operand.value) in (int, float)
        return isinstance(operand, Name) and self.b.kind(operand) in NUMBERS

    def held(self, operand: Operand, known: _Known) -> _Multiple | None:
        """What an array holds, if that is part of another one."""
        if not isinstance(operand, Name) or not self.is_array(operand):
            return None
        if operand in known.multiples:
            return known.multiples[operand]
        site = self.site(operand, WHOLE, known)
        return None if site is None else _Multiple(site, site.turn, ())

    def reached(self, name: Name) -> Iterable[Class]:
        """The storage that can be seen through a name."""
        if self.b.kind(name) in NUMBERS:
            return ()
        self.cls(name)
        assert self.classes is not None
        return self.classes.reach(name)

    def read(self, cls: Class, known: _Known) -> None:
        """What was taken away has been looked at: it stays what it is."""
        for site in known.sites.values():
            if site.cls == cls and site.at >= 0:
                self.changed(site)

    def written(
        self, cls: Class, known: _Known, base: Name | None = None, but: _Site | None = None
    ) -> None:
        """Something was written to storage of a class; `base`: to this array or to what it is a view of."""
        for site in known.sites.values():
            if site.cls == cls and site is not but and not self.are_apart(site.base, base):
                self.changed(site)
        for name in [n for n in known.multiples if self.cls(n) == cls]:
            if not self.are_apart(name, base):
                del known.multiples[name]

    def are_apart(self, one: Name, other: Name | None) -> bool:
        """Two arrays that were made anew, each on its own."""
        return one is not other and other is not None and self.is_new(one) and self.is_new(other)

    def is_new(self, name: Name) -> bool:
        match self.made.get(name):
            case Op(op):
                return op in NEW_NUMBERS
            case Call(Ref(value=function)):
                return function is np.zeros_like or function is np.zeros
            case MethodCall(_, "copy", ()):
                return self.is_array(name)
            case _:
                return False

    def changed(self, site: _Site) -> None:
        site.turn, site.terms, site.at = site.turn + 1, [], -1

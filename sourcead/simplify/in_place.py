"""An array that nobody reads any more takes up the result that is computed from it.

    t_bar = a * b                       t_bar = a * b
    u_bar = t_bar * c         ->        u_bar = t_bar * c
    v_bar = t_bar * d                   t_bar *= d
    ... v_bar ...                       ... t_bar ...

No new array is made, and fewer exist at one time: arrays that fill the cache cost more to make than to compute.
It needs an array of our own of the result's dtype and shape: made in the same block by an operation that
makes new arrays, seen under no other name, kept by nothing, and read here for the last time.  What reads it
here alone is left as it is, since that is printed inside the expression.

Done in the reverse sweep.  In the forward sweep an array made anew may be laid out in another order than
the one that it replaces, and a sum over it would be rounded in another way.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import numpy as np

from sourcead.ir.kinds import Array, Kind
from sourcead.ir.nodes import (
    Assign,
    Attr,
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
from sourcead.ir.uses import use_counts
from sourcead.ir.walk import map_blocks, operands, reads, rename, renewed, statements, with_body
from sourcead.simplify.storage_classes import NEW_NUMBERS, StorageClasses

__all__ = ["in_place"]

UPDATES = frozenset({"add", "sub", "mul", "truediv"})
COMMUTE = frozenset({"add", "mul"})
WEAK = frozenset({"t", "t_bar"})  # names of temporaries
ABOUT = frozenset({"shape", "size", "ndim", "dtype"})


def in_place(
    function: Function, kinds: dict[Name, Kind], storage: Callable[[], StorageClasses]
) -> Function:
    """`storage()`: the function's storage classes, which are only made where they are asked for."""
    pass_ = _InPlace(function, kinds, storage)
    body = pass_.block(function.body)
    return rename(with_body(function, body), pass_.resolved()) if pass_.same else function


class _InPlace:
    def __init__(
        self, function: Function, kinds: dict[Name, Kind], storage: Callable[[], StorageClasses]
    ) -> None:
        self.function, self.kinds, self.storage = function, kinds, storage
        self.uses = use_counts(function)
        self.same: dict[Name, Name] = {}
        self.in_reverse = {
            s.target
            for s in statements(function.body)
            if isinstance(s, Assign) and s.origin.sweep == "reverse"
        }
        self.shared: set[Name] | None = None  # known under another name, perhaps

    def resolved(self) -> dict[Name, Name]:
        return {name: self.root(name) for name in self.same}

    def root(self, name: Name) -> Name:
        """The name that stands for this one."""
        while name in self.same:
            name = self.same[name]
        return name

    # -- blocks ------------------------------------------------------------------------------

    def block(self, block: Block) -> Block:
        if not any(map(self.is_candidate, block)):
            return renewed(block, [map_blocks(stmt, self.block) for stmt in block])
        made: set[Name] = set()
        left = Counter(self.uses)
        out: list[Stmt] = []
        for stmt in block:
            for inner in statements((stmt,)):
                for name in reads(inner):
                    left[name] -= 1
            stmt = map_blocks(stmt, self.block)
            updated = self.updated(stmt, made, left) if isinstance(stmt, Assign) else None
            if isinstance(stmt, Assign) and _makes_new(stmt.expr):
                made.add(stmt.target)
            out.append(stmt if updated is None else updated)
        return tuple(out)

    def is_candidate(self, stmt: Stmt) -> bool:
        """Does it make, in the reverse sweep, an array that could take the place of an operand?"""
        if not (isinstance(stmt, Assign) and stmt.origin.sweep == "reverse"):
            return False
        is_update = isinstance(stmt.expr, Op) and stmt.expr.op in UPDATES
        return is_update and isinstance(self.kinds.get(stmt.target), Array)

    def updated(self, stmt: Assign, made: set[Name], left: Counter[Name]) -> Store | None:
        """The statement as an update of one of its operands."""
        if not (self.is_candidate(stmt) and isinstance(stmt.expr, Op)):
            return None
        op, (first, second) = stmt.expr.op, stmt.expr.args
        choices = [(first, second), (second, first)][: 2 if op in COMMUTE else 1]
        if self.uses[stmt.target] < 2 and stmt.target.hint in WEAK:
            return None  # printed where it is read
        for mine, other in choices:
            if self.may_take(mine, stmt.target, made, left):
                assert isinstance(mine, Name)
                self.name(mine, stmt.target)
                return Store(mine, Const(Ellipsis), other, op, stmt.origin)
        return None

    def name(self, mine: Name, target: Name) -> None:
        """One of the two names stands for both."""
        mine = self.root(mine)
        if mine.hint == "t" and target.hint != "t":
            self.same[mine] = target
        else:
            self.same[target] = mine

    def agree(self, mine: Name, target: Name) -> bool:
        """Is there a name that says of both what they are?  Not of a value and an adjoint, nor of two adjoints."""
        hints = {self.root(mine).hint, target.hint}
        return len(hints) == 1 or (hints <= WEAK and mine in self.in_reverse)

    def may_take(self, mine: Operand, target: Name, made: set[Name], left: Counter[Name]) -> bool:
        return (
            isinstance(mine, Name)
            and mine in made
            and left[mine] == 0
            and self.uses[mine] > 1
            and self.is_like(mine, target)
            and self.agree(mine, target)
            and mine not in self.known_elsewhere()
        )

    def is_like(self, mine: Name, target: Name) -> bool:
        """Arrays of one dtype and shape?"""
        kind = self.kinds.get(target)
        return (
            isinstance(kind, Array)
            and len(kind.dims) > 0
            and None not in kind.dims
            and self.kinds.get(mine) == kind
        )

    # -- whose storage -----------------------------------------------------------------------

    def known_elsewhere(self) -> set[Name]:
        """Names of which the storage may be seen under another name, or is kept by something."""
        if self.shared is None:
            storage = self.storage()
            names = {n for s in statements(self.function.body) for n in (*reads(s), *_targets(s))}
            members = Counter(storage.of(name) for name in names)
            kept = storage.kept() | storage.from_outside()
            self.shared = {n for n in names if members[storage.of(n)] > 1 or storage.of(n) in kept}
            for stmt in statements(self.function.body):
                if isinstance(stmt, Assign) and not _leaves_alone(stmt.expr):
                    self.shared.update((stmt.target, *reads(stmt)))
        return self.shared


def _targets(stmt: Stmt) -> tuple[Name, ...]:
    return (stmt.target,) if isinstance(stmt, Assign) else ()


def _makes_new(expr: Expr) -> bool:
    """Does it make a new array, which nothing else refers to?"""
    match expr:
        case Op(op):
            return op in NEW_NUMBERS
        case Call(Ref(value=function), _, kwargs):
            return isinstance(function, np.ufunc) and not kwargs
        case _:
            return False


def _leaves_alone(expr: Expr) -> bool:
    """Does neither the result share storage with an operand, nor anything keep one?"""
    match expr:
        case Op(op):
            return op in NEW_NUMBERS | {"getitem", "slice", "tuple", "list", "dict", "copy"}
        case Attr(_, attr):
            return attr in ABOUT
        case MethodCall(_, method):
            return method in ("sum", "copy", "append", "pop")
        case Call(Ref(value=function)):
            return _makes_new(expr) or function in (np.zeros_like, np.sum, float, len)
        case _:
            return not any(isinstance(o, Name) for o in operands(expr))

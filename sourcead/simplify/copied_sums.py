"""A copy that something is added to at once is a sum.

    x_bar = z_bar.copy()                          x_bar = z_bar + t_bar * y
    x_bar += t_bar * y              ->

    x_bar = -z_bar                                x_bar = t_bar * y - z_bar
    x_bar += t_bar * y              ->

One array is made, not two, and none is gone through twice.  Of arrays of one dtype in the sweep that goes back, where
nothing is written in between to what is copied.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

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
    Stmt,
    Store,
)
from sourcead.ir.walk import map_blocks, reads, renewed, with_body
from sourcead.simplify.storage_classes import StorageClasses
from sourcead.transform.operations import INPLACE

__all__ = ["copied_sums"]

FLOATS: tuple[Kind | None, ...] = (Py(float), Np("float64"))


def copied_sums(
    function: Function,
    kinds: dict[Name, Kind],
    storage: Callable[[], StorageClasses],
    is_pure: Callable[[Expr], bool],
) -> Function:
    """`storage()`: the function's storage classes, which are only made where they are asked for."""
    pass_ = _Pass(kinds, storage, is_pure)
    return with_body(function, pass_.block(function.body))


class _Pass:
    def __init__(
        self,
        kinds: dict[Name, Kind],
        storage: Callable[[], StorageClasses],
        is_pure: Callable[[Expr], bool],
    ) -> None:
        self.kinds, self.storage, self.is_pure = kinds, storage, is_pure

    def block(self, block: Block) -> Block:
        out = [map_blocks(stmt, self.block) for stmt in block]
        for at in range(len(out) - 1, -1, -1):
            stmt = out[at]
            value = _copied(stmt)
            if value is None or not isinstance(stmt, Assign):
                continue
            added = self.first_use(out, at, stmt.target, value)
            total = None if added is None else self.total(stmt, out[added], value)
            if added is not None and total is not None:
                out[added] = total
                del out[at]
        return renewed(block, out)

    def first_use(self, block: Sequence[Stmt], at: int, copy: Name, value: Name) -> int | None:
        """The position of the first statement that looks at the copy, if what is copied is still the same there."""
        for position in range(at + 1, len(block)):
            stmt = block[position]
            if copy in reads(stmt):
                return position
            if not self.leaves(stmt, value):
                return None
        return None

    def leaves(self, stmt: Stmt, value: Name) -> bool:
        """Does the statement write nothing that is seen through `value`?"""
        match stmt:
            case Assign(_, Op(op)):
                return op not in INPLACE
            case Assign(_, Call() | MethodCall() as expr):
                return self.is_pure(expr)
            case Assign():
                return True
            case Store(Name() as base):
                return self.storage().of(base) not in set(self.storage().reach(value))
            case _:
                return False

    def total(self, copy: Assign, added: Stmt, value: Name) -> Assign | None:
        """What both statements compute, if the second adds to the whole of the copy."""
        match added:
            case Store(base, Const(index), more, "add" | "sub" as op, origin) if (
                base == copy.target and index is Ellipsis and self.fits(more, copy.target)
            ):
                pass
            case _:
                return None
        if isinstance(copy.expr, MethodCall):
            return Assign(copy.target, Op(op, (value, more)), origin)
        if op == "add":
            return Assign(copy.target, Op("sub", (more, value)), origin)
        return None

    def fits(self, more: Operand, copy: Name) -> bool:
        """Is a sum of the two an array like the copy?  (It is as long: `+=` does not stretch it.)"""
        mine = self.kinds.get(copy)
        if not isinstance(mine, Array) or mine.dtype != "float64" or not mine.dims or more == copy:
            return False
        if isinstance(more, Const):
            return type(more.value) is float
        kind = self.kinds.get(more) if isinstance(more, Name) else None
        return kind in FLOATS or (
            isinstance(kind, Array)
            and kind.dtype == "float64"
            and 0 < len(kind.dims) <= len(mine.dims)
        )


def _copied(stmt: Stmt) -> Name | None:
    """What the sweep that goes back makes a copy, or a negative, of."""
    match stmt:
        case Assign(_, MethodCall(Name() as value, "copy", ()) | Op("neg", (Name() as value,))):
            return value if stmt.origin.sweep == "reverse" else None
        case _:
            return None

"""What is computed of a copy is computed of the array itself, before that is written.

    t = u_bar[1:-1].copy()                        t_bar = 0.5 * u_bar[1:-1]
    u_bar[1:-1] = 0.0                   ->        u_bar[1:-1] = 0.0
    t_bar = 0.5 * t

The reverse of a store takes the adjoint of what was stored, and leaves zeros: no copy of it is needed where all
that is done with it can be done at once.  Of arithmetic in the sweep that goes back, of which the other
operand is there already and stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sourcead.ir.kinds import Kind, Np, Py
from sourcead.ir.nodes import (
    Assign,
    Block,
    Const,
    Expr,
    Function,
    MethodCall,
    Name,
    Op,
    Operand,
    Stmt,
)
from sourcead.ir.uses import use_counts
from sourcead.ir.walk import binds, inner_binds, map_blocks, reads, renewed, substitute, with_body
from sourcead.simplify.copies import ARITHMETIC
from sourcead.simplify.storage_classes import StorageClasses
from sourcead.simplify.untouched import Untouched

__all__ = ["before_stores"]


def before_stores(
    function: Function,
    kinds: dict[Name, Kind],
    storage: Callable[[], StorageClasses],
    is_pure: Callable[[Expr], bool],
) -> Function:
    pass_ = _Pass(function, kinds, Untouched(storage, is_pure))
    return with_body(function, pass_.block(function.body))


class _Pass:
    def __init__(self, function: Function, kinds: dict[Name, Kind], untouched: Untouched) -> None:
        self.kinds, self.untouched = kinds, untouched
        self.uses = use_counts(function)

    def block(self, block: Block) -> Block:
        out = [map_blocks(stmt, self.block) for stmt in block]
        for at in range(len(out) - 1, -1, -1):
            copied = self.copied(out[at])
            reader = None if copied is None else self.reader(out, at)
            if copied is not None and reader is not None:
                (copy,) = binds(out[at])
                out[at] = substitute(out[reader], {copy: copied})
                del out[reader]
        return renewed(block, out)

    def copied(self, stmt: Stmt) -> Name | None:
        """What the sweep that goes back copies for one reader."""
        match stmt:
            case Assign(copy, MethodCall(Name() as value, "copy", ())) if self.uses[copy] == 1:
                return value if stmt.origin.sweep == "reverse" else None
            case _:
                return None

    def reader(self, block: Sequence[Stmt], at: int) -> int | None:
        """The position of the arithmetic on the copy, if it could be done where that is made."""
        (copy,) = binds(block[at])
        position = next((i for i in range(at + 1, len(block)) if copy in reads(block[i])), None)
        match block[position] if position is not None else None:
            case Assign(_, Op(op, args)) if op in ARITHMETIC:
                between = block[at + 1 : position]
                others = [arg for arg in args if arg != copy]
                return position if all(self.is_there(o, between) for o in others) else None
            case _:
                return None

    def is_there(self, other: Operand, between: Sequence[Stmt]) -> bool:
        """Is it bound before these statements, and the same behind them?"""
        if not isinstance(other, Name):
            return isinstance(other, Const)
        if any(other in (*binds(s), *inner_binds(s)) for s in between):
            return False
        is_number = isinstance(self.kinds.get(other), (Py, Np))
        return is_number or all(self.untouched.by(s, (other,)) for s in between)

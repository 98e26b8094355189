"""A place of an adjoint is overwritten when its old content has been read, so that nobody has to copy it.

    t = y_bar.copy()                      x_bar = y_bar * y
    y_bar[...] = t * x          ->        y_bar *= x
    x_bar = t * y

The adjoint step of `y *= x` moves the old adjoint out of its place first, since what is computed next might
write there.  Where only arithmetic follows, which reads nothing of that storage, the store comes last, and a
product of what it overwrites is an update.  Done in the reverse sweep, where no storage of the caller is
written.  The copies go in `copies.py`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from sourcead.ir.kinds import Array, Kind, Np, Py
from sourcead.ir.nodes import (
    Assign,
    Block,
    Const,
    Function,
    MethodCall,
    Name,
    Op,
    Operand,
    Stmt,
    Store,
)
from sourcead.ir.uses import use_counts
from sourcead.ir.walk import map_blocks, reads, renewed, with_body
from sourcead.simplify.copies import computes
from sourcead.simplify.storage_classes import StorageClasses

__all__ = ["late_stores"]


def late_stores(
    function: Function, kinds: Mapping[Name, Kind], storage: Callable[[], StorageClasses]
) -> Function:
    """`storage()`: the function's storage classes, which are only made where they are asked for."""
    uses = use_counts(function)
    pass_ = _LateStores(kinds, uses, storage)
    return with_body(function, pass_.block(function.body))


@dataclass(frozen=True)
class _Step:
    """Positions in a block: of the copy, of the store, and of what reads the copy last, behind the store."""

    copy: int
    store: int
    last: int


class _LateStores:
    def __init__(
        self,
        kinds: Mapping[Name, Kind],
        uses: Counter[Name],
        storage: Callable[[], StorageClasses],
    ) -> None:
        self.kinds, self.uses, self.classes = kinds, uses, storage
        self.storage: StorageClasses | None = None
        self.views: dict[Name, Op] = {}

    def block(self, block: Block) -> Block:
        out = [map_blocks(stmt, self.block) for stmt in block]
        for stmt in out:
            if isinstance(stmt, Assign) and isinstance(stmt.expr, Op) and stmt.expr.op == "getitem":
                self.views[stmt.target] = stmt.expr
        position = 0
        while position < len(out):
            if (step := self.step(out, position)) is not None:
                self.move(out, step)
            position += 1
        return renewed(block, out)

    # -- is it such a step? ------------------------------------------------------------------

    def step(self, block: list[Stmt], position: int) -> _Step | None:
        stmt = block[position]
        if not (isinstance(stmt, Assign) and isinstance(stmt.expr, MethodCall)):  # as most
            return None
        match stmt:
            case Assign(copied, MethodCall(Name() as original, "copy", ()), origin) if (
                origin.sweep == "reverse" and isinstance(self.kinds.get(original), Array)
            ):
                pass
            case _:
                return None
        missing, store = self.uses[copied], None
        for i in range(position + 1, len(block)):
            stmt = block[i]
            if store is None and self.overwrites(stmt, original):
                store = i
            elif (
                not isinstance(stmt, Assign)
                or not computes(stmt.expr, copied)
                or (store is not None and self.may_see(stmt, block[store], copied))
            ):
                return None
            missing -= reads(stmt).count(copied)
            if missing == 0:
                return None if store is None else _Step(position, store, i)
        return None

    def overwrites(self, stmt: Stmt, original: Name) -> bool:
        """Does it write the place that was copied, that and no other?"""
        if not isinstance(stmt, Store) or stmt.origin.sweep != "reverse":
            return False
        place = (stmt.base, stmt.index)
        view = self.views.get(original)
        return place == (original, Const(Ellipsis)) or (view is not None and view.args == place)

    def may_see(self, stmt: Stmt, store: Stmt, copied: Name) -> bool:
        """Might the statement read what the store writes, under any name?"""
        assert isinstance(store, Store) and isinstance(store.base, Name)
        if self.storage is None:
            self.storage = self.classes()
        written = self.storage.of(store.base)
        return any(written in self.storage.reach(n) for n in reads(stmt) if n != copied)

    # -- the step in another order -----------------------------------------------------------

    def move(self, block: list[Stmt], step: _Step) -> None:
        store = block[step.store]
        between = block[step.copy + 1 : step.store]
        behind = block[step.store + 1 : step.last + 1]
        assert isinstance(store, Store)
        for stmt in between:
            if (other := self.factor(stmt, store, block[step.copy])) is not None:
                between.remove(stmt)
                store = replace(store, value=other, op="mul")
                break
        block[step.copy + 1 : step.last + 1] = [*between, *behind, store]

    def factor(self, stmt: Stmt, store: Store, copy: Stmt) -> Operand | None:
        """What the old content is multiplied by, if the statement computes for the store a product of it."""
        assert isinstance(copy, Assign)
        match stmt:
            case Assign(target, Op("mul", (first, second))) if (
                store.op is None and store.value == target and self.uses[target] == 1
            ):
                others = [b for a, b in ((first, second), (second, first)) if a == copy.target]
                is_plain = len(others) == 1 and self.is_float(others[0], copy.target)
                return others[0] if is_plain else None
            case _:
                return None

    def is_float(self, operand: Operand, copied: Name) -> bool:
        """Is the product with it what NumPy computes in place?"""
        mine = self.kinds.get(copied)
        kind = self.kinds.get(operand) if isinstance(operand, Name) else None
        if not isinstance(mine, Array) or mine.dtype != "float64":
            return False
        if isinstance(kind, Array):  # of a lower rank: an update stretches its operand only
            return kind.dtype == "float64" and len(kind.dims) <= len(mine.dims)
        return isinstance(kind, (Py, Np)) and kind in (Py(float), Np("float64"))

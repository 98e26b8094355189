"""What is written over for a while is another variable.

    t = p.copy()                            p_1 = p / s
    p /= s                          ->      x = np.log(p_1)
    x = np.log(p)                           ...
    ...
    p[...] = t

An array is put back so that whatever looks at it, through any name, sees what the forward sweep saw.  Where
the copy, the store that puts it back and all that looks at the array in between stand in one block, and
the array is known under that one name only, it needs no putting back: what happens in between happens to
a second array.  Where nothing looks at it, nothing is left.

A store into a part that is put back, with nobody looking at the array in between, is left out too:

    t = z[0]
    z[0] *= y                       ->      ...
    z[0] = t
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from sourcead.ir.kinds import Array, Kind, Np, Py, same_dim
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
    Store,
    Try,
)
from sourcead.ir.uses import use_counts
from sourcead.ir.walk import (
    binds,
    inner_binds,
    map_blocks,
    reads,
    renewed,
    statements,
    substitute,
    with_body,
)  # fmt: skip
from sourcead.simplify.storage_classes import Class, StorageClasses

__all__ = ["versions"]

WHOLE = Const(Ellipsis)
OPERATORS = frozenset({"add", "sub", "mul", "truediv", "pow"})
NUMBERS: frozenset[Kind | None] = frozenset({Py(float), Py(int), Np("float64")})


def versions(function: Function, builder: Any, storage: Callable[[], StorageClasses]) -> Function:
    """The function itself where nothing is to be done."""
    if not any(isinstance(s, Store) and _puts_back(s) for s in statements(function.body)):
        return function
    return with_body(function, _Versions(function, builder, storage()).block(function.body))


def _puts_back(stmt: Store) -> bool:
    """May it be one that puts back what lies there in the forward sweep?"""
    return stmt.op is None and isinstance(stmt.value, Name) and stmt.origin.sweep == "reverse"


class _Versions:
    def __init__(self, function: Function, builder: Any, storage: StorageClasses) -> None:
        self.b = builder
        self.kinds: dict[Name, Kind] = builder.kinds
        self.storage = storage
        self.outside = storage.from_outside() | storage.kept()
        self.uses = use_counts(function)
        self.first: dict[Name, Name] = {}  # the name that an array had which has another one now
        self.made: dict[Name, Expr] = {}
        for stmt in statements(function.body):
            if isinstance(stmt, Assign):
                self.made[stmt.target] = stmt.expr

    def storage_of(self, name: Name) -> Class:
        return self.storage.of(self.first.get(name, name))

    def block(self, block: Block) -> Block:
        out = [stmt if _catches(stmt) else map_blocks(stmt, self.block) for stmt in block]
        position = 0
        while position < len(out):
            stmt = out[position]
            if isinstance(stmt, Store) and _puts_back(stmt):
                changed = self.version(out, position) or self.unseen(out, position)
                position = position if changed is None else changed
            position += 1
        return renewed(block, out)

    # -- the whole of an array -------------------------------------------------------------------

    def version(self, block: list[Stmt], end: int) -> int | None:
        """Without the store at `end`, which puts a copy back; the position before what follows, or None."""
        store = block[end]
        assert isinstance(store, Store)
        base, copied = store.base, store.value
        if not (store.index == WHOLE and isinstance(base, Name) and isinstance(copied, Name)):
            return None
        if self.made.get(copied) != MethodCall(base, "copy", ()) or self.uses[copied] != 1:
            return None
        start = next((i for i in range(end) if copied in binds(block[i])), None)
        if start is None or not self.is_alone(base, tuple(block[start + 1 : end])):
            return None
        other = self.b.fresh(base.hint, self.kinds[base])
        self.first[other] = self.first.get(base, base)
        between = [substitute(s, {base: other}) for s in block[start + 1 : end]]
        between = self.computed(Assign(other, self.made[copied], block[start].origin), between)
        for stmt in statements(tuple(between)):
            self.uses[other] += reads(stmt).count(other)
            if isinstance(stmt, Assign):
                self.made[stmt.target] = stmt.expr
        block[start : end + 1] = between
        return start + len(between) - 1

    def is_alone(self, base: Name, between: Block) -> bool:
        """Is the array seen through `base`, and through parts of it that are read here only, in these statements?"""
        storage = self.storage_of(base)
        if storage in self.outside or not isinstance(self.kinds.get(base), Array):
            return False
        every = list(statements(between))
        inner = {s.target for s in every if isinstance(s, Assign)}
        read = Counter(n for s in every for n in reads(s))
        seen = {n for s in every for n in (*reads(s), *binds(s), *inner_binds(s))}
        mine = {n for n in seen if self.storage_of(n) == storage and n != base}
        return base not in inner and all(
            n in inner and read[n] == self.uses[n] and (n in self.first or self.is_part(n))
            for n in mine
        )

    def is_part(self, name: Name) -> bool:
        made = self.made.get(name)
        return isinstance(made, Op) and made.op == "getitem"

    def computed(self, copy: Assign, between: list[Stmt]) -> list[Stmt]:
        """The copy, and what follows; one that is stored to first, as what that store makes of it."""
        other = copy.target
        first = next((i for i, s in enumerate(between) if other in set(_looked_at(s))), None)
        match between[first] if first is not None else None:
            case Store(base, index, value, op, origin) if (
                base == other and index == WHOLE and self.fits(value, op, other)
            ):
                assert first is not None and isinstance(copy.expr, MethodCall)
                old = copy.expr.value
                result = _stored(old, op, old if value == other else value)
                return [*between[:first], Assign(other, result, origin), *between[first + 1 :]]
        return [copy, *between]

    def fits(self, value: Operand, op: str | None, other: Name) -> bool:
        """Does what is stored have the shape and the dtype of `other`?"""
        mine = self.kinds[other]
        assert isinstance(mine, Array)
        if mine.dtype != "float64" or not (op is None or op in OPERATORS):
            return False
        if isinstance(value, Const):
            return op is not None and type(value.value) in (int, float)
        kind = self.kinds.get(value) if isinstance(value, Name) else None
        if not isinstance(kind, Array):
            return op is not None and kind in NUMBERS
        missing = len(mine.dims) - len(kind.dims)
        pairs = zip(reversed(kind.dims), reversed(mine.dims))
        return (
            kind.dtype == "float64"
            and (missing == 0 or (missing > 0 and op is not None))
            and all((its == 1 and op is not None) or same_dim(its, dim) for its, dim in pairs)
        )

    # -- a part ----------------------------------------------------------------------------------

    def unseen(self, block: list[Stmt], end: int) -> int | None:
        """Without the store at `end` and the one that it undoes, if nobody looks in between."""
        store = block[end]
        assert isinstance(store, Store)
        base = store.base
        if not isinstance(base, Name) or self.storage_of(base) in self.outside:
            return None
        storage = self.storage_of(base)
        at = self.last_seen(block, end, storage)
        undone = block[at] if at is not None else None
        if at is None or not isinstance(undone, Store) or undone.base != base:
            return None
        kept = self.last_seen(block, at, storage)
        is_same = self.place(undone.index) == self.place(store.index)
        if kept is None or not is_same or not self.keeps(block[: kept + 1], store):
            return None
        del block[end], block[at]
        return end - 2

    def last_seen(self, block: list[Stmt], before: int, storage: Class) -> int | None:
        """The position of the last statement before that one which looks at the storage."""
        for i in range(before - 1, -1, -1):
            names = [self.first.get(n, n) for n in _looked_at(block[i])]
            if any(storage in self.storage.reach(n) for n in names):
                return i
        return None

    def keeps(self, block: list[Stmt], store: Store) -> bool:
        """Does the last of the statements take what `store` puts back?"""
        stmt = block[-1]
        if not isinstance(stmt, Assign) or not isinstance(store.value, Name):
            return False
        place = Op("getitem", (store.base, self.place(store.index)))
        match stmt.expr:
            case MethodCall(Name() as view, "copy", ()):
                taken = self.placed(self.made.get(view))
            case expr:
                is_number = isinstance(self.kinds.get(stmt.target), Py | Np)
                taken = self.placed(expr) if is_number else None
        return stmt.target == store.value and taken == place

    def placed(self, expr: Expr | None) -> Expr | None:
        match expr:
            case Op("getitem", (base, index)):
                return Op("getitem", (base, self.place(index)))
            case _:
                return None

    def place(self, index: Operand) -> Any:
        """What tells one place from another: slices and tuples by what they are made of."""
        made = self.made.get(index) if isinstance(index, Name) else None
        if isinstance(made, Op) and made.op in ("slice", "tuple"):
            return made.op, tuple(map(self.place, made.args))
        return index


def _stored(old: Operand, op: str | None, value: Operand) -> Expr:
    """What a store into the whole of an array leaves there."""
    return MethodCall(value, "copy", ()) if op is None else Op(op, (old, value))


def _catches(stmt: Stmt) -> bool:
    """Does it matter here whether a statement inside raises?"""
    return isinstance(stmt, Try) and bool(stmt.handlers)


def _looked_at(stmt: Stmt) -> Iterable[Name]:
    for inner in statements((stmt,)):
        yield from reads(inner)
        yield from binds(inner)

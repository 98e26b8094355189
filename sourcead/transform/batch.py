"""Many seeds at once: what depends on the seed gets a leading axis, everything else stays as it is.

`batch` rewrites a linear map of a tangent (or the reverse half of a pullback) so that its seeds are
stacks, and so are its results.  One run of the code then serves all of them, at the price of larger
arrays; shapes, branches and turns of loops are the same for every seed.

    def f_reverse(saved, out_bar):            def f_reverse(saved, out_bar):
        x, = saved                                x, = saved
        x_bar = np.zeros_like(x)         →        seeds = len(out_bar)
        x_bar[:-1] += 2.0 * out_bar * x[1:]       x_bar = np.zeros((seeds,) + x.shape)
        return x_bar                              x_bar[:, :-1] += (2.0 * out_bar)[:, None] * x[1:]
                                                  return x_bar

How each operation takes the axis is said in `transform/batch_rules.py`.  A pure call without a rule there
is made once for each seed; what else cannot take the axis raises `CannotBatch`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from sourcead.emit.flow import IN_PLACE
from sourcead.ir.kinds import (
    Array,
    Dict,
    Kind,
    List,
    Np,
    Object,
    Py,
    Slice,
    Tuple,
    Unknown,
    carries,
    dtype_of,
)
from sourcead.ir.never import assert_never
from sourcead.ir.nodes import (
    Assign,
    Attr,
    Block,
    Call,
    Carried,
    Const,
    Delete,
    Expr,
    For,
    Function,
    If,
    MakeFunction,
    Merge,
    MethodCall,
    Name,
    Op,
    Operand,
    Origin,
    Raise,
    Ref,
    Stmt,
    Store,
    StoreAttr,
    StoreVariable,
    Try,
    Undefined,
    Unpack,
    While,
    With,
)
from sourcead.ir.walk import operands, statements
from sourcead.rules import registry
from sourcead.runtime.batched import StackedShadows, seeds_in, spread
from sourcead.runtime.nested_lists import unpacked
from sourcead.runtime.shadows import Shadows
from sourcead.transform.effects import function_of
from sourcead.transform.reverse.views import restored
from sourcead.transform.seeded import CannotSeparate, Seeded, is_shape

__all__ = ["Batch", "CannotBatch", "batch"]

ALL = Op("slice", (Const(None), Const(None), Const(None)))
NUMBERED = {"add", "sub", "mul", "truediv", "neg", "pos"}


class CannotBatch(CannotSeparate):
    """The function cannot take a leading axis; the message says what is in the way."""


def batch(function: Function, builder: Any, seeds: Sequence[Name]) -> Function:
    """`function` with stacks of `seeds` in place of single ones; its result is a stack, too."""
    tables = [  # adjoints that are looked up by memory
        s.target
        for s in statements(function.body)
        if isinstance(s, Assign) and s.expr == Call(Ref("Shadows", Shadows), ())
    ]
    seeded = Seeded(function, builder.kinds, [*seeds, *tables])
    work = Batch(builder, seeded, seeds)
    for p in function.params:
        if p.name in seeded and p.name not in seeds:
            raise CannotBatch(f"`{p.name.hint}` would be written into")
    with builder.block() as body:
        result = work.function(function)
    return replace(function, body=tuple(body), result=result)


class Batch:
    """Writes the batched statements; names keep their kinds, which are those for one seed."""

    def __init__(self, builder: Any, seeded: Seeded, seeds: Sequence[Name]) -> None:
        self.b = builder
        self.seeded = seeded
        self.given = seeds
        self.count = builder.fresh("seeds", Py(int))
        self.definitions: dict[Operand, Expr] = {}
        self.stored: set[Name] = set()  # storage that is written element by element

    def function(self, function: Function) -> Operand:
        self.b.add(Assign(self.count, self.length_of(self.given[0]), Origin.none()))
        self.definitions = {
            s.target: s.expr for s in statements(function.body) if isinstance(s, Assign)
        }
        self.stored = {
            self.seeded.group(s.base)
            for s in statements(function.body)
            if isinstance(s, Store) and isinstance(s.base, Name)
        }
        self.run(function.body)
        return self.stacked(function.result)

    def length_of(self, seed: Name) -> Expr:
        """How many seeds there are: the length of a stack in the first seed."""
        function = seeds_in if self.is_container(seed) else len
        return Call(Ref(function.__name__, function), (seed,))

    # -- questions ---------------------------------------------------------------------------

    def has(self, value: Any) -> bool:
        return value in self.seeded

    def rank(self, value: Operand) -> int:
        """The number of axes for one seed."""
        kind = self.b.kind(value)
        if isinstance(kind, (Py, Np)):
            return 0
        if isinstance(kind, Array):
            return len(kind.dims)
        raise CannotBatch(f"the number of axes of `{value}` is not known")

    def is_container(self, value: Any) -> bool:
        if isinstance(self.b.kind(value), (Tuple, List, Dict, Object)):
            return True
        made = self.definitions.get(value)
        return isinstance(made, Call) and getattr(made.func, "value", None) is unpacked

    # -- values ------------------------------------------------------------------------------

    def emit(self, expr: Expr, kind: Kind | None = None, hint: str = "t") -> Name:
        return self.b.emit(expr, kind or Unknown(), hint)  # type: ignore[no-any-return]

    def aligned(self, value: Operand, rank: int) -> Operand:
        """A stack whose elements have `rank` axes for broadcasting: new axes behind that of the seeds."""
        missing = rank - self.rank(value) if self.has(value) else 0
        if missing <= 0:
            return value
        return self.emit(self.item(value, self.index([ALL, *[Const(None)] * missing])))

    def index(self, parts: Sequence[Any]) -> Any:
        """An index from operands and expressions."""
        made = [self.b.emit(p, Slice()) if isinstance(p, Op) else p for p in parts]
        return made[0] if len(made) == 1 else self.emit(Op("tuple", tuple(made)))

    def item(self, value: Operand, index: Operand) -> Expr:
        return Op("getitem", (value, index))

    def shape(self, value: Any) -> Operand:
        return self.emit(Attr(value, "shape"))

    def stacked_shape(self, value: Any) -> Operand:
        """`(seeds,) + value.shape`, or `seeds` for a number."""
        if self.rank(value) == 0:
            return self.count  # type: ignore[no-any-return]
        first = self.emit(Op("tuple", (self.count,)))
        return self.emit(Op("add", (first, self.shape(value))))

    def stacked(self, value: Operand) -> Operand:
        """The value as a stack: one that is the same for every seed is repeated."""
        if isinstance(value, Undefined) or self.has(value):
            return value
        kind = self.b.kind(value)
        if isinstance(value, Name) and self.is_container(value):
            definition = self.definitions.get(value)
            if isinstance(definition, Op) and definition.op == "tuple":
                return self.emit(Op("tuple", tuple(map(self.stacked, definition.args))), kind)
            raise CannotBatch(f"`{value.hint}` is a container that is made elsewhere")
        if not carries(kind):
            return value
        if value in (Const(0.0), Const(0j)):
            return self.zeros(self.count, dtype_of(kind))
        return self.emit(Call(Ref("spread", spread), (value, self.count)))

    def zeros(self, shape: Operand, dtype: Any) -> Name:
        args: tuple[Operand, ...] = (shape,)
        if dtype is not None and dtype != np.dtype(float):
            args = (*args, Const(str(dtype)))
        return self.emit(Call(Ref("np.zeros", np.zeros), args))

    # -- statements --------------------------------------------------------------------------

    def run(self, block: Block) -> None:
        for stmt in block:
            with self.b.at(stmt.origin):
                self.statement(stmt)

    def inner(self, block: Block, ends: Sequence[Operand] = ()) -> tuple[Block, list[Operand]]:
        """A block, and the values at its end as stacks."""
        with self.b.block() as written:
            self.run(block)
            values = [self.stacked(v) for v in ends]
        return tuple(written), values

    def statement(self, stmt: Stmt) -> None:
        match stmt:
            case Assign():
                self.assign(stmt)
            case Unpack(value=value):
                if self.has(value) and not self.is_container(value):
                    self.unpack(stmt)
                else:
                    self.b.add(stmt)
            case Store():
                self.store(stmt)
            case StoreAttr(value=value) | StoreVariable(value=value):
                if self.has(value):
                    raise CannotBatch("an attribute or variable holds a tangent")
                self.b.add(stmt)
            case If():
                self.branch(stmt)
            case For() | While():
                self.loop(stmt)
            case Try():
                self.attempt(stmt)
            case With(body=body):
                self.b.add(replace(stmt, body=self.inner(body)[0]))
            case Delete() | Raise():
                self.b.add(stmt)
            case _:
                assert_never(stmt)

    def assign(self, stmt: Assign) -> None:
        target, expr = stmt.target, stmt.expr
        if is_shape(expr) and self.seeded.any(operands(expr)):
            self.b.add(Assign(target, self.shape_of(expr), stmt.origin))
        elif self.has(target) or self.seeded.any(operands(expr)):
            self.b.add(Assign(target, self.expression(target, expr), stmt.origin))
        else:
            self.b.add(stmt)

    def shape_of(self, expr: Any) -> Any:
        """The shape of one element of a stack."""
        match expr:
            case Attr(value, "shape") | Call(Ref("np.shape"), (value,)):
                every = self.b.emit(Op("slice", (Const(1), Const(None), Const(None))), Slice())
                return Op("getitem", (self.shape(value), every))
            case Attr(_, "dtype") | Op("is_" | "is_not"):
                return expr
            case Attr(value, "ndim"):
                return Op("copy", (Const(self.rank(value)),))
            case Attr(value, "size"):
                return Op("floordiv", (self.emit(expr), self.count))
            case Call(Ref(_, function), (value,)) if function is len and not self.is_container(
                value
            ):
                return Op("getitem", (self.shape(value), Const(1)))
            case Call(Ref(_, function)) if function is len:
                return expr
            case _:
                raise CannotBatch("the size of a tangent is asked for")

    def expression(self, target: Name, expr: Expr) -> Expr:
        """The expression for a stack."""
        if not self.seeded.any(operands(expr)):
            return self.made(target, expr)
        match expr:
            case Op("copy" | "tuple" | "list" | "dict" as op, args):
                return self.display(op, args)
            case Op("getitem", (base, index)):
                if self.has(index):
                    raise CannotBatch("an index depends on the seed")
                if self.is_container(base):
                    return expr
                return self.element(target, base, index)
            case Op("next", _):
                return expr
            case Op(op, args) if op in NUMBERED or op.removeprefix("i") in NUMBERED:
                return self.elementwise_op(op, args)
            case Op(op):
                return self.special(target, expr, op)
            case MethodCall(base, method, args) if self.is_container(base):
                grows = method in ("append", "extend", "insert")
                return replace(expr, args=tuple(map(self.stacked, args))) if grows else expr  # type: ignore[arg-type]
            case MethodCall(base) if self.is_table(base):
                return expr
            case Attr(base) if self.is_container(base):
                return expr
            case Call() | MethodCall() | Attr():
                return self.special(target, expr, "")
            case MakeFunction():
                raise CannotBatch("a function is made that holds a tangent")
            case _:
                assert_never(expr)

    def is_table(self, value: Operand) -> bool:
        return self.definitions.get(value) == Call(Ref("Shadows", Shadows), ())

    def element(self, target: Name, base: Operand, index: Operand) -> Expr:
        """A number that is read is a value; of a stack it would be a view of what may be written."""
        if not isinstance(self.b.kind(base), Array):
            raise CannotBatch(f"what is an element of `{base}` is not known")
        item = self.item(base, self.stack_index(base, index))
        is_number = isinstance(self.b.kind(target), (Py, Np))
        if is_number and self.seeded.group(base) in self.stored:  # type: ignore[arg-type]
            return MethodCall(self.emit(item), "copy", ())
        return item

    def special(self, target: Name, expr: Any, label: str) -> Expr:
        from sourcead.transform.batch_rules import batched_call

        return batched_call(self, target, expr, label)

    def made(self, target: Name, expr: Expr) -> Expr:
        """A value that is the same for every seed at first, and is written later, or joins stacks."""
        match expr:
            case Call(Ref(_, function), (like,)) if function is np.zeros_like:
                if isinstance(self.b.kind(like), (Py, Np, Array)):
                    dtype = dtype_of(self.b.kind(like))
                    return self.zeros_expr(self.stacked_shape(like), dtype)
            case Op("list" | "dict", ()):
                return expr
            case Call(Ref(_, table), ()) if table is Shadows:
                return Call(Ref("StackedShadows", StackedShadows), (self.count,))
            case Op("copy", (Const() as value,)):
                return Op("copy", (self.stacked(value),))
        if self.is_container(target):
            if isinstance(expr, Op) and expr.op in ("tuple", "list", "dict"):
                return self.display(expr.op, expr.args)
            raise CannotBatch(f"`{target.hint}` is a container that is made elsewhere")
        if self.seeded.group(target) in self.stored and not self.is_fresh(expr):
            raise CannotBatch(f"`{target.hint}` may look at storage that is made elsewhere")
        alone = self.emit(expr, self.b.kind(target))
        return Call(Ref("spread", spread), (alone, self.count))

    def is_fresh(self, expr: Expr) -> bool:
        """Does the expression certainly make storage of its own?"""
        if isinstance(expr, Op):
            return expr.op in NUMBERED
        rule = registry.lookup(function_of(expr, self.b.kinds))
        return rule is not None and rule.effects.returns in ("fresh", "scalar")

    def zeros_expr(self, shape: Operand, dtype: Any) -> Expr:
        self.zeros(shape, dtype)
        return self.b.statements.pop().expr  # type: ignore[no-any-return]

    def display(self, op: str, args: tuple[Operand, ...]) -> Expr:
        if op == "dict":
            return Op(op, tuple(self.stacked(a) if i % 2 else a for i, a in enumerate(args)))
        return Op(op, tuple(map(self.stacked, args)))

    def elementwise_op(self, op: str, args: tuple[Operand, ...]) -> Expr:
        """Operands of different ranks meet at their last axes: the axis of the seeds stays in front."""
        rank = max(map(self.rank, args))
        aligned = tuple(self.aligned(a, rank) for a in args)
        if op in IN_PLACE:
            self.check_fits(args, rank)
            op = op.removeprefix("i") if self.rank(args[0]) == 0 else op
        return Op(op, aligned)

    def check_fits(self, args: tuple[Operand, ...], rank: int) -> None:
        if self.rank(args[0]) != rank:
            raise CannotBatch("an array is updated by one of more axes")

    # -- indices -----------------------------------------------------------------------------

    def index_parts(self, index: Operand) -> list[Operand] | None:
        """The parts of an index that is written as a tuple; None for a tuple made elsewhere."""
        definition = self.definitions.get(index)
        if isinstance(definition, Op) and definition.op == "tuple":
            return list(definition.args)
        if isinstance(index, Const) and isinstance(index.value, tuple):
            return [Const(v) for v in index.value]
        return None if isinstance(self.b.kind(index), Tuple) else [index]

    def stack_index(self, base: Operand, index: Operand) -> Operand:
        """`[:, *index]`"""
        parts = self.index_parts(index)
        kinds = (
            [self.b.kind(p) for p in parts] if parts is not None else list(self.b.kind(index).items)
        )
        self.check_order(kinds)
        if parts is None:
            first = self.emit(Op("tuple", (self.b.emit(ALL, Slice()),)))
            return self.emit(Op("add", (first, index)))
        if parts == [Const(Ellipsis)]:
            return parts[0]
        return self.index([ALL, *parts])  # type: ignore[no-any-return]

    def check_order(self, kinds: Sequence[Kind]) -> None:
        """Advanced indices with something between them move to the front: the seeds would not be first."""
        if any(isinstance(k, Unknown) for k in kinds):
            raise CannotBatch("an index of unknown kind")
        arrays = [i for i, k in enumerate(kinds) if isinstance(k, (Array, List))]
        if not arrays:
            return
        advanced = [i for i, k in enumerate(kinds) if isinstance(k, (Array, List, Py, Np))]
        if advanced[-1] - advanced[0] + 1 != len(advanced):
            raise CannotBatch("several index arrays with a slice between them")

    def region_rank(self, base: Operand, index: Operand) -> int:
        """The number of axes of `base[index]`, for one seed."""
        with self.b.trial():
            kind = self.b.kind(self.b.getitem(base, restored(self.b, index)))
        if isinstance(kind, (Py, Np)):
            return 0
        if isinstance(kind, Array):
            return len(kind.dims)
        raise CannotBatch("what a store writes to is not known well enough")

    def store(self, stmt: Store) -> None:
        base, index, value, op = stmt.base, stmt.index, stmt.value, stmt.op
        if self.has(index):
            raise CannotBatch("an index depends on the seed")
        if not self.has(base):
            self.b.add(stmt)
            return
        if self.is_container(base):
            if op is not None:
                raise CannotBatch("an element of a container is updated")
            self.b.add(replace(stmt, value=self.stacked(value)))
            return
        rank = self.region_rank(base, index)
        if self.rank(value) > rank:
            raise CannotBatch("a value has more axes than the place it is stored to")
        value = self.aligned(value, rank)
        self.b.add(replace(stmt, index=self.stack_index(base, index), value=value))

    def unpack(self, stmt: Unpack) -> None:
        """`a, b = stack`: rows of each element."""
        if stmt.star is not None:
            raise CannotBatch("a tangent is unpacked with a star")
        for i, target in enumerate(stmt.targets):
            at = self.index([ALL, Const(i)])
            self.b.add(Assign(target, Op("getitem", (stmt.value, at)), stmt.origin))

    # -- control flow ------------------------------------------------------------------------

    def branch(self, stmt: If) -> None:
        if self.has(stmt.test):
            raise CannotBatch("a branch depends on the seed")
        mine = [m for m in stmt.merges if self.has(m.target)]
        then, left = self.inner(stmt.then, [m.then for m in mine])
        orelse, right = self.inner(stmt.orelse, [m.orelse for m in mine])
        new = {m.target: Merge(m.target, a, b) for m, a, b in zip(mine, left, right)}
        merges = tuple(new.get(m.target, m) for m in stmt.merges)
        self.b.add(replace(stmt, then=then, orelse=orelse, merges=merges))

    def loop(self, stmt: For | While) -> None:
        items = stmt.items if isinstance(stmt, For) else stmt.test
        if self.has(items) and not (isinstance(stmt, For) and self.is_container(items)):
            if isinstance(stmt, While) or not isinstance(self.b.kind(items), Unknown):
                raise CannotBatch("a loop runs over a tangent, or as long as it says")
        mine = [c for c in stmt.carried if self.has(c.inner)]
        starts = [self.stacked(c.initial) for c in mine]
        if isinstance(stmt, While):
            condition, _ = self.inner(stmt.condition)
            stmt = replace(stmt, condition=condition)
        body, ends = self.inner(stmt.body, [c.next for c in mine])
        new = {
            c.inner: Carried(c.inner, start, end, c.result)
            for c, start, end in zip(mine, starts, ends)
        }
        carried = tuple(new.get(c.inner, c) for c in stmt.carried)
        self.b.add(replace(stmt, body=body, carried=carried))

    def attempt(self, stmt: Try) -> None:
        if stmt.handlers:
            raise CannotBatch("a `try` with handlers")
        body, leaves = self.inner(stmt.body, stmt.leaves)
        leaves = [b if self.has(t) else a for t, a, b in zip(stmt.targets, stmt.leaves, leaves)]
        final, _ = self.inner(stmt.final)
        orelse, _ = self.inner(stmt.orelse)
        self.b.add(replace(stmt, body=body, orelse=orelse, final=final, leaves=tuple(leaves)))

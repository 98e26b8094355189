"""A tangent function in two: what the primal computes once, and the linear map that it leaves behind.

`split` walks a tangent function (primal and tangent statements side by side) and sorts them.  What
the tangents read of the primal goes on one list, in the order in which it is computed; the linear map
takes it back in the same order, so it runs the same branches and turns without running the primal.

    def f_jvp(x, x_dot):            def f_linear_forward(x):         def f_linear_map(saved, x_dot):
        y = math.sin(x)                 saved = []                       kept = iter(saved)
        y_dot = x_dot * math.cos(x)     saved.append(x)                  x = next(kept)
        return y, y_dot                 y = math.sin(x)                  y_dot = x_dot * math.cos(x)
                                        return y, saved                  return y_dot

Nothing is consumed: the map may be applied any number of times.  Arrays that the caller can reach, or
that are written later, are copied when they are kept.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

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
    Tape,
    Text,
    Tuple,
    Unknown,
    Value,
)
from sourcead.ir.never import assert_never
from sourcead.ir.nodes import (
    Assign,
    Block,
    Call,
    Carried,
    Const,
    Delete,
    For,
    Function,
    If,
    MethodCall,
    Name,
    Op,
    Operand,
    Origin,
    Param,
    Raise,
    Ref,
    Stmt,
    Store,
    StoreAttr,
    StoreVariable,
    Try,
    Unpack,
    While,
    With,
)
from sourcead.ir.walk import blocks, bound, goes_on, map_stmt, operands, reads, statements
from sourcead.transform.effects import written_arguments
from sourcead.transform.operations import OPERATORS
from sourcead.transform.reverse.unbound import bound_where_kept, maybe_unbound
from sourcead.transform.seeded import CannotSeparate, Seeded, is_shape
from sourcead.transform.units import halves_in

__all__ = ["Split", "split", "without_pair"]


@dataclass(frozen=True)
class Split:
    """`forward(args) -> (out, saved)` and `linear(saved, *tangents) -> out_dot`."""

    forward: Function
    linear: Function


def without_pair(function: Function) -> tuple[Function, Operand, Operand]:
    """A tangent function without its last statement, `return out, out_dot`; the two operands."""
    *body, last = function.body
    match last:
        case Assign(target, Op("tuple", (out, out_dot))) if target == function.result:
            return replace(function, body=tuple(body)), out, out_dot
    raise CannotSeparate("the tangent is not returned beside the value")


def split(function: Function, builder: Any, *, name: str) -> Split:
    """Split a tangent function; raises `CannotSeparate` where a branch depends on the tangent."""
    plain, out, out_dot = without_pair(function)
    seeds = [p.name for p in plain.params if p.form == "tangent"]
    seeded = Seeded(plain, builder.kinds, seeds)
    if seeded.any(_names([out])) or any(half.form == "tangent" for half in halves_in(plain)):
        raise CannotSeparate("a callee computes value and tangent in one call")
    saved = builder.fresh("saved", List(Unknown()))
    kept = builder.fresh("kept", Unknown())
    sorter = _Sorter(builder, seeded, saved, kept)
    sorter.find_needed(plain, out, out_dot)
    sorter.unbound = maybe_unbound(plain.body, or_none=True) | _sums_of_lists(plain.body)
    plain = replace(plain, body=bound_where_kept(plain.body, sorter.needed))
    primals = [p for p in plain.params if p.form != "tangent"]
    first, second = sorter.block(plain.body, [p.name for p in primals])
    pair = builder.fresh("t", Tuple((builder.kind(out), builder.kind(saved))))
    here = Origin.none()
    forward = Function(
        f"{name}_forward",
        tuple(primals),
        (
            Assign(saved, Op("list", ()), here),
            *first,
            Assign(pair, Op("tuple", (out, saved)), here),
        ),
        pair,
        function.origin,
    )
    given = builder.fresh("saved", List(Unknown()))
    tangents = tuple(p for p in plain.params if p.form == "tangent")
    linear = Function(
        f"{name}_map",
        (Param(given), *tangents),
        (Assign(kept, Op("iter", (given,)), here), *second),
        out_dot,
        function.origin,
    )
    return Split(forward, linear)


def _sums_of_lists(block: Block) -> set[Name]:
    """What `sum` returns is the number 0 where there is no array in the list."""
    return {
        stmt.target
        for stmt in statements(block)
        if isinstance(stmt, Assign)
        and isinstance(stmt.expr, Call)
        and isinstance(stmt.expr.func, Ref)
        and stmt.expr.func.value is sum
    }


COPY = Ref("copy.deepcopy", copy.deepcopy)
Halves = tuple[list[Stmt], list[Stmt]]


@dataclass
class _Sorter:
    """Writes each statement to the forward half, the linear half, or a part to each."""

    builder: Any
    seeded: Seeded
    saved: Name
    kept: Name
    needed: set[Name] = field(default_factory=set)  # primal values that the linear half reads
    written: set[Name] = field(default_factory=set)  # of them: arrays that the primal writes
    exposed: set[Name] = field(default_factory=set)  # storage that the caller can reach
    remade: set[Name] = field(default_factory=set)  # indices that both halves compute
    unbound: set[Name] = field(
        default_factory=set
    )  # names of arrays that may be None, or the number 0

    # -- planning ----------------------------------------------------------------------------

    def find_needed(self, function: Function, out: Operand, out_dot: Operand) -> None:
        stored = [n for s in statements(function.body) for n in self.stored(s)]
        groups = self.seeded
        self.exposed = {groups.group(n) for n in _names([out, *(p.name for p in function.params)])}
        changing = {groups.group(n) for n in stored}
        for stmt in statements(function.body):
            for name in self.reads(stmt):
                if name in self.seeded:
                    continue
                kind = self.builder.kind(name)
                changes = isinstance(kind, Array) and groups.group(name) in changing
                held = not isinstance(kind, Array) and not is_kept(kind) and not self.is_range(name)
                if changes or (held and (_holds(kind) or _is_simple(stmt))):
                    self.written.add(name)
                    if not (isinstance(stmt, Assign) and _reads_shape(stmt.expr)):
                        continue  # kept as it is at that moment
                self.needed.add(name)
        if isinstance(out_dot, Name) and out_dot not in self.seeded:
            self.needed.add(out_dot)
        self.find_remade(function)
        for name in self.needed:
            if isinstance(self.builder.kind(name), Array) and name in groups:
                self.written.add(name)

    def stored(self, stmt: Stmt) -> Sequence[Name]:
        """The storage that a statement writes, or may write."""
        match stmt:
            case Store(base):
                return _names([base])
            case Assign(_, Call() | MethodCall() as expr):
                return written_arguments(expr, self.builder.kinds)
            case _:
                return ()

    def find_remade(self, function: Function) -> None:
        """Slices, tuples and positions are computed again from what they are made of."""
        every = list(statements(function.body))
        made = {s.target: s.expr for s in every if isinstance(s, Assign)}
        for name in _changed(every):
            made.pop(name, None)
        waiting = list(self.needed)
        while waiting:
            name = waiting.pop()
            if name in self.remade or name in self.seeded or not self.is_cheap(made.get(name)):
                continue
            self.remade.add(name)
            fresh = [n for n in _names(operands(made[name])) if n not in self.seeded]
            self.needed.update(fresh)
            waiting += fresh

    def is_cheap(self, expr: Any) -> bool:
        match expr:
            case Op("slice" | "tuple") | Op("list", ()):
                return True
            case Op("add" | "sub" | "mul" | "neg", args):
                return all(self.builder.kind(a) == Py(int) for a in args)
            case _:
                return False

    def reads(self, stmt: Stmt) -> Sequence[Name]:
        """What the part of a statement that goes to the linear half reads."""
        seeded = self.seeded
        match stmt:
            case If(test=test, merges=merges):
                if not self.is_sorted(stmt):
                    return ()
                pairs = [v for m in merges if m.target in seeded for v in (m.then, m.orelse)]
                return _names([test, *pairs] if is_kept(self.builder.kind(test)) else pairs)
            case For(_, head, carried, _, leave) | While(_, head, carried, _, leave):
                if not self.is_sorted(stmt):
                    return ()
                if isinstance(stmt, For):
                    head = self.reversed_range(head) or (
                        head if self.is_range(head) else Const(None)
                    )
                values = [v for c in carried if c.inner in seeded for v in (c.initial, c.next)]
                return _names([head, leave, *values])
            case Try(targets=targets, leaves=leaves):
                return _names([v for t, v in zip(targets, leaves) if t in seeded])
            case With():
                return ()
            case _:
                return _names(reads(stmt)) if seeded.touches(stmt) else ()

    def is_sorted(self, stmt: Stmt) -> bool:
        """Does a branch or loop have a part in the linear half?"""
        return self.seeded.touches(stmt) or self.seeded.inside(_inner(stmt))

    # -- writing -----------------------------------------------------------------------------

    def block(self, block: Block, entered: Sequence[Name] = ()) -> Halves:
        first: list[Stmt] = []
        second: list[Stmt] = []
        for name in entered:
            self.keep_if_needed(name, first, second)
        for stmt in block:
            self.statement(stmt, first, second)
        return first, second

    def statement(self, stmt: Stmt, first: list[Stmt], second: list[Stmt]) -> None:
        match stmt:
            case If():
                self.branch(stmt, first, second)
            case For():
                self.loop_over(stmt, first, second)
            case While():
                self.loop_while(stmt, first, second)
            case With(body=body):
                inner, linear = self.block(body)
                first.append(replace(stmt, body=tuple(inner)))
                second += linear
            case Try():
                self.attempt(stmt, first, second)
            case Assign() | Unpack() | Store() | StoreAttr() | Delete() | StoreVariable() | Raise():
                if self.seeded.touches(stmt):
                    self.linear(stmt, first, second)
                else:
                    stmt = self.without_seed(stmt)
                    first.append(stmt)
                    if isinstance(stmt, Assign) and stmt.target in self.remade:
                        second.append(stmt)
                        return
                    for name in bound((stmt,)):
                        self.keep_if_needed(name, first, second)
            case _:
                assert_never(stmt)

    def without_seed(self, stmt: Stmt) -> Stmt:
        """A statement of the first half; of a tangent it may ask no more than whether it is None."""
        if not self.seeded.any(reads(stmt)):
            return stmt
        match stmt:
            case Assign(expr=Op("is_" | "is_not" as op, (Name() as value, Const(None)))) if (
                self.is_computed(value)
            ):
                return replace(stmt, expr=Op("copy", (Const(op == "is_not"),)))
            case _:
                raise CannotSeparate("what is no tangent is computed from a tangent's shape")

    def is_computed(self, value: Name) -> bool:
        match self.builder.definitions.get(value):
            case Op(op, _):
                return op in OPERATORS
            case _:
                return False

    def linear(self, stmt: Stmt, first: list[Stmt], second: list[Stmt]) -> None:
        """A statement on tangents; arrays that change are kept as they are at this moment."""
        now: dict[Name, Name] = {}
        only_shape = isinstance(stmt, Assign) and _reads_shape(stmt.expr)
        for name in dict.fromkeys(_names(reads(stmt))):
            if name in self.written and name not in self.seeded and not only_shape:
                now[name] = again = self.builder.fresh(name.hint, self.builder.kind(name))
                is_array = isinstance(self.builder.kind(name), Array)
                plain = is_array and name not in self.unbound
                copied = MethodCall(name, "copy", ()) if plain else Call(COPY, (name,))
                self.append(copied, first)
                second.append(self.take(again))

        def read(operand: Operand) -> Operand:
            return now.get(operand, operand) if isinstance(operand, Name) else operand

        second.append(map_stmt(stmt, read))

    def branch(self, stmt: If, first: list[Stmt], second: list[Stmt]) -> None:
        if stmt.test in self.seeded:
            raise CannotSeparate("a branch depends on the direction")
        if self.is_sorted(stmt) and not is_kept(self.builder.kind(stmt.test)):
            stmt = replace(stmt, test=self.truth(stmt.test, first, second))
        mine = tuple(m for m in stmt.merges if m.target in self.seeded)
        rest = tuple(m for m in stmt.merges if m.target not in self.seeded)
        then, linear_then = self.block(stmt.then)
        orelse, linear_orelse = self.block(stmt.orelse)
        first.append(replace(stmt, then=tuple(then), orelse=tuple(orelse), merges=rest))
        if self.is_sorted(stmt):
            second.append(
                replace(stmt, then=tuple(linear_then), orelse=tuple(linear_orelse), merges=mine)
            )
        for m in rest:
            self.keep_if_needed(m.target, first, second)

    def loop_over(self, stmt: For, first: list[Stmt], second: list[Stmt]) -> None:
        """The linear half iterates over the same items: a range, or a flag for each turn."""
        if not self.is_sorted(stmt):
            first.append(stmt)
            for c in stmt.carried:
                self.keep_if_needed(c.result, first, second)
            return
        mine = tuple(c for c in stmt.carried if c.inner in self.seeded)
        rest = tuple(c for c in stmt.carried if c.inner not in self.seeded)
        if stmt.items in self.seeded:
            raise CannotSeparate("a loop runs over tangents")
        again = self.is_range(stmt.items) or self.reversed_range(stmt.items) is not None
        entered = [c.inner for c in rest] + ([] if again else [stmt.target])
        body, linear = self.block(stmt.body, entered)
        if again:
            first.append(replace(stmt, body=tuple(body), carried=rest))
            items = self.items_again(stmt.items, second)
            second.append(replace(stmt, items=items, body=tuple(linear), carried=mine))
        else:
            self.told(replace(stmt, body=tuple(body), carried=rest), mine, linear, first, second)
        for c in rest:
            self.keep_if_needed(c.result, first, second)

    def loop_while(self, stmt: While, first: list[Stmt], second: list[Stmt]) -> None:
        if not self.is_sorted(stmt):
            first.append(stmt)
            for c in stmt.carried:
                self.keep_if_needed(c.result, first, second)
            return
        if stmt.test in self.seeded:
            raise CannotSeparate("the trip count of a loop depends on the direction")
        mine = tuple(c for c in stmt.carried if c.inner in self.seeded)
        rest = tuple(c for c in stmt.carried if c.inner not in self.seeded)
        if stmt.test not in bound(stmt.condition):  # a constant, or a value carried
            self.loop_by_flags(stmt, mine, rest, first, second)
            return
        condition, linear_condition = self.block(stmt.condition, [c.inner for c in rest])
        body, linear = self.block(stmt.body)
        first.append(replace(stmt, condition=tuple(condition), body=tuple(body), carried=rest))
        second.append(
            replace(stmt, condition=tuple(linear_condition), body=tuple(linear), carried=mine)
        )
        for c in rest:
            self.keep_if_needed(c.result, first, second)

    def truth(self, test: Operand, first: list[Stmt], second: list[Stmt]) -> Name:
        """Which way a branch goes, where the value that says so cannot be kept."""
        known = Call(Ref("bool", bool), (test,))
        name: Name = self.builder.emit_into(first, known, Py(bool), Origin.none())
        self.append(name, first)
        second.append(self.take(name))
        return name

    def told(
        self,
        stmt: For | While,
        mine: tuple[Carried, ...],
        linear: list[Stmt],
        first: list[Stmt],
        second: list[Stmt],
    ) -> None:
        """The linear half of a loop is told before each turn that there is one."""
        first += [replace(stmt, body=(self.flag(True), *stmt.body)), self.flag(False)]
        test = self.builder.fresh("t", Py(bool))
        second.append(While((self.take(test),), test, mine, tuple(linear), None, stmt.origin))

    def loop_by_flags(
        self,
        stmt: While,
        mine: tuple[Carried, ...],
        rest: tuple[Carried, ...],
        first: list[Stmt],
        second: list[Stmt],
    ) -> None:
        """A condition that binds nothing for itself is left to the first half."""
        if self.seeded.inside(stmt.condition):
            raise CannotSeparate("the condition of a loop depends on the direction")
        needed = self.needed.intersection(bound(stmt.condition))
        body, linear = self.block(stmt.body, [*(c.inner for c in rest), *sorted(needed, key=str)])
        self.told(replace(stmt, body=tuple(body), carried=rest), mine, linear, first, second)
        for c in rest:
            self.keep_if_needed(c.result, first, second)

    def attempt(self, stmt: Try, first: list[Stmt], second: list[Stmt]) -> None:
        """The linear half goes on from a body that ran to its end: handlers that raise are not its concern."""
        if goes_on(stmt):
            if self.seeded.inside(_inner(stmt)):
                raise CannotSeparate("a `try` with handlers is in the way")
            first.append(stmt)
            for name in stmt.targets:
                self.keep_if_needed(name, first, second)
            return
        if any(self.seeded.inside(h.body) for h in stmt.handlers):
            raise CannotSeparate("a handler changes what depends on the direction")
        parts = []
        for block in (stmt.body, stmt.orelse, stmt.final):
            inner, linear = self.block(block)
            parts.append(tuple(inner))
            second += linear
        pairs = list(zip(stmt.targets, stmt.leaves))
        mine = [(t, leaf) for t, leaf in pairs if t in self.seeded]
        rest = [(t, leaf) for t, leaf in pairs if t not in self.seeded]
        first.append(
            replace(
                stmt,
                body=parts[0],
                orelse=parts[1],
                final=parts[2],
                targets=tuple(t for t, _ in rest),
                leaves=tuple(leaf for _, leaf in rest),
            )
        )
        second += [Assign(t, Op("copy", (leaf,)), stmt.origin) for t, leaf in mine]
        for t, _ in rest:
            self.keep_if_needed(t, first, second)

    # -- keeping -----------------------------------------------------------------------------

    def keep_if_needed(self, name: Name, first: list[Stmt], second: list[Stmt]) -> None:
        if name not in self.needed or name in self.seeded:
            return
        kind = self.builder.kind(name)
        if not is_kept(kind) and not self.is_range(name):
            raise CannotSeparate(
                f"`{name.hint}` is a {kind}, which the caller may change meanwhile"
            )
        copied = isinstance(kind, Array) and name not in self.written and not self.is_private(name)
        copy_of = Call(COPY, (name,)) if name in self.unbound else MethodCall(name, "copy", ())
        self.append(copy_of if copied else name, first)
        second.append(self.take(name))

    def append(self, value: Any, first: list[Stmt]) -> None:
        if not isinstance(value, Name):
            source = operands(value)[-1]
            value = self.builder.emit_into(first, value, self.builder.kind(source), Origin.none())
        target = self.builder.fresh("_", NoneKind())
        first.append(Assign(target, MethodCall(self.saved, "append", (value,)), Origin.none()))

    def flag(self, value: bool) -> Stmt:
        target = self.builder.fresh("_", NoneKind())
        return Assign(target, MethodCall(self.saved, "append", (Const(value),)), Origin.none())

    def take(self, name: Name) -> Stmt:
        return Assign(name, Op("next", (self.kept,)), Origin.none())

    def is_private(self, name: Name) -> bool:
        """An array that was computed here, and that nobody else gets."""
        return bool(self.builder.is_made_here(name)) and self.seeded.group(name) not in self.exposed

    def items_again(self, items: Operand, second: list[Stmt]) -> Operand:
        bounds = self.reversed_range(items)
        if bounds is None:
            return items
        again = Call(Ref("reversed", reversed), (bounds,))
        return self.builder.emit_into(second, again, Unknown(), Origin.none())  # type: ignore[no-any-return]

    def reversed_range(self, items: Operand) -> Name | None:
        match self.builder.definitions.get(items):
            case Call(Ref(_, function), (Name() as bounds,)) if function is reversed:
                return bounds if self.is_range(bounds) else None
            case _:
                return None

    def is_range(self, items: Operand) -> bool:
        match self.builder.definitions.get(items):
            case Call(Ref(_, function)):
                return function is range
            case _:
                return False


def is_kept(kind: Kind) -> bool:
    """Can a value be kept by itself: nobody changes it, or it is an array, which is copied?"""
    if isinstance(kind, Tuple):
        return all(is_kept(k) and not isinstance(k, Array) for k in kind.items)
    return isinstance(kind, (Py, Np, Array, Slice, Tape, Text, NoneKind, Value))


def _holds(kind: Kind) -> bool:
    return isinstance(kind, (List, Dict, Object))


def _is_simple(stmt: Stmt) -> bool:
    """A statement that reads its operands and is done: no branch or loop."""
    return not isinstance(stmt, (If, For, While, Try, With))


def _reads_shape(expr: Any) -> bool:
    """Is an array read for its shape only?"""
    match expr:
        case Call(Ref(path)):
            return path.rpartition(".")[2] in ("zeros_like", "empty_like", "laid_out")
        case _:
            return is_shape(expr)


def _names(values: Sequence[Any]) -> tuple[Name, ...]:
    return tuple(v for v in values if isinstance(v, Name))


def _inner(stmt: Stmt) -> Block:
    return tuple(s for block in blocks(stmt) for s in block)


def _changed(every: Sequence[Stmt]) -> Iterator[Name]:
    """Names through which something is changed: a list that is, is no list display any more."""
    for stmt in every:
        match stmt:
            case Store(base) | StoreAttr(base) | Delete(base) | Assign(_, MethodCall(base)):
                yield from _names([base])
            case _:
                continue

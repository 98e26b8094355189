"""What is computed alike of neighbouring parts of an array, is computed of all of them at once.

    a = 1.0 / (1.0 + np.exp(-z[:n]))                t = 1.0 / (1.0 + np.exp(-z[:2 * n]))
    b = 1.0 / (1.0 + np.exp(-z[n:2 * n]))    ->     a, b = t[:n], t[n:2 * n]

The gates of a recurrent network are written so: a function of each, called on its part of one product.  What
NumPy computes element by element does not depend on where the element lies, so the values stay the same, bit
for bit.  Nothing but arithmetic may read the array and the results, so that nobody sees that they are views now;
the first part begins at the start, each begins where the one before ends, and no bound is negative.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from sourcead.ir.kinds import Array, Np, Py, carries
from sourcead.ir.nodes import (
    Assign,
    Attr,
    Block,
    Call,
    Const,
    Expr,
    MethodCall,
    Name,
    Op,
    Operand,
    Ref,
    Stmt,
)  # fmt: skip
from sourcead.ir.uses import use_counts
from sourcead.ir.walk import map_blocks, reads, renewed, statements, with_body
from sourcead.rules import registry
from sourcead.simplify.first_stores import Places, is_at_most
from sourcead.transform.activity import find_useful
from sourcead.transform.effects import function_of
from sourcead.transform.specialise import Specialised

__all__ = ["adjacent_together"]

NONE, START = Const(None), (Const(None), Const(0))
ARITHMETIC = frozenset({"add", "sub", "mul", "truediv", "neg"})


def adjacent_together(done: Specialised) -> Specialised:
    """The specialised program itself where nothing is to be done."""
    parts: dict[Operand, int] = defaultdict(int)
    for stmt in statements(done.function.body):
        match stmt:
            case Assign(_, Op("getitem", (base, _))):
                parts[base] += 1
    if not any(times > 1 for times in parts.values()):
        return done
    function = done.function
    return replace(done, function=with_body(function, _Pass(done).block(function.body)))


@dataclass(frozen=True)
class _Part:
    """`z[start:end]`, and the statements that go on computing from it alone."""

    taken: Assign
    start: Operand
    end: Operand
    chain: tuple[Assign, ...]

    def keys(self) -> list[Expr]:
        """What is computed, without the names of the operands that differ."""
        inputs = [self.taken.target, *(s.target for s in self.chain)]
        return [_put(s.expr, name, START[0]) for s, name in zip(self.chain, inputs)]

    def is_like(self, other: _Part) -> bool:
        return self.keys()[0] == other.keys()[0]


class _Pass:
    def __init__(self, done: Specialised) -> None:
        self.done, self.b, self.function = done, done.builder, done.function
        self.uses = use_counts(self.function)
        self.places = Places(self.function, self.b)
        self.readers: dict[Name, list[Stmt]] = defaultdict(list)
        for stmt in statements(self.function.body):
            for name in reads(stmt):
                self.readers[name].append(stmt)

    def block(self, block: Block) -> Block:
        out = [map_blocks(stmt, self.block) for stmt in block]
        for run in self.runs(out):
            self.join(out, run)
        return renewed(block, out)

    # -- which ---------------------------------------------------------------------------------

    def runs(self, block: list[Stmt]) -> list[list[_Part]]:
        """Parts of one array, each with the one that begins where it ends."""
        found: dict[Operand, list[_Part]] = defaultdict(list)
        runs = []
        for stmt in block:
            match stmt:
                case Assign(_, Op("getitem", (Name() as base, _))) if self.is_our_array(base):
                    part = self.part(stmt, block)
                    run = found[base]
                    if part is None:
                        continue
                    if part.start in START and not run:
                        runs.append(run)
                        run.append(part)
                    elif run and self.follows(part, run[-1]) and part.is_like(run[0]):
                        run.append(part)
        return [run for run in runs if len(run) > 1]

    def is_our_array(self, base: Name) -> bool:
        """An array of numbers in a row that has just been computed, and is only read."""
        kind, made = self.b.kind(base), self.b.definitions.get(base)
        return (
            isinstance(kind, Array)
            and len(kind.dims) == 1
            and isinstance(made, Op)
            and made.op in ARITHMETIC | {"matmul"}
            and base != self.function.result
            and all(map(self.is_read, self.readers[base]))
        )

    def is_read(self, stmt: Stmt) -> bool:
        match stmt:
            case Assign(target, Op("getitem")):
                return all(map(self.is_arithmetic, self.readers[target]))
            case _:
                return self.is_arithmetic(stmt)

    def is_arithmetic(self, stmt: Stmt) -> bool:
        """Does it compute a new array of what it reads, or look at its shape?"""
        match stmt:
            case Assign(_, Op(op)):
                return op in ARITHMETIC | {"pow", "matmul"}
            case Assign(_, Attr(_, attr)):
                return attr in ("shape", "size", "ndim")
            case Assign(_, (Call() | MethodCall()) as expr):
                rule = registry.lookup(function_of(expr, self.b.kinds))
                effects = None if rule is None else rule.effects
                return (
                    effects is not None
                    and effects.pure
                    and not effects.writes
                    and effects.returns in ("fresh", "scalar")
                )
            case _:
                return False

    def part(self, taken: Assign, block: list[Stmt]) -> _Part | None:
        assert isinstance(taken.expr, Op)
        match self.places.made.get(taken.expr.args[1]):
            case Op("slice", (start, end, step)) if step == NONE:
                pass
            case _:
                return None
        here = {s.target: s for s in block if isinstance(s, Assign)}
        chain = tuple(self.chain(taken.target, here))
        return _Part(taken, start, end, chain) if chain else None

    def chain(self, name: Name, here: dict[Name, Assign]) -> Iterator[Assign]:
        """The statements that compute, one from the other, from this name and numbers, element by element."""
        while self.uses[name] == 1 and name in self.readers:
            (stmt,) = self.readers[name]
            if not isinstance(stmt, Assign) or here.get(stmt.target) is not stmt:
                return
            match stmt.expr:
                case Op(op, args) if op in ARITHMETIC:
                    others = [a for a in args if a != name]
                case Call(Ref(value=np.ufunc() as function), (_,), ()) if function.nin == 1:
                    others = []
                case _:
                    return
            if not all(isinstance(self.b.kind(o), (Py, Np)) for o in others):
                return
            yield stmt
            name = stmt.target

    def follows(self, later: _Part, earlier: _Part) -> bool:
        """Does it begin where the other ends, and is no bound counted from the end of the array?"""
        start = self.places.sum(later.start)
        if start is None or not self.places.same(later.start, earlier.end):
            return False
        if later.end == NONE:
            return True
        end = self.places.sum(later.end)
        return end is not None and is_at_most(start, end)

    # -- at once -------------------------------------------------------------------------------

    def join(self, block: list[Stmt], run: list[_Part]) -> None:
        """Put what all parts have in common in the place of the last of it."""
        length = 0
        for same in zip(*(part.keys() for part in run)):
            if any(key != same[0] for key in same):
                break
            length += 1
        results = [part.chain[length - 1] for part in run] if length else []
        if (len(run) - 1) * length < 2 or not self.may_be_views(results):
            return
        old = [s for part in run for s in (part.taken, *part.chain[:length])]
        last = block.index(results[-1])
        names = {s.target for s in results}
        for stmt in block[:last]:
            inner = {n for s in statements((stmt,)) for n in reads(s)}
            if stmt not in old and inner & names:
                return
        block[last : last + 1] = self.at_once(run, length)
        for stmt in old:
            if stmt is not results[-1]:
                block.remove(stmt)

    def may_be_views(self, results: list[Assign]) -> bool:
        """Are they read by arithmetic only, and does each have an adjoint?  A zero one could meet an infinity."""
        return all(
            s.target != self.function.result
            and s.target in self.reaching
            and all(map(self.is_arithmetic, self.readers[s.target]))
            for s in results
        )

    @cached_property
    def reaching(self) -> set[Name]:
        """The names from which the result is computed by numbers that carry derivatives."""
        body = self.carrying(self.function.body)
        heap, kinds = self.done.heap, self.b.kinds
        return find_useful(body, self.done.result, heap, kinds, self.b.formula_of)

    def carrying(self, block: Block) -> Block:
        return tuple(
            map_blocks(s, self.carrying)
            for s in block
            if not isinstance(s, Assign) or carries(self.b.kind(s.target))
        )

    def at_once(self, run: list[_Part], length: int) -> list[Stmt]:
        last = run[-1]
        assert isinstance(last.taken.expr, Op)
        base = last.taken.expr.args[0]
        origin = last.taken.origin
        kind, name, out = self.b.kind(base), base, list[Assign]()
        assert isinstance(kind, Array) and isinstance(name, Name)
        if last.end != NONE:
            index = self.b.fresh("t", self.b.kind(last.taken.expr.args[1]))
            name = self.new(Array(kind.dtype, (None,)), last.taken)
            out.append(Assign(index, Op("slice", (NONE, last.end, NONE)), origin))
            out.append(Assign(name, Op("getitem", (base, index)), origin))
        before = last.taken.target
        for stmt in last.chain[:length]:
            its, whole = self.b.kind(stmt.target), self.b.kind(name)
            assert isinstance(its, Array) and isinstance(whole, Array)
            made = self.new(Array(its.dtype, whole.dims), stmt)
            out.append(Assign(made, _put(stmt.expr, before, name), stmt.origin))
            before, name = stmt.target, made
        for part in run:
            assert isinstance(part.taken.expr, Op)
            result = part.chain[length - 1]
            view = Op("getitem", (name, part.taken.expr.args[1]))
            out.append(Assign(result.target, view, result.origin))
        self.b.divided[name] = tuple(part.chain[length - 1].target for part in run)
        for stmt in out:
            self.b.definitions[stmt.target] = stmt.expr
        return list(out)

    def new(self, kind: Array, like: Assign) -> Name:
        return self.b.fresh("t", kind, like.target in self.b.varied)


def _put(expr: Expr, name: Name, operand: Operand) -> Expr:
    """The expression with another operand in the place of a name."""
    match expr:
        case Op(op, args):
            return Op(op, tuple(operand if a == name else a for a in args))
        case Call(func, args, ()):
            return Call(func, tuple(operand if a == name else a for a in args))
        case _:
            raise AssertionError(expr)

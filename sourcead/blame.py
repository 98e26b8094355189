"""Derivatives are wrong: which statement is the first whose own derivative is off?

The primal runs once more with a recorder: it keeps copies of what each statement that carries a
derivative read.  Then each statement is taken by itself, callees' statements included, as a function of
what it read; its adjoint (and tangent), by the rules that the whole was made with, is compared with
differences.  So a wrong rule is found wherever it is applied: in loops, branches, callees, and what is checkpointed.

This is the test by parts that Tapenade's debugging modes do along a run (Hascoet and Pascual 2013,
section 5), with differences in the place of the second mode, so that a rule that is wrong in both is seen.

    blame = first_wrong_statement(energy, (x, 3.0), wrt=(0,))
    print(blame)        # model.py:31, in lookup: y = table(x)
"""

from __future__ import annotations

import copy
import inspect
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sourcead.arguments import has_float
from sourcead.callables import Mode, Source, source_of
from sourcead.differences import Estimate, derivative
from sourcead.directions import inner, moved, pairing, random_like, size
from sourcead.errors import SourceADError
from sourcead.ir.kinds import NoneKind
from sourcead.ir.nodes import (
    Assign,
    Block,
    Call,
    Const,
    Function,
    Name,
    Origin,
    Param,
    Ref,
    Stmt,
    Store,
)
from sourcead.ir.walk import map_blocks, reads, substitute
from sourcead.nested import flatten
from sourcead.pipeline import compile_derivative, specialised, tools_for
from sourcead.signature import argument_kind

__all__ = ["Blame", "first_wrong_statement"]

_EACH = 3  # executions of a statement that are looked at, from the first and as many of the last


@dataclass(frozen=True)
class Blame:
    """A statement's derivative along a random direction, and what differences give."""

    origin: Origin
    mode: str  # reverse or forward
    found: float
    expected: Estimate

    def __str__(self) -> str:
        at = self.origin
        return (
            f"{at.file}:{at.line}, in {at.function}: {at.text}\n"
            f"    by itself, {self.mode} mode gives {self.found:.12g} along a direction,"
            f" differences give {self.expected}"
        )


def first_wrong_statement(
    function: Callable[..., Any], args: Sequence[Any], wrt: Sequence[int]
) -> Blame | None:
    """The first statement, in the order of execution, whose derivative is wrong by itself.

    `wrt`: positions of the differentiated arguments.  None: every statement's derivative is right, and
    the defect is in how they are put together; or what the statements read cannot be copied.
    """
    source = source_of(function)
    shift = 0 if source.receiver is None else 1
    full = (source.receiver, *args) if shift else tuple(args)
    kinds = tuple(argument_kind(v, p.name) for v, p in zip(full, source.parameters, strict=True))
    places = tuple(i + shift for i in wrt)
    return next(
        filter(None, (_first(source, full, kinds, places, each) for each in (True, False))), None
    )


def _first(
    source: Source, full: Sequence[Any], kinds: Sequence[Any], wrt: tuple[int, ...], at_once: bool
) -> Blame | None:
    """The first wrong statement of the program, `at_once`: with what is checkpointed as it stands."""
    done = specialised(source, kinds, wrt, at_once=at_once)
    recorder = _Recorder(done.varied)
    body = recorder.watched(done.function.body, done.builder)
    params = tuple(Param(p.name) for p in done.function.params)
    watched = _with(done.function, params, body)
    run = tools_for(source).live(watched, [live for live, _ in done.builder.seen])
    run(*copy.deepcopy(full))
    for stmt, values in recorder.in_order():
        blame = _Part(source, stmt).blame(values, done.varied)
        if blame is not None:
            return blame
    return None


def _with(function: Function, params: tuple[Param, ...], body: Block) -> Function:
    return Function(function.name, params, body, function.result, function.origin)


# -- what the statements read ----------------------------------------------------------------------


class _Recorder:
    """Copies of the values that statements read, for some executions of each."""

    def __init__(self, varied: set[Name]) -> None:
        self.varied = varied
        self.watches: list[Stmt] = []
        self.kept: dict[int, list[tuple[int, tuple[Any, ...]]]] = {}
        self.count = 0

    def watched(self, block: Block, builder: Any) -> Block:
        """The block with a call of `record` before each statement that carries a derivative."""
        out: list[Stmt] = []
        for stmt in block:
            if self.is_of_interest(stmt):
                record = Ref("record", self.record)
                call = Call(record, (Const(len(self.watches)), *_operands(stmt)))
                out.append(Assign(builder.fresh("_", NoneKind()), call, Origin.none()))
                self.watches.append(stmt)
            out.append(map_blocks(stmt, lambda inside: self.watched(inside, builder)))
        return tuple(out)

    def is_of_interest(self, stmt: Stmt) -> bool:
        if not any(n in self.varied for n in _operands(stmt)):
            return False
        return isinstance(stmt, Store) or (isinstance(stmt, Assign) and stmt.target in self.varied)

    def record(self, key: int, *values: Any) -> None:
        self.count += 1
        try:
            copied = copy.deepcopy(values)
        except Exception:  # objects of the user's: anything may happen
            return
        kept = self.kept.setdefault(key, [])
        kept.append((self.count, copied))
        if len(kept) > 2 * _EACH:
            del kept[_EACH]

    def in_order(self) -> Iterator[tuple[Stmt, tuple[Any, ...]]]:
        """Statements with what they read, in the order of execution."""
        runs = [(turn, key, values) for key, kept in self.kept.items() for turn, values in kept]
        for _, key, values in sorted(runs, key=lambda run: run[0]):
            yield self.watches[key], values


def _operands(stmt: Stmt) -> tuple[Name, ...]:
    return tuple(dict.fromkeys(reads(stmt)))


# -- one statement by itself -----------------------------------------------------------------------


class _Part:
    """A statement as a function of what it reads."""

    def __init__(self, source: Source, stmt: Stmt) -> None:
        self.stmt = stmt
        self.operands = _operands(stmt)
        hints: dict[str, Name] = {}
        for name in self.operands:
            hint = name.hint if name.hint not in hints else f"{name.hint}_{len(hints)}"
            hints[hint] = name
        self.source = Source(
            "statement",
            lambda kinds: self.function(tuple(hints)),
            source.live,
            tuple(
                inspect.Parameter(hint, inspect.Parameter.POSITIONAL_OR_KEYWORD) for hint in hints
            ),
        )

    def function(self, hints: Sequence[str]) -> Function:
        names = {n: Name(hint, 0) for n, hint in zip(self.operands, hints)}
        stmt = substitute(self.stmt, names)
        result = stmt.target if isinstance(stmt, Assign) else stmt.base  # type: ignore[union-attr]
        params = tuple(Param(Name(hint, 0)) for hint in hints)
        return Function("statement", params, (stmt,), result, self.stmt.origin)

    def blame(self, values: tuple[Any, ...], varied: set[Name]) -> Blame | None:
        """What is wrong with the statement's derivative at these values."""
        names = [p.name for p in self.source.parameters]
        kinds = tuple(argument_kind(v, name) for v, name in zip(values, names))
        wrt = tuple(i for i, n in enumerate(self.operands) if n in varied and has_float(kinds[i]))
        if not wrt:
            return None
        rng = np.random.default_rng(0)
        dots = tuple(random_like(values[i], rng) for i in wrt)
        try:
            pullback = compile_derivative(self.source, kinds, Mode("pullback", wrt))
            out = pullback.call(*copy.deepcopy(values))[0]
            out_bar = random_like(out, rng)
            if not flatten(out)[0]:
                return None

            def along(step: complex) -> complex:
                shifted = list(copy.deepcopy(values))
                for i, dot in zip(wrt, dots):
                    shifted[i] = moved(shifted[i], dot, step)
                return pairing(out_bar, pullback.call(*shifted)[0])

            expected = derivative(along)
            for mode, slope in (("reverse", self.reverse), ("forward", self.forward)):
                found, scale = slope(kinds, wrt, values, dots, out_bar)
                slack = 1e-6 * scale + 10.0 * expected.error + 1e-12
                if not expected.error <= 1e-3 * max(scale, 1e-8):
                    return None  # a kink
                if not abs(found - expected.value) <= slack and math.isfinite(expected.value):
                    return Blame(self.stmt.origin, mode, found, expected)
        except SourceADError:
            return None  # not to be differentiated by itself
        return None

    def reverse(
        self, kinds: Any, wrt: tuple[int, ...], values: Any, dots: Any, out_bar: Any
    ) -> tuple[float, float]:
        pullback = compile_derivative(self.source, kinds, Mode("pullback", wrt))
        _, saved = pullback.call(*copy.deepcopy(values))
        bars = tuple(pullback.reverse(saved, copy.deepcopy(out_bar)))
        return inner(bars, dots), size(bars, dots)

    def forward(
        self, kinds: Any, wrt: tuple[int, ...], values: Any, dots: Any, out_bar: Any
    ) -> tuple[float, float]:
        tangent = compile_derivative(self.source, kinds, Mode("tangent", wrt))
        _, out_dot = tangent.call(*copy.deepcopy(values), *copy.deepcopy(dots))
        return inner(out_bar, out_dot), size(out_bar, out_dot)

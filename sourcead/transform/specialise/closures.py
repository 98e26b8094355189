"""Nested functions that call themselves, or each other, as functions that take what they capture.

    def f(a): return k * f(a / 2)       ->       def f(k, a):
                                                     def f(a): ...      # over k and itself
                                                     return f(a)

A variable that they rebind is taken as a cell; what it holds in the end is handed back (`opened.py`).
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import replace
from typing import Any

from sourcead.ir.kinds import Closure
from sourcead.ir.nodes import (
    UNDEFINED,
    Assign,
    Block,
    Call,
    Capture,
    Const,
    Function,
    MakeFunction,
    Name,
    Op,
    Operand,
    Param,
    Ref,
    Star,
    Stmt,
    StoreVariable,
)
from sourcead.ir.walk import statements
from sourcead.transform.builder import Val
from sourcead.transform.specialise.context import Context
from sourcead.transform.specialise.opened import opened_in

__all__ = ["closure_template", "reads_of"]


def closure_template(s: Context, closure: Closure) -> tuple[Function, list[Val]]:
    """A recursive nested function as one that takes what it captures as parameters, and these values."""
    return _Writer(s, closure).function(closure)


class _Writer:
    """The nested functions that one leads to, made again inside of the function that takes what they capture."""

    def __init__(self, s: Context, closure: Closure) -> None:
        self.s, self.origin = s, s.origin
        self.body: list[Stmt] = []
        self.params: dict[Val, Param] = {}  # captured value -> parameter
        self.cells: dict[
            Val, Name
        ] = {}  # cell of a nested function or a variable -> the one inside
        self.made: dict[Any, tuple[Closure, Name]] = {}  # by syntax
        self.rebound = set(_rebound(closure.make))
        self.number = 0
        self.main = {c.name for c in closure.make.captures}
        self.taken_names = {p.name.hint for p in closure.make.template().params}
        self.finished: set[Name] = set()
        self.later: list[Closure] = []  # to be made: their variables are there already

    def function(self, closure: Closure) -> tuple[Function, list[Val]]:
        make: MakeFunction = closure.make
        inner = make.template()
        own = inner.params[len(make.captures) :]
        func = self.make(closure)
        while self.later:
            self.make(self.later.pop())
        given = tuple(Name(p.name.hint, 1000 + i) for i, p in enumerate(own))
        together = list(zip(given, own))
        plain = tuple(
            Star(g) if p.form == "args" else g
            for g, p in together
            if p.form not in ("keyword", "kwargs")
        )
        named = tuple(
            (None if p.form == "kwargs" else p.name.hint, g)
            for g, p in together
            if p.form in ("keyword", "kwargs")
        )
        result = Name("result", 0)
        self.body.append(Assign(result, Call(func, plain, named), self.origin))
        params = (*self.params.values(), *map(Param, given))
        function = Function(make.name, params, tuple(self.body), result, inner.origin)
        return function, list(self.params)

    def fresh(self, hint: str) -> Name:
        self.number += 1
        return Name(hint, self.number)

    def make(self, closure: Closure) -> Name:
        """The statements that make the function, those that it captures first."""
        make: MakeFunction = closure.make
        known = self.made.get(make.syntax)
        if known is not None:
            if known[0].captured != closure.captured:
                self.s.refuse(
                    f"`{make.name}` is made several times, and one of these calls another",
                    "make them functions of the module",
                )
            return known[1]
        made = self.fresh(make.name)
        self.made[make.syntax] = closure, made
        captures = [self.captured(c, v) for c, v in zip(make.captures, closure.captured)]
        defaults = (
            tuple((n, self.taken(n, v)) for n, v in closure.defaults) if self.number > 1 else ()
        )
        again = replace(make, captures=tuple(captures), defaults=defaults)
        self.body.append(Assign(made, again, self.origin))
        for value, cell in list(self.cells.items()):
            kind = self.s.kind(_held(self.s, value))
            if isinstance(kind, Closure) and kind.make.syntax is make.syntax:
                self.body.append(StoreVariable(make.name, cell, made, self.origin))
        self.finished.add(made)
        return made

    def captured(self, capture: Capture, value: Val) -> Capture:
        held = _held(self.s, value)
        kind = self.s.kind(held)
        if isinstance(kind, Closure) and capture.is_cell:
            source: Operand = self.cell_of_function(value, kind)
        elif isinstance(kind, Closure):
            source = self.make(kind)
        elif capture.is_cell and capture.name in self.rebound:
            source = self.taken(capture.name, value)
        elif capture.is_cell:
            source = self.cell_of_value(capture.name, value, held)
        else:
            source = self.taken(capture.name, held)
        return Capture(capture.name, source, capture.is_cell)

    def cell_of_function(self, value: Val, kind: Closure) -> Name:
        """The variable of a nested function, which is bound when that is made."""
        if value not in self.cells:
            cell = self.cells[value] = self.fresh("itself")
            self.body.append(Assign(cell, Op("cell", ()), self.origin))
            made = self.made.get(kind.make.syntax)
            if made is not None and made[1] in self.finished:
                store = StoreVariable(kind.make.name, cell, made[1], self.origin)
                self.body.append(store)
            self.later.append(kind)
        return self.cells[value]

    def cell_of_value(self, name: str, value: Val, held: Val) -> Name:
        if value not in self.cells:
            cell = self.cells[value] = self.fresh(f"{name}_cell")
            held_now = self.taken(name, held)
            self.body.append(Assign(cell, Op("cell", (held_now,)), self.origin))
        return self.cells[value]

    def _hint(self, name: str) -> str:
        """A parameter's name of its own: functions that capture each other may have `x` each."""
        own = [p.name.hint for p in self.params.values()]
        while name in own or (name in self.taken_names and name not in self.main):
            name += "_around"
        return name

    def taken(self, name: str, value: Val) -> Operand:
        """A value from outside: a parameter, where it is no constant."""
        if isinstance(value, (Const, Ref)):
            return value
        if value not in self.params:
            self.params[value] = Param(self.fresh(self._hint(name)))
        return self.params[value].name


def _rebound(make: MakeFunction) -> Iterator[str]:
    """The variables around it that a nested function, or one inside of it, assigns."""
    for stmt in statements(make.template().body):
        match stmt:
            case StoreVariable(name):
                yield name
            case Assign(_, MakeFunction() as inner):
                yield from _rebound(inner)
            case _:
                pass


def _held(s: Context, value: Val) -> Val:
    """What a captured variable holds."""
    known = s.memory.known(value)
    if known is not None and known.form == "cell":
        found = known.slots.get("")
        if found is None or found is UNDEFINED:
            s.refuse("a variable around a nested function is not bound yet", "bind it before")
        return found
    return value


# -- which of several ---------------------------------------------------------------------------


def reads_of(template: Function, live: Any) -> Hashable:
    """What a recursive function reads beside its arguments: the function object, and constants that it captures."""
    opened = opened_in(template)
    if opened is not None:
        template, live = opened.template, opened.live
    return id(live), tuple(_constants(template.body))


def _constants(block: Block) -> Iterator[Hashable]:
    for stmt in block:
        match stmt:
            case Assign(_, MakeFunction() as make):
                yield id(make.syntax)
                given = [c.value for c in make.captures] + [v for _, v in make.defaults]
                yield tuple(map(_identity, given))
            case Assign(_, Op("cell", (value,))):
                yield _identity(value)
            case _:
                pass


def _identity(value: Operand) -> Hashable:
    match value:
        case Const(constant):
            return type(constant), repr(constant)
        case Ref(path, held):
            return path, id(held)
        case _:
            return value

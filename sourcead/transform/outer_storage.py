"""Which variables around the function does a program read and write: of its module, of closures, of what those hold?

    model = Model()                  reads   model.state, rows
    rows = [np.zeros(3)]             writes  model.state

    def f(x):
        model.state[0] = x
        return np.sum(model.state) + np.sum(rows[0])

The program is correct where each is reached in one way (`sourcead/outer_sharing.py` asks at each call).  What
looks variables up by their names (`globals()`) is refused where a derivative is in one of them.
"""

from __future__ import annotations

import builtins
import gc
import importlib
import inspect
import sys
from collections.abc import Callable, Iterator
from numbers import Number
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np

from sourcead.arguments import storages
from sourcead.errors import NotDifferentiable
from sourcead.ir.kinds import Array, Dict, Kind, List, Object, Unknown
from sourcead.ir.nodes import (
    Assign,
    Attr,
    Call,
    Const,
    Function,
    Name,
    Op,
    Operand,
    Ref,
    Stmt,
    StoreVariable,
)
from sourcead.ir.walk import read_operands, statements
from sourcead.module_names import module_of
from sourcead.outer_sharing import LIBRARIES, OuterSharing, Variable, Way, names_in
from sourcead.transform.argument_writes import arguments_written, storage_written
from sourcead.transform.heap import place_of
from sourcead.transform.specialise import Specialised

__all__ = ["outer_storage"]

BY_NAME = (
    builtins.globals, builtins.vars, builtins.__import__, importlib.import_module, sys._getframe,
    inspect.currentframe, gc.get_objects, gc.get_referrers, gc.get_referents,
)  # fmt: skip
"""Functions that give variables by their names, or all that there is."""

NAMES_BY_NAME = frozenset(
    ("globals", "vars", "__import__", "import_module", "_getframe", "currentframe", "get_objects",
     "get_referrers", "__globals__", "__closure__", "f_globals", "f_locals", "eval", "exec")
)  # fmt: skip


def outer_storage(done: Specialised, live: Any, function: Function) -> OuterSharing | None:
    """What a call must check; None where nothing can be shared. `function`: what is called, with its parameters."""
    search = _Search(done, live)
    search.refuse_names()
    writes, fillings, written = search.writes(), search.fillings(), arguments_written(done)
    params = [(j, p.name) for j, p in enumerate(function.params) if p.form not in _SEEDS]
    primal = zip(params, done.function.params)
    given = tuple((j, n.hint) for (j, n), p in primal if storages(done.kinds[p.name]))
    positions = {i: j for i, (j, _) in enumerate(params)}
    changed = frozenset(positions[i] for i in written if i in positions)
    if not (writes or fillings or changed):
        return None
    reads, looks = search.reads(), search.looks()
    if not (reads or looks):
        return None
    return OuterSharing(reads, looks, writes, fillings, given, changed, done.function.origin)


_SEEDS = ("seed", "tangent")


class _Search:
    def __init__(self, done: Specialised, live: Any) -> None:
        self.done, self.live = done, live
        self.kinds, self.heap = done.kinds, done.heap
        self.statements: list[Stmt] = list(statements(done.function.body))
        self.made = {s.target: s.expr for s in self.statements if isinstance(s, Assign)}

    # -- ways ------------------------------------------------------------------------------------

    def way(self, value: Operand) -> Way | None:
        """How an operand is reached from a variable around the function; None if it is not, or not plainly."""
        if isinstance(value, Ref):
            return self.of_ref(value)
        made = self.made.get(value) if isinstance(value, Name) else None
        if isinstance(made, Op) and made.op not in ("copy", "getitem"):  # as most
            return None
        match made:
            case Op("copy", (base,)):
                return self.way(base)
            case Attr(base, attr) if not isinstance(self.kind(base), Array):
                return self._to(base, attr)
            case Op("getitem", (base, Const(key))) if not isinstance(self.kind(base), Array):
                return self._to(base, key)
        return None

    def _to(self, base: Operand, step: Any) -> Way | None:
        way = self.way(base)
        return None if way is None else way.to(step)

    def kind(self, value: Operand) -> Kind:
        if isinstance(value, Name):
            return self.kinds.get(value, Unknown())
        return self.done.builder.kind(value) if isinstance(value, Ref) else Unknown()

    def of_ref(self, ref: Ref) -> Way | None:
        if not _may_hold(ref.value):
            return None
        owner = ref.scope or self.live
        code = getattr(owner, "__code__", None)
        first, *rest = ref.path.split(".")
        if code is not None and first in code.co_freevars:
            cell = (owner.__closure__ or ())[code.co_freevars.index(first)]
            return Way(Variable(first, cell), tuple(rest))
        scope = getattr(owner, "__globals__", {})
        while rest and isinstance(scope.get(first), ModuleType):
            scope, first, rest = vars(scope[first]), rest[0], rest[1:]
        if first in scope:
            return Way(Variable(first, scope), tuple(rest))
        return Way(Variable(ref.path, None, ref.value))

    # -- what is read ------------------------------------------------------------------------------

    def reads(self) -> tuple[Way, ...]:
        """Ways to what the program uses, with all that is reached from there."""
        return self._ways(lambda stmt: not self._goes_on(stmt) and not _is_told_apart(stmt))

    def looks(self) -> tuple[Way, ...]:
        """Ways to what the program takes numbers out of."""
        return self._ways(
            lambda stmt: self._goes_on(stmt) and not storages(self.kinds[stmt.target])
        )

    def _ways(self, at: Callable[[Any], bool]) -> tuple[Way, ...]:
        found: dict[Any, Way] = {}
        for stmt in filter(at, self.statements):
            for operand in read_operands(stmt):
                way = self.way(operand) if self._holds(operand) else None
                if way is not None:
                    found.setdefault(way.place, way)
        return tuple(found.values())

    def _goes_on(self, stmt: Stmt) -> bool:
        """Is the statement itself a step of a way?"""
        return isinstance(stmt, Assign) and self.way(stmt.target) is not None

    def _holds(self, operand: Operand) -> bool:
        return (isinstance(operand, Ref) and callable(operand.value)) or bool(
            storages(self.kind(operand))
        )

    # -- what is written ---------------------------------------------------------------------------

    def writes(self) -> tuple[Way, ...]:
        """Ways to the arrays, lists, dicts and objects that are written themselves."""
        found = {way.place: way for target in self.written() if (way := self.way(target))}
        return tuple(found.values())

    def written(self) -> list[Name]:
        """All names of what is written."""
        arrays, sites = self._classes()
        return [name for name in self.made if self._is_among(name, arrays, sites)]

    def _classes(self) -> tuple[set[str], set[str]]:
        arrays, sites = set[str](), set[str]()
        for stmt in self.statements:
            for base in storage_written(stmt, self.kinds):
                match self.kind(base):
                    case Array() if isinstance(base, Name):
                        arrays.add(self.heap.find(str(base)))
                    case List(_, site) | Dict(_, site) | Object(_, site):
                        sites.add(site)
        return arrays, sites

    def _is_among(self, name: Name, arrays: set[str], sites: set[str]) -> bool:
        match self.kinds.get(name):
            case Array():
                return self.heap.find(str(name)) in arrays
            case List(_, site) | Dict(_, site) | Object(_, site):
                return site in sites
            case _:
                return False

    def fillings(self) -> tuple[Way, ...]:
        """Ways to lists, dicts and objects, some of whose arrays are written: which, is known only while running."""
        arrays, _ = self._classes()
        slots = [(s, k) for s, k in self.heap.slots if self.heap.is_global(s)]
        open_ = {s for s, k in slots if self.heap.find(place_of(s, k)) in arrays}
        paths = [path for site in open_ for path in self.heap.paths_to(site)]
        found: dict[Any, Way] = {}
        for ref in self.refs():
            inside = (ref.path, f"{ref.path}.", f"{ref.path}[")
            way = self.of_ref(ref)
            if way is not None and any(p == inside[0] or p.startswith(inside[1:]) for p in paths):
                found[way.place] = way
        return tuple(found.values())

    def refs(self) -> Iterator[Ref]:
        for stmt in self.statements:
            yield from (o for o in read_operands(stmt) if isinstance(o, Ref))

    # -- variables by their names --------------------------------------------------------------------

    def refuse_names(self) -> None:
        """Refuse what looks variables up by their names, if one of them holds what carries a derivative."""
        held = self._with_derivative()
        if held is None:
            return
        for stmt in self.statements:
            for operand in read_operands(stmt):
                if isinstance(operand, Ref) and _looks_up(operand.value):
                    raise NotDifferentiable.at(
                        stmt.origin,
                        f"`{operand.path}` reads variables by their names, and `{held}` holds a value that "
                        "carries a derivative",
                        "write the name of the variable itself",
                    )

    def _with_derivative(self) -> str | None:
        for stmt in self.statements:
            if isinstance(stmt, StoreVariable) and self.done.builder.holds_varied(stmt.value):
                return stmt.name
        for name in self.written():
            way = self.way(name)
            if way is not None and self._receives(name):
                return str(way)
        return None

    def _receives(self, name: Name) -> bool:
        match self.kinds[name]:
            case List(_, site) | Dict(_, site) | Object(_, site):
                return self.heap.is_varied(site)
            case _:
                return self.heap.shares_varied(str(name))


def _is_told_apart(stmt: Stmt) -> bool:
    """Does the statement ask which object something is, or how large, and not what it holds?"""
    match stmt:
        case Assign(_, Op("is_" | "is_not") | Attr(_, "shape" | "ndim" | "size" | "dtype")):
            return True
        case Assign(_, Call(Ref(_, function))):
            return any(function is each for each in (len, id, type, isinstance, hasattr))
        case _:
            return False


def _may_hold(value: Any) -> bool:
    """Could storage be reached from this object, other than by a variable's name?"""
    if isinstance(value, FunctionType):
        return (value.__module__ or "").partition(".")[0] not in LIBRARIES
    plain = (type, ModuleType, BuiltinFunctionType, np.ufunc, np.dtype, str, Number)
    return isinstance(value, MethodType) or not isinstance(value, plain)


def _looks_up(value: Any) -> bool:
    if value is sys.modules or any(value is each for each in BY_NAME):
        return True
    if module_of(value) is not None:
        return True
    return (
        isinstance(value, FunctionType)
        and _may_hold(value)
        and (not NAMES_BY_NAME.isdisjoint(names_in(value.__code__)))
    )

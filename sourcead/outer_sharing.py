"""Do variables around the function share storage that it writes?  What does is refused before anything runs.

    work = np.zeros(9)
    inner = work[1:-1]

    def f(x):
        inner[0] = x            # a store under one name ...
        return np.sum(work)     # ... that is seen under another

Arguments that share memory have code of their own (`docs/storage.md`).  Of global variables, closure
variables and what they hold, each is followed under the one way by which the program reaches it.
"""

from __future__ import annotations

import itertools
import sys
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from types import CellType, CodeType, FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np

from sourcead.arguments import memory_of
from sourcead.errors import AliasedArguments
from sourcead.ir.origin import Origin
from sourcead.runtime.structures import slots_of

__all__ = ["OuterSharing", "Variable", "Way", "names_in", "with_check"]

MISSING: Any = object()
LIBRARIES = ("numpy", "scipy", "sourcead")  # their functions keep no storage of the program's


@dataclass(frozen=True)
class Variable:
    """A variable of a module or a closure, or an object that is at hand (`held`)."""

    name: str
    scope: Any = None  # the module's namespace or the cell
    held: Any = None

    @property
    def key(self) -> Hashable:
        """The same for all ways to name the variable."""
        match self.scope:
            case None:
                return id(self.held)
            case CellType():
                return id(self.scope)
            case _:
                return id(self.scope), self.name

    def read(self) -> Any:
        if isinstance(self.scope, dict):
            return self.scope.get(self.name, MISSING)
        if self.scope is None:
            return self.held
        try:
            return self.scope.cell_contents
        except ValueError:
            return MISSING


@dataclass(frozen=True)
class Way:
    """From a variable through attributes and entries: `model.state["u"]`."""

    variable: Variable
    steps: tuple[Any, ...] = ()

    def to(self, step: Any) -> Way:
        return Way(self.variable, (*self.steps, step))

    @property
    def place(self) -> Hashable:
        return self.variable.key, self.steps

    def read(self) -> Any:
        value = self.variable.read()
        for step in self.steps:
            value = _at(value, step)
        return value

    def __str__(self) -> str:
        name = self.variable.name
        return name + "".join(f".{s}" if _is_name(s) else f"[{s!r}]" for s in self.steps)


def _is_name(step: Any) -> bool:
    return isinstance(step, str) and step.isidentifier()


def _at(value: Any, step: Any) -> Any:
    if isinstance(value, (list, tuple, dict)) and not hasattr(value, "_fields"):
        try:
            return value[step]
        except (LookupError, TypeError):
            return MISSING
    return getattr(value, step, MISSING) if isinstance(step, str) else MISSING


Found = dict[Hashable, tuple[str, Any]]
"""Arrays, lists, dicts and objects: place -> how it is called, and the thing."""


@dataclass(frozen=True)
class OuterSharing:
    """What a program does to variables around it, and to its arguments.

    reads: what it uses, with all that is in there
    looks: lists, dicts and objects out of which it takes numbers
    writes: what it writes itself
    fillings: lists, dicts and objects in which arrays are written
    params: the arguments that hold storage, by position and name
    written: those that are written
    """

    reads: tuple[Way, ...]
    looks: tuple[Way, ...]
    writes: tuple[Way, ...]
    fillings: tuple[Way, ...]
    params: tuple[tuple[int, str], ...]
    written: frozenset[int]
    origin: Origin

    def check(self, args: Sequence[Any]) -> None:
        """Raise `AliasedArguments` where two ways lead to what is written."""
        outer = _found(self.reads)
        for way in (*self.looks, *self.writes):
            outer.setdefault(way.place, (str(way), way.read()))
        filled = _found(self.fillings)
        outer |= filled
        changed = {way.place for way in self.writes}
        changed |= {place for place, (_, each) in filled.items() if isinstance(each, np.ndarray)}
        given: Found = {}
        at: dict[Hashable, int] = {}
        for j, name in self.params:
            inside = dict(_inside(("argument", j), (), name, args[j]))
            given |= inside
            at |= dict.fromkeys(inside, j)
        is_written = {place: place in changed for place in outer}
        is_written |= {place: at[place] in self.written for place in given}
        for one, other in _sharing(outer | given):
            if (is_written[one] or is_written[other]) and not (one in given and other in given):
                self._refuse((outer | given)[one][0], (outer | given)[other][0])

    def _refuse(self, one: str, other: str) -> None:
        first, second = sorted((one, other))
        raise AliasedArguments.at(
            self.origin,
            f"`{first}` and `{second}` share storage, and it is written",
            "reach it in one way, or pass it as an argument",
        )


def _found(ways: Iterable[Way]) -> Found:
    found: Found = {}
    for way in ways:
        for place, each in _inside(way.variable.key, way.steps, str(way), way.read()):
            found.setdefault(place, each)
    return found


def _inside(
    key: Hashable, steps: tuple[Any, ...], name: str, value: Any
) -> Iterator[tuple[Hashable, tuple[str, Any]]]:
    """All storage that is reached from a value: what is near comes first, and each thing once."""
    seen: set[int] = set()
    todo: list[tuple[Hashable, tuple[Any, ...], str, Any]] = [(key, steps, name, value)]
    for key, steps, name, value in todo:
        if isinstance(value, np.ndarray):
            yield (key, steps), (name, value)
            continue
        if isinstance(value, MethodType):
            todo.append((key, steps[:-1], name, value.__self__))
            value = value.__func__
        if id(value) in seen:
            continue
        seen.add(id(value))
        if isinstance(value, FunctionType):
            todo += [(v.key, (), v.name, v.read()) for v in variables_of(value)]
            continue
        slots = None if _is_of_python(type(value)) else slots_of(value)
        if slots is None:
            continue
        if not isinstance(value, tuple):
            yield (key, steps), (name, value)
        todo += [(key, (*steps, s), _slot_name(value, name, s), v) for s, v in slots]


def _is_of_python(cls: type) -> bool:
    """Loggers, locks, patterns: objects that keep no arrays, and know many others."""
    module: Any = cls.__module__
    if not isinstance(module, str):  # of Cython's functions, it is where an instance says its own
        return False
    package = module.partition(".")[0]
    return package in sys.stdlib_module_names and package not in _HOLDING


_HOLDING = ("builtins", "collections", "types")


def _slot_name(holder: Any, name: str, slot: Any) -> str:
    return f"{name}[{slot!r}]" if isinstance(holder, (list, tuple, dict)) else f"{name}.{slot}"


def variables_of(function: FunctionType) -> Iterator[Variable]:
    """The variables that a function names, outside of itself."""
    if (function.__module__ or "").partition(".")[0] in LIBRARIES:
        return
    code = function.__code__
    for name, cell in zip(code.co_freevars, function.__closure__ or ()):
        yield Variable(name, cell)
    for name in names_in(code):
        if not isinstance(function.__globals__.get(name, None), (ModuleType, type)):
            yield Variable(name, function.__globals__)
    for i, default in enumerate(function.__defaults__ or ()):
        yield Variable(f"{function.__name__}'s default {i}", None, default)


def names_in(code: CodeType) -> Iterator[str]:
    """The global names and attributes that the code reads, and that of the functions in it."""
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from names_in(constant)


def _sharing(found: Found) -> Iterator[tuple[Hashable, Hashable]]:
    """Pairs of places that hold one container, or arrays that overlap."""
    groups: dict[tuple[str, int], list[Hashable]] = {}
    for place, (_, value) in found.items():
        if value is MISSING:
            continue
        is_array = isinstance(value, np.ndarray)
        key = ("memory", memory_of(value)) if is_array else ("container", id(value))
        groups.setdefault(key, []).append(place)
    for (sort, _), places in groups.items():
        for one, other in itertools.combinations(places, 2):
            if sort == "container" or np.shares_memory(found[one][1], found[other][1]):
                yield one, other


def with_check(call: Callable[..., Any], sharing: OuterSharing) -> Callable[..., Any]:
    """The call, made only where nothing is shared."""

    def checked(*args: Any, **kwargs: Any) -> Any:
        sharing.check(args)
        return call(*args, **kwargs)

    return checked

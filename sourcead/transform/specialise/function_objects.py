"""Functions that a loop of unknown length puts into a list or dict: objects of what they capture.

    fs = []                                       class f: ...                  # one for the place
    for k in x:                                   for k in x:
        fs.append(lambda v, k=k: v * k)    ->         fs.append(<f with k>)
    for f in fs:                                  for f in fs:
        s = f(s)                                      s = s * f.k

So are `partial` objects and bound methods.  What several places put there is told apart by its class
(`each_class.py`).  A captured variable that is assigned again is looked up where the function is called, as
Python has it; there must be one of it, so it belongs to a function that no loop around it calls.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass, field
from types import FunctionType, MethodType
from typing import Any

from sourcead.ir.kinds import Bound, Closure, Object, Partial, Value
from sourcead.ir.nodes import Const, MakeFunction, Name, Ref
from sourcead.transform.builder import Val
from sourcead.transform.distributions import is_distribution
from sourcead.transform.heap import METHOD, PARTIAL, functions_in
from sourcead.transform.specialise.context import Again, Context
from sourcead.transform.specialise.making import fresh_object

__all__ = [
    "PARTS",
    "as_function",
    "class_shown",
    "convert_held",
    "convert_stored",
    "function_object",
    "method_object",
    "part_of_function",
    "partial_object",
]


@dataclass
class Made:
    """How the functions of such a class are made again from an object: `kind` is that of one of them.

    `cells`: captured variable -> those that stand for it, of the functions that were made.
    """

    kind: Any
    cells: dict[int, list[Val]] = field(default_factory=dict)


def convert_stored(s: Context) -> None:
    """Something is called of which nothing is known: write anew, if functions were put into containers."""
    new = s.heap.stored_functions - s.heap.converted
    if new and not s.derivative:
        s.heap.converted |= new
        s.heap.slots.clear()  # what was found with functions in the containers
        raise Again


def convert_held(s: Context, values: Sequence[Val]) -> None:
    """The same, where a variable holds one function or another."""
    for value in values:
        chosen = (
            s.choices[value][1].values() if isinstance(value, Name) and value in s.choices else ()
        )
        for each in (value, *chosen):
            s.heap.stored_functions.update(functions_in(s.kind(each)))
    convert_stored(s)


# -- making ------------------------------------------------------------------------------------


def function_object(
    s: Context,
    make: MakeFunction,
    captured: tuple[Val, ...],
    defaults: tuple[tuple[str, Val], ...],
    hint: str,
) -> Name | None:
    """The object in place of a nested function; None where it stays a function."""
    if make.syntax not in s.heap.converted or s.derivative or make.is_generator:
        return None
    cls = _class_of(make.syntax, make.name)
    held = {f"captured_{c.name}": v for c, v in zip(make.captures, captured) if not _is_cell(s, v)}
    held |= {f"default_{n}": v for n, v in defaults}
    cells = {i: v for i, v in enumerate(captured) if _is_cell(s, v)}
    return _object(s, cls, Closure(make, captured, defaults), held, cells, hint)


def partial_object(
    s: Context, function: Val, args: Sequence[Val], named: Sequence[tuple[str, Val]], hint: str
) -> Name | None:
    """The object in place of `partial(function, *args, **named)`."""
    if PARTIAL not in s.heap.converted or s.derivative:
        return None
    kind = s.kind(function)
    live = kind.value if isinstance(kind, Value) else None
    if is_distribution(live):
        return None
    key = (PARTIAL, _identity(live), len(args), tuple(n for n, _ in named))
    held = {"function": function} if live is None else {}
    held |= {f"arg_{i}": v for i, v in enumerate(args)} | {f"keyword_{n}": v for n, v in named}
    made = Partial(function, tuple(args), tuple(named))
    return _object(s, _class_of(key, "partial"), made, held, {}, hint)


def method_object(s: Context, receiver: Val, function: Any, hint: str) -> Name | None:
    """The object in place of a bound method."""
    if METHOD not in s.heap.converted or s.derivative:
        return None
    kind = s.kind(receiver)
    key = (METHOD, _identity(function), getattr(kind, "cls", str(kind)))
    cls = _class_of(key, getattr(function, "__name__", str(function)), OfObject)
    return _object(s, cls, Bound(receiver, function), {"receiver": receiver}, {}, hint)


def _object(
    s: Context, cls: type, kind: Any, held: dict[str, Val], cells: dict[int, Val], hint: str
) -> Name:
    made = fresh_object(s, cls, Ref(cls.__name__, cls), hint)
    own = s.kind(made)
    assert isinstance(own, Object)
    for name, value in held.items():
        s.store_field(made, own, name, value)
    known = s.function_classes.setdefault(cls, Made(kind))
    known.kind = kind
    for at, cell in cells.items():
        at_call = known.cells.setdefault(at, [])
        at_call += [cell] if cell not in at_call else []
    s.derived.add(own.site)
    return made


def _is_cell(s: Context, value: Val) -> bool:
    held = s.memory.known(value)
    return held is not None and held.form == "cell"


def _identity(live: Any) -> Any:
    return None if live is None else Value(live)


@functools.lru_cache(maxsize=1024)
def _class_of(_: Any, name: str, *bases: type) -> type:
    return type(name if name.isidentifier() else "function", bases, {})


class OfObject:
    """What stands for methods: two of one object are equal, as in Python."""

    receiver: Any

    def __eq__(self, other):  # type: ignore[no-untyped-def]
        return type(self) is type(other) and self.receiver is other.receiver

    def __hash__(self) -> int:
        return hash(id(self.receiver))


# -- calling -----------------------------------------------------------------------------------


def as_function(s: Context, function: Val, cls: type) -> Val:
    """The function that such an object stands for."""
    known: Made = s.function_classes[cls]
    match known.kind:
        case Closure(make, captured, defaults):
            values = [
                _variable(s, known.cells[i], capture.name)
                if i in known.cells
                else s.attr(function, f"captured_{capture.name}")
                for i, (capture, _) in enumerate(zip(make.captures, captured))
            ]
            given = tuple((n, s.attr(function, f"default_{n}")) for n, _ in defaults)
            return s.fresh(make.name, Closure(make, tuple(values), given))
        case Partial(inner, args, named):
            live = isinstance(s.kind(inner), Value)
            plain = tuple(s.attr(function, f"arg_{i}") for i in range(len(args)))
            by_name = tuple((n, s.attr(function, f"keyword_{n}")) for n, _ in named)
            held = inner if live else s.attr(function, "function")
            return s.fresh("partial", Partial(held, plain, by_name))
        case Bound(_, method):
            return s.fresh("method", Bound(s.attr(function, "receiver"), method))
        case _:
            raise AssertionError(known.kind)


PARTS = ("func", "args", "keywords")


def class_shown(s: Context, cls: type) -> type:
    """The class that the program sees of such an object."""
    known: Made | None = s.function_classes.get(cls)
    match None if known is None else known.kind:
        case None:
            return cls
        case Partial():
            return functools.partial
        case Bound():
            return MethodType
        case _:
            return FunctionType


def part_of_function(s: Context, function: Val, cls: type, attr: str, hint: str) -> Val | None:
    """`f.__name__`, and what methods and `partial` objects show of themselves; None where it is none of that."""
    known: Made = s.function_classes[cls]
    match known.kind:
        case Partial() if attr in PARTS:
            return s.attr(as_function(s, function, cls), attr, hint)
        case Bound() if attr == "__self__":
            return s.attr(function, "receiver", hint)
        case Closure(make) if attr == "__name__":
            return Const(make.name)
        case Bound(_, method) if attr == "__name__":
            return Const(getattr(method, "__name__", method))
        case _:
            return None


def _variable(s: Context, cells: list[Val], name: str) -> Val:
    """The captured variable, if all functions of the place have the same one."""
    living = [cell for cell in cells if _is_cell(s, cell)]
    if len(living) != 1 or any(s.cell_turns.get(cell) for cell in living if isinstance(cell, Name)):
        s.refuse(
            f"a list holds functions that see a variable `{name}` each, which is assigned again",
            f"give them its value: `lambda ..., {name}={name}: ...`",
        )
    return living[0]

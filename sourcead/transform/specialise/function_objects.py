"""Functions that a loop of unknown length puts into a list or dict: objects of what they capture.

    fs = []                                       class f: ...                  # one for the place
    for k in x:                                   for k in x:
        fs.append(lambda v, k=k: v * k)    ->         fs.append(<f with k>)
    for f in fs:                                  for f in fs:
        s = f(s)                                      s = s * f.k

What is put there by other places as well, or captures a variable that is assigned again, is not followed.
"""

from __future__ import annotations

import functools
from typing import Any

from sourcead.ir.kinds import Closure, Object
from sourcead.ir.nodes import MakeFunction, Name, Ref
from sourcead.transform.builder import Val
from sourcead.transform.specialise.context import Again, Context
from sourcead.transform.specialise.making import fresh_object

__all__ = ["as_closure", "convert_stored", "function_object"]


def convert_stored(s: Context) -> None:
    """Something is called of which nothing is known: write anew, if functions were put into containers."""
    new = s.heap.stored_functions - s.heap.converted
    if new and not s.derivative:
        s.heap.converted |= new
        s.heap.slots.clear()  # what was found with functions in the containers
        raise Again


def is_converted(s: Context, make: MakeFunction) -> bool:
    cells = any(capture.is_cell for capture in make.captures)
    return make.syntax in s.heap.converted and not (s.derivative or cells or make.is_generator)


def function_object(
    s: Context,
    make: MakeFunction,
    captured: tuple[Val, ...],
    defaults: tuple[tuple[str, Val], ...],
    hint: str,
) -> Name | None:
    """The object in place of the function; None where it stays a function."""
    if not is_converted(s, make):
        return None
    cls = _class_of(make.syntax, make.name)
    made = fresh_object(s, cls, Ref(cls.__name__, cls), hint)
    kind = s.kind(made)
    assert isinstance(kind, Object)
    for name, value in (*zip(_names(make), captured), *((f"default_{n}", v) for n, v in defaults)):
        s.store_field(made, kind, name, value)
    s.function_classes[cls] = make
    s.derived.add(kind.site)
    return made


def _names(make: MakeFunction) -> list[str]:
    return [f"captured_{capture.name}" for capture in make.captures]


@functools.lru_cache(maxsize=1024)
def _class_of(_: Any, name: str) -> type:
    return type(name if name.isidentifier() else "function", (), {})


def as_closure(s: Context, function: Val, cls: type) -> Closure:
    """The function that such an object stands for."""
    make: MakeFunction = s.function_classes[cls]
    captured = tuple(s.attr(function, name) for name in _names(make))
    defaults = tuple((n, s.attr(function, f"default_{n}")) for n, _ in make.defaults)
    return Closure(make, captured, defaults)

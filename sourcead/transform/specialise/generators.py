"""Generators: what is taken to the end on the spot is made all at once, as a list.

A generator object exists in the compiler only.  Its function runs where the generator is consumed,
as in Python: by a loop, an unpacking, or a function that takes all of its argument.  What is kept, or taken
piece by piece, is refused.

A loop runs its body between the pieces; so a generator in a loop may look at nothing that the body
could change, nor change anything itself, and the loop must take all of it.
"""

from __future__ import annotations

import inspect
import types
from collections.abc import Sequence
from typing import Any

from sourcead.frontend.syntax import CONSUMERS, CONSUMING_METHODS
from sourcead.ir.kinds import Closure, Kind, NoneKind, Np, Object, Py, Text, Tuple, Value
from sourcead.ir.nodes import Delete, For, Function, Name, Star, Store, StoreAttr, StoreVariable
from sourcead.ir.walk import statements
from sourcead.transform.builder import Val
from sourcead.transform.specialise.context import Context, Kwargs

__all__ = ["all_of", "all_of_first", "check_interleaving", "is_generator_function", "started"]


def is_generator_function(function: object) -> bool:
    return inspect.isgeneratorfunction(function)


def started(s: Context, function: types.FunctionType, args: list[Any], kwargs: Kwargs) -> Name:
    """The call of a generator function: nothing of it runs yet."""
    made = s.fresh("generator", Object(types.GeneratorType))
    s.generators[made] = (function, list(args), list(kwargs))
    return made


def all_of(s: Context, value: Val) -> Val:
    """A generator as the list of what it gives; anything else as it is."""
    found = s.generators.get(value) if isinstance(value, Name) else None
    if found is None:
        return value
    function, args, kwargs = found
    return s.inline(s.lower(function, all_at_once=True), function, args, kwargs)


def all_of_first(s: Context, callee: object, args: Sequence[Any]) -> list[Any]:
    """The arguments of a function that takes all of a generator, or of any other."""
    takes = any(callee is known for known in CONSUMERS) or callee in CONSUMING_METHODS
    return [a if isinstance(a, Star) or not takes else all_of(s, _items(s, a)) for a in args]


def _items(s: Context, value: Val) -> Val:
    """What an object whose class says how it is iterated gives."""
    kind = s.kind(value)
    function = getattr(kind.cls, "__iter__", None) if isinstance(kind, Object) else None
    if isinstance(function, types.FunctionType) and s.holds_varied(value):
        return s.call_method_of(value, function, [], "items")
    return value


def check_interleaving(s: Context, value: Val, loop: For) -> None:
    """May a loop's generator run before the loop does?"""
    found = s.generators.get(value) if isinstance(value, Name) else None
    if found is None:
        return
    function, args, kwargs = found
    template: Function = s.lower(function, all_at_once=True)
    values = [a.value if isinstance(a, Star) else a for a in args] + [v for _, v in kwargs]
    shown = all(_is_fixed(s.kind(v)) for v in values) and not function.__closure__
    writes = (Store, StoreAttr, StoreVariable, Delete)
    changes = any(isinstance(each, writes) for each in statements(template.body))
    if loop.exit is not None or changes or not shown:
        s.refuse(
            f"the generator `{function.__name__}` and the loop over it run in turns",
            f"loop over `list({function.__name__}(...))` if that gives the same",
        )


def _is_fixed(kind: Kind) -> bool:
    """A value that nobody can change."""
    match kind:
        case Tuple(items):
            return all(map(_is_fixed, items))
        case _:
            return isinstance(kind, (Py, Np, Text, NoneKind, Value, Closure))

"""Integers of modules and closures that decide what a program is: where tuples of unlike things are indexed with them.

    args = (rate, names, table)
    i = 1
    lambda z: model(*args[:i], z, *args[i + 1:])

The program is compiled for the value that such a variable has, and compiled anew for another.
"""

from __future__ import annotations

import operator
from collections.abc import Callable

from sourcead.ir.nodes import Const, Name, Op, Ref
from sourcead.transform.builder import Val, Virtual
from sourcead.transform.specialise.context import Context
from sourcead.transform.specialise.variables import place_of

__all__ = ["fixed"]

_INTEGER: dict[str, Callable[..., int]] = {
    "add": operator.add, "sub": operator.sub, "mul": operator.mul, "neg": operator.neg,
}  # fmt: skip


def fixed(s: Context, index: Val) -> Val:
    """An index with the integers that it is made of as constants, if these are known while compiling."""
    if isinstance(index, Virtual) and index.form == "slice":
        parts = [fixed(s, part) for part in index.items]
        return Virtual(tuple(parts), "slice") if all(map(_is_constant, parts)) else index
    names: list[Ref] = []
    found = _integer(s, index, names)
    if found is None:
        return index
    for ref in names:
        s.fixed_numbers[ref.path] = None
    return Const(found)


def _is_constant(value: Val) -> bool:
    return isinstance(value, Const)


def _integer(s: Context, value: Val, names: list[Ref]) -> int | None:
    match value:
        case Const(int() as number):
            return number
        case Ref(value=number) if value.live and type(number) is int and "." not in value.path:
            if place_of(s, value) in s.rebound:
                return None
            names.append(value)
            return number
        case Name():
            made = s.definitions.get(value)
            if not isinstance(made, Op) or made.op not in _INTEGER:
                return None
            args = [_integer(s, arg, names) for arg in made.args]
            return None if None in args else _INTEGER[made.op](*args)
        case _:
            return None

"""Can these arguments be used?  What cannot is refused before anything runs."""

from __future__ import annotations

import enum
import itertools
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from sourcead.errors import AliasedArguments, IntegerArgument, NotDifferentiable
from sourcead.ir.kinds import (
    Array,
    Dict,
    Kind,
    List,
    Np,
    Number,
    Object,
    Py,
    Tuple,
    Unknown,
    dtype_of,
)
from sourcead.ir.origin import Origin
from sourcead.nested import flatten
from sourcead.runtime.shadows import owner_of
from sourcead.runtime.structures import slots_of

__all__ = [
    "check_argument",
    "check_classes",
    "has_float",
    "memory_of",
    "shared_arguments",
    "storages",
]


def check_argument(kind: Kind, value: Any, name: str, origin: Origin) -> None:
    """A differentiated argument holds floats or complex numbers."""
    foreign = isinstance(value, np.ndarray) and type(value) is not np.ndarray
    without_numbers = isinstance(kind, Unknown) and not flatten(value)[0]
    if foreign or without_numbers or isinstance(value, (str, bytes)):
        raise NotDifferentiable.at(
            origin,
            f"the argument `{name}` is a {type(value).__name__}, which is not differentiated",
            "pass a float or a plain array: np.asarray(...)",
        )
    if not has_float(kind):
        what = f"is {kind}" if not isinstance(kind, (Py, Np, Array)) else f"has kind {kind}"
        raise IntegerArgument.at(
            origin,
            f"the argument `{name}` {what}, which carries no derivative",
            "pass a float (2.0 instead of 2), or an array of floats",
        )


DERIVED = (list, dict, tuple, float, complex, int)


def check_classes(kind: Kind, value: Any, name: str, origin: Origin) -> None:
    """What a differentiated argument holds is a list, and so on, of Python's own."""
    for cls in _classes_of_objects(kind):
        base = next((b for b in DERIVED if issubclass(cls, b)), None)
        if base is not None and not issubclass(cls, enum.Enum) and flatten(value)[0]:
            raise NotDifferentiable.at(
                origin,
                f"the argument `{name}` is or holds a `{cls.__name__}`, which is derived from {base.__name__}",
                f"pass a {base.__name__}, or an object that has one as an attribute",
            )


def _classes_of_objects(kind: Kind) -> Iterator[type]:
    parts: Sequence[Kind] = ()
    match kind:
        case Object(cls, _, fields):
            yield cls
            parts = [k for _, k in fields]
        case Tuple(items):
            parts = items
        case List(item, _, items):
            parts = (item,) if items is None else items
        case Dict(item, _, named):
            parts = [item] if named is None else [k for _, k in named]
    for part in parts:
        yield from _classes_of_objects(part)


def has_float(kind: Kind) -> bool:
    match kind:
        case Py() | Np() | Array():
            dtype = dtype_of(kind)
            return dtype is not None and dtype.kind in "fc"
        case Tuple(items):
            return any(map(has_float, items))
        case List(item, _, items):
            return any(map(has_float, items if items is not None else (item,)))
        case Dict(_, _, fields):
            return fields is None or any(has_float(k) for _, k in fields)
        case Object(_, _, fields):
            return any(has_float(k) for _, k in fields)
        case Number() | Unknown():
            return True
        case _:
            return False


# -- arguments that share what is written --------------------------------------------------------


def storages(kind: Kind, arrays: bool = True) -> int:
    """How many things that can be written in place are reached from a value of this kind? Two stands for more.

    `arrays`: they count; lists, dicts and objects do in any case.
    """
    match kind:
        case Array():
            return int(arrays)
        case Tuple(items):
            return _several(items, arrays)
        case List(item, _, None):
            return 2 if storages(item, arrays) else 1
        case List(_, _, tuple() as items):
            return 1 + _several(items, arrays)
        case Dict(_, _, fields) | Object(_, _, fields):
            return 2 if fields is None else 1 + _several([k for _, k in fields], arrays)
        case Unknown() | Number():
            return 2
        case _:
            return 0


def _several(kinds: Iterable[Kind], arrays: bool) -> int:
    return min(sum(storages(kind, arrays) for kind in kinds), 2)


def shared_arguments(
    full: Sequence[Any],
    wrt: Sequence[int],
    names: Sequence[str],
    origin: Origin,
    *,
    written: Collection[int],
) -> tuple[int, ...]:
    """The arguments that share memory that is written: in what they hold, or with another.

    `written`: arguments whose storage the function writes; of the others only lists, dicts and objects
    matter, whose adjoints are found by identity.  Refused is what has no gradient of its own: two
    differentiated arguments that share what is written; a list, dict or object that is met twice.
    """
    seen: dict[int, int] = {}
    memory: dict[int, list[tuple[Any, int]]] = {}
    found: set[int] = set()
    for j, value in enumerate(full):
        todo = [value]
        while todo:
            each = todo.pop()
            if isinstance(each, np.ndarray):
                if written:
                    memory.setdefault(memory_of(each), []).append((each, j))
                continue
            slots = slots_of(each)
            if slots is None:
                continue
            if not isinstance(each, tuple):
                if id(each) in seen:
                    _refuse_twice({seen[id(each)], j}, wrt, names, origin, written)
                    continue
                seen[id(each)] = j
            todo += [v for _, v in slots]
    for arrays in memory.values():
        for (a, i), (b, j) in itertools.combinations(arrays, 2):
            if (i in written or j in written) and np.shares_memory(a, b):
                if (i != j and i in wrt and j in wrt) or owner_of(a) is not owner_of(b):
                    _refuse_two({i, j}, names, origin)
                found |= {i, j}
    return tuple(sorted(found))


def memory_of(array: Any) -> int:
    """What arrays that overlap have in common: the object that owns their memory."""
    while isinstance(array, np.ndarray) and array.base is not None:
        array = array.base
    return id(array.obj) if isinstance(array, memoryview) else id(array)


def _refuse_two(at: set[int], names: Sequence[str], origin: Origin) -> None:
    those = " and ".join(f"`{names[i]}`" for i in sorted(at))
    cause = f"arguments {those} share memory, and one is written in place"
    raise AliasedArguments.at(origin, cause, "pass a copy for one of them")


def _refuse_twice(
    at: set[int], wrt: Sequence[int], names: Sequence[str], origin: Origin, written: Collection[int]
) -> None:
    if not at & {*written, *wrt}:
        return
    those = [f"`{names[i]}`" for i in sorted(at)]
    who = f"arguments {' and '.join(those)}" if len(at) > 1 else f"the argument {those[0]}"
    cause = f"a list, dict or object is reached in two ways from {who}"
    raise AliasedArguments.at(origin, cause, "pass a copy for one of them")

"""The kinds of live values: what the compiled gradient depends on, and the key under which it is kept.

>>> print(kind_of(2.0, "x"), kind_of(np.zeros((3, 1)), "u"), kind_of((1, [2.0]), "p"))
float float64[u0, 1] (int, list[float])
"""

from __future__ import annotations

import dataclasses
import enum
import functools
import random
import threading
import types
from dataclasses import replace
from typing import Any

import numpy as np

from sourcead.ir.kinds import (
    Array,
    Dict,
    Kind,
    List,
    Never,
    NoneKind,
    Np,
    Object,
    Py,
    Slice,
    Sym,
    Text,
    Tuple,
    Unknown,
    Value,
    join,
)
from sourcead.module_names import module_of
from sourcead.runtime.structures import slots_of

__all__ = ["kind_of"]

_NUMBERS = {bool: Py(bool), int: Py(int), float: Py(float), complex: Py(complex)}
_MAX_DEPTH = 4
_DEEPEST, _SMALL = 16, 100  # of structures with so few parts in all, each of them in one place
_MIXED = 16  # a list of values of several kinds is told by its elements up to this length
_FUNCTIONS = (
    types.FunctionType,
    types.BuiltinFunctionType,
    types.MethodType,
    type,
    types.ModuleType,
    types.MethodDescriptorType,
    functools.partial,
    functools._lru_cache_wrapper,
    np.ufunc,
    type(np.sum),  # a function of NumPy's own kind
)


def kind_of(value: Any, path: str, depth: int = 0) -> Kind:
    """The kind of a live value; `path` names it, for the symbols of its axes."""
    cls = type(value)
    if cls in _NUMBERS:
        return _NUMBERS[cls]
    if cls is np.ndarray:
        if value.dtype.kind not in "biufc":
            return Unknown()
        label = path.replace(".", "_")
        dims = tuple(
            1 if n == 1 else Sym(f"{label}{axis}", one=False) for axis, n in enumerate(value.shape)
        )
        return Array(str(value.dtype), dims)
    if isinstance(value, np.generic) and value.dtype.kind in "biufc":
        return Np(str(value.dtype))
    if isinstance(value, (np.random.Generator, np.random.RandomState)) or cls is random.Random:
        return Object(cls)  # its draws have rules
    if value is None:
        return NoneKind()
    if cls is str or cls is bytes:
        return Text()
    if cls is slice:
        return Slice()
    if isinstance(value, (*_FUNCTIONS, enum.Enum, np.dtype)) or value is Ellipsis:
        return Value(value)
    if depth > _MAX_DEPTH and (depth > _DEEPEST or not _is_small_tree(value)):
        return Unknown()
    return _container(value, cls, path, depth)


def argument_kind(value: Any, name: str) -> Kind:
    """The kind of an argument: an instance of a class that adds methods to list or dict is one of these."""
    cls: Any = type(value)
    base = added_to(cls)
    if base is None or getattr(value, "__dict__", None):
        return kind_of(value, name)
    kind = _container(base(value), base, name, 0)
    return replace(kind, cls=cls) if isinstance(kind, (List, Dict)) else kind


KEPT = frozenset(
    {
        "__init__",
        "__repr__",
        "__str__",
        "__missing__",
        "__doc__",
        "__module__",
        "__dict__",
        "__weakref__",
    }
    | {
        "__getattr__",
        "__setattr__",
        "__delattr__",
        "__hash__",
        "__init_subclass__",
        "__class_getitem__",
    }
)


@functools.lru_cache(maxsize=1024)
def added_to(cls: type) -> type | None:
    """list or dict, where `cls` adds methods and changes none of those that reading and writing use."""
    if cls in (list, dict) or not issubclass(cls, (list, dict)) or type(cls) is not type:
        return None
    base = list if issubclass(cls, list) else dict
    own = [c for c in cls.__mro__ if c not in (base, object)]
    if any(c.__flags__ & (1 << 9) == 0 or "__slots__" in vars(c) for c in own):
        return None
    said = {name for c in own for name in vars(c)}
    return base if not any(hasattr(base, name) for name in said - KEPT) else None


def _is_small_tree(value: Any) -> bool:
    """Is it made of few lists, dicts, tuples and objects, none of which is met twice?"""
    met, todo = {id(value)}, [value]
    while todo:
        for _, held in slots_of(todo.pop()) or ():
            if slots_of(held) is None:
                continue
            if id(held) in met or len(met) > _SMALL:
                return False
            met.add(id(held))
            todo.append(held)
    return True


def _tells_little(item: Kind) -> bool:
    """Are elements of this kind unlike each other, or functions?"""
    if isinstance(item, Tuple):
        return any(map(_tells_little, item.items))
    return isinstance(item, (Unknown, Value))


def _has_integers(values: list[Any]) -> bool:
    return any(isinstance(each, (int, np.integer)) for each in values)


def _container(value: Any, cls: type, path: str, depth: int) -> Kind:
    if isinstance(value, tuple) and (cls is tuple or hasattr(cls, "_fields")):
        return Tuple(tuple(kind_of(v, f"{path}_{i}", depth + 1) for i, v in enumerate(value)), cls)
    if cls is list:
        item: Kind = Never()
        for each in value:
            item = join(item, kind_of(each, f"{path}_", depth + 1))
        several = isinstance(item, (Py, Np)) and not item.exact
        mixed = _tells_little(item) or (several and _has_integers(value))
        if mixed and len(value) <= _MIXED:  # a structure rather than a sequence
            return List(
                item, "", tuple(kind_of(v, f"{path}_{i}", depth + 1) for i, v in enumerate(value))
            )
        return List(item)
    if cls is dict and module_of(value) is not None:
        return Unknown()
    if cls is dict:
        fields = tuple((k, kind_of(v, f"{path}_{k}", depth + 1)) for k, v in value.items())
        return Dict(Unknown(), "", fields)
    if _is_read_as_dict(value, cls):
        found = _container(dict(value), dict, path, depth)
        return replace(found, cls=cls) if isinstance(found, Dict) else found
    if callable(value) and not dataclasses.is_dataclass(value) and not hasattr(value, "__dict__"):
        return Value(value)
    attributes = _attributes(value)
    foreign = cls.__module__ in ("builtins", "numpy") and cls is not np.poly1d
    if attributes is None or foreign:
        return Unknown()
    is_heap_type = cls.__flags__ & (1 << 9) != 0
    if not is_heap_type and cls is not types.SimpleNamespace:  # an extension class
        return Unknown()
    if isinstance(value, threading.local):  # its attributes are another dict in each thread
        return Unknown()
    return Object(
        cls, "", tuple((k, kind_of(v, f"{path}.{k}", depth + 1)) for k, v in attributes.items())
    )


def _is_read_as_dict(value: Any, cls: type) -> bool:
    """Is it of a class that adds methods to dict, and reads its entries as dict does?"""
    if not isinstance(value, dict) or added_to(cls) is not dict or hasattr(cls, "__missing__"):
        return False
    return not getattr(value, "__dict__", None)


def _attributes(value: Any) -> dict[str, Any] | None:
    slots = [
        s for c in type(value).__mro__ for s in getattr(c, "__slots__", ()) if isinstance(s, str)
    ]
    own = getattr(value, "__dict__", None)
    if own is None and not slots:
        return None
    found = {s: getattr(value, s) for s in slots if s != "__dict__" and hasattr(value, s)}
    return {**found, **(own or {})}

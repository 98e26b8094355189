"""What a compiled derivative assumed of live objects, checked cheaply at each call.

Assumed are: the objects that global names and attributes of modules stand for, the kinds of global
data, and the code of every function that was looked into.

>>> import types
>>> module = types.ModuleType("m"); module.f = len
>>> guard = Guards([(vars(module), "f", len)], [], [])
>>> guard.hold(), setattr(module, "f", max), guard.hold()
(True, None, False)
"""

from __future__ import annotations

from collections.abc import Iterable
from types import CodeType, FunctionType, ModuleType
from typing import Any

import numpy as np

from sourcead.emit.references import references_of
from sourcead.ir.nodes import Function, Ref

__all__ = ["Guards", "guards_for"]


class Guards:
    """Identities (mapping, name, object), types of data (mapping, name, type) and code objects."""

    def __init__(
        self,
        identities: list[tuple[dict[str, Any], str, Any]],
        types: list[tuple[dict[str, Any], str, Any]],
        codes: list[tuple[FunctionType, CodeType]],
    ) -> None:
        self.identities = tuple(identities)
        self.types = tuple(types)
        self.codes = tuple(codes)

    def hold(self) -> bool:
        for mapping, name, value in self.identities:  # plain loops: this runs at each call
            if mapping.get(name) is not value:
                return False
        for mapping, name, described in self.types:
            if description(mapping.get(name)) != described:
                return False
        return all(function.__code__ is code for function, code in self.codes)


def description(value: Any) -> Any:
    """What the compiled code depends on of a global's value: its type, and an array's dtype and rank."""
    if type(value) is np.ndarray:
        return value.dtype, value.ndim, 1 in value.shape
    return type(value)


def guards_for(seen: Iterable[tuple[Any, Function]]) -> Guards:
    """Guards for the functions looked into, each with its Wengert list."""
    identities: dict[tuple[int, str], tuple[dict[str, Any], str, Any]] = {}
    types: dict[tuple[int, str], tuple[dict[str, Any], str, Any]] = {}
    codes: dict[int, tuple[FunctionType, CodeType]] = {}
    for function, template in seen:
        if not isinstance(function, FunctionType) or str(function.__module__).startswith(
            ("sourcead", "numpy")
        ):
            continue
        codes[id(function)] = (function, function.__code__)
        for ref in references_of(template):
            _guard(function, ref, identities, types)
    return Guards(list(identities.values()), list(types.values()), list(codes.values()))


def _guard(function: FunctionType, ref: Ref, identities: Any, types: Any) -> None:
    first, *rest = ref.path.split(".")
    scope: dict[str, Any] = function.__globals__
    if first not in scope:
        return
    value = scope[first]
    for name in rest:
        if not isinstance(value, ModuleType):
            break
        if value.__name__.partition(".")[0] not in ("numpy", "math", "scipy"):
            identities[id(scope), first] = (scope, first, value)
        scope, first = vars(value), name
        if name not in scope:
            return
        value = scope[name]
    key = id(scope), first
    if ref.live and not isinstance(value, ModuleType):
        types[key] = (scope, first, description(value))
    else:
        identities[key] = (scope, first, value)

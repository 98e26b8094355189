"""Under which names does the printed text read live objects (`np.sin`, helpers, globals)?

A reference whose path means the same object where the function is defined keeps it, and is read there
whenever the text runs.  Others (of rules, of the runtime) are given to the text as extra names; one that
would hide a parameter or another object gets a number.

>>> import math
>>> from sourcead.ir.nodes import Ref
>>> found = References.of([Ref("math.sin", math.sin), Ref("f", abs)], {"f": abs}, ["x"])
>>> found.texts[Ref("math.sin", math.sin)], sorted(found.extra)
('math.sin', ['math'])
"""

from __future__ import annotations

import builtins
import importlib
import sys
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from types import CellType, ModuleType
from typing import Any

from sourcead.ir.nodes import Function, Operand, Ref
from sourcead.ir.walk import map_stmt, statements

__all__ = ["References", "references_of"]

_ALIASES = {"np": "numpy", "sp": "scipy"}


@dataclass
class References:
    texts: dict[Ref, str] = field(default_factory=dict)
    extra: dict[str, Any] = field(
        default_factory=dict
    )  # names that the text needs beside the scope's
    cells: dict[str, CellType] = field(default_factory=dict)  # variables of functions around
    roots: set[str] = field(default_factory=set)  # first components: not to be used for variables

    @staticmethod
    def of(
        refs: Iterable[Ref], scope: Mapping[str, Any] | None, parameters: Collection[str]
    ) -> References:
        """`scope`: the user's globals and closure variables by name; None gives every object by name."""
        found = References()
        foreign: list[Ref] = []
        for ref in dict.fromkeys(refs):
            if not found._keep(ref, scope, parameters):
                foreign.append(ref)
        for ref in foreign:
            found._give(ref, parameters)
        return found

    def _keep(self, ref: Ref, scope: Mapping[str, Any] | None, parameters: Collection[str]) -> bool:
        root, *rest = ref.path.split(".")
        if type(ref.value) is CellType:
            return False
        visible = {} if scope is None else scope
        if not _means(ref, visible):
            if ref.live and scope is not None:
                raise ValueError(f"{ref.path} is read live, but not visible from the function")
            return False
        if root not in parameters:
            self.roots.add(root)
            self.texts[ref] = ref.path
            return True
        if ref.live:  # a global hidden by a parameter, from a function that was inlined
            self.roots.add("globals")
            self.texts[ref] = ".".join([f"globals()[{root!r}]", *rest])
        return ref.live

    def given(self, name: str) -> object:
        return self.cells.get(name, self.extra.get(name, self))

    def _give(self, ref: Ref, parameters: Collection[str]) -> None:
        root, value, rest = _root_object(ref)
        name, number = root, 0
        while name in parameters or (name in self.roots and self.given(name) is not value):
            number += 1
            name = f"{root}_{number}"
        self.roots.add(name)
        if type(value) is CellType:
            self.cells[name] = value
        else:
            self.extra[name] = value
        self.texts[ref] = ".".join([name, *rest])


def references_of(function: Function) -> list[Ref]:
    """Every reference in the order of the text."""
    found: list[Ref] = []

    def read(operand: Operand) -> Operand:
        if isinstance(operand, Ref):
            found.append(operand)
        return operand

    for stmt in statements(function.body):
        map_stmt(stmt, read)
    read(function.result)
    return found


def _means(ref: Ref, scope: Mapping[str, Any]) -> bool:
    root, *rest = ref.path.split(".")
    if root in scope:
        value = scope[root]
    elif hasattr(builtins, root):
        value = getattr(builtins, root)
    else:
        return False
    return ref.live or _leads(value, rest, ref.value)


def _leads(value: Any, path: list[str], wanted: Any) -> bool:
    for part in path:
        try:
            value = getattr(value, part)
        except AttributeError:
            return False
    return value is wanted or (callable(wanted) and type(value) is type(wanted) and value == wanted)


def _root_object(ref: Ref) -> tuple[str, Any, list[str]]:
    """The first component of the path with its object, or the object itself under its last name."""
    root, *rest = ref.path.split(".")
    if not rest:
        return root, ref.value, []
    for name in (_ALIASES.get(root, root), getattr(ref.value, "__module__", None) or ""):
        module = _module(name)
        if module is not None and _leads(module, rest, ref.value):
            return root, module, rest
    return rest[-1], ref.value, []


def _module(name: str) -> ModuleType | None:
    if name in sys.modules:
        return sys.modules[name]
    return importlib.import_module(name) if name in _ALIASES.values() else None

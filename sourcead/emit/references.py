"""Under which names does the printed text read live objects (`np.sin`, helpers, globals)?

A reference whose text means the same object where the function is defined keeps it, and is read there
whenever the text runs.  Others (of rules, of the runtime, of inlined functions' modules) are given to
the text as extra names; one that would hide a parameter or another object gets a number.

>>> import math
>>> from sourcead.ir.nodes import Ref
>>> sine = Ref("math.sin", math.sin)
>>> found = References.of([sine, Ref("f", abs)], {"f": abs}, ["x"])
>>> found.texts[sine], sorted(found.extra)
('math.sin', ['math'])
"""

from __future__ import annotations

import ast
import builtins
import keyword
import re
import sys
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from types import CellType, FunctionType, ModuleType
from typing import Any

import numpy as np

from sourcead.ir.nodes import Function, Operand, Ref
from sourcead.ir.walk import map_stmt, statements

__all__ = ["References", "references_of"]

_MISSING = object()


@dataclass
class References:
    texts: dict[Ref, str] = field(default_factory=dict)
    extra: dict[str, Any] = field(
        default_factory=dict
    )  # names that the text needs beside the scope's
    cells: dict[str, CellType] = field(default_factory=dict)  # variables of functions around
    roots: set[str] = field(default_factory=set)  # not to be used for variables

    @staticmethod
    def of(
        refs: Iterable[Ref],
        scope: Mapping[str, Any] | None,
        parameters: Collection[str],
        inlined: Iterable[FunctionType] = (),
        closure: Mapping[str, CellType] | None = None,
    ) -> References:
        """`scope`: the user's globals and closure variables by name; None gives every object by name.

        `closure`: the cells of those variables, to be read under another name where one is hidden.
        `inlined`: functions whose code is part of the text; data of theirs is read where they read it.
        """
        found = References()
        distinct = list(dict.fromkeys(refs))
        kept = [ref for ref in distinct if found._keep(ref, scope, parameters, closure or {})]
        for ref in distinct:
            if ref not in kept:
                known = () if scope is None else tuple(inlined)
                found._give(ref, parameters, _root(ref, known, closure or {}))
        return found

    def _keep(
        self,
        ref: Ref,
        scope: Mapping[str, Any] | None,
        parameters: Collection[str],
        closure: Mapping[str, CellType],
    ) -> bool:
        if type(ref.value) is CellType or not _means(ref.path, scope or {}, ref.value):
            return False
        if ref.live and ref.scope is not None and not _is_shared(ref, scope or {}):
            return False
        words = _words(ref.path)
        hidden = words.intersection(parameters)
        if not hidden:
            self.roots |= words
            self.texts[ref] = ref.path
        elif ref.live and not hidden.intersection(closure):  # a global behind a parameter
            self.roots.add("globals")
            self.texts[ref] = re.sub(r"^\w+", lambda word: f"globals()[{word[0]!r}]", ref.path)
        return ref in self.texts

    def _give(self, ref: Ref, parameters: Collection[str], given: tuple[str, Any, str]) -> None:
        name, value, rest = given
        number, root = 0, name
        while name in parameters or (name in self.roots and self._given(name) is not value):
            number += 1
            name = f"{root}_{number}"
        self.roots.add(name)
        if type(value) is CellType:
            self.cells[name] = value
        else:
            self.extra[name] = value
        self.texts[ref] = name + rest

    def _given(self, name: str) -> object:
        return self.cells.get(name, self.extra.get(name, _MISSING))


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


# -- what a text means ---------------------------------------------------------------------------


def _words(text: str) -> set[str]:
    tree = ast.parse(text, mode="eval")
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


def _means(text: str, scope: Mapping[str, Any], wanted: Any) -> bool:
    found = _value(text, scope)
    if found is wanted:
        return True
    constant = callable(wanted) or isinstance(wanted, (np.dtype, tuple))  # bound methods, types
    return constant and type(found) is type(wanted) and bool(found == wanted)


def _value(text: str, scope: Mapping[str, Any]) -> Any:
    """A name with attributes; only texts of our own making are more than that."""
    root, *parts = text.split(".")
    if all(part.isidentifier() for part in (root, *parts)):
        value = scope.get(root, getattr(builtins, root, _MISSING))
        for part in parts:
            value = getattr(value, part, _MISSING)
        return value
    try:
        names = {name: scope[name] for name in _words(text) if name in scope}
        return eval(text, {"__builtins__": builtins, **names})
    except (NameError, AttributeError, SyntaxError, TypeError, LookupError):
        # `Model.<locals>.member` is no expression, and the names may mean something else here.
        return _MISSING


def _is_shared(ref: Ref, scope: Mapping[str, Any]) -> bool:
    """Does data of another module begin at a module that has the same name here, or among the built-in names?

    That both have equal data under its name says nothing: one of them may be changed.
    """
    root = ref.path.partition(".")[0]
    module = ref.scope.__globals__.get(root, getattr(builtins, root, _MISSING))
    if module is getattr(builtins, root, _MISSING):
        return root not in ref.scope.__code__.co_freevars
    is_own = root in ref.scope.__code__.co_freevars or not isinstance(module, ModuleType)
    return not is_own and scope.get(root) is module


# -- objects that are given ------------------------------------------------------------------------


def _root(
    ref: Ref, inlined: tuple[FunctionType, ...], closure: Mapping[str, CellType]
) -> tuple[str, Any, str]:
    """A name to be given to the text, with its object, and the text that follows it."""
    first = re.match(r"\w+", ref.path)
    name = first[0] if first else ""
    if not ref.live:
        return _object_root(ref)
    is_own = ref.scope is None and name in closure
    if is_own and _means(ref.path, {name: _content(closure[name])}, ref.value):
        return name, closure[name], ref.path[len(name) :]
    return _live_root(ref, name, inlined)


def _object_root(ref: Ref) -> tuple[str, Any, str]:
    """The first name of the text with its object, or else the object itself under its last name."""
    first = re.match(r"\w+", ref.path)
    if type(ref.value) is CellType or (first and first[0] == ref.path):
        return ref.path, ref.value, ""
    if first:
        name, rest = first[0], ref.path[first.end() :]
        aliases = {"np": "numpy", "sp": "scipy"}
        home = getattr(ref.value, "__module__", None) or ""
        inner = [module for module in sys.modules if module.endswith(f".{name}")]
        for module in (aliases.get(name, name), home, *inner):
            value = sys.modules.get(module)
            if value is not None and _means(ref.path, {name: value}, ref.value):
                return name, value, rest
    words = [w for w in re.findall(r"[A-Za-z_]\w*", ref.path) if not keyword.iskeyword(w)]
    return (words or ["value"])[-1], ref.value, ""


def _live_root(ref: Ref, name: str, inlined: tuple[FunctionType, ...]) -> tuple[str, Any, str]:
    """Data that an inlined function reads: its module, or its closure's variable."""
    for function in inlined if ref.scope is None else (ref.scope,):
        cells = dict(zip(function.__code__.co_freevars, function.__closure__ or (), strict=True))
        namespace = function.__globals__
        if name in cells:
            if _means(ref.path, {name: _content(cells[name])}, ref.value):
                return name, cells[name], ref.path[len(name) :]
        elif _means(ref.path, namespace, ref.value):
            return _namespace(name, namespace, ref.path[len(name) :])
    return _object_root(ref)


def _content(cell: CellType) -> Any:
    try:
        return cell.cell_contents
    except ValueError:
        return _MISSING


def _namespace(name: str, namespace: dict[str, Any], rest: str) -> tuple[str, Any, str]:
    module = sys.modules.get(namespace.get("__name__", ""))
    if isinstance(module, ModuleType) and vars(module) is namespace:
        return module.__name__.rpartition(".")[2], module, f".{name}{rest}"
    return "namespace", namespace, f"[{name!r}]{rest}"

"""Facts about a specialised program that the derivative transforms ask for.

- `useful`: does the value reach the result?  With `varied` it makes a name *active*.
- `Locations`: which arrays are views of which, who owns storage, which storage is written in place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MethodType
from typing import Any

import numpy as np

from sourcead.ir.kinds import (
    Array,
    Closure,
    Dict,
    Kind,
    List,
    Np,
    Object,
    Tuple,
    Unknown,
    carries,
    dtype_of,
)
from sourcead.ir.nodes import (
    Assign,
    Attr,
    Block,
    Call,
    For,
    If,
    MethodCall,
    Name,
    Op,
    Operand,
    Ref,
    Stmt,
    Store,
    StoreAttr,
    Try,
    While,
)
from sourcead.ir.walk import binds, reads, statements
from sourcead.rules import registry
from sourcead.transform.builder import Val, Virtual
from sourcead.transform.heap import Heap

__all__ = ["Locations", "View", "activity", "find_selected", "find_useful", "function_of"]


def activity(builder: Any, useful: set[Name]) -> Callable[[Any], bool]:
    """`is_active(value)`: does it vary with a differentiated input and reach the result?"""

    def is_active(value: Any) -> bool:
        if not isinstance(value, Name) or value not in useful:
            return False
        kind = builder.kind(value)
        if isinstance(kind, (List, Dict, Object)):
            return value in builder.varied or bool(builder.heap.is_varied(kind.site))
        return value in builder.varied and carries(kind)

    return is_active


def find_useful(body: Block, result: Val, heap: Heap, kinds: Mapping[Name, Kind]) -> set[Name]:
    """Names whose value can reach the result, by assignment or through storage (in any order)."""
    useful: set[Name] = set()
    storage: set[str] = set()
    todo: list[Any] = [result]
    flows = list(_flows(body, heap, kinds))
    by_target: dict[Any, list[Any]] = {}
    for target, sources in flows:
        by_target.setdefault(target, []).extend(sources)
    while todo:
        item = todo.pop()
        if isinstance(item, Name):
            if item in useful:
                continue
            useful.add(item)
            todo.extend(by_target.get(item, ()))
            todo.extend(_storage_of(item, heap, kinds))
        elif isinstance(item, str):
            if item in storage:
                continue
            storage.add(item)
            todo.extend(by_target.get(item, ()))
        elif isinstance(item, Virtual):
            todo.extend(item.items)
    useful.update(n for n in kinds if any(s in storage for s in _storage_of(n, heap, kinds)))
    return useful


def _storage_of(name: Name, heap: Heap, kinds: Mapping[Name, Kind]) -> Iterable[str]:
    """Keys of the storage that a name refers to."""
    match kinds.get(name):
        case Array():
            yield "array " + heap.find(str(name))
        case List(_, site) | Dict(_, site) | Object(_, site):
            yield "site " + site
        case _:
            return


def _flows(body: Block, heap: Heap, kinds: Mapping[Name, Kind]) -> Iterable[tuple[Any, list[Any]]]:
    """(what receives, what flows into it): names, and keys of storage."""
    for stmt in statements(body):
        match stmt:
            case Store(base, _, value) | StoreAttr(base, _, value):
                if isinstance(base, Name):
                    for key in _storage_of(base, heap, kinds):
                        yield key, [value]
            case If():
                for m in stmt.merges:
                    yield m.target, [m.then, m.orelse]
            case For() | While():
                for c in stmt.carried:
                    yield c.inner, [c.initial, c.next]
                    yield c.result, [c.initial, c.inner, c.next]  # a loop's adjoints go by `inner`
            case Try():
                for i, target in enumerate(stmt.targets):
                    yield target, [stmt.leaves[i], *(h.leaves[i] for h in stmt.handlers)]
                for inner, before, versions in stmt.interrupted:
                    yield inner, [before, *versions]
            case Assign(target, expr):
                sources = [r for r in reads(stmt) if isinstance(r, Name)]
                yield target, list(sources)
                if isinstance(expr, MethodCall) and isinstance(expr.value, Name):
                    for key in _storage_of(expr.value, heap, kinds):
                        yield key, sources
                if isinstance(expr, (Call, MethodCall)):
                    for written in written_arguments(expr, kinds):
                        for key in _storage_of(written, heap, kinds):
                            yield key, sources
            case _:
                sources = [r for r in reads(stmt) if isinstance(r, Name)]
                for bound in binds(stmt):
                    yield bound, list(sources)
    # a container's slots hold storage: what is read out of a site is part of it
    for stmt in statements(body):
        if isinstance(stmt, Assign) and isinstance(stmt.expr, (Op, Attr, MethodCall)):
            source = (
                stmt.expr.args[0]
                if isinstance(stmt.expr, Op) and stmt.expr.args
                else getattr(stmt.expr, "value", None)
            )
            if isinstance(source, Name) and isinstance(kinds.get(source), (List, Dict, Object)):
                for key in _storage_of(stmt.target, heap, kinds):
                    for site in _storage_of(source, heap, kinds):
                        yield key, [site]


def function_of(expr: Any, kinds: Mapping[Name, Kind]) -> Any:
    """The live callable that a call, method call, operator or attribute stands for, or None."""
    import numpy as np

    from sourcead.transform.operations import OPERATORS, method_class

    match expr:
        case Call(Ref(_, value)):
            return value
        case Call(Name() as func):
            kind = kinds.get(func)
            return getattr(kind, "value", None) or getattr(kind, "function", None)
        case MethodCall(value, method):
            kind = kinds.get(value) if isinstance(value, Name) else None
            if isinstance(value, Ref):
                bound = getattr(value.value, method, None)
                return bound.__func__ if isinstance(bound, MethodType) else bound
            cls = method_class(kind) if kind is not None else None
            found = getattr(cls, method, None)
            if registry.lookup(found) is None and isinstance(kind, Np):
                found = getattr(np.ndarray, method, None)
            return found
        case Op(op) if op in OPERATORS:
            return OPERATORS[op]
        case Attr(Name() as value, attr):
            kind = kinds.get(value)
            if isinstance(kind, (Array, Np)):
                return getattr(np.ndarray, attr, None)
            return None
        case _:
            return None


def written_arguments(expr: Call | MethodCall, kinds: Mapping[Name, Kind]) -> list[Name]:
    """Arguments whose storage a call may write: what its rule states, everything if it states nothing."""
    function = function_of(expr, kinds)
    rule = registry.lookup(function)
    args = [a for a in _arguments(expr) if isinstance(a, Name)]
    if rule is not None:
        outs = [v for k, v in expr.kwargs if k == "out" and isinstance(v, Name)]
        written = (
            [a for a in args if isinstance(kinds.get(a), (Array, List))]
            if rule.effects.writes
            else []
        )
        return list(dict.fromkeys([*written, *outs]))
    if isinstance(expr, Call) and isinstance(expr.func, Ref) and expr.func.value in _HARMLESS:
        return []
    if isinstance(expr, MethodCall) and isinstance(
        kinds.get(args[0]) if args else None, (List, Dict)
    ):
        return args[:1]  # `items.append(x)` writes the list, not what it is given
    return [
        a for a in args if isinstance(kinds.get(a), (Array, List, Dict, Object, Unknown, Closure))
    ]


_HARMLESS = (
    range,
    len,
    zip,
    enumerate,
    reversed,
    isinstance,
    print,
    list,
    tuple,
    min,
    max,
    sum,
    object.__new__,
)


def _arguments(expr: Call | MethodCall) -> list[Any]:
    args = [getattr(a, "value", a) if type(a).__name__ == "Star" else a for a in expr.args]
    args += [v for _, v in expr.kwargs]
    return [expr.value, *args] if isinstance(expr, MethodCall) else args


SELECTIONS = frozenset({
    "where", "select", "choose", "minimum", "maximum", "fmin", "fmax", "clip", "nan_to_num", "take", "compress",
    "extract", "max", "min", "amax", "amin", "nanmax", "nanmin", "nansum", "nanmean", "piecewise", "take_along_axis",
})  # fmt: skip


def find_selected(
    body: Block,
    kinds: Mapping[Name, Kind],
    heap: Heap,
    written: Iterable[str],
    *,
    by_name: bool = False,
) -> set[Name]:
    """Values of which a part may be left out on the way to the result: by a selection, an index, an overwrite.

    `by_name`: by a function that selects (`where`, `minimum`) only.
    """
    sources: dict[Name, list[Any]] = {}
    todo: list[Any] = []
    overwritten = set(written)
    for stmt in statements(body):
        for target, found in _flows((stmt,), heap, kinds):
            if isinstance(target, Name):
                sources.setdefault(target, []).extend(found)
        if (
            isinstance(stmt, Assign)
            and _selects(stmt.expr, kinds)
            and not (by_name and isinstance(stmt.expr, Op))
        ):
            todo.extend(reads(stmt))
        if isinstance(stmt, Store) and isinstance(stmt.value, Name) and not by_name:
            todo.append(stmt.value)
    if by_name:
        overwritten = set()
    todo.extend(
        n for n, k in kinds.items() if isinstance(k, Array) and heap.find(str(n)) in overwritten
    )
    found_: set[Name] = set()
    while todo:
        name = todo.pop()
        if isinstance(name, Name) and name not in found_:
            found_.add(name)
            todo.extend(sources.get(name, ()))
    return found_


def _selects(expr: Any, kinds: Mapping[Name, Kind]) -> bool:
    match expr:
        case Op("getitem", (Name() as base, _)):
            return isinstance(kinds.get(base), Array)
        case Call() | MethodCall():
            return getattr(function_of(expr, kinds), "__name__", "") in SELECTIONS or any(
                key == "where" for key, _ in expr.kwargs
            )
        case _:
            return False


# -- views and owners ------------------------------------------------------------------------


@dataclass(frozen=True)
class View:
    """`name` is `expr` applied to `base`: the same memory, seen through an index or a view method."""

    base: Name
    expr: Any


class Locations:
    """Where each array lives: its owner and the views that lead from the owner to it."""

    def __init__(
        self, body: Block, kinds: Mapping[Name, Kind], heap: Heap, params: Iterable[Name]
    ) -> None:
        self.kinds = kinds
        self.heap = heap
        self.views: dict[Name, View] = {}
        self.written: dict[str, list[tuple[int, ...]]] = {}
        self.owners: dict[str, set[Name]] = {}
        self.mutated_sites: set[str] = set()
        self.maybe: set[Name] = set()
        for stmt in statements(body):
            self._note(stmt)
        self.list_names: dict[str, set[Name]] = {}
        names = [*params, *(n for s in statements(body) for n in binds_all(s))]
        for name in names:
            kind = kinds.get(name)
            if isinstance(kind, (List, Dict, Object)):
                self.list_names.setdefault(kind.site, set()).add(name)
        for name in names:
            if isinstance(kinds.get(name), Array) and name not in self.views:
                self.owners.setdefault(self.cls(name), set()).add(name)

    def cls(self, name: Name) -> str:
        """The class of arrays that may share storage with `name`."""
        return self.heap.find(str(name))

    def is_written(self, name: Name) -> bool:
        return self.cls(name) in self.written

    def owner(self, name: Name) -> tuple[Name, list[Any]]:
        """The array that owns the memory and the view expressions from it to `name`, outermost last."""
        path: list[Any] = []
        while name in self.views:
            view = self.views[name]
            path.append(view.expr)
            name = view.base
        return name, path[::-1]

    def is_static(self, name: Name) -> bool:
        """Is the owner of this storage known: unwritten, or one owner for all arrays that may share it?"""
        cls = self.cls(name)
        if cls not in self.written:
            return True
        return len(self.owners.get(cls, ())) <= 1 and not any(
            m for m in self.maybe if self.cls(m) == cls
        )

    def _note(self, stmt: Stmt) -> None:
        match stmt:
            case Assign(target, expr):
                self._note_view(target, expr)
                if isinstance(expr, (Call, MethodCall)):
                    for name in written_arguments(expr, self.kinds):
                        self._write(name, stmt)
                if (
                    isinstance(expr, MethodCall)
                    and isinstance(expr.value, Name)
                    and expr.method not in READING
                ):
                    self._mutate(expr.value)
            case Store(base) | StoreAttr(base):
                if isinstance(base, Name):
                    self._write(base, stmt)
                    self._mutate(base)
            case _:
                return

    def _write(self, name: Name, stmt: Stmt) -> None:
        if isinstance(self.kinds.get(name), Array):
            self.written.setdefault(self.cls(name), []).append(stmt.origin.at)

    def _mutate(self, name: Name) -> None:
        kind = self.kinds.get(name)
        if isinstance(kind, (List, Dict, Object)):
            self.mutated_sites.add(kind.site)

    def _note_view(self, target: Name, expr: Any) -> None:
        if not isinstance(self.kinds.get(target), Array):
            return
        base = view_base(expr, self.kinds)
        if base is not None and isinstance(self.kinds.get(base), Array):
            self.views[target] = View(base, expr)
        elif self._may_view(expr):
            self.maybe.add(target)

    def _may_view(self, expr: Any) -> bool:
        rule = registry.lookup(function_of(expr, self.kinds))
        return rule is not None and rule.effects.returns in ("maybe", "same", "view")


def binds_all(stmt: Stmt) -> tuple[Name, ...]:
    """Every name that a statement itself binds, also those inside a loop's head."""
    match stmt:
        case For():
            return (stmt.target, *(n for c in stmt.carried for n in (c.inner, c.result)))
        case While():
            return tuple(n for c in stmt.carried for n in (c.inner, c.result))
        case _:
            return binds(stmt)


READING = frozenset({"items", "keys", "values", "get", "copy", "index", "count", "of"})
"""Methods of containers that change nothing."""

READ_ONLY = frozenset(
    {
        "broadcast_to",
        "diagonal",
        "diag",
        "broadcast_arrays",
        "sliding_window_view",
        "split",
        "real",
        "imag",
    }
)
"""Views that cannot be used to write into the adjoint: followed at run time where their storage is written."""


def view_base(expr: Any, kinds: Mapping[Name, Kind]) -> Name | None:
    """The array of which `expr` is certainly a view."""
    match expr:
        case Op("getitem", (Name() as base, index)) if isinstance(kinds.get(base), Array):
            parts = index_kinds(index, kinds)
            return base if parts is not None and _basic(parts) else None
        case Attr(Name() as base, "T"):
            return base if isinstance(kinds.get(base), Array) else None
        case MethodCall(Name() as base) | Call(_, (Name() as base, *_)):
            function = function_of(expr, kinds)
            rule = registry.lookup(function)
            if rule is None or rule.effects.returns != "view":
                return None
            return None if getattr(function, "__name__", "") in READ_ONLY else base
        case _:
            return None


def _basic(parts: list[Kind]) -> bool:
    from sourcead.transform.indexing import is_basic

    return bool(is_basic(parts))


def index_kinds(index: Operand, kinds: Mapping[Name, Kind]) -> list[Kind] | None:
    from sourcead.transform.builder import kind_of_constant

    match index:
        case Name():
            kind = kinds.get(index, Unknown())
            return list(kind.items) if isinstance(kind, Tuple) else [kind]
        case Ref(_, value):
            return [kind_of_constant(value)]
        case _:
            return [kind_of_constant(getattr(index, "value", None))]


def is_mask(parts: list[Kind]) -> bool:
    """Is an index of these kinds one boolean array?"""
    return len(parts) == 1 and dtype_of(parts[0]) == np.dtype(bool)


def is_at(function: Any) -> bool:
    """Is this `np.add.at`, or the `at` of another ufunc?"""
    return isinstance(getattr(function, "__self__", None), np.ufunc) and function.__name__ == "at"

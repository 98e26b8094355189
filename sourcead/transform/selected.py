"""Of which values may a part be left out on the way to the result: by a selection, an index or an overwrite?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sourcead.ir.kinds import Array, Kind, List, Np, Number, Py, Unknown
from sourcead.ir.nodes import Assign, Block, Call, Const, Expr, MethodCall, Name, Op, Store
from sourcead.ir.walk import reads, statements
from sourcead.rules import registry
from sourcead.transform.activity import flows, storage_of
from sourcead.transform.builder import Val
from sourcead.transform.effects import function_of, index_kinds
from sourcead.transform.heap import Heap
from sourcead.transform.indexing import is_basic
from sourcead.transform.some_paths import on_some_paths
from sourcead.transform.whole import entering_whole

__all__ = ["find_selected"]


def find_selected(
    body: Block,
    result: Val,
    kinds: Mapping[Name, Kind],
    heap: Heap,
    overwritten: Iterable[str],
    is_active: Callable[[Any], bool],
    divided: Mapping[Name, tuple[Name, ...]],
    *,
    by_name: bool = False,
) -> set[Name]:
    """Values of which a part may be left out on the way to the result: by a selection, an index, an overwrite.

    `by_name`: by a function that selects (`where`, `minimum`) only.  What is not active leaves nothing out:
    no adjoint comes back through it.  `divided`: arrays by the parts that make them up, all of which have adjoints.

    So does a branch that does not read what was computed before it.

    A part of a product with a vector depends on all elements of the vector: what takes a part of the product by
    a basic index leaves nothing of it out.
    """
    lost = set() if by_name else set(overwritten)
    selections = _Selections(body, kinds, heap)
    whole: list[Any] = [
        n for n, k in kinds.items() if isinstance(k, Array) and heap.find(str(n)) in lost
    ]
    whole += on_some_paths(body, is_active)
    parts: list[Any] = []
    for stmt in statements(body):
        if isinstance(stmt, Assign) and _is_plain(stmt, kinds, is_active):
            continue
        match stmt:
            case Assign(target, Op("getitem", (Name() as base, index))):
                if isinstance(kinds.get(base), List) and not selections.takes_all(index):
                    parts.extend(reads(stmt))
                if by_name or not isinstance(kinds.get(base), (Array, Number)):
                    continue
                if target in divided.get(base, ()):
                    continue
                if not selections.takes_all(index):
                    basic = is_basic(index_kinds(index, kinds) or [Unknown()])
                    (parts if basic else whole).extend(reads(stmt))
            case Assign(_, expr) if _selects(expr, kinds):
                whole.extend(reads(stmt))
            case Store(base, _, Name() as value) if not by_name and not (
                isinstance(base, Name) and isinstance(kinds.get(base), Array)
            ):
                whole.append(value)
    found = selections.reached(whole, by_name=by_name)
    found |= selections.reached(parts, whole_vectors=True, by_name=by_name)
    return found - entering_whole(body, result, kinds, heap) if found else found


def _is_plain(stmt: Assign, kinds: Mapping[Name, Kind], is_active: Callable[[Any], bool]) -> bool:
    """Arithmetic, which selects nothing, or a number or an array without a derivative."""
    if isinstance(stmt.expr, Op) and stmt.expr.op != "getitem":
        return True
    return isinstance(kinds.get(stmt.target), (Array, Np, Py)) and not is_active(stmt.target)


PRODUCTS = frozenset({"dot", "matmul", "inner", "vdot"})


class _Selections:
    """What flows into a value, and what an index takes."""

    def __init__(self, body: Block, kinds: Mapping[Name, Kind], heap: Heap) -> None:
        self.kinds, self.heap = kinds, heap
        self.sources: dict[Any, list[Any]] = {}
        self.products: set[Name] = set()
        self.indices: dict[Name, Op] = {}
        for target, found in flows(body, heap, kinds):
            self.sources.setdefault(target, []).extend(found)
        for stmt in statements(body):
            if isinstance(stmt, Assign):
                self._assign(stmt.target, stmt.expr)

    def _assign(self, target: Name, expr: Expr) -> None:
        match expr:
            case Op():
                if expr.op in ("slice", "tuple"):
                    self.indices[target] = expr
                elif expr.op == "matmul":
                    self.products.add(target)
            case Call() | MethodCall():
                if getattr(function_of(expr, self.kinds), "__name__", "") in PRODUCTS:
                    self.products.add(target)

    def reached(self, todo: list[Any], *, by_name: bool, whole_vectors: bool = False) -> set[Name]:
        """These, and all that they are made of; `whole_vectors`: but for vectors in products."""
        found: set[Any] = set()
        while todo:
            value = todo.pop()
            if not isinstance(value, (Name, str)) or value in found:
                continue
            found.add(value)
            sources = self.sources.get(value, ())
            if whole_vectors and value in self.products:
                sources = [s for s in sources if not self.is_vector(s)]
            todo.extend(sources)
            if isinstance(value, Name) and not by_name:
                if isinstance(self.kinds.get(value), (Array, List)):  # what was written into it
                    todo.extend(storage_of(value, self.heap, self.kinds))
        return {name for name in found if isinstance(name, Name)}

    def is_vector(self, value: Any) -> bool:
        kind = self.kinds.get(value)
        return isinstance(kind, Array) and kind.dims is not None and len(kind.dims) == 1

    def is_slice(self, index: Any) -> bool:
        """Is it a part of a list, and not `[:]`?"""
        found = self.indices.get(index) if isinstance(index, Name) else None
        return found is not None and found.op == "slice" and not self.takes_all(index)

    def takes_all(self, index: Any) -> bool:
        """Is it `[:, None, ...]`, which leaves nothing out?"""
        found = self.indices.get(index) if isinstance(index, Name) else None
        match found:
            case Op("tuple", args):
                return all(map(self.takes_all, args))
            case Op("slice", args):
                return all(a == Const(None) for a in args)
            case _:
                return index in (Const(None), Const(Ellipsis))


def _selects(expr: Any, kinds: Mapping[Name, Kind]) -> bool:
    match expr:
        case Call() | MethodCall():
            rule = registry.lookup(function_of(expr, kinds))
            return (rule is not None and rule.leaves_out) or any(
                key == "where" for key, _ in expr.kwargs
            )
        case _:
            return False

"""Which values of a derivative depend on its seed (the tangents given, or the cotangent)?

In a tangent function these are the tangents, in the reverse half of a pullback the adjoints.  The rest
is the same for every seed: that is what a batch of seeds shares (`transform/batch.py`), and what a
linear map keeps (`transform/split.py`).

Storage counts as a whole: an array into which a value that depends on the seed is stored depends on it
from its making on, under all its names.

>>> from sourcead.ir.nodes import Origin, Param
>>> x, x_dot, y, t = (Name(n, 0) for n in ("x", "x_dot", "y", "t"))
>>> here = Origin.none()
>>> body = (Assign(y, Op("mul", (x, x)), here), Assign(t, Op("mul", (x_dot, x)), here))
>>> function = Function("f_jvp", (Param(x), Param(x_dot, "tangent")), body, t, here)
>>> found = Seeded(function, {}, [x_dot])
>>> [str(name) for name in (x, x_dot, y, t) if name in found]
['x_dot', 't']
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from sourcead.emit.flow import IN_PLACE
from sourcead.ir.kinds import Array, Dict, Kind, List, Number, Object, Py, Tuple, Unknown
from sourcead.ir.never import assert_never
from sourcead.ir.nodes import (
    Assign,
    Attr,
    Block,
    Call,
    Const,
    Delete,
    For,
    Function,
    If,
    MakeFunction,
    MethodCall,
    Name,
    Op,
    Operand,
    Raise,
    Ref,
    Stmt,
    Store,
    StoreAttr,
    StoreVariable,
    Try,
    Unpack,
    While,
    With,
)
from sourcead.ir.walk import operands, statements
from sourcead.rules import registry
from sourcead.transform.cannot_separate import CannotSeparate
from sourcead.transform.effects import CalledByName, function_of, view_base
from sourcead.transform.halves import Half

__all__ = ["CannotSeparate", "Seeded", "is_shape"]

CONTAINERS = (List, Dict, Tuple, Object)
GROWN_BY = frozenset({"append", "extend", "insert", "setdefault", "update", "fill", "put"})
SHAPES = frozenset({"shape", "ndim", "size", "dtype", "nbytes"})


def is_shape(expr: Any) -> bool:
    """Does the expression read no more of an array than its shape and type?"""
    match expr:
        case Attr(_, attr):
            return attr in SHAPES
        case Call(Ref(_, function)):
            return function in (len, np.shape, np.ndim, np.size)
        case Op("is_" | "is_not", (_, Const(None))):
            return True
        case _:
            return False


def _handed_over(function: Function) -> set[Any]:
    """What halves of recursive functions are given, and only read."""
    found: set[Any] = set()
    for stmt in reversed(list(statements(function.body))):
        match stmt:
            case Assign(_, Call(Ref(_, Half()), args)):
                found.update(args)
            case Assign(target, Op("tuple", items)) if target in found:
                found.update(items)
            case _:
                pass
    return found


class Seeded:
    """The names of `function` that depend on `seeds`; shapes and lengths do not."""

    def __init__(self, function: Function, kinds: dict[Name, Kind], seeds: Iterable[Name]) -> None:
        self.kinds = kinds
        self.parents: dict[Name, Name] = {}
        self.roots = set(seeds)
        self.handed_over = _handed_over(function)
        self.flows = [f for stmt in statements(function.body) for f in self._flows(stmt)]
        while self._spread():
            pass

    def __contains__(self, value: object) -> bool:
        return isinstance(value, Name) and self._find(value) in self.roots

    def any(self, values: Iterable[Any]) -> bool:
        return any(v in self for v in values)

    def inside(self, block: Block) -> bool:
        """Does anything that the block does depend on the seed?"""
        return any(self.touches(stmt) for stmt in statements(block))

    def touches(self, stmt: Stmt) -> bool:
        """Does the statement itself bind or write something that depends on the seed?"""
        match stmt:
            case Assign(target, expr):
                return target in self or (not is_shape(expr) and self.any(operands(expr)))
            case Unpack(targets):
                return self.any(targets)
            case Store(base) | StoreAttr(base) | Delete(base):
                return base in self
            case StoreVariable(value=value):
                return value in self
            case If(merges=merges):
                return self.any(m.target for m in merges)
            case For(target, carried=carried) | While(carried=carried, test=target):
                return target in self or self.any(c.inner for c in carried)
            case Try(targets=targets):
                return self.any(targets)
            case With() | Raise():
                return False
            case _:
                assert_never(stmt)

    # -- what shares storage -----------------------------------------------------------------

    def group(self, name: Name) -> Name:
        """One name for all that may share storage with this one."""
        return self._find(name)

    def _find(self, name: Name) -> Name:
        while name in self.parents:
            name = self.parents[name]
        return name

    def _join(self, a: Operand, b: Operand) -> None:
        """These names may stand for the same storage."""
        if not isinstance(a, Name) or not isinstance(b, Name) or not self._is_storage(a):
            return
        x, y = self._find(a), self._find(b)
        if x != y:
            self.parents[x] = y
            if x in self.roots:
                self.roots.add(y)

    def _is_storage(self, name: Name) -> bool:
        return isinstance(self.kinds.get(name, Unknown()), (Array, Number, Unknown, *CONTAINERS))

    # -- what flows where --------------------------------------------------------------------

    def _spread(self) -> bool:
        before = len(self.roots)
        for sources, target in self.flows:
            if target not in self and self.any(sources):
                self.roots.add(self._find(target))
        return len(self.roots) != before

    def _flows(self, stmt: Stmt) -> list[tuple[tuple[Any, ...], Name]]:
        """(sources, target): the target depends on the seed if a source does."""
        match stmt:
            case Assign(target, expr):
                return self._of_expression(target, expr)
            case Unpack(targets, value=value):
                for t in targets:
                    self._join(t, value)
                return [((value,), t) for t in targets if self._may_depend(t)]
            case Store(base, value=value) | StoreAttr(base, value=value):
                if not isinstance(base, Name):
                    return []
                if isinstance(self.kinds.get(base), CONTAINERS):
                    self._join(value, base)
                return [((value,), base)]
            case If(merges=merges):
                for m in merges:
                    self._join(m.target, m.then)
                    self._join(m.target, m.orelse)
                return [((m.then, m.orelse), m.target) for m in merges]
            case For(target, items, carried):
                self._join(target, items)
                return [((items,), target), *self._of_carried(carried)]
            case While(carried=carried):
                return self._of_carried(carried)
            case Try(targets=targets, leaves=leaves):
                for t, leaf in zip(targets, leaves):
                    self._join(t, leaf)
                return [((leaf,), t) for t, leaf in zip(targets, leaves)]
            case With() | Raise() | Delete() | StoreVariable():
                return []
            case _:
                assert_never(stmt)

    def _of_carried(self, carried: Any) -> list[tuple[tuple[Any, ...], Name]]:
        out: list[tuple[tuple[Any, ...], Name]] = []
        for c in carried:
            for other in (c.initial, c.next, c.result):
                self._join(c.inner, other)
            out += [((c.initial, c.next), c.inner), ((c.inner,), c.result)]
        return out

    def _of_expression(self, target: Name, expr: Any) -> list[tuple[tuple[Any, ...], Name]]:
        if is_shape(expr):
            return []
        if isinstance(expr, MakeFunction):
            return [(tuple(c.value for c in expr.captures), target)]
        read = operands(expr)
        for base in self._shared(target, expr):
            self._join(target, base)
        flows: list[tuple[tuple[Any, ...], Name]] = []
        if self._may_depend(target):
            flows.append((read, target))
        return flows + [(read, w) for w in self._written(expr)]

    def _kind(self, value: Any) -> Kind | None:
        return self.kinds.get(value)

    def _may_depend(self, target: Name) -> bool:
        """An integer, text or None taken out of a container of tangents is the same for every seed."""
        kind = self.kinds.get(target)
        return not (isinstance(kind, Py) and kind.type in (int, bool))

    def _shared(self, target: Name, expr: Any) -> list[Operand]:
        """What the value of an expression may share storage with."""
        match expr:
            case Op("copy", (value,)):
                return [value]
            case Op("tuple") if target in self.handed_over:
                return []
            case Op("tuple" | "list" | "dict", args):
                return [a for a in args if isinstance(a, Name) and self._is_storage(a)]
            case Op(op, (first, *_)) if op in IN_PLACE:
                return [first]
            case Op("getitem", (base, _)) if isinstance(self._kind(base), CONTAINERS):
                return [base]
            case MethodCall(base, "pop" | "get" | "setdefault") | Attr(base) if isinstance(
                self._kind(base), CONTAINERS
            ):
                return [base]
            case Call(Ref(_, function), args) if function in (reversed, zip, enumerate, iter, list):
                return [a for a in args if isinstance(a, Name)]
        viewed = view_base(expr, self.kinds)
        return [viewed] if viewed is not None else self._of_rule(expr)

    def _of_rule(self, expr: Any) -> list[Operand]:
        """What a call's rule says that its value may share storage with."""
        if not isinstance(expr, (Call, MethodCall, Attr)):
            return []
        rule = registry.lookup(function_of(expr, self.kinds))
        if rule is None or rule.effects.returns in ("fresh", "scalar"):
            return []
        first = expr.value if isinstance(expr, (MethodCall, Attr)) else (expr.args or (None,))[0]
        return [first] if isinstance(first, Name) else []

    def _written(self, expr: Any) -> list[Name]:
        """Storage that a call writes."""
        match expr:
            case MethodCall(Name() as base, method, args) if method in GROWN_BY:
                for a in args:
                    if isinstance(self.kinds.get(base), CONTAINERS):
                        self._join(a, base)  # type: ignore[arg-type]
                return [base]
            case MethodCall(Name() as base, _) if isinstance(self.kinds.get(base), Unknown):
                return [base]
            case Call(Ref(_, setter), (Name() as base, _, value)) if setter is object.__setattr__:
                self._join(value, base)  # type: ignore[arg-type]
                return [base]
            case Call(Ref(_, CalledByName() as called), args):
                return [a for a in called.written(args) if isinstance(a, Name)]  # type: ignore[arg-type]
            case Call(Ref(_, function), args, kwargs):
                outs = [v for k, v in kwargs if k == "out" and isinstance(v, Name)]
                bound = getattr(function, "__self__", None)
                rule = registry.lookup(function)
                writes = isinstance(bound, np.ufunc) or (rule is not None and rule.effects.writes)
                return outs + [a for a in args if writes and isinstance(a, Name)][:1]
            case _:
                return []

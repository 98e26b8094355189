"""`a = b = c`, `a, *b = c`, `a[i] += b`, `del a`: what is bound, stored, written in place, unbound.

A variable that is assigned gets a new name; a slot of an object is stored to.  `a, b = b, a` needs no
tuple: every value is taken before any variable changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import FunctionType
from typing import Any

import gast

from sourcead.frontend.build import load
from sourcead.frontend.comprehensions import Comprehensions
from sourcead.ir.nodes import (
    UNDEFINED,
    Attr,
    Delete,
    Op,
    Operand,
    Ref,
    Store,
    StoreAttr,
    Unpack,
)

__all__ = ["Assignments"]


class Assignments(Comprehensions):
    """Adds the statements that bind and store."""

    def is_single_assignment(self, variable: str) -> bool:
        """Whether a variable is a name for each value, neither a cell nor a global."""
        return variable not in self.cells and variable not in self.scope.globals

    def assign(self, targets: Sequence[Any], value: Any, node: Any) -> None:
        first = targets[0]
        if len(targets) == 1 and _is_display(first) and _is_display(value):
            if len(first.elts) == len(value.elts):
                self.assign_each(first.elts, value.elts, node)
                return
        operand = self.value(value, self.target_hint(first))
        if len(targets) > 1:
            operand = self.settled(operand, node)
        for target in targets:
            self.store(target, operand, node)

    def assign_each(self, targets: Sequence[Any], values: Sequence[Any], node: Any) -> None:
        """`a, b = b, a`: every value is taken before any variable changes; no tuple is made."""
        operands = []
        for at, (target, value) in enumerate(zip(targets, values, strict=True)):
            operand = self.value(value, self.target_hint(target))
            later = None if at else [*values[at + 1 :], *targets]
            operands.append(self.settled(operand, node, later))
        for target, operand in zip(targets, operands, strict=True):
            self.store(target, operand, node)

    def target_hint(self, target: Any) -> str:
        is_own = isinstance(target, gast.Name) and not self.is_alias(target.id)
        return self.hint(target.id) if is_own else "t"

    def store(self, target: Any, operand: Operand, node: Any) -> None:
        origin = self.origin(node)
        match target:
            case gast.Name(id=variable):
                self.set(variable, operand, node)
            case gast.Subscript(value=base, slice=index):
                into, at = self.values([base, index])
                self.out.append(Store(into, at, operand, None, origin))
            case gast.Attribute(value=base, attr=attr):
                self.out.append(StoreAttr(self.value(base), attr, operand, None, origin))
            case gast.Tuple(elts=elts) | gast.List(elts=elts):
                self.unpack(elts, operand, node)

    def unpack(self, targets: Sequence[Any], operand: Operand, node: Any) -> None:
        star = next((n for n, t in enumerate(targets) if isinstance(t, gast.Starred)), None)
        plain = [t.value if isinstance(t, gast.Starred) else t for t in targets]
        names = [self.fresh(self.target_hint(target)) for target in plain]
        self.out.append(Unpack(tuple(names), star, operand, self.origin(node)))
        for target, name in zip(plain, names, strict=True):
            self.store(target, name, node)

    def augment(self, target: Any, op: str, value: Any, node: Any) -> None:
        in_place = f"i{op.rstrip('_')}"
        match target:
            case gast.Name(id=variable):
                old = self.settled(self.read(load(variable)), node, [value])
                args = (old, self.value(value))
                self.set(variable, self.new(Op(in_place, args), self.hint(variable), node), node)
            case gast.Subscript(value=base, slice=index):
                into, at = self.values([base, index])
                if not self.may_interfere(value):
                    found = self.value(value)
                    self.out.append(Store(into, at, found, op, self.origin(node)))
                    return
                item = self.new(Op("getitem", (into, at)), "t", target)
                found = self.new(Op(in_place, (item, self.value(value))), "t", node)
                self.out.append(Store(into, at, found, None, self.origin(node)))
            case gast.Attribute(value=base, attr=attr):
                into = self.value(base)
                if not self.may_interfere(value):
                    found = self.value(value)
                    self.out.append(StoreAttr(into, attr, found, op, self.origin(node)))
                    return
                item = self.new(Attr(into, attr), "t", target)
                found = self.new(Op(in_place, (item, self.value(value))), "t", node)
                self.out.append(StoreAttr(into, attr, found, None, self.origin(node)))

    def may_interfere(self, value: Any) -> bool:
        """Whether evaluating `value` could change what `a[i] += value` has read from `a[i]` before.

        Python functions and methods could; builtins, ufuncs and classes of other libraries do not
        know of `a`.
        """
        calls = [node for node in gast.walk(value) if isinstance(node, gast.Call)]
        callees = [self.static(call.func) for call in calls]
        return any(
            callee is None or (isinstance(callee.value, FunctionType) and not _is_numpy(callee))
            for callee in callees
        )

    def delete(self, target: Any, node: Any) -> None:
        origin = self.origin(node)
        match target:
            case gast.Name(id=variable):
                if not self.is_single_assignment(variable):
                    cause = f"`{variable}` is deleted while other functions see it"
                    self.refuse(target, cause, "Let it keep its value, or set it to None.")
                self.env[variable] = UNDEFINED
            case gast.Subscript(value=base, slice=index):
                into, at = self.values([base, index])
                self.out.append(Delete(into, at, None, origin))
            case gast.Attribute(value=base, attr=attr):
                self.out.append(Delete(self.value(base), None, attr, origin))
            case gast.Tuple(elts=elts) | gast.List(elts=elts):
                for elt in elts:
                    self.delete(elt, node)


def _is_display(node: Any) -> bool:
    """`a, b` or `[a, b]` without a star."""
    is_display = isinstance(node, gast.Tuple | gast.List)
    return is_display and not any(isinstance(elt, gast.Starred) for elt in node.elts)


def _is_numpy(callee: Ref) -> bool:
    return (getattr(callee.value, "__module__", None) or "").partition(".")[0] == "numpy"

"""Tangents of values: where they are, zeros written out, fitted to shape and memory of their values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from sourcead.ir.kinds import (
    Array,
    Dict,
    Kind,
    List,
    Never,
    NoneKind,
    Np,
    Number,
    Object,
    Py,
    Text,
    Tuple,
    Unknown,
    Value,
    dtype_of,
    is_optional,
    is_scalar,
    same_dim,
)
from sourcead.ir.nodes import Assign, Attr, Block, Call, Const, MethodCall, Name, Op, Operand, Ref
from sourcead.ir.walk import statements
from sourcead.runtime.accumulate import laid_out, real_like
from sourcead.runtime.lists import tangent_of, written_out, zeros_like
from sourcead.runtime.shared_tangents import shared_tangents
from sourcead.transform.builder import Val, Virtual
from sourcead.transform.heap import ITEM
from sourcead.transform.locations import Locations
from sourcead.transform.precision import narrowed, widened
from sourcead.transform.rule_calls import ZERO, RuleCalls
from sourcead.transform.specialise import Specialiser
from sourcead.transform.trees import is_changed

__all__ = ["Tangents", "hint_of"]

_MIXED = Py(float, exact=False)  # of a list that may hold integers, too


class Tangents:
    """The tangents at one point of the program, and what is known of the program."""

    def __init__(
        self,
        b: Specialiser,
        locations: Locations,
        is_active: Callable[[object], bool],
        body: Block,
        separate: bool = False,
    ) -> None:
        self.b = b
        self.separate = separate  # are the tangents to be taken apart from the values afterwards?
        self.at = locations
        self.is_active = is_active
        self.dots: dict[Name, Val] = {}
        self.made = {s.target: s.expr for s in statements(body) if isinstance(s, Assign)}
        self.rules = RuleCalls(b, is_active, locations.mutated_sites)

    def kind(self, value: Operand) -> Kind:
        return self.b.kind(value)

    # -- reading -----------------------------------------------------------------------------

    def dot(self, value: object) -> Val:
        """The tangent of a value, ZERO where it has none."""
        if isinstance(value, Virtual):
            items = [self.dot(v) for v in value.items]
            if all(i == ZERO for i in items):
                return ZERO
            return Virtual(tuple(items), value.form, value.cls)
        return self.dots.get(value, ZERO) if isinstance(value, Name) else ZERO

    def written_out(self, value: Val) -> Operand:
        """The tangent as an operand, with zeros written out."""
        return self.b.operand(self.full(value))

    def full(self, value: Val) -> Val:
        """The tangent with zeros written out."""
        if isinstance(value, Virtual):
            return Virtual(tuple(map(self.full, value.items)), value.form, value.cls)
        found = self.dot(value)
        if found != ZERO and not isinstance(found, Virtual):
            return found
        match self.b.kind(value):
            case Py(type=type_) if type_ in (int, bool):
                return Const(0.0)
            case Text() | NoneKind() | Value():
                return Const(None)
            case List(_, site) as kind if self.b.heap.read(site, ITEM) == Never():
                return self.b.emit(Op("list", ()), kind, hint_of(value))  # an empty one
            case kind if isinstance(kind, (List, Dict)) or is_optional(kind):
                made = Call(Ref("zeros_like", zeros_like), (value,))
                return self.b.emit(made, kind, hint_of(value))
            case Object() as kind:
                given = found if isinstance(found, Name) else Const(None)
                made = Call(Ref("tangent_of", tangent_of), (value, given))
                return self.b.emit(made, kind, hint_of(value))
            case Tuple() as kind:
                return self._full_items(value, kind, found)
            case _:
                return found if isinstance(found, Virtual) else self.zeros(value)

    def _full_items(self, value: Operand, kind: Tuple, found: Val) -> Val:
        parts = self.b.components(value) or []
        known = (self.b.components(found) or []) if found != ZERO else [ZERO] * len(parts)
        items = [self.full(p) if k == ZERO else k for p, k in zip(parts, known)]
        return Virtual(tuple(items), "tuple", kind.cls)

    def zeros(self, value: Operand) -> Val:
        kind = self.b.kind(value)
        if isinstance(kind, Array):
            made = Call(Ref("np.zeros_like", np.zeros_like), (value,))
            return self.b.emit(made, kind, hint_of(value))
        if isinstance(value, Name) and isinstance(kind, (Number, Unknown)):
            made = Call(Ref("zeros_like", zeros_like), (value,))
            return self.b.emit(made, kind, hint_of(value))
        return Const(0j) if kind == Py(complex) else Const(0.0)

    # -- arguments ---------------------------------------------------------------------------

    def own_parameters(self, params: Sequence[Name]) -> None:
        """Tangents of arguments that are written in place: copies, zeros where none was given."""
        shared = [n for n in params if n in self.b.sharing]
        if shared:
            self._share_memory(shared)
        for name in params:
            kind = self.kind(name)
            if name in shared or not self.is_active(name):
                continue
            if isinstance(kind, Tuple) and name not in self.dots:
                continue
            if isinstance(kind, (List, Dict, Object, Tuple)):
                if name not in self.dots or is_changed(name, self.at, self.b.heap, self.made):
                    given = self.b.operand(self.dots.get(name, Const(None)))
                    made = Call(Ref("tangent_of", tangent_of), (name, given))
                    self.dots[name] = self.b.emit(made, kind, hint_of(name))
                elif isinstance(kind, List) and self.b.heap.read(kind.site, ITEM) == _MIXED:
                    made = Call(Ref("written_out", written_out), (self.b.operand(self.dots[name]),))
                    self.dots[name] = self.b.emit(made, kind, hint_of(name))
            elif isinstance(kind, Array) and self.at.is_written(name):
                found = self.dots.get(name)
                if found is None and not self._may_be_viewed(name):
                    self.dots[name] = self.zeros(name)
                else:
                    self.dots[name] = self._laid_out(found or Const(0.0), name)

    def _share_memory(self, params: Sequence[Name]) -> None:
        """Tangents of arguments that share memory: they share it in the same way."""
        given = [self.b.operand(self.dots.get(n, Const(None))) for n in params]
        pairs = tuple(o for pair in zip(params, given) for o in pair)
        kinds = tuple(map(self.kind, params))
        made = self.b.emit(Call(Ref("shared_tangents", shared_tangents), pairs), Tuple(kinds))
        for i, (name, kind) in enumerate(zip(params, kinds)):
            item = Op("getitem", (made, Const(i)))
            self.dots[name] = self.b.emit(item, kind, hint_of(name))

    def _laid_out(self, found: Val, like: Name) -> Name:
        made = Call(Ref("laid_out", laid_out), (self.b.operand(found), like))
        return self.b.emit(made, self.kind(like), hint_of(like))

    # -- fitting -----------------------------------------------------------------------------

    def is_stored(self, target: Name) -> bool:
        """Is this array written in place, so that its tangent is storage too?"""
        return isinstance(self.kind(target), Array) and self.at.is_written(target)

    def fit(self, found: Val, target: Name, is_new: bool = False) -> Val:
        """The tangent has the shape and dtype of its value; where that is written in place, it owns its memory.

        `is_new`: the value is an array just made, whatever may share storage with it later.
        """
        kind = self.kind(target)
        found, have = self._real(found, target)
        if isinstance(found, Name):
            found = widened(self.b, narrowed(self.b, found, kind, hint_of(target)), kind)
            have = self.b.kind(found)
        if isinstance(kind, Array) and kind.dims:
            same = (
                isinstance(have, Array)
                and len(have.dims) == len(kind.dims)
                and all(map(same_dim, have.dims, kind.dims))
            )
            if not same and not (self.is_stored(target) and self._looks_elsewhere(target)):
                found = self._stretched(found, target)
            elif (
                same
                and self.is_stored(target)
                and target not in self.at.views
                and found in self.dots.values()
            ):
                found = self._copied(found, target)
        found = self._as_number_or_array(found, kind, have, hint_of(target))
        if isinstance(kind, Array) and self._is_storage_of_other(found, target, is_new):
            return self._copied(found, target)
        if (
            self.is_stored(target)
            and not self._looks_elsewhere(target)
            and self._may_be_viewed(target)
        ):
            return self._laid_out(found, target)
        return self._named(found, target)

    def _as_number_or_array(self, found: Val, kind: Kind, have: Kind, hint: str) -> Val:
        """A number and an array without axes are told apart."""
        if isinstance(kind, Array) and not kind.dims and is_scalar(have):
            made = Call(Ref("np.asarray", np.asarray), (self.b.operand(found),))
            return self.b.emit(made, kind, hint)
        if is_scalar(kind) and isinstance(have, Array) and not have.dims:
            empty = self.b.operand(Virtual(()))
            item = Op("getitem", (self.b.operand(found), empty))
            return self.b.emit(item, Np(have.dtype), hint)
        return found

    def fit_items(self, found: Val, kind: Tuple) -> Val:
        """The tangents of several values, each in the dtype of its own."""
        if not isinstance(found, Virtual) or len(found.items) != len(kind.items):
            return found
        items = [
            widened(self.b, narrowed(self.b, item, own), own) if isinstance(item, Name) else item
            for item, own in zip(found.items, kind.items)
        ]
        return Virtual(tuple(items), found.form, found.cls)

    def _looks_elsewhere(self, target: Name) -> bool:
        """Is or may this array be a view?  Then its tangent is the same view, whatever is known of shapes."""
        return target in self.at.views or target in self.at.maybe

    def _is_storage_of_other(self, found: Val, target: Name, is_new: bool) -> bool:
        """Is it the tangent of an array that is written in place, and `target` no other name of that?"""
        return any(
            dot == found
            and self.is_stored(name)
            and (is_new or self.at.cls(name) != self.at.cls(target))
            for name, dot in self.dots.items()
        )

    def _real(self, found: Val, target: Name) -> tuple[Val, Kind]:
        """The real part where the value is real, and the kind of what is there then.

        Where something is complex or not as the numbers have it (eigenvalues), that is seen while it runs.
        """
        kind, have = self.kind(target), self.b.kind(found)
        mine, its = dtype_of(kind), dtype_of(have)
        if mine is not None and its is not None and its.kind == "c" and mine.kind != "c":
            return self.b.emit(Attr(self.b.operand(found), "real"), kind, hint_of(target)), kind
        is_open = isinstance(have, Number) and (mine is None or mine.kind != "c")
        if is_open and Number(real=False) in self.b.kinds.values():
            made = Call(Ref("real_like", real_like), (self.b.operand(found), target))
            return self.b.emit(made, have, hint_of(target)), have
        return found, have

    def _stretched(self, found: Val, target: Name) -> Val:
        shape = self.b.operand(self.b.attr(target, "shape"))
        made = Call(Ref("np.broadcast_to", np.broadcast_to), (self.b.operand(found), shape))
        found = self.b.emit(made, self.kind(target), hint_of(target))
        return self._copied(found, target) if self.is_stored(target) else found

    def _copied(self, found: Val, target: Name) -> Name:
        made = MethodCall(self.b.operand(found), "copy", ())
        return self.b.emit(made, self.kind(target), hint_of(target))

    def _may_be_viewed(self, target: Name) -> bool:
        """Does the layout of this array decide whether something else is a view of it?"""
        return any(self.at.cls(n) == self.at.cls(target) for n in self.at.maybe)

    def _named(self, found: Val, target: Name) -> Val:
        """A temporary just written gets the tangent's name."""
        last = self.b.statements[-1] if self.b.statements else None
        if (
            isinstance(found, Name)
            and found.hint == "t"
            and isinstance(last, Assign)
            and last.target == found
        ):
            fresh = self.b.fresh(hint_of(target), self.b.kinds[found])
            self.b.statements[-1] = replace(last, target=fresh)
            self.b.definitions[fresh] = last.expr
            if found in self.b.formulas:
                self.b.formulas[fresh] = self.b.formulas[found]
            self.b.new.add(fresh)
            return fresh
        return found


def hint_of(value: object) -> str:
    return f"{value.hint}_dot" if isinstance(value, Name) else "t_dot"

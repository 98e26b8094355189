"""Can the reverse sweep compute a primal value again, cheaply and right?

Right: the operation is pure, its inputs are at hand at that point of the reverse sweep, and hold
there what they held in the forward sweep.  Cheap: shapes, views, integers, sums and products of what is
there anyway; nothing that costs more than to keep its result.  Differences of all pairs of points do: NumPy
goes through `x[None, :, :] - x[:, None, :]` by the few coordinates of one point at a time, at 5 ns an element.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sourcead.ir.constant_calls import is_constant_call
from sourcead.ir.kinds import Array, Dim, Kind, List, Np, Object, Py, Slice, Tuple, dtype_of
from sourcead.ir.nodes import (
    Attr,
    Call,
    Const,
    Expr,
    For,
    MethodCall,
    Name,
    Op,
    Operand,
    Ref,
    Store,
)
from sourcead.ir.walk import operands
from sourcead.rules import registry
from sourcead.transform.effects import function_of, index_kinds
from sourcead.transform.indexing import is_basic
from sourcead.transform.locations import Locations
from sourcead.transform.positions import At
from sourcead.transform.reverse.dependence import overwrites_later
from sourcead.transform.reverse.grown_lists import GrownLists
from sourcead.transform.reverse.program import Program
from sourcead.transform.reverse.state import Write
from sourcead.transform.reverse.uses import SHAPE_ATTRIBUTES

__all__ = ["COMPARISONS", "LARGE", "Plan", "Recomputing", "is_element"]

CHEAP = frozenset({"add", "sub", "mul", "neg", "pos"})
COMPARISONS = frozenset({"eq", "ne", "lt", "le", "gt", "ge"})
MANY = 99  # array operations: more than would ever be done again
DEEP = 6
LARGE = 3  # axes of an array of which it is assumed that to keep it costs more than a quotient


def _is_double(operand: Operand, kinds: Mapping[Name, Kind]) -> bool:
    kind = kinds.get(operand) if isinstance(operand, Name) else None
    return kind is not None and dtype_of(kind) == np.float64


@dataclass(frozen=True)
class Plan:
    """How the reverse sweep comes by a value, and why so. See `needed.py`."""

    how: str  # local, turn, remake, recompute, stored, save
    why: str


def _is_whole_power(expr: Op) -> bool:
    """`x ** 2`: hardly more than a product."""
    match expr:
        case Op("pow", (_, Const(int()))):
            return True
        case _:
            return False


def _is_of_pairs(expr: Op, dims: tuple[Dim, ...], kinds: Mapping[Name, Kind]) -> bool:
    """Is each operand stretched along an axis where the other is not, and neither along the last?"""
    stretched = []
    for operand in expr.args:
        kind = kinds.get(operand) if isinstance(operand, Name) else None
        if not isinstance(kind, Array) or len(kind.dims) > len(dims):
            return False
        own = (1,) * (len(dims) - len(kind.dims)) + kind.dims
        stretched.append({axis for axis, dim in enumerate(own) if dim == 1 != dims[axis]})
    if len(stretched) != 2:
        return False
    first, second = stretched
    return bool(first - second and second - first) and len(dims) - 1 not in first | second


def is_element(base: Operand, index: Operand, kinds: Mapping[Name, Kind]) -> bool:
    """Is it a single element of an array?"""
    kind = kinds.get(base) if isinstance(base, Name) else None
    parts = index_kinds(index, kinds)
    return (
        isinstance(kind, Array)
        and parts is not None
        and len(parts) == len(kind.dims)
        and all(isinstance(k, (Py, Np)) and k not in (Py(bool), Np("bool")) for k in parts)
    )


class Recomputing:
    """The question, asked while plans are made: `plans` and `undone` grow as they do."""

    def __init__(
        self,
        program: Program,
        locations: Locations,
        kinds: Mapping[Name, Kind],
        writes: Sequence[Write],
        plans: Mapping[Name, Plan],
        undone: Collection[int],
        identities: Collection[Name],
        lists: GrownLists | None = None,
    ) -> None:
        self.p = program
        self.lists = lists
        self.at = locations
        self.kinds = kinds
        self.plans = plans
        self.undone = undone
        self.identities = set(identities)
        for name in identities:
            while name in locations.views:  # of a view made again, the memory must be the same
                name = locations.views[name].base
                self.identities.add(name)
        self.by_class: dict[str, list[Write]] = {}
        self.stores: dict[Name, list[Write]] = {}  # of numbers in elements, as they are
        for w in writes:
            match w.stmt:
                case Store(base, index, Name() as value, None) if (
                    is_element(base, index, kinds)
                    and _is_double(base, kinds)
                    and _is_double(value, kinds)
                ):
                    self.stores.setdefault(value, []).append(w)
            for base in w.bases:
                if isinstance(kinds.get(base), Array):
                    self.by_class.setdefault(locations.cls(base), []).append(w)

    def writes_to(self, name: Name) -> list[Write]:
        """The writes that may change what is in an array."""
        return self.by_class.get(self.at.cls(name), [])

    def may_change(self, array: Name, w: Write, at: At) -> bool:
        """May the write change what is in the array after the position `at`?"""
        view = self.at.views.get(array)
        if view is not None and isinstance(view.expr, Op) and view.expr.op == "getitem":
            return overwrites_later(self.p, w, view.base, view.expr.args[1], at)
        return self.p.may_follow(w.at, at)

    def kind(self, operand: object) -> Kind | None:
        return self.kinds.get(operand) if isinstance(operand, Name) else None

    # -- why ---------------------------------------------------------------------------------

    def why(self, name: Name, expr: Expr, made: At, at: At) -> str | None:
        """Why it is right and cheap to compute `name` again at the position `at`, or None."""
        if name in self.at.views:
            return "a view" if self.at_hand(expr, at) else None
        if isinstance(self.kind(name), Array) and (name in self.identities or self.writes_to(name)):
            return None  # what is written does not hold what it was made with
        match expr:
            case Attr(_, attr) if attr in SHAPE_ATTRIBUTES:
                return "a shape"
            case Op("getitem", (Name() as base, index)) if isinstance(self.kind(base), Array):
                return self._reread(base, index, made, at)
            case Op("getitem", (Name() as base, index)) if isinstance(self.kind(base), List):
                stays = self.lists is not None and self.lists.stays(base, index, name)
                return "still in its list" if stays and self.at_hand(expr, at) else None
            case Op("getitem", (Name() as base, Const())) if isinstance(self.kind(base), Tuple):
                return "an item of a tuple" if self.at_hand(expr, at) else None
            case Op(op):
                return self._operation(name, op, expr, made, at)
            case Call(Ref("len"), (Name() as arg,)) if isinstance(self.kind(arg), List):
                return None
            case Call(Ref("range" | "len")):
                return "a count" if self.at_hand(expr, at) else None
            case Call() if is_constant_call(expr):
                return "a constant"
            case Call() if self._is_same_in_every_turn(expr):
                return "the same in every turn"
            case _:
                return None

    def _operation(self, name: Name, op: str, expr: Op, made: At, at: At) -> str | None:
        match self.kind(name):
            case Py(type=type_) if type_ in (int, bool) and op in CHEAP | {"floordiv", "mod"}:
                return "an integer" if self.at_hand(expr, at) else None
            case Py(type=type_) if type_ is bool and op in COMPARISONS and self._are_numbers(expr):
                return "a comparison" if self.at_hand(expr, at) else None
            case Py() | Np() if op in CHEAP or op == "truediv" or _is_whole_power(expr):
                return "cheap" if self.at_hand(expr, at) else None
            case Array(dims=dims) if op in CHEAP or (op == "truediv" and len(dims) >= LARGE):
                if (
                    not _is_of_pairs(expr, dims, self.kinds)
                    and self.holds(expr, made, at)
                    and self.at_hand(expr, at)
                    and self._weight(name) <= DEEP
                ):
                    return "cheap, and its inputs are at hand"
                return None
            case _:
                return None

    def _is_same_in_every_turn(self, expr: Call) -> bool:
        """Is it the root of a number that no loop changes? To keep it in each turn costs what it costs."""
        match expr:
            case Call(Ref(value=function), (x,), ()):
                return function is math.sqrt and self._is_fixed_number(x)
            case _:
                return False

    def _is_fixed_number(self, operand: object) -> bool:
        """Is it a number that was bound outside of loops?"""
        found = self.p.definitions.get(operand) if isinstance(operand, Name) else None
        is_number = isinstance(self.kind(operand), (Py, Np))
        return is_number and found is not None and self.p.loop_home(found.home) is None

    def _are_numbers(self, expr: Op) -> bool:
        return all(isinstance(a, Const) or isinstance(self.kind(a), (Py, Np)) for a in expr.args)

    def _weight(self, name: Name, depth: int = 0) -> int:
        """How many array operations it takes to compute `name` from what is at hand."""
        found = self.p.definitions.get(name)
        if found is None or self.p.loop_home(found.home) is None:
            return 0
        expr = found.expr
        if depth > DEEP or expr is None:
            return 1
        if name in self.plans and self.plans[name].how in ("local", "save"):
            return 0
        if name in self.at.views:
            return 0
        if not isinstance(expr, Op) or not isinstance(self.kind(name), Array):
            return 0 if isinstance(self.kind(name), (Py, Np)) else MANY
        dims = self.kinds[name].dims  # type: ignore[union-attr]
        if expr.op not in CHEAP and not (len(dims) >= LARGE and expr.op == "truediv"):
            return MANY
        if _is_of_pairs(expr, dims, self.kinds):
            return MANY
        return 1 + sum(self._weight(a, depth + 1) for a in expr.args if isinstance(a, Name))

    def _reread(self, base: Name, index: Operand, made: At, at: At) -> str | None:
        """An element (or gather) read again: right if nothing has overwritten it, or the write is undone anyway."""
        if not self.at_hand(Op("getitem", (base, index)), at):
            return None
        return "read again" if self._is_still_there(base, index, made, at) else None

    def _is_still_there(self, base: Name, index: Operand, made: At, at: At) -> bool:
        """Has an element (or gather) at `at` the content that it had at `made`?"""
        writes = [w for w in self.writes_to(base) if overwrites_later(self.p, w, base, index, made)]
        return all(self._is_taken_back(w, made, at) for w in writes)

    def _is_taken_back(self, w: Write, made: At, at: At) -> bool:
        """Has the write `w` no effect, at `at`, on what was read at `made`?"""
        top = at[: len(made)]
        if made < w.at and (w.at < top or (w.at[: len(top)] == top and w.at != top)):
            return False
        return w.number in self.undone or not self.p.may_follow(w.at, top)

    def stored_by(self, name: Name, at: At) -> Write | None:
        """The store of the number `name` in an element that still holds it when the reverse sweep comes there.

        Read before the store is taken back, which is in time for what comes before it: positions `at`.
        """
        found = self.p.definitions.get(name)
        if found is None or (isinstance(found.expr, Op) and found.expr.op in CHEAP):
            return None
        for w in self.stores.get(name, ()):
            stmt = w.stmt
            assert isinstance(stmt, Store) and isinstance(stmt.base, Name)
            before = at < w.at and at[: len(w.at) - 1] == w.at[:-1]
            after = (*w.at[:-1], w.at[-1] + 1)
            others = [other for other in self.writes_to(stmt.base) if other is not w]
            if (
                before
                and self.p.home_of(w.at) == found.home
                and self.at_hand(Op("getitem", (stmt.base, stmt.index)), w.at)
                and not any(
                    overwrites_later(self.p, other, stmt.base, stmt.index, w.at)
                    and not self._is_taken_back(other, w.at, w.at)
                    for other in others
                )
                and (
                    w.number in self.undone
                    or not overwrites_later(self.p, w, stmt.base, stmt.index, after)
                )
            ):
                return w
        return None

    # -- contents ----------------------------------------------------------------------------

    def holds(self, expr: Expr, made: At, at: At) -> bool:
        """Do the arrays that `expr` reads have at `at` the content that they had at `made`?"""
        if not self.reads_content(expr):
            return True
        arrays = [o for o in operands(expr) if isinstance(self.kind(o), Array)]
        match expr:
            case Op("getitem", (Name() as base, index)) if base in arrays:
                if not self._is_still_there(base, index, made, at):
                    return False
                arrays.remove(base)
            case _:
                pass
        return all(self._holds_content(o, made, at) for o in arrays if isinstance(o, Name))

    def _holds_content(self, array: Name, made: At, at: At) -> bool:
        writes = [w for w in self.writes_to(array) if self.may_change(array, w, made)]
        if not all(self._is_taken_back(w, made, at) for w in writes):
            return False
        inner = self.p.definitions.get(array)
        if inner is None or inner.expr is None or array in self.at.views:
            return True
        if array in self.plans and self.plans[array].how == "save":
            return True
        return self.p.loop_home(inner.home) is None or self.holds(inner.expr, inner.at, at)

    def reads_content(self, expr: Expr) -> bool:
        """Does it matter what is in the arrays that `expr` reads, or are they only looked at?"""
        match expr:
            case Attr(_, attr):
                return attr not in SHAPE_ATTRIBUTES and attr != "T"
            case Op("getitem", (Name() as base, index)):
                parts = index_kinds(index, self.kinds)
                kind = self.kind(base)
                return not (
                    isinstance(kind, Array)
                    and parts is not None
                    and is_basic(parts)
                    and len(parts) < len(kind.dims) + 1
                    and any(isinstance(k, Slice) for k in parts)
                )
            case MethodCall() | Call():
                rule = registry.lookup(function_of(expr, self.kinds))
                return rule is None or rule.effects.returns != "view"
            case _:
                return True

    # -- operands ----------------------------------------------------------------------------

    def at_hand(self, expr: Expr, at: At) -> bool:
        """Are all operands available, or to be computed again themselves?"""
        return all(self._is_at_hand(o, at) for o in operands(expr) if isinstance(o, Name))

    def _is_at_hand(self, name: Name, at: At) -> bool:
        found = self.p.definitions.get(name)
        if found is None or name in self.plans:
            return found is not None
        if self.p.loop_home(found.home) is None:
            return True
        if found.role == "target":
            return isinstance(found.stmt, For) and self.can_rerun(found.stmt)
        if found.expr is None:
            return False
        if self.is_index(found.expr):
            return self.at_hand(found.expr, at)
        return self.why(name, found.expr, found.at, at) is not None

    def is_index(self, expr: Expr) -> bool:
        """Is it a slice, or a tuple of integers and slices?"""
        match expr:
            case Op("slice", _):
                return True
            case Op("tuple", args):
                kinds = [self.kind(a) if isinstance(a, Name) else Py(int) for a in args]
                return bool(args) and all(isinstance(k, (Py, Slice)) for k in kinds)
            case _:
                return False

    def can_rerun(self, loop: For) -> bool:
        """Can the reversed loop run over the same items without keeping them?"""
        kind = self.kind(loop.items)
        return loop.exit is None and (kind == Object(range) or isinstance(kind, Tuple))

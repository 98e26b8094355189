"""Adjoints of values and of storage: where they live, how a contribution reaches them.

A number or array that nobody writes has an adjoint of its own: the first contribution assigns, later
ones add.  A view has none: its adjoint is the same view of its owner's.  What cuts across all rules
is done here, once: broadcasting is undone, dtypes are kept, in-place addition happens only where the
adjoint's storage is ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from sourcead.ir.kinds import (
    Array,
    Dict,
    Kind,
    List,
    NoneKind,
    Np,
    Number,
    Object,
    Py,
    Tuple,
    Unknown,
    dtype_of,
    same_dim,
)
from sourcead.ir.nodes import Attr, Call, Const, Expr, MethodCall, Name, Op, Operand, Ref, Store
from sourcead.runtime.accumulate import unbroadcast
from sourcead.runtime.lists import add_items, zeros_like
from sourcead.transform.builder import Val, Virtual
from sourcead.transform.facts import Locations

__all__ = ["ZERO", "Adjoint", "Adjoints"]

ZERO = Const(None)
"""A structural zero: no adjoint at all."""


@dataclass(frozen=True)
class Adjoint:
    """The current adjoint of a value; `owned`: its storage is ours alone and may be written in place."""

    value: Operand
    owned: bool


class Adjoints:
    """The adjoints at one point of the reverse sweep."""

    def __init__(self, builder: Any, locations: Locations, active: Any) -> None:
        self.b = builder
        self.at = locations
        self.is_active = active
        self.state: dict[Name, Adjoint] = {}
        self.part_names: dict[
            tuple[Name, Any], Name
        ] = {}  # (container, slot) -> name of the item's adjoint
        self.part_reads: dict[Name, tuple[Name, Any]] = {}
        self.touched: set[Name] = set()
        self.shadows: Name | None = None  # the table of adjoints by memory, once something needs it
        self.taken_owned = False  # did the adjoint taken last own its storage?

    # -- storage under several names ---------------------------------------------------------

    def is_dynamic(self, name: Any) -> bool:
        """Is it open, until the gradient runs, whose storage this array is?"""
        return (
            isinstance(name, Name)
            and isinstance(self.b.kind(name), Array)
            and not self.at.is_static(name)
        )

    def table(self) -> Name:
        if self.shadows is None:
            self.shadows = self.b.fresh("shadows", Unknown())
        return self.shadows

    def shadow(self, name: Name) -> Operand:
        """The adjoint of the memory that `name` looks at."""
        return self.b.emit(
            MethodCall(self.table(), "of", (name,)), self.b.kind(name), self.hint(name)
        )  # type: ignore[no-any-return]

    def add_slot(self, holder: Operand, slot: Operand, amount: Val) -> None:
        """An attribute, or entry of a dict, that is written somewhere: its adjoint is kept by holder and slot."""
        self.b.emit(
            MethodCall(self.table(), "add_slot", (holder, slot, self.b.operand(amount))),
            NoneKind(),
            "_",
        )

    def take_slot(self, holder: Operand, slot: Operand, like: Operand, kind: Kind) -> Name:
        made = MethodCall(self.table(), "take_slot", (holder, slot, like))
        return self.b.emit(made, kind, "t_bar")  # type: ignore[no-any-return]

    def take_shadow(self, name: Name, source: Name | None) -> Val:
        made = (
            MethodCall(self.table(), "take", (name,))
            if source is None
            else MethodCall(self.table(), "take_apart", (name, source))
        )
        return self.b.emit(made, self.b.kind(name), self.hint(name))  # type: ignore[no-any-return]

    # -- reading -----------------------------------------------------------------------------

    def take(self, name: Name) -> Val:
        """The finished adjoint of a name whose definition is being reversed (ZERO if nothing came)."""
        kind = self.b.kind(name)
        if isinstance(kind, Tuple):
            items = tuple(self.take(self.part(name, i)) for i in range(len(kind.items)))
            return ZERO if all(i == ZERO for i in items) else Virtual(items)
        found = self.state.pop(name, None)
        self.taken_owned = found is not None and found.owned
        return ZERO if found is None else found.value

    def peek(self, name: Name) -> Adjoint | None:
        return self.state.get(name)

    def location(self, name: Name) -> Operand | None:
        """The storage adjoint seen through `name`, or None while it is zero."""
        if self.is_dynamic(name):
            return self.shadow(name)
        owner, path = self.at.owner(name)
        found = self.owned(owner)
        if found is None:
            return None
        return self.follow(found, path, owner)

    def follow(self, base: Operand, path: list[Any], owner: Name) -> Operand:
        for expr in path:
            base = self.viewed(expr, base)
        return base

    def viewed(self, expr: Any, base: Operand) -> Operand:
        """The same view, of the adjoint."""
        from sourcead.ir.walk import operands

        old = next(o for o in operands(expr) if isinstance(o, Name))
        kind = self.kind_of_view(expr)
        return self.b.emit(_replace_base(expr, old, base), kind, hint=self.hint(old))

    def kind_of_view(self, expr: Any) -> Kind:
        for name, view in self.at.views.items():
            if view.expr is expr:
                return self.b.kind(name)
        raise AssertionError(expr)

    def hint(self, name: Name) -> str:
        return f"{name.hint}_bar"

    # -- storage that may be written ---------------------------------------------------------

    def owned(self, owner: Name) -> Operand | None:
        found = self.state.get(owner)
        if found is None:
            return None
        if not found.owned:
            copied = self.b.emit(self.copy_of(found.value), self.b.kind(owner), self.hint(owner))
            self.state[owner] = Adjoint(copied, True)
            self.touched.add(owner)
        return self.state[owner].value

    def copy_of(self, value: Operand) -> Expr:
        """Storage of our own with this content; a number that was stretched fills it."""
        match self.b.definitions.get(value) if isinstance(value, Name) else None:
            case Call(Ref(value=np.broadcast_to), (number, shape), ()) if isinstance(
                self.b.kind(number), (Py, Np)
            ) and dtype_of(self.b.kind(number)) == dtype_of(self.b.kind(value)):
                return Call(Ref("np.full", np.full), (shape, number))
            case _:
                return MethodCall(value, "copy", ())

    def buffer(self, name: Name) -> Operand:
        """The storage adjoint seen through `name`; made if nothing came yet."""
        if self.is_dynamic(name):
            return self.shadow(name)
        owner, path = self.at.owner(name)
        self.touched.add(owner)
        return self.follow(self.materialise(owner), path, owner)

    def materialise(self, owner: Name) -> Operand:
        """Storage of the adjoint, zeros if nothing came yet."""
        found = self.owned(owner)
        if found is not None:
            return found
        if isinstance(self.b.kind(owner), List):
            self.open_list(owner)
            return self.state[owner].value
        zeros = self.zeros(owner)
        self.state[owner] = Adjoint(zeros, True)
        self.touched.add(owner)
        return zeros

    def zeros(self, name: Name) -> Operand:
        kind = self.b.kind(name)
        if name in self.part_reads and not isinstance(kind, (Py, Np)):
            hint, name = self.hint(name), self.read_part(name)  # type: ignore[assignment]
            return self.b.emit(Call(Ref("np.zeros_like", np.zeros_like), (name,)), kind, hint)  # type: ignore[no-any-return]
        if isinstance(kind, (Py, Np)):
            return Const(0j if kind in (Py(complex), Np("complex128")) else 0.0)
        return self.b.emit(
            Call(Ref("np.zeros_like", np.zeros_like), (name,)), kind, self.hint(name)
        )  # type: ignore[no-any-return]

    # -- contributing ------------------------------------------------------------------------

    def contribute(
        self,
        value: Any,
        amount: Val,
        *,
        transient: bool = False,
        owned: bool = False,
        shared: bool = False,
        exact: bool = False,
    ) -> None:
        """Add `amount` to the adjoint of `value`.

        `transient`: it is a view of storage that will change; `owned`: its storage may be written from now
        on; `shared`: others may get the same storage; `exact`: it has the shape of the value (a rule says
        so), unless a stack of matrices was stretched.
        """
        if amount == ZERO or isinstance(value, (Const, Ref)):
            return
        if isinstance(value, Virtual):
            items = self.b.components(amount)
            if items is None:
                items = [self.entry(amount, i, item) for i, item in enumerate(value.items)]
            for item, part in zip(value.items, items, strict=True):
                self.contribute(item, part, transient=transient, shared=True)
            return
        if not isinstance(value, Name) or not self.is_active(value):
            return
        kind = self.b.kind(value)
        if isinstance(kind, Tuple):
            self.contribute_parts(value, amount)
        elif isinstance(kind, List):
            self.contribute_list(value, amount)
        elif isinstance(kind, (Dict, Object)):
            self.b.refuse("the adjoint of a whole dict or object", "use its entries")
        else:
            self.contribute_number(value, kind, amount, transient, owned, shared, exact)

    def entry(self, amount: Val, position: int, value: Val) -> Val:
        """One of several contributions that a rule gives as a sequence; its kind is the value's."""
        if isinstance(value, (Const, Ref)) or (
            isinstance(value, Name) and not self.is_active(value)
        ):
            return ZERO
        if isinstance(self.b.kind(amount), Unknown) and isinstance(value, Name):
            expr = Op("getitem", (self.b.operand(amount), Const(position)))
            return self.b.emit(expr, self.b.kind(value), "t")  # type: ignore[no-any-return]
        return self.b.getitem(amount, Const(position))  # type: ignore[no-any-return]

    def contribute_list(self, value: Name, amount: Val) -> None:
        definition = self.b.definitions.get(value)
        kind = self.b.kind(value)
        if (
            isinstance(definition, Op)
            and definition.op == "list"
            and kind.site not in self.at.mutated_sites
        ):
            self.contribute(Virtual(definition.args, "list"), amount)
            return
        self.contribute_slots(value, amount)

    def contribute_slots(self, value: Name, amount: Val) -> None:
        """A whole list gets a sequence of contributions, one for each element."""
        if self.list_adjoint(value) is None:
            self.open_list(value)
        buffer = self.list_adjoint(value)
        if buffer is not None:
            made = Call(Ref("add_items", add_items), (buffer, self.b.operand(amount)))
            self.b.emit(made, NoneKind(), "_")

    # -- lists that are built step by step ---------------------------------------------------

    def list_adjoint(self, name: Name) -> Operand | None:
        """The list of the elements' adjoints, as long as the list is at this point of the sweep."""
        found = self.state.get(name)
        return None if found is None else found.value

    def open_list(self, name: Name) -> None:
        """Make the adjoints of a list: zeros for the elements that it has at the end of its block."""
        kind = self.b.kind(name)
        if len(self.at.list_names.get(kind.site, ())) > 1:
            self.b.refuse(
                "a list that carries derivatives goes under several names",
                "use one name, or an array",
            )
        source = self.read_part(name) if name in self.part_reads else name
        made = self.b.emit(Call(Ref("zeros_like", zeros_like), (source,)), kind, self.hint(name))
        self.state[name] = Adjoint(made, True)
        self.touched.add(name)

    def contribute_parts(self, value: Name, amount: Val) -> None:
        definition = self.b.definitions.get(value)
        if isinstance(definition, Op) and definition.op == "tuple":
            self.contribute(Virtual(definition.args), amount)
            return
        items = self.b.components(amount)
        if items is None:
            self.b.refuse("an adjoint of unknown structure", "return the items separately")
        for i, item in enumerate(items):
            if item != ZERO:
                self.contribute_part(value, i, item)

    def contribute_part(self, value: Name, slot: Any, amount: Val) -> None:
        """Add to the adjoint of one item of a tuple, dict or object, which has a name of its own."""
        part = self.part(value, slot)
        kind = self.b.kind(part)
        if isinstance(kind, Tuple):
            self.contribute_parts(part, amount)
        elif isinstance(kind, (Py, Np, Array, Number)):
            self.contribute_number(part, kind, amount, transient=False, owned=False, shared=True)
        elif isinstance(kind, List):
            self.contribute_slots(part, amount)
        else:
            self.b.refuse(
                "an item of unknown kind carries a derivative",
                "use tuples, lists, dicts, arrays and numbers",
            )

    def part(self, value: Name, slot: Any) -> Name:
        """The name under which the adjoint of an item is kept."""
        found = self.part_names.get((value, slot))
        if found is None:
            kind, read = self.item(value, slot)
            label = (
                slot if isinstance(slot, str) and slot.isidentifier() else f"{value.hint}_{slot}"
            )
            found = self.b.fresh(
                label if label.isidentifier() else f"{value.hint}_item", kind, True
            )
            self.part_names[value, slot] = found
            self.part_reads[found] = (value, read)
        return found

    def item(self, value: Name, slot: Any) -> tuple[Kind, Any]:
        """The kind of an item and how the primal reads it."""
        kind = self.b.kind(value)
        if isinstance(kind, Tuple):
            return kind.items[slot], Op("getitem", (value, Const(slot)))
        if isinstance(kind, Dict):
            return self.b.slot(kind.site, slot), Op("getitem", (value, Const(slot)))
        return self.b.heap.read(kind.site, slot), Attr(value, slot)

    def read_part(self, part: Name) -> Operand:
        """The item's value, read again."""
        container, expr = self.part_reads[part]
        if container in self.part_reads:
            expr = _replace_base(expr, container, self.read_part(container))
        return self.b.emit(expr, self.b.kind(part), part.hint)  # type: ignore[no-any-return]

    def contribute_number(
        self,
        value: Name,
        kind: Kind,
        amount: Val,
        transient: bool,
        owned: bool,
        shared: bool,
        exact: bool = False,
    ) -> None:
        fitted = self.fit(self.b.operand(amount), value, kind, exact)
        if self.is_dynamic(value):
            self.add_in_place(self.shadow(value), Const(Ellipsis), fitted)
            return
        owner, path = self.at.owner(value)
        if path:
            self.add_to_view(owner, path, fitted)
            return
        old = self.state.get(owner)
        self.touched.add(owner)
        if old is None:
            if (
                transient
                and isinstance(kind, Array)
                and (fitted == amount or not self.is_fresh(fitted))
            ):
                fitted, owned = (
                    self.b.emit(MethodCall(fitted, "copy", ()), kind, self.hint(owner)),
                    True,
                )
            elif (  # an adjoint that has a name already may be known elsewhere
                not shared
                and isinstance(fitted, Name)
                and fitted.hint == "t"
                and self.is_last(fitted)
            ):
                fitted = self.rename(fitted, self.hint(owner))
            made_here = fitted != amount or (self.is_new(fitted) and not shared)
            mine = owned or (made_here and self.is_fresh(fitted))
            self.state[owner] = Adjoint(fitted, mine)
        elif old.owned and isinstance(kind, Array) and kind.dims:
            self.add_in_place(old.value, Const(Ellipsis), fitted)
        else:
            self.state[owner] = Adjoint(self.total(old.value, fitted, owner), True)

    def add_in_place(self, base: Operand, index: Operand, amount: Operand) -> None:
        """`base[index] += amount`, or `-=` where the amount is a negation."""
        expr = self.b.formula(amount)
        if expr is not None and expr.op == "neg":
            self.b.add(Store(base, index, expr.args[0], "sub", self.b.origin))
        else:
            self.b.add(Store(base, index, amount, "add", self.b.origin))

    def total(self, old: Operand, more: Operand, owner: Name) -> Operand:
        """`old + more`, or `old - x` where `more` is -x."""
        expr = self.b.formula(more)
        negated = expr is not None and expr.op == "neg"
        if negated:
            more = expr.args[0]  # type: ignore[union-attr]
        kind = self.b.kind(old)
        if (
            isinstance(kind, (Py, Np))
            and isinstance(self.b.kind(more), (Py, Np))
            and isinstance(old, Name)
        ):
            found = self.b.operator_kind("add", [kind, self.b.kind(more)], [old, more])
            return self.b.emit(
                Op("isub" if negated else "iadd", (old, more)), found, self.hint(owner)
            )  # type: ignore[no-any-return]
        return self.b.operand(self.b.op("sub" if negated else "add", [old, more], self.hint(owner)))  # type: ignore[no-any-return]

    def is_last(self, name: Name) -> bool:
        statements = self.b.statements
        return bool(statements) and getattr(statements[-1], "target", None) == name

    def rename(self, name: Name, hint: str) -> Name:
        """Give the temporary just written the adjoint's name."""
        from dataclasses import replace

        last = self.b.statements[-1]
        fresh: Name = self.b.fresh(hint, self.b.kinds[name])
        self.b.statements[-1] = replace(last, target=fresh)
        self.b.definitions[fresh] = self.b.definitions.pop(name)
        if name in self.b.formulas:
            self.b.formulas[fresh] = self.b.formulas.pop(name)
        if name in self.b.new:
            self.b.new.discard(name)
            self.b.new.add(fresh)
        return fresh

    def is_new(self, name: Operand) -> bool:
        return name in self.b.new

    def is_fresh(self, name: Operand) -> bool:
        """Was this array made by an operation that returns new storage, which nobody else refers to yet?"""
        from sourcead.rules import registry
        from sourcead.transform.facts import function_of

        if not isinstance(name, Name):
            return False
        expr = self.b.definitions.get(name)
        if isinstance(expr, Op):
            return expr.op in ("add", "sub", "mul", "truediv", "neg", "pow", "matmul")
        if isinstance(expr, MethodCall) and expr.method == "copy":
            return True
        function = function_of(expr, self.b.kinds)
        if getattr(function, "__module__", "").startswith("sourcead.runtime"):
            return False  # a helper may hand on what it was given
        rule = registry.lookup(function) if expr is not None else None
        return rule is not None and rule.effects.returns == "fresh"

    def add_to_view(self, owner: Name, path: list[Any], amount: Operand) -> None:
        base = self.materialise(owner)
        base = self.follow(base, path[:-1], owner)
        last = path[-1]
        self.touched.add(owner)
        if isinstance(last, Op) and last.op == "getitem":
            self.add_in_place(base, last.args[1], amount)
        else:
            self.add_in_place(self.viewed(last, base), Const(Ellipsis), amount)

    # -- fitting -----------------------------------------------------------------------------

    def fit(self, amount: Operand, value: Name, kind: Kind, exact: bool = False) -> Operand:
        """`amount` with the rank, shape and dtype of `value`: broadcasting and promotion undone."""
        have = self.b.kind(amount)
        amount = self.fit_dtype(amount, have, kind)
        have = self.b.kind(amount)
        if (
            isinstance(kind, Number)
            or isinstance(have, Number)
            or not isinstance(have, (Py, Np, Array))
        ):
            if have == kind == Number() and not isinstance(amount, Name):
                return amount
            return self.unbroadcast(amount, value, kind)
        if isinstance(have, Array) and isinstance(kind, (Py, Np)):
            if not have.dims:
                return amount
            return self.b.emit(MethodCall(amount, "sum", ()), Np(have.dtype), self.hint(value))  # type: ignore[no-any-return]
        if isinstance(have, Array) and isinstance(kind, Array):
            if exact and len(have.dims) == len(kind.dims) <= 2:
                return amount
            return self.fit_shape(amount, have, value, kind)
        if isinstance(kind, Array) and kind.dims:
            return self.stretch(amount, value, kind)
        return amount

    def unbroadcast(self, amount: Operand, value: Name, kind: Kind) -> Operand:
        like = self.read_part(value) if value in self.part_reads else value
        return self.b.emit(
            Call(Ref("unbroadcast", unbroadcast), (amount, like)), kind, self.hint(value)
        )  # type: ignore[no-any-return]

    def fit_dtype(self, amount: Operand, have: Kind, kind: Kind) -> Operand:
        a, b = dtype_of(have), dtype_of(kind)
        if a is None or b is None or isinstance(amount, Const):
            return amount
        if a.kind == "c" and b.kind != "c":
            real: Kind = (
                Array(str(np.zeros(0, a).real.dtype), have.dims)
                if isinstance(have, Array)
                else (Py(float) if isinstance(have, Py) else Np(str(np.zeros(0, a).real.dtype)))
            )
            amount, have = self.b.emit(Attr(amount, "real"), real), real
            a = dtype_of(have)
        if (
            isinstance(have, Array)
            and a != b
            and isinstance(kind, (Array, Np))
            and a is not None
            and a.kind == b.kind
        ):
            to = Array(str(b), have.dims)
            return self.b.emit(MethodCall(amount, "astype", (Ref(f"np.{b}", b.type),)), to)  # type: ignore[no-any-return]
        return amount

    def fit_shape(self, amount: Operand, have: Array, value: Name, kind: Array) -> Operand:
        extra = len(have.dims) - len(kind.dims)
        if extra < 0:
            return self.stretch(amount, value, kind)
        axes = list(range(extra))
        if any(not same_dim(h, k) and k != 1 for h, k in zip(have.dims[extra:], kind.dims)) or (
            any(
                k == 1 and h != 1 and (h is None or not isinstance(h, int)) and _unsure(h)
                for h, k in zip(have.dims[extra:], kind.dims)
            )
        ):
            return self.unbroadcast(amount, value, kind)
        if axes:
            axis: Any = (
                Const(0) if axes == [0] else self.b.operand(Virtual(tuple(map(Const, axes))))
            )
            amount = self.b.emit(
                MethodCall(amount, "sum", (), (("axis", axis),)),
                Array(have.dtype, have.dims[extra:]),
                self.hint(value),
            )
        keep = [
            i for i, (h, k) in enumerate(zip(have.dims[extra:], kind.dims)) if k == 1 and h != 1
        ]
        if keep:
            axis = (
                Const(keep[0])
                if len(keep) == 1
                else self.b.operand(Virtual(tuple(map(Const, keep))))
            )
            amount = self.b.emit(
                MethodCall(amount, "sum", (), (("axis", axis), ("keepdims", Const(True)))),
                kind,
                self.hint(value),
            )
        return amount

    def stretch(self, amount: Operand, value: Name, kind: Array) -> Operand:
        like = self.read_part(value) if value in self.part_reads else value
        shape = self.b.operand(self.b.attr(like, "shape"))
        made = Call(Ref("np.broadcast_to", np.broadcast_to), (amount, shape))
        return self.b.emit(made, kind, self.hint(value))  # type: ignore[no-any-return]


def _unsure(dim: Any) -> bool:
    return dim is None


def _replace_base(expr: Any, old: Name, new: Operand) -> Any:
    match expr:
        case Op(op, (_, *rest)):
            return Op(op, (new, *rest))
        case Attr(_, attr):
            return Attr(new, attr)
        case MethodCall(_, method, args, kwargs):
            return MethodCall(new, method, args, kwargs)
        case Call(func, (_, *rest), kwargs):
            return Call(func, (new, *rest), kwargs)
    raise AssertionError(old)

"""Adjoints of values and of storage: where they live, how a contribution reaches them.

A number or array that nobody writes has an adjoint of its own: the first contribution assigns, later
ones add.  A view has none: its adjoint is the same view of its owner's.  In-place addition happens
only where the adjoint's storage is ours.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from sourcead.analysis.sizes import Sizes
from sourcead.errors import NotDifferentiable
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
    Tape,
    Tuple,
    Unknown,
    carries,
    dtype_of,
    is_scalar,
)
from sourcead.ir.nodes import (
    Assign,
    Call,
    Const,
    Expr,
    MethodCall,
    Name,
    Op,
    Operand,
    Origin,
    Ref,
    Store,
    Undefined,
)
from sourcead.rules import registry
from sourcead.runtime.accumulate import unless_zero
from sourcead.runtime.lists import add_items, zeros_like
from sourcead.transform.builder import Val, Virtual
from sourcead.transform.effects import function_of, tuple_items
from sourcead.transform.heap import ITEM
from sourcead.transform.imaginary import is_imaginary
from sourcead.transform.locations import Locations
from sourcead.transform.reverse.fitting import Fitting
from sourcead.transform.reverse.like_terms import together
from sourcead.transform.reverse.parts import Parts
from sourcead.transform.reverse.structures import Slot, Structures, holds_containers
from sourcead.transform.reverse.table import Table
from sourcead.transform.reverse.views import follow
from sourcead.transform.rule_calls import ZERO
from sourcead.transform.specialise import Specialiser
from sourcead.transform.trees import sites_in

__all__ = ["Adjoint", "Adjoints", "Manner"]


@dataclass(frozen=True)
class Adjoint:
    """The current adjoint of a value; `owned`: its storage is ours alone and may be written in place."""

    value: Operand
    owned: bool


@dataclass(frozen=True)
class Manner:
    """What is known of a contribution.

    `transient`: it is a view of storage that will change; `owned`: its storage may be written from now
    on; `shared`: others may get the same storage; `exact`: it has the shape of the value (a rule says
    so), unless a stack of matrices was stretched.
    """

    transient: bool = False
    owned: bool = False
    shared: bool = False
    exact: bool = False


class Adjoints:
    """The adjoints at one point of the reverse sweep."""

    def __init__(
        self,
        b: Specialiser,
        locations: Locations,
        structures: Structures,
        is_active: Callable[[object], bool],
        sizes: Sizes,
    ) -> None:
        self.b = b
        self.at = locations
        self.structures = structures
        self.is_active = is_active
        self.state: dict[Name, Adjoint] = {}
        self.parts = Parts(b, structures)
        self.table = Table(b)
        self.fitting = Fitting(b, self.parts, sizes)
        self.touched: set[Name] = set()

    # -- storage under several names ---------------------------------------------------------

    def is_reference(self, value: Operand) -> bool:
        """Do its adjoints stay with what it refers to, wherever the reference is put?"""
        return isinstance(self.b.kind(value), (List, Dict, Object)) or self.is_dynamic(value)

    def is_dynamic(self, name: object) -> bool:
        """Is it open, until the gradient runs, whose storage this array is?"""
        return (
            isinstance(name, Name)
            and isinstance(self.b.kind(name), Array)
            and not self.at.is_static(name)
        )

    def shadow(self, name: Name) -> Name:
        """The adjoint in the table of the memory that `name` looks at."""
        return self.table.shadow(self.parts.value(name))

    def owner(self, name: Name) -> tuple[Name, list[Expr]]:
        """Under which name the adjoint of this array's storage is, and the views that lead from there."""
        owner, path = self.at.owner(name)
        return self.home(owner), path

    def home(self, name: Name) -> Name:
        """An array or list that is read out of an argument has the adjoint of that part of it."""
        if not isinstance(self.b.kind(name), (Array, List)) or self.is_in_table(name):
            return name
        source = self.structures.source(name)
        if source is None or self.structures.is_dynamic(source[0]):
            return name
        return self.parts.part(*source)

    def is_in_table(self, name: Name) -> bool:
        return self.is_dynamic(name) or self.structures.is_dynamic(name)

    # -- reading -----------------------------------------------------------------------------

    def take(self, name: Name) -> Val:
        """The finished adjoint of a name whose definition is being reversed (ZERO if nothing came)."""
        return self.take_owned(name)[0]

    def take_owned(self, name: Name) -> tuple[Val, bool]:
        """The same, and whether its storage may be written from now on."""
        kind = self.b.kind(name)
        if isinstance(kind, Tuple):
            items = tuple(self.take(self.parts.part(name, i)) for i in range(len(kind.items)))
            return ZERO if all(i == ZERO for i in items) else Virtual(items), False
        found = self.state.pop(name, None)
        return (ZERO, False) if found is None else (found.value, found.owned)

    def take_made(self, name: Name) -> Val:
        """The finished adjoint of a tuple whose arrays an operation has made."""
        arrays = [part for part in self.arrays_of(name) if self.is_dynamic(part)]
        found = self.table.take_each([self.parts.value(part) for part in arrays])
        for part, bar in zip(arrays, found):
            self.state[part] = Adjoint(bar, False)
        return self.take(name)

    def arrays_of(self, name: Name) -> Iterator[Name]:
        """The arrays in a tuple, however deep."""
        match self.b.kind(name):
            case Tuple(items):
                for at in range(len(items)):
                    yield from self.arrays_of(self.parts.part(name, at))
            case Array():
                yield name
            case _:
                pass

    def full(self, name: Name) -> Val:
        """The finished adjoint with zeros written out."""
        kind = self.b.kind(name)
        if isinstance(kind, Tuple):
            return Virtual(
                tuple(self.full(self.parts.part(name, i)) for i in range(len(kind.items)))
            )
        found = self.take(name)
        return self.zeros(name) if found == ZERO else found

    def given(self, shadows: Mapping[Name, Name]) -> None:
        """These arrays have adjoints already, which are changed in place."""
        for name, shadow in shadows.items():
            self.state[name] = Adjoint(shadow, True)
            self.touched.add(name)

    def check_given(self, shadows: Mapping[Name, Name], origin: Origin) -> None:
        """Is each of them still the adjoint of its array?"""
        for name, shadow in shadows.items():
            found = self.state.get(name)
            if found is None or found.value != shadow:
                raise NotDifferentiable.at(
                    origin,
                    f"`{name.hint}` is written by a function that calls itself, in a way that makes its adjoint anew",
                    "return a new array",
                )

    def peek(self, name: Name) -> Adjoint | None:
        return self.state.get(name)

    def location(self, name: Name) -> Operand | None:
        """The storage adjoint seen through `name`, or None while it is zero."""
        if self.is_dynamic(name):
            return self.shadow(name)
        owner, path = self.owner(name)
        found = self._owned(owner)
        return None if found is None else follow(self.b, self.at, found, path)

    def hint(self, name: Name) -> str:
        return self.b.called.hint(name, "_bar")

    # -- storage that may be written ---------------------------------------------------------

    def _owned(self, owner: Name) -> Operand | None:
        found = self.state.get(owner)
        if found is None:
            return None
        if not found.owned or self._is_number_of_0d(owner, found.value):
            copied = self.b.emit(self._copy_of(found.value), self.b.kind(owner), self.hint(owner))
            self.state[owner] = Adjoint(copied, True)
            self.touched.add(owner)
        return self.state[owner].value

    def _is_number_of_0d(self, owner: Name, value: Operand) -> bool:
        """Arithmetic on arrays without axes gives numbers; what is written in place is an array."""
        kind = self.b.kind(owner)
        if not isinstance(kind, Array) or kind.dims:
            return False
        match self.b.definitions.get(value) if isinstance(value, Name) else None:
            case Call(Ref(_, made)) if made in (np.array, np.zeros_like, zeros_like):
                return False
            case _:
                return True

    def _copy_of(self, value: Operand) -> Expr:
        """Storage of our own with this content; a number that was stretched fills it."""
        kind = self.b.kind(value)
        if is_scalar(kind) or (isinstance(kind, Array) and not kind.dims):
            return Call(Ref("np.array", np.array), (value,))
        match self.b.definitions.get(value) if isinstance(value, Name) else None:
            case Call(Ref(value=np.broadcast_to), (Name() | Const() as number, shape), ()) if (
                isinstance(self.b.kind(number), (Py, Np))
                and dtype_of(self.b.kind(number)) == dtype_of(self.b.kind(value))
            ):
                return Call(Ref("np.full", np.full), (shape, number))
            case _:
                return MethodCall(value, "copy", ())

    def unstretched(self, value: Operand) -> Operand:
        """An adjoint that turns of a loop go on from is no view that shows one element several times.

        A turn may write to the array that the turn before it made: then all that go from turn to turn are
        written, where the sweep is differentiated in turn.
        """
        match self.b.definitions.get(value) if isinstance(value, Name) else None:
            case Call(Ref(value=np.broadcast_to)):
                hint = value.hint if isinstance(value, Name) else "t"
                return self.b.emit(self._copy_of(value), self.b.kind(value), hint)
            case _:
                return value

    def buffer(self, name: Name) -> Operand:
        """The storage adjoint seen through `name`; made if nothing came yet."""
        if self.is_dynamic(name):
            return self.shadow(name)
        owner, path = self.owner(name)
        self.touched.add(owner)
        return follow(self.b, self.at, self.materialise(owner), path)

    def materialise(self, owner: Name) -> Operand:
        """Storage of the adjoint, zeros if nothing came yet."""
        found = self._owned(owner)
        if found is not None:
            return found
        if isinstance(self.b.kind(owner), List):
            return self.open_list(owner)
        zeros = self.zeros(owner)
        self.state[owner] = Adjoint(zeros, True)
        self.touched.add(owner)
        return zeros

    def zeros(self, name: Name, or_none: bool = False) -> Operand:
        """`or_none`: the name may not be bound yet; its adjoint goes nowhere then."""
        kind = self.b.kind(name)
        if isinstance(kind, (Py, Np)):
            return Const(0j if kind in (Py(complex), Np("complex128")) else 0.0)
        if isinstance(kind, Tape):
            return Const(0.0)
        numeric = isinstance(kind, (Array, Number)) and not or_none
        like = Ref("np.zeros_like", np.zeros_like) if numeric else Ref("zeros_like", zeros_like)
        return self.b.emit(Call(like, (self.parts.value(name),)), kind, self.hint(name))

    # -- lists that are built step by step ---------------------------------------------------

    def list_adjoint(self, name: Name) -> Operand | None:
        """The list of the elements' adjoints, as long as the list is at this point of the sweep."""
        found = self.state.get(self.home(name))
        return None if found is None else found.value

    def open_list(self, name: Name) -> Operand:
        """Make the adjoints of a list: zeros for the elements that it has at the end of its block."""
        name = self.home(name)
        kind = self.b.kind(name)
        assert isinstance(kind, List) and not self.structures.is_dynamic(name), name
        source = self.parts.as_left(name)
        made = self.b.emit(Call(Ref("zeros_like", zeros_like), (source,)), kind, self.hint(name))
        if kind.cls is tuple:  # its adjoint is added to, element by element
            changeable = replace(kind, cls=list)
            made = self.b.emit(Call(Ref("list", list), (made,)), changeable, self.hint(name))
        self.state[name] = Adjoint(made, True)
        self.touched.add(name)
        return made

    # -- contributing ------------------------------------------------------------------------

    def contribute(
        self,
        value: Val,
        amount: Val,
        *,
        transient: bool = False,
        owned: bool = False,
        shared: bool = False,
        exact: bool = False,
    ) -> None:
        """Add `amount` to the adjoint of `value`; see `Manner` for what may be known of it."""
        if amount == ZERO:
            return
        match value:
            case Name():
                if self.is_active(value):
                    self._contribute_name(value, amount, Manner(transient, owned, shared, exact))
            case Const() | Ref() | Undefined():
                return
            case Virtual(items):
                for item, part in zip(items, self._entries(amount, items), strict=True):
                    self.contribute(item, part, transient=transient, shared=True)

    def contribute_result(self, value: Val, bar: Val) -> None:
        """The cotangent that the caller gives for (a part of) the result."""
        if not holds_containers(self.b, value):
            self.contribute(value, bar, shared=True)
        elif isinstance(value, Name) and self.is_active(value):
            by_memory = self._slots_by_memory(value)
            self.table.undo("add_structure", value, self.b.operand(bar), self.b.operand(by_memory))

    def _slots_by_memory(self, value: Name) -> Val:
        """The slots of a structure whose arrays have adjoints that are found by memory; True: all of them."""
        kind_of = {True: set[Slot](), False: set[Slot]()}
        for site in sites_in(self.b.heap, self.b.kind(value)):
            for slot in self.b.heap.known(site):
                for found in self.at.found_by_memory(site, slot):
                    kind_of[found].add(slot)
        if not kind_of[False] or not kind_of[True]:
            return Const(bool(kind_of[True]))
        if kind_of[True] & kind_of[False] or ITEM in kind_of[True] | kind_of[False]:
            self.b.refuse(
                f"`{value.hint}` holds arrays that are written, and others that are not, and gets a cotangent",
                "put copies of the arrays into it: np.array(...)",
            )
        return Virtual(tuple(Const(slot) for slot in sorted(kind_of[True], key=str)))

    def _contribute_name(self, value: Name, amount: Val, manner: Manner) -> None:
        kind = self.b.kind(value)
        if isinstance(kind, Tuple):
            self._contribute_parts(value, amount)
        elif isinstance(kind, List):
            self._contribute_list(value, kind, amount)
        elif isinstance(kind, Object) and kind.site in self.b.records:
            self._contribute_attributes(value, kind, amount)
        elif isinstance(kind, (Dict, Object)):
            if self.structures.is_dynamic(value):
                return  # an item of a tuple: its adjoints stay with it
            self.b.refuse("the adjoint of a whole dict or object", "use its entries")
        else:
            self.contribute_number(value, amount, manner)

    def _entries(self, amount: Val, items: Sequence[Val]) -> list[Val]:
        """The contributions that a rule gives as a sequence, one for each item."""
        found = self.b.components(amount)
        if found is not None:
            return found
        return [self._entry(amount, i, item) for i, item in enumerate(items)]

    def _entry(self, amount: Val, position: int, value: Val) -> Val:
        """One of several contributions; its kind is the value's."""
        if isinstance(value, (Const, Ref)) or (
            isinstance(value, Name) and not self.is_active(value)
        ):
            return ZERO
        if isinstance(self.b.kind(amount), Unknown) and isinstance(value, Name):
            expr = Op("getitem", (self.b.operand(amount), Const(position)))
            return self.b.emit(expr, self.b.kind(value), "t")
        return self.b.getitem(amount, Const(position))

    def _contribute_list(self, value: Name, kind: List, amount: Val) -> None:
        definition = self.b.definitions.get(value)
        is_display = isinstance(definition, Op) and definition.op == "list"
        is_kept = is_display and kind.site not in self.at.mutated_sites
        is_dynamic = self.structures.is_dynamic(value)
        refers = is_dynamic and self.structures.holds_references(kind.site)
        if is_dynamic and not refers:
            mixed = isinstance(self.b.heap.read(kind.site, ITEM), Unknown)
            adding = "add_unless_lists" if mixed else "add_items"
            self.table.undo(adding, value, self.b.operand(amount))
        elif isinstance(definition, Op) and is_kept and kind.site not in self.b.heap.whole:
            self.contribute(Virtual(definition.args, "list"), amount)
        elif refers:
            self._contribute_whole(value, kind, amount)
        else:
            self._contribute_items(value, amount)

    def _contribute_whole(self, value: Name, kind: List, amount: Val) -> None:
        """What is in the list at this point, however deep, gets contributions: where its adjoints are."""
        if kind.site not in self.b.heap.whole:
            self.b.refuse(
                f"a derivative flows into the list `{value.hint}` as a whole, which holds lists or arrays",
                "pass a copy: np.array(...)",
            )
        found = {self.at.holds_dynamic(site) for site in self.structures.with_arrays(kind.site)}
        if len(found) > 1:
            self.b.refuse(
                f"the list `{value.hint}` holds arrays that are written, and others that are not",
                "pass a copy: np.array(...)",
            )
        by_memory = Const(True in found)
        self.table.undo("add_whole", value, self.b.operand(amount), by_memory)

    def _contribute_items(self, value: Name, amount: Val) -> None:
        """A whole list gets a sequence of contributions, one for each element."""
        kind = self.b.kind(value)
        if isinstance(kind, List) and self.structures.is_record(kind):
            for slot in self.b.heap.known(kind.site):
                if carries(self.b.heap.read(kind.site, slot)):
                    self.contribute_part(value, slot, self.b.getitem(amount, Const(slot)))
            return
        buffer = self.list_adjoint(value)
        if buffer is None:
            buffer = self.open_list(value)
        made = Call(Ref("add_items", add_items), (buffer, self.b.operand(amount)))
        self.b.emit(made, NoneKind(), "_")

    def _contribute_parts(self, value: Name, amount: Val) -> None:
        items_made = tuple_items(self.b.definitions.get(value))
        if items_made is not None:
            self.contribute(Virtual(items_made), amount)
            return
        items = self.b.components(amount)
        if items is None:
            self.b.refuse("an adjoint of unknown structure", "return the items separately")
        for i, item in enumerate(items):
            if item != ZERO:
                self.contribute_part(value, i, item)

    def _contribute_attributes(self, value: Name, kind: Object, amount: Val) -> None:
        """What a rule gives for an object that another rule has made: a tuple, in the attributes' order."""
        slots = self.b.heap.known(kind.site)
        items = self.b.components(amount)
        if items is None:
            items = [self.b.getitem(amount, Const(i)) for i in range(len(slots))]
        for slot, item in zip(slots, items):
            if item != ZERO:
                self.contribute_part(value, str(slot), item)

    def contribute_part(self, value: Name, slot: Slot, amount: Val) -> None:
        """Add to the adjoint of one item of a tuple, dict or object, which has a name of its own."""
        part = self.parts.part(value, slot)
        kind = self.b.kind(part)
        if not carries(kind):
            return  # a count beside what varies: its bar is None
        if isinstance(kind, Tuple):
            self._contribute_parts(part, amount)
        elif isinstance(kind, (Py, Np, Array, Number)):
            self.contribute_number(part, amount, Manner(shared=True))
        elif isinstance(kind, (List, Dict, Object)) and self.structures.is_dynamic(part):
            return  # its adjoints stay with it
        elif isinstance(kind, List):
            self._contribute_items(part, amount)
        else:
            self.b.refuse(
                "an item of unknown kind carries a derivative",
                "use tuples, lists, dicts, arrays and numbers",
            )

    def contribute_number(self, value: Name, amount: Val, manner: Manner) -> None:
        """Add to the adjoint of a number or an array."""
        kind = self.b.kind(value)
        fitted = self.fitting.fit(self.b.operand(amount), value, kind, manner.exact)
        if self.is_dynamic(value):
            if is_imaginary(self.b, value):
                fitted = self.b.emit(Op("neg", (fitted,)), kind)
            self._add_in_place(self.shadow(value), Const(Ellipsis), fitted)
            return
        owner, path = self.owner(value)
        if path:
            self._add_to_view(owner, path, fitted)
            return
        old = self.state.get(owner)
        self.touched.add(owner)
        if old is None:
            self.state[owner] = self._first(owner, kind, amount, fitted, manner)
        elif (
            one := together(self.b, self._formula, old.value, fitted, self.hint(owner))
        ) is not None:
            self.state[owner] = Adjoint(one, True)
        elif old.owned and isinstance(kind, Array) and not self._is_number_of_0d(owner, old.value):
            self._add_in_place(old.value, Const(Ellipsis), fitted)
        else:
            self.state[owner] = Adjoint(self._total(old.value, fitted, owner), True)

    def _first(
        self, owner: Name, kind: Kind, amount: Val, fitted: Operand, manner: Manner
    ) -> Adjoint:
        """The first contribution is the adjoint, copied if it is a view of what will change."""
        owned = manner.owned
        if (
            manner.transient
            and isinstance(kind, Array)
            and (fitted == amount or not self.is_fresh(fitted))
        ):
            fitted, owned = (
                self.b.emit(self._copy_of(fitted), kind, self.hint(owner)),
                True,
            )
        elif (  # an adjoint that has a name already may be known elsewhere
            not manner.shared
            and isinstance(fitted, Name)
            and fitted.hint == "t"
            and self._is_last(fitted)
        ):
            fitted = self._rename(fitted, self.hint(owner))
        elif fitted in self.b.new:
            self.b.called.note_adjoint(owner, fitted)
        made_here = fitted != amount or (fitted in self.b.new and not manner.shared)
        return Adjoint(fitted, owned or (made_here and self.is_fresh(fitted)))

    # -- adding ------------------------------------------------------------------------------

    def _add_in_place(self, base: Operand, index: Operand, amount: Operand) -> None:
        """`base[index] += amount`, or `-=` where the amount is a negation."""
        expr = self.b.formula(amount)
        if expr is not None and expr.op == "neg":
            self.b.add(Store(base, index, expr.args[0], "sub", self.b.origin))
        else:
            self.b.add(Store(base, index, amount, "add", self.b.origin))

    def _add_to_view(self, owner: Name, path: Sequence[Expr], amount: Operand) -> None:
        base = follow(self.b, self.at, self.materialise(owner), path[:-1])
        self.touched.add(owner)
        match path[-1]:
            case Op("getitem", (_, index)):
                self._add_in_place(base, index, amount)
            case last:
                self._add_in_place(follow(self.b, self.at, base, [last]), Const(Ellipsis), amount)

    def _formula(self, value: Operand) -> Op | None:
        """What a value is the product or negative of, also a value of the primal that nothing writes to."""
        if not isinstance(value, Name) or value in self.b.formulas:
            return self.b.formula(value)
        made = self.b.definitions.get(value)
        if not (isinstance(made, Op) and made.op in ("mul", "neg")) or value in self.b.new:
            return None
        names = (value, *(arg for arg in made.args if isinstance(arg, Name)))
        return None if any(map(self.at.is_written, names)) else made

    def _total(self, old: Operand, more: Operand, owner: Name) -> Operand:
        """`old + more`, or `old - x` where `more` is -x."""
        expr = self.b.formula(more)
        negated = expr is not None and expr.op == "neg"
        if expr is not None and negated:
            more = expr.args[0]
        kind = self.b.kind(old)
        match self.b.definitions.get(old) if isinstance(old, Name) else None:
            case Op("iadd" | "isub" as last, (before, added)):
                one = together(
                    self.b, self._formula, added, more, negated=negated != (last == "isub")
                )
                if one is not None:
                    old, more, negated = before, one, last == "isub"
                    kind = self.b.kind(old)
            case _:
                pass
        if (
            isinstance(kind, (Py, Np))
            and isinstance(self.b.kind(more), (Py, Np))
            and isinstance(old, Name)
        ):
            found = self.b.operator_kind("add", [kind, self.b.kind(more)], [old, more])
            made = Op("isub" if negated else "iadd", (old, more))
            return self.b.emit(made, found, self.hint(owner))
        return self.b.operand(self.b.op("sub" if negated else "add", [old, more], self.hint(owner)))

    # -- whose storage an adjoint has --------------------------------------------------------

    def _is_last(self, name: Name) -> bool:
        last = self.b.statements[-1] if self.b.statements else None
        return isinstance(last, Assign) and last.target == name

    def _rename(self, name: Name, hint: str) -> Name:
        """Give the temporary just written the adjoint's name."""
        last = self.b.statements[-1]
        assert isinstance(last, Assign)
        fresh = self.b.fresh(hint, self.b.kinds[name])
        self.b.statements[-1] = Assign(fresh, last.expr, last.origin)
        self.b.definitions[fresh] = self.b.definitions.pop(name)
        if name in self.b.formulas:
            self.b.formulas[fresh] = self.b.formulas.pop(name)
        if name in self.b.new:
            self.b.new.discard(name)
            self.b.new.add(fresh)
        return fresh

    def is_fresh(self, name: Operand) -> bool:
        """Was this array made by an operation that returns new storage, which nobody else refers to yet?"""
        expr = self.b.definitions.get(name) if isinstance(name, Name) else None
        if expr is None:
            return False
        if isinstance(expr, Op):
            return expr.op in ("add", "sub", "mul", "truediv", "neg", "pow", "matmul")
        if isinstance(expr, MethodCall) and expr.method == "copy":
            return True
        function = function_of(expr, self.b.kinds)
        if function is unless_zero:
            return True
        if str(getattr(function, "__module__", "")).startswith("sourcead.runtime"):
            return False  # a helper may hand on what it was given
        rule = registry.lookup(function)
        return rule is not None and rule.effects.returns == "fresh"

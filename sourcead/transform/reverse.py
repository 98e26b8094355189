"""The reverse sweep: adjoint statements for a specialised program, in reverse order.

What comes out is the sweep as if every value of the forward sweep were still at hand: it reads
primal names directly, runs reversed loops whose items are not decided yet, and marks with `undo(k)`
the places where the k-th in-place write may have to be taken back.  `transform/assemble.py` finds
out what must be saved, recomputed or undone for that to be true, and puts the two sweeps together.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from sourcead.errors import NoRule
from sourcead.ir.kinds import (
    Array,
    Bound,
    Closure,
    Dict,
    Kind,
    List,
    NoneKind,
    Np,
    Object,
    Partial,
    Py,
    Slice,
    Tuple,
    dtype_of,
)  # fmt: skip
from sourcead.ir.never import assert_never
from sourcead.ir.nodes import (
    Assign,
    Attr,
    Block,
    Call,
    Carried,
    Const,
    Delete,
    For,
    If,
    MakeFunction,
    Merge,
    MethodCall,
    Name,
    Op,
    Operand,
    Raise,
    Ref,
    Star,
    Stmt,
    Store,
    StoreAttr,
    StoreVariable,
    Try,
    Unpack,
    While,
    With,
)
from sourcead.ir.walk import operands
from sourcead.rules import registry
from sourcead.rules.registry import Rule
from sourcead.runtime.accumulate import last_written, unless_zero
from sourcead.runtime.lists import add_item, take_items
from sourcead.transform.adjoints import ZERO, Adjoint, Adjoints
from sourcead.transform.builder import Val, Virtual
from sourcead.transform.facts import Locations, function_of, index_kinds, written_arguments
from sourcead.transform.heap import ITEM
from sourcead.transform.indexing import is_basic
from sourcead.transform.operations import OPERATORS
from sourcead.transform.passed import derivatives_of_functions

__all__ = ["Reverse", "Write", "positioned"]


@dataclass(frozen=True)
class Write:
    """An in-place write of the primal: what `undo(number)` takes back."""

    number: int
    stmt: Stmt
    at: tuple[int, ...]
    bases: tuple[Name, ...]


def positioned(block: Block, at: tuple[int, ...] = ()) -> Block:
    """The block with each statement's position in its origin: a path of (index, part) from the top."""
    out = []
    for i, stmt in enumerate(block):
        here = (*at, i)
        origin = replace(stmt.origin, at=here)
        match stmt:
            case If():
                stmt = replace(
                    stmt,
                    then=positioned(stmt.then, (*here, 0)),
                    orelse=positioned(stmt.orelse, (*here, 1)),
                )
            case For() | With():
                stmt = replace(stmt, body=positioned(stmt.body, (*here, 1)))
            case While():
                stmt = replace(
                    stmt,
                    condition=positioned(stmt.condition, (*here, 0)),
                    body=positioned(stmt.body, (*here, 1)),
                )
            case Try():
                handlers = tuple(
                    replace(h, body=positioned(h.body, (*here, 2 + k)))
                    for k, h in enumerate(stmt.handlers)
                )
                stmt = replace(
                    stmt,
                    body=positioned(stmt.body, (*here, 0)),
                    orelse=positioned(stmt.orelse, (*here, 1)),
                    handlers=handlers,
                    final=positioned(stmt.final, (*here, 2 + len(handlers))),
                )
        out.append(replace(stmt, origin=origin))
    return tuple(out)


class Reverse:
    """Writes the reverse sweep of one program through the specialiser that made it."""

    def __init__(
        self, builder: Any, locations: Locations, is_active: Callable[[Name], bool]
    ) -> None:
        self.b = builder
        self.at = locations
        self.is_active = is_active
        self.adj = Adjoints(builder, locations, is_active)
        self.writes: list[Write] = []
        self.numbers: dict[tuple[int, ...], int] = {}
        self.seed_owned = False
        self.returned: set[Any] = set()  # adjoints that are results already
        self.selected: set[Name] = set()  # values of which a part may not be selected
        self.chosen: set[Name] = set()  # by `where` and its like only

    # -- blocks ------------------------------------------------------------------------------

    def sweep(self, block: Block) -> None:
        for stmt in block:
            if (
                isinstance(stmt, Assign)
                and self.is_built(stmt.target)
                and not self.is_taken_apart(stmt)
            ):
                with self.b.at(replace(stmt.origin, sweep="reverse")):
                    self.adj.open_list(stmt.target)
        for stmt in reversed(block):
            with self.b.at(replace(stmt.origin, sweep="reverse")):
                self.statement(stmt)

    def statement(self, stmt: Stmt) -> None:
        match stmt:
            case Assign(target, expr):
                self.assign(stmt, target, expr)
            case Store(base, index, value, op):
                self.mark(stmt, base)
                self.store(stmt, base, index, value, op)
            case If():
                self.branch(stmt)
            case For():
                self.loop(stmt, stmt.carried, stmt.body)
            case While():
                self.check_condition(stmt)
                self.loop(stmt, stmt.carried, stmt.body)
            case With():
                self.sweep(stmt.body)
            case StoreAttr(base, attr, value, op) if isinstance(self.b.kind(base), Object):
                if isinstance(base, Name) and self.is_active(base):
                    self.slot_store(base, Const(attr), value, op)
            case Unpack() | Delete() | StoreAttr() | StoreVariable():
                self.other(stmt)
            case Raise():
                return
            case Try():
                self.attempt(stmt)
            case _:
                assert_never(stmt)

    def other(self, stmt: Unpack | Delete | StoreAttr | StoreVariable) -> None:
        """Statements through which nothing active goes; otherwise they are refused."""
        if (
            isinstance(stmt, StoreAttr)
            and isinstance(stmt.value, Name)
            and self.is_active(stmt.value)
        ):
            self.b.refuse(
                f"an active value is stored to attribute `{stmt.attr}`", "return it instead"
            )
        if isinstance(stmt, Unpack) and any(map(self.is_active, stmt.targets)):
            self.b.refuse("an active value of unknown structure is unpacked", "unpack a tuple")
        if (
            isinstance(stmt, Delete)
            and isinstance(self.b.kind(stmt.base), (List, Dict))
            and self.is_active(stmt.base)
        ):
            self.b.refuse(
                "an item of a container that carries derivatives is deleted", "build a new one"
            )
        if isinstance(stmt, (Delete, StoreAttr)):
            self.mark(stmt, stmt.base)

    def attempt(self, stmt: Try) -> None:
        active = any(map(self.is_active, stmt.targets))
        if stmt.handlers and active:
            self.b.refuse(
                "a `try` with handlers computes values that carry a derivative",
                "test the condition before, instead of catching the exception",
            )
        if stmt.handlers:
            return
        for target, leaf in zip(stmt.targets, stmt.leaves):
            self.adj.contribute(leaf, self.adj.take(target))
        self.sweep(stmt.final)
        self.sweep(stmt.orelse)
        self.sweep(stmt.body)

    def mark(self, stmt: Stmt, *bases: Operand) -> None:
        """Leave a mark where the write `stmt` may be undone."""
        names = tuple(b for b in bases if isinstance(b, Name))
        at = stmt.origin.at
        if not any(isinstance(self.b.kind(n), Array) for n in names):
            return
        names = tuple(n for n in names if isinstance(self.b.kind(n), Array))
        if at not in self.numbers:
            self.numbers[at] = len(self.writes)
            self.writes.append(Write(len(self.writes), stmt, at, names))
        self.b.emit(Op("undo", (Const(self.numbers[at]),)), NoneKind(), "_undo")

    # -- assignments -------------------------------------------------------------------------

    def assign(self, stmt: Assign, target: Name, expr: Any) -> None:
        match expr:
            case Call(Ref(_, setter), (Name() as base, Const() as attr, value)) if (
                setter is object.__setattr__
            ):
                if self.is_active(base):
                    self.slot_store(base, attr, value, None)  # type: ignore[arg-type]
                return
        if isinstance(expr, (Call, MethodCall)):
            written = written_arguments(expr, self.b.kinds)
            if written:
                self.mark(stmt, *written)
                if self.sum_at(expr):
                    return
                self.check_written(expr, written)
            if isinstance(expr, MethodCall) and self.list_method(stmt, expr):
                return
            if (
                isinstance(expr, MethodCall)
                and isinstance(self.b.kind(expr.value), Dict)
                and self.is_active(expr.value)
            ):
                self.b.refuse(f"`{expr.method}` of a dict that carries derivatives", "use indexing")
        if self.made_list(target, expr) or self.made_dict(target, expr):
            return
        if not self.is_active(target) or target in self.at.views:
            return
        if self.adj.is_dynamic(target) and self.is_reference(expr):
            return  # taken out of a container: its adjoint stays with its memory
        if self.adj.is_dynamic(target):
            source = (
                next((o for o in operands(expr) if isinstance(o, Name)), None)
                if target in self.at.maybe
                else None
            )
            if function_of(expr, self.b.kinds) is np.broadcast_to:
                self.b.refuse(
                    "an array is written while a broadcast view of it is in use", "copy it first"
                )
            seed = self.adj.take_shadow(target, source)
        else:
            seed = self.adj.take(target)
        if seed == ZERO:
            return
        self.seed_owned = self.adj.taken_owned
        self.expression(target, expr, seed)

    def sum_at(self, expr: Any) -> bool:
        """Reverse of `np.add.at(u, index, v)`: every position gets its element's adjoint."""
        function = getattr(getattr(expr, "func", None), "value", None)
        if (
            not isinstance(getattr(function, "__self__", None), np.ufunc)
            or function.__name__ != "at"
        ):
            return False
        base, index, value = expr.args
        if self.is_active(base) and self.is_active(value):
            buffer = self.adj.buffer(base)
            seed = self.b.emit(
                Op("getitem", (buffer, index)),
                self.b.kind(self.b.getitem(buffer, _restore(self.b, index))),
            )
            subtract = function.__self__ is np.subtract
            self.adj.contribute(
                value, self.negative(seed) if subtract else seed, transient=not subtract
            )
        return True

    def check_written(self, expr: Any, written: list[Name]) -> None:
        """A call that writes active storage must be one that the transforms know."""
        kinds = [self.b.kind(n) for n in written]
        if any(self.is_active(n) and isinstance(k, Array) for n, k in zip(written, kinds)):
            if function_of(expr, self.b.kinds) is not None or not isinstance(expr, MethodCall):
                self.b.refuse(
                    "a call writes in place into an array that carries a derivative",
                    "assign the result: `x[...] = f(x)`",
                    NoRule,
                )

    # -- lists -------------------------------------------------------------------------------

    def is_built(self, name: Any) -> bool:
        """Is this a list with active elements that is built or changed step by step?"""
        kind = self.b.kind(name)
        return (
            isinstance(kind, List) and self.is_active(name) and kind.site in self.at.mutated_sites
        )

    def is_taken_apart(self, stmt: Assign) -> bool:
        return isinstance(stmt.expr, Op) and stmt.expr.op == "getitem"

    def list_method(self, stmt: Assign, expr: MethodCall) -> bool:
        """Reverse of a method of a list with active elements: the same, backward, on the adjoints."""
        if not isinstance(expr.value, Name) or not self.is_built(expr.value):
            return False
        bar = self.adj.list_adjoint(expr.value)
        if bar is None:
            self.no_list(expr.value)
        kind = self.b.kind(expr.value)
        item = self.b.heap.read(kind.site, ITEM)
        match expr.method, expr.args:
            case "append", (value,):
                self.adj.contribute(value, self.b.emit(MethodCall(bar, "pop", ()), item, "t"))
            case "insert", (index, value):
                self.adj.contribute(value, self.b.emit(MethodCall(bar, "pop", (index,)), item, "t"))  # type: ignore[arg-type]
            case "pop", ():
                self.call_list(bar, "append", self.full_adjoint(stmt.target))
            case "pop", (index,):
                self.call_list(bar, "insert", index, self.full_adjoint(stmt.target))
            case "reverse", ():
                self.call_list(bar, "reverse")
            case _:
                if expr.method in ("index", "count", "copy"):
                    return False
                self.b.refuse(
                    f"`{expr.method}` of a list that carries derivatives",
                    "use append, pop and indexing",
                )
        return True

    def call_list(self, bar: Operand, method: str, *args: Any) -> None:
        self.b.emit(MethodCall(bar, method, tuple(map(self.b.operand, args))), NoneKind(), "_")

    def full_adjoint(self, name: Name) -> Val:
        """The adjoint of a value with zeros written out."""
        kind = self.b.kind(name)
        if isinstance(kind, Tuple):
            items = []
            for i in range(len(kind.items)):
                part = self.adj.part(name, i)
                found = self.adj.take(part)
                items.append(self.adj.zeros(part) if found == ZERO else found)
            return Virtual(tuple(items))
        seed = self.adj.take(name)
        return self.adj.zeros(name) if seed == ZERO else seed

    def made_list(self, target: Name, expr: Any) -> bool:
        """Reverse of making a list: its elements' adjoints are those that are left."""
        if not self.is_built(target):
            return False
        bar = self.adj.list_adjoint(target)
        self.adj.state.pop(target, None)
        if bar is None:
            return True
        kind = self.b.kind(target)
        item = self.b.heap.read(kind.site, ITEM)
        match expr:
            case Op("list", items):
                for i, value in enumerate(items):
                    if self.is_active(value):
                        self.adj.contribute(
                            value, self.b.emit(Op("getitem", (bar, Const(i))), item)
                        )
            case MethodCall(Name() as source, "copy") | Call(Ref("list"), (Name() as source,)):
                self.adj.contribute(source, bar)
            case _:
                self.b.refuse(
                    "a list that carries derivatives is made here", "start from a list display"
                )
        return True

    def made_dict(self, target: Name, expr: Any) -> bool:
        """Reverse of making a dict, or an object: its entries' adjoints go to what was put in."""
        kind = self.b.kind(target)
        if not isinstance(kind, (Dict, Object)) or not self.is_active(target):
            return False
        match expr:
            case Op("dict", items) if kind.site in self.at.mutated_sites:
                for slot, value in zip(items[::2], items[1::2]):
                    self.slot_store(target, slot, value, None)
            case Op("dict", items):
                for slot, value in zip(items[::2], items[1::2]):
                    if not isinstance(slot, Const):
                        self.b.refuse(
                            "a dict with computed keys carries derivatives",
                            "use keys that are known",
                        )
                    if self.is_active(value):
                        self.adj.contribute(value, self.adj.take(self.adj.part(target, slot.value)))
            case Call(Ref("object.__new__")) | Op("getitem") | Attr():
                pass
            case _:
                self.b.refuse(
                    "a dict or object that carries derivatives is made here",
                    "use a display or the class",
                )
        return True

    def list_item(self, base: Name, index: Operand, seed: Val) -> None:
        bar = self.adj.list_adjoint(base)
        if bar is None:
            if self.is_built(base):
                self.no_list(base)
            self.adj.open_list(base)
            bar = self.adj.list_adjoint(base)
            assert bar is not None
        self.adj.touched.add(base)
        kind = self.b.kind(base)
        if (
            isinstance(self.b.heap.read(kind.site, ITEM), (Tuple, List, Dict, Object))
            or isinstance(seed, Virtual)
            or (isinstance(self.b.kind(index), Slice))
        ):
            made = Call(Ref("add_item", add_item), (bar, index, self.b.operand(seed)))
            self.b.emit(made, NoneKind(), "_")
            return
        self.b.add(Store(bar, index, self.b.operand(seed), "add", self.b.origin))

    def no_list(self, name: Name) -> None:
        self.b.refuse(
            f"the list `{name.hint}` carries derivatives, and where it is made is not known here",
            "make the list in this function, or use an array",
        )

    def list_store(self, base: Name, index: Operand, value: Operand, op: str | None) -> None:
        bar = self.adj.list_adjoint(base)
        if bar is None:
            self.no_list(base)
        kind = self.b.kind(base)
        item = self.b.heap.read(kind.site, ITEM)
        if isinstance(self.b.kind(index), Slice):
            if op is not None:
                self.b.refuse(
                    "a slice of a list is changed in place", "write the elements in a loop"
                )
            taken = Call(Ref("take_items", take_items), (bar, index, value))
            self.adj.contribute(value, self.b.emit(taken, self.b.kind(value)))
            return
        seed = self.b.emit(Op("getitem", (bar, index)), item)
        if op is None:
            zero = Const(0.0)
            if isinstance(item, Array):
                zero = self.b.emit(Call(Ref("np.zeros_like", np.zeros_like), (seed,)), item)
            self.b.add(Store(bar, index, zero, None, self.b.origin))
            self.adj.contribute(value, seed)
        elif op in ("add", "sub"):
            self.adj.contribute(value, seed if op == "add" else self.negative(seed), transient=True)
        else:
            self.b.refuse(
                f"an element of a list is changed by `{op}`",
                "write `x[i] = x[i] ...` into an array",
            )

    def is_reference(self, expr: Any) -> bool:
        """Does `expr` take a reference out of a container, without making anything?"""
        match expr:
            case (
                Op("getitem", (base, _))
                | Attr(base)
                | MethodCall(base, "pop" | "get" | "setdefault")
            ):
                return isinstance(self.b.kind(base), (List, Dict, Object, Tuple))
            case _:
                return False

    def expression(self, target: Name, expr: Any, seed: Val) -> None:
        match expr:
            case Op("getitem", (Name() as base, Const(key))) if target in self.b.entry_reads:
                self.adj.contribute_part(base, key, seed)
            case Op("getitem", (base, index)):
                self.getitem(base, index, seed)
            case Op("tuple" | "list", items):
                self.adj.contribute(Virtual(items), seed)
            case Op("copy", (value,)):
                self.adj.contribute(value, seed)
            case Op(op, args) if op in OPERATORS:
                self.rule(OPERATORS[op], target, list(args), [], seed)
            case Attr(value, attr) if isinstance(self.b.kind(value), Object):
                self.field(target, value, attr, seed)
            case Attr(value, attr):
                self.rule(function_of(expr, self.b.kinds), target, [value], [], seed, attr)
            case Call(func, args, kwargs):
                self.rule(
                    function_of(expr, self.b.kinds),
                    target,
                    list(args),
                    list(kwargs),
                    seed,
                    str(func),
                )
            case MethodCall(value, method, args, kwargs):
                self.rule(
                    function_of(expr, self.b.kinds),
                    target,
                    [value, *args],
                    list(kwargs),
                    seed,
                    method,
                )
            case MakeFunction() | Op():
                self.b.refuse(
                    "an operation without a derivative rule carries a derivative",
                    "see docs/rules.md",
                )
            case _:
                assert_never(expr)

    def getitem(self, base: Operand, index: Operand, seed: Val) -> None:
        """Reading an element or a gather: its adjoint goes to the same place of the base's."""
        if not isinstance(base, Name) or not self.is_active(base):
            return
        kind = self.b.kind(base)
        if isinstance(kind, Tuple) and isinstance(index, Const):
            self.adj.contribute_part(base, index.value % len(kind.items), seed)
            return
        if isinstance(kind, List):
            self.list_item(base, index, seed)
            return
        if (
            isinstance(kind, Dict)
            and isinstance(index, Const)
            and kind.site not in self.at.mutated_sites
        ):
            self.adj.contribute_part(base, index.value, seed)
            return
        if isinstance(kind, Dict):
            self.adj.add_slot(base, index, seed)
            return
        if not isinstance(kind, Array):
            self.b.refuse(
                "an element of a container carries a derivative", "use an array or a tuple"
            )
        parts = index_kinds(index, self.b.kinds)
        buffer = self.adj.buffer(base)
        amount = self.b.operand(seed)
        if parts is not None and (is_basic(parts) or self.is_mask(parts)):
            self.b.add(Store(buffer, index, amount, "add", self.b.origin))
        else:
            self.b.emit(
                Call(Ref("np.add.at", np.add.at), (buffer, index, amount)), Py(type(None)), "_"
            )

    def field(self, target: Name, base: Operand, attr: str, seed: Val) -> None:
        kind = self.b.kind(base)
        assigned = kind.site in self.at.mutated_sites and target not in self.b.entry_reads
        if not isinstance(base, Name):
            self.b.refuse(
                f"attribute `{attr}` of a global object carries a derivative",
                "pass the object as an argument",
            )
        if assigned:
            self.adj.add_slot(base, Const(attr), seed)
        else:
            self.adj.contribute_part(base, attr, seed)

    def slot_store(self, base: Operand, slot: Operand, value: Operand, op: str | None) -> None:
        """Reverse of a store to an attribute or an entry of a dict: what is in the slot moves to the value."""
        kind = self.b.kind(value)
        if isinstance(kind, (List, Dict, Object)) or self.adj.is_dynamic(value):
            return  # a reference: adjoints stay with what it refers to
        if op is not None:
            self.b.refuse(f"an entry of a dict is changed by `{op}`", "write `d[k] = d[k] ...`")
        number = isinstance(kind, (Py, Np)) or not self.is_active(value)
        seed = self.adj.take_slot(base, slot, Const(0.0) if number else value, kind)
        self.adj.contribute(value, seed, shared=True)

    def is_mask(self, parts: list[Kind]) -> bool:
        return len(parts) == 1 and dtype_of(parts[0]) == np.dtype(bool)

    # -- rules -------------------------------------------------------------------------------

    def rule(
        self,
        function: Any,
        target: Name,
        args: list[Any],
        kwargs: list[Any],
        seed: Val,
        label: str = "",
    ) -> None:
        rule = registry.lookup(function)
        if rule is None:
            name = label or getattr(function, "__name__", str(function))
            self.b.refuse(
                f"no derivative rule for `{name}`, and it has no Python source",
                f"give it a rule with @sourcead.rule({name}) (docs/rules.md), or keep active values out of it",
                NoRule,
            )
        if rule.form == "constant":
            return
        if rule.form == "elementwise":
            self.elementwise(rule, function, target, args, kwargs, seed)
        else:
            self.general(rule, function, target, args, kwargs, seed)

    def bound(
        self, rule: Rule, body: Callable[..., Any], skip: int, args: list[Any], kwargs: list[Any]
    ) -> dict[str, Val]:
        """The call's arguments by the names of the rule's parameters; what the rule does not name is refused."""
        parameters = list(inspect.signature(body).parameters.values())[skip:]
        bound: dict[str, Val] = {}
        positional = [
            p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)
        ]
        variadic = next((p for p in parameters if p.kind is p.VAR_POSITIONAL), None)
        for i, arg in enumerate(args):
            if isinstance(arg, Star):
                self.b.refuse(f"`{rule.name}` is called with * of unknown length", "unpack a tuple")
            if i < len(positional):
                bound[positional[i].name] = arg
            elif variadic is not None:
                held = bound.setdefault(variadic.name, Virtual(()))
                assert isinstance(held, Virtual)
                bound[variadic.name] = Virtual((*held.items, arg))
            else:
                self.b.refuse(
                    f"the rule for `{rule.name}` takes fewer arguments",
                    "pass options by keyword",
                    NoRule,
                )
        names = {p.name for p in parameters}
        for key, value in kwargs:
            if key not in names:
                self.b.refuse(
                    f"the rule for `{rule.name}` does not handle the keyword `{key}`",
                    "leave it out, or compute the same without it",
                    NoRule,
                )
            bound[str(key)] = value
        for name, value in bound.items():
            if name not in rule.wrt and self.holds_active(value):
                self.b.refuse(
                    f"the rule for `{rule.name}` has no derivative in its argument `{name}`",
                    "keep active values out of that argument (sourcead.stop_gradient)",
                    NoRule,
                )
        return bound

    def holds_active(self, value: Any) -> bool:
        """Does a derivative enter with this value, or with what a function carries along?"""
        if isinstance(value, Virtual):
            return any(map(self.holds_active, value.items))
        if self.is_active(value):
            return True
        return isinstance(self.b.kind(value), (Closure, Bound, Partial)) and bool(
            self.b.holds_varied(value)
        )

    def elementwise(
        self, rule: Rule, function: Any, target: Name, args: list[Any], kwargs: list[Any], seed: Val
    ) -> None:
        body = rule.partials
        assert body is not None
        active = [self.is_active(a) for a in args]
        if (
            rule.also.get("constant_exponent")
            and len(args) == 2
            and not active[1]
            and self.is_constant(args[1])
        ):
            body = rule.also["constant_exponent"]
        elif rule.also.get("inactive_exponent") and len(args) == 2 and not active[1]:
            body = rule.also["inactive_exponent"]
        bound = self.bound(rule, body, 1, args, kwargs)
        result = self.inline(body, [target], bound)
        names = list(inspect.signature(body).parameters)[1:]
        wrt = [n for n in rule.wrt if n in names]
        partials = self.partials(result, wrt, bound)
        sole = sum(active) == 1
        if rule.name in ("mul", "multiply") and isinstance(args[0], Name) and args[0] == args[1]:
            seed, partials = self.weigh(seed, Const(2.0), args[0]), partials[:1]  # of a square
        for value, partial in partials:
            if self.is_active(value) and partial != ZERO:
                if self.needs_guard(rule, target):
                    amount = self.guarded(seed, partial)
                else:
                    amount = self.weigh(seed, partial, value)
                passed = amount == seed
                self.adj.contribute(
                    value, amount, owned=sole and passed and self.seed_owned, shared=passed
                )

    def needs_guard(self, rule: Rule, target: Name) -> bool:
        """May a lane of `target` be left out where a partial is infinite?"""
        if rule.name in ("truediv", "divide", "pow", "power"):  # infinite where the value itself is
            return target in self.chosen
        return rule.singular and target in self.selected

    def guarded(self, seed: Val, partial: Val) -> Val:
        """`seed * partial` where a zero of the seed wins over an infinite partial."""
        operands_ = (self.b.operand(seed), self.b.operand(partial))
        kind = self.b.operator_kind("mul", list(map(self.b.kind, operands_)), operands_)
        return self.b.emit(Call(Ref("unless_zero", unless_zero), operands_), kind)  # type: ignore[no-any-return]

    def partials(self, result: Val, wrt: list[str], bound: dict[str, Val]) -> list[tuple[Any, Val]]:
        first = bound.get(wrt[0]) if wrt else None
        if len(wrt) == 1 and isinstance(first, Virtual):  # *args
            items = self.b.components(result)
            return list(zip(first.items, items or []))
        if len(wrt) == 1:
            return [(first, result)]
        items = self.b.components(result)
        if items is None or len(items) != len(wrt):
            items = [result] if items is None else items
        return [(bound[n], p) for n, p in zip(wrt, items) if n in bound]

    def is_constant(self, value: Any) -> bool:
        return isinstance(value, Const)

    def weigh(self, seed: Val, partial: Val, value: Any) -> Val:
        """`seed * partial`, as a person would write it."""
        if (
            isinstance(partial, Const)
            and isinstance(partial.value, (int, float))
            and not isinstance(partial.value, bool)
        ):
            if partial.value == 1:
                return seed
            if partial.value == -1:
                return self.negative(seed)  # type: ignore[no-any-return]
        if isinstance(seed, Const) and seed.value == 1:
            return partial
        sign = self.b.formula(seed)
        if sign is not None and sign.op == "neg":
            return self.negative(self.weigh(sign.args[0], partial, value))
        definition = self.b.formula(partial)
        if definition is not None:
            if definition.op == "truediv":
                return self.over(self.weigh(seed, definition.args[0], value), definition.args[1])
            if definition.op == "neg":
                return self.negative(self.weigh(seed, definition.args[0], value))
            if definition.op == "mul" and isinstance(definition.args[0], Const):
                return self.b.op(
                    "mul", [self.b.op("mul", [definition.args[0], seed]), definition.args[1]]
                )
        return self.b.op("mul", [seed, partial])  # type: ignore[no-any-return]

    def over(self, value: Val, divisor: Val) -> Val:
        """`value / divisor`, with a sign outside."""
        definition = self.b.formula(value)
        if definition is not None and definition.op == "neg":
            return self.negative(self.b.op("truediv", [definition.args[0], divisor]))
        return self.b.op("truediv", [value, divisor])  # type: ignore[no-any-return]

    def negative(self, value: Val) -> Val:
        return self.b.op("neg", [value])  # type: ignore[no-any-return]

    def general(
        self, rule: Rule, function: Any, target: Name, args: list[Any], kwargs: list[Any], seed: Val
    ) -> None:
        body = rule.reverse
        if body is None:
            self.b.refuse(
                f"`{rule.name}` has no reverse rule", "give it one with sourcead.rule", NoRule
            )
            return
        skip = 1 if rule.form == "linear" else 2
        bound = self.bound(rule, body, skip, args, kwargs)
        bound.update(derivatives_of_functions(self.b, rule, body, bound))
        leading: list[Any] = [seed] if skip == 1 else [seed, target]
        result = self.inline(body, leading, bound)
        items = [result] if len(rule.wrt) == 1 else self.b.components(result)
        if items is None:
            items = [self.b.getitem(result, Const(i)) for i in range(len(rule.wrt))]
        for name, bar in zip(rule.wrt, items):
            if name in bound:
                self.adj.contribute(
                    self.structured(bound[name]),
                    bar,
                    shared=bar == seed or items.count(bar) > 1,
                    exact=not rule.also.get("broadcasts"),
                )

    def structured(self, value: Any) -> Any:
        """A list display made for this call stands for its items."""
        definition = self.b.definitions.get(value) if isinstance(value, Name) else None
        kind = self.b.kind(value)
        if isinstance(definition, Op) and definition.op == "list" and isinstance(kind, List):
            if kind.site not in self.at.mutated_sites:
                return Virtual(tuple(self.structured(i) for i in definition.args), "list")
        if isinstance(definition, Op) and definition.op == "tuple":
            return Virtual(tuple(self.structured(i) for i in definition.args))
        return value

    def inline(self, body: Callable[..., Any], leading: list[Any], bound: dict[str, Val]) -> Val:
        """The rule's own source, with its names bound, as adjoint statements; a rule with loops is called."""
        named_rule = registry.lookup(body)
        if named_rule is not None and named_rule.form == "source":
            return self.call_by_name(body, leading, bound)
        template = self.b.lower(body)
        if any(isinstance(s, (For, While, Try)) for s in template.body):
            return self.b.emit(  # type: ignore[no-any-return]
                Call(
                    Ref(body.__name__, body),
                    tuple(map(self.b.operand, leading)),
                    tuple((k, self.b.operand(v)) for k, v in bound.items()),
                ),
                self.unknown_result(template),
                "t",
            )
        names = [p.name.hint for p in template.params]
        kwargs = list(bound.items())
        variadic = next((p.name.hint for p in template.params if p.form == "args"), None)
        if variadic is not None:
            before = names[len(leading) : names.index(variadic)]
            ordered = [bound[n] for n in before if n in bound]
            rest = bound.get(variadic, Virtual(()))
            assert isinstance(rest, Virtual)
            named = [(n, bound[n]) for n in names[names.index(variadic) + 1 :] if n in bound]
            return self.b.inline(template, body, [*leading, *ordered, *rest.items], named)  # type: ignore[no-any-return]
        return self.b.inline(template, body, leading, kwargs)  # type: ignore[no-any-return]

    def call_by_name(
        self, body: Callable[..., Any], leading: list[Any], bound: dict[str, Val]
    ) -> Val:
        """A rule that is called, not written out: positional arguments where the rule takes them so."""
        values = dict(bound)
        args: list[Any] = list(leading)
        for parameter in list(inspect.signature(body).parameters.values())[len(leading) :]:
            if parameter.kind is parameter.VAR_POSITIONAL:
                rest = values.pop(parameter.name, Virtual(()))
                assert isinstance(rest, Virtual)
                args += rest.items
            if (
                parameter.kind is not parameter.POSITIONAL_OR_KEYWORD
                or parameter.name not in values
            ):
                break
            args.append(values.pop(parameter.name))
        name = body.__name__ if body.__name__.endswith("_tangent") else f"{body.__name__}_adjoint"
        return self.b.call(Ref(name, body), args, list(values.items()))

    def unknown_result(self, template: Any) -> Kind:
        from sourcead.ir.kinds import Number

        return Number()

    # -- stores ------------------------------------------------------------------------------

    def store(
        self, stmt: Store, base: Operand, index: Operand, value: Operand, op: str | None
    ) -> None:
        if not isinstance(base, Name) or not self.is_active(base):
            return
        kind = self.b.kind(base)
        if isinstance(kind, List):
            self.list_store(base, index, value, op)
            return
        if isinstance(kind, Dict):
            self.slot_store(base, index, value, op)
            return
        if not isinstance(kind, Array):
            self.b.refuse("an active value is stored into a container", "use an array")
        if not self.adj.is_dynamic(base):
            owner, _ = self.at.owner(base)
            if self.adj.peek(owner) is None:
                return
            self.adj.touched.add(owner)
        buffer = self.adj.location(base)
        assert buffer is not None
        place = Place(self, buffer, index, kind)
        if op == "add" or op == "sub":
            if self.is_active(value):
                seed, copied = place.read(last=True)
                self.adj.contribute(
                    value,
                    seed if op == "add" else self.negative(seed),
                    transient=op == "add" and not copied,
                )
            return
        if op is None:
            seed = place.take() if self.is_active(value) else ZERO
            place.clear()  # first: the value may be a view of the same storage
            self.adj.contribute(value, seed, owned=not place.scalar)
            return
        self.update(stmt, place, base, index, value, op)

    def update(
        self, stmt: Store, place: Place, base: Name, index: Operand, value: Operand, op: str
    ) -> None:
        """`base[index] op= value`: the old content is read again (the write has been undone here)."""
        function = OPERATORS[op]
        rule = registry.lookup(function)
        assert rule is not None and rule.partials is not None
        whole = isinstance(index, Const) and index.value is Ellipsis
        active = self.is_active(value)
        if op in ("mul", "truediv") and not active:
            self.b.add(Store(place.buffer, index, value, op, self.b.origin))
            return
        seed = place.take()
        old = base if whole else self.b.emit(Op("getitem", (base, index)), place.kind)
        body = rule.partials
        if rule.also.get("constant_exponent") and isinstance(value, Const):
            body = rule.also["constant_exponent"]
        elif rule.also.get("inactive_exponent") and not active:
            body = rule.also["inactive_exponent"]
        names = list(inspect.signature(body).parameters)
        new = self.b.op(op, [old, value])
        result = self.inline(body, [new], dict(zip(names[1:], [old, value])))
        items = self.b.components(result)
        first = items[0] if items is not None else result
        amount = self.b.operand(self.weigh(seed, first, old))
        self.b.add(Store(place.buffer, index, amount, None, self.b.origin))
        if active and items is not None:
            self.adj.contribute(value, self.weigh(seed, items[1], value))

    # -- branches ----------------------------------------------------------------------------

    def branch(self, stmt: If) -> None:
        seeds = [(m, self.adj.take(m.target)) for m in stmt.merges if self.flows(m.target)]
        before = dict(self.adj.state)
        arms = []
        for block, pick in ((stmt.then, "then"), (stmt.orelse, "orelse")):
            self.adj.state = dict(before)
            with self.b.block() as written:
                for merge, seed in seeds:
                    if seed != ZERO:
                        self.adj.contribute(getattr(merge, pick), seed)
                self.sweep(block)
            arms.append((written, self.adj.state))
        merges = self.join(arms)
        (then, _), (orelse, _) = arms
        if then or orelse or merges:
            self.b.add(If(stmt.test, tuple(then), tuple(orelse), tuple(merges), self.b.origin))

    def join(self, arms: Any) -> list[Merge]:
        """The adjoints after a branch: what differs is merged, what one arm lacks is zero there."""
        (then, a), (orelse, b) = arms
        merges: list[Merge] = []
        out: dict[Name, Adjoint] = {}
        for name in dict.fromkeys((*a, *b)):
            x, y = a.get(name), b.get(name)
            if x == y:
                assert x is not None
                out[name] = x
                continue
            left = x or self.zero_in(name, then)
            right = y or self.zero_in(name, orelse)
            target = self.b.fresh(
                self.adj.hint(name), self.b.kind(left.value if x else right.value)
            )
            merges.append(Merge(target, left.value, right.value))
            out[name] = Adjoint(target, left.owned and right.owned)
        self.adj.state = out
        return merges

    def zero_in(self, name: Name, block: list[Stmt]) -> Adjoint:
        self.b.open.append(block)
        try:
            return Adjoint(self.adj.zeros(name), True)
        finally:
            self.b.open.pop()

    # -- loops -------------------------------------------------------------------------------

    def flows(self, name: Name) -> bool:
        """Does an adjoint travel with this value (rather than stay with its storage)?"""
        return self.is_active(name) and not self.adj.is_dynamic(name)

    def check_condition(self, stmt: While) -> None:
        """Values computed in a `while` test flow on into the body like any other; stores are done once more."""
        from sourcead.ir.walk import statements

        for inner in statements(stmt.condition):
            base: Any = None
            if isinstance(inner, (Store, StoreAttr)):
                base = inner.base
            elif isinstance(inner, Assign) and isinstance(inner.expr, MethodCall):
                base = inner.expr.value
            if isinstance(self.b.kind(base), (Array, List, Dict, Object)) and self.is_active(base):
                self.b.refuse(
                    "the test of a `while` changes something that carries a derivative",
                    "change it in the loop's body",
                )

    def loop(self, stmt: For | While, carried: tuple[Carried, ...], body: Block) -> None:
        """The reversed loop: adjoints of what is carried travel backward, outer adjoints add up."""
        full = (*stmt.condition, *body) if isinstance(stmt, While) else body
        seeds = [self.adj.take(c.result) if self.flows(c.result) else ZERO for c in carried]
        outer = self.outer_names(stmt, carried, full, seeds)
        if outer is None:
            for c, seed in zip(carried, seeds):
                self.adj.contribute(c.initial, seed)
            return
        _arrays, numbers = self.prepare(outer)
        entries = self.entries(carried, seeds)
        inner_numbers = {n: self.b.fresh(self.adj.hint(n), self.float_kind(n)) for n in numbers}
        start = dict(self.adj.state)
        for n, inside in inner_numbers.items():
            self.adj.state[n] = Adjoint(inside, False)
        flows: list[Carried] = []
        with self.b.block() as written:
            for c, entry in zip(carried, entries):
                if entry is not None:
                    self.adj.contribute(c.next, entry[1])
            self.sweep(full)
            ends = [self.end_of_turn(c, entry) for c, entry in zip(carried, entries)]
            number_ends = {n: self.adj.state.pop(n).value for n in numbers}
        self.adj.state = {k: v for k, v in self.adj.state.items() if k in start}
        after: list[tuple[Carried, Operand]] = []
        for c, entry, end in zip(carried, entries, ends):
            if entry is None or end is None:
                continue
            like = self.b.kind(c.initial)
            result = self.b.fresh(
                self.adj.hint(c.inner), like if isinstance(like, Array) else self.b.kinds[entry[1]]
            )
            flows.append(Carried(entry[1], entry[0], end, result))
            after.append((c, result))
        for n, inside in inner_numbers.items():
            first = start[n].value if n in start else Const(0.0)
            result = self.b.fresh(self.adj.hint(n), self.float_kind(n))
            flows.append(Carried(inside, first, number_ends[n], result))
            self.adj.state[n] = Adjoint(result, True)
        turn = self.b.fresh("_", Py(int))
        self.b.add(For(turn, Const(None), tuple(flows), tuple(written), None, self.b.origin))
        for c, result in after:
            self.adj.contribute(c.initial, result)

    def float_kind(self, name: Name) -> Kind:
        """The kind of a number's running adjoint."""
        kind = self.b.kind(name)
        return kind if isinstance(kind, (Py, Np)) and dtype_of(kind).kind == "c" else Py(float)  # type: ignore[union-attr]

    def entries(
        self, carried: tuple[Carried, ...], seeds: list[Val]
    ) -> list[tuple[Operand, Name] | None]:
        out: list[tuple[Operand, Name] | None] = []
        for c, seed in zip(carried, seeds):
            if not self.flows(c.inner):
                out.append(None)
                continue
            first = self.adj.zeros(c.result) if seed == ZERO else self.b.operand(seed)
            kind = self.b.kind(c.next)
            like = kind if isinstance(kind, Array) else self.b.kind(c.inner)
            out.append((first, self.b.fresh(self.adj.hint(c.inner), like)))
        return out

    def end_of_turn(self, c: Carried, entry: tuple[Operand, Name] | None) -> Operand | None:
        if entry is None:
            return None
        seed = self.adj.take(c.inner)
        return self.adj.zeros(c.inner) if seed == ZERO else self.b.operand(seed)

    def prepare(self, outer: set[Name]) -> tuple[list[Name], list[Name]]:
        """Adjoints that the loop adds to exist before it: arrays as storage, numbers as carried sums."""
        arrays, numbers = [], []
        for name in sorted(outer, key=lambda n: (n.hint, n.number)):
            if isinstance(self.b.kind(name), (Py, Np)):
                numbers.append(name)
            else:
                self.adj.materialise(name)
                arrays.append(name)
        return arrays, numbers

    def outer_names(
        self, stmt: Any, carried: tuple[Carried, ...], body: Block, seeds: list[Val]
    ) -> set[Name] | None:
        """Which adjoints of names from outside does a turn add to? Found by writing it once on trial."""
        from sourcead.ir.walk import statements

        inside = (
            {n for s in statements(body) for n in _bound(s)}
            | {c.inner for c in carried}
            | {c.result for c in carried}
        )
        if isinstance(stmt, For):
            inside.add(stmt.target)
        with self.saved():
            self.adj.touched = set()
            entries = self.entries(carried, seeds)
            for c, entry in zip(carried, entries):
                if entry is not None:
                    self.adj.contribute(c.next, entry[1])
            for name in self.candidates(body, inside):
                self.adj.materialise_trial(name) if hasattr(self.adj, "materialise_trial") else None
                if name not in self.adj.state:
                    self.adj.state[name] = Adjoint(self.b.fresh("trial", self.b.kind(name)), True)
            self.adj.touched = set()
            self.sweep(body)
            touched = {
                n for n in self.adj.touched if n not in inside and self.container(n) not in inside
            }
            routes = [self.route(n) for n in touched if n in self.adj.part_reads]
            touched -= {n for n in touched if n in self.adj.part_reads}
            marks = len(self.b.statements)
        if not touched and not any(e is not None for e in entries) and marks == 0:
            return None
        return touched | {self.arrive(container, slots) for container, slots in routes}

    def container(self, name: Name) -> Name:
        """The outermost container of which a name is an item."""
        while name in self.adj.part_reads:
            name = self.adj.part_reads[name][0]
        return name

    def route(self, part: Name) -> tuple[Name, list[Any]]:
        """The container and the slots that lead to a part."""
        slots: list[Any] = []
        while part in self.adj.part_reads:
            container, slot = next(k for k, n in self.adj.part_names.items() if n == part)
            slots.insert(0, slot)
            part = container
        return part, slots

    def arrive(self, name: Name, slots: list[Any]) -> Name:
        for slot in slots:
            name = self.adj.part(name, slot)
        return name

    def candidates(self, body: Block, inside: set[Name]) -> list[Name]:
        """Owners from outside whose storage the body writes: their adjoint may be zero so far, but is there."""
        from sourcead.ir.walk import statements

        out = []
        for s in statements(body):
            if isinstance(s, Store) and isinstance(s.base, Name) and self.flows(s.base):
                owner, _ = self.at.owner(s.base)
                if owner not in inside:
                    out.append(owner)
        return list(dict.fromkeys(out))

    @contextmanager
    def saved(self) -> Iterator[None]:
        state, touched = dict(self.adj.state), self.adj.touched
        names, reads = dict(self.adj.part_names), dict(self.adj.part_reads)
        with self.b.trial():
            try:
                yield
            finally:
                self.adj.state, self.adj.touched = state, touched
                self.adj.part_names, self.adj.part_reads = names, reads


class Place:
    """`buffer[index]`, the adjoint of an element or part of an array that is written."""

    def __init__(self, reverse: Reverse, buffer: Operand, index: Operand, kind: Array) -> None:
        self.r = reverse
        self.buffer = buffer
        self.index = index
        b = reverse.b
        self.whole = isinstance(index, Const) and index.value is Ellipsis
        parts = index_kinds(index, b.kinds)
        self.basic = parts is not None and bool(is_basic(parts))
        self.mask = parts is not None and reverse.is_mask(parts)
        with b.trial():
            self.kind: Kind = kind if self.whole else b.kind(b.getitem(buffer, _restore(b, index)))
        self.scalar = isinstance(self.kind, (Py, Np))

    def read(self, last: bool = False) -> tuple[Val, bool]:
        """The adjoint there, and whether it is storage of its own."""
        b = self.r.b
        if self.whole:
            return self.buffer, False
        if not (self.basic or self.mask) and last:
            made = Call(Ref("last_written", last_written), (self.buffer, self.index))
            return b.emit(made, self.kind), True
        name = b.emit(Op("getitem", (self.buffer, self.index)), self.kind)
        return name, self.scalar or not self.basic

    def take(self) -> Val:
        """The adjoint there as a value of its own (a copy unless it is a number)."""
        value, copied = self.read(last=True)
        if copied:
            return value
        return self.r.b.emit(MethodCall(self.r.b.operand(value), "copy", ()), self.kind)  # type: ignore[no-any-return]

    def clear(self) -> None:
        self.r.b.add(Store(self.buffer, self.index, Const(0.0), None, self.r.b.origin))


def _restore(b: Any, index: Operand) -> Val:
    """The index as the virtual value that it was made from."""
    definition = b.definitions.get(index) if isinstance(index, Name) else None
    if isinstance(definition, Op) and definition.op in ("tuple", "slice"):
        return Virtual(tuple(_restore(b, a) for a in definition.args), definition.op)
    return index


def _bound(stmt: Stmt) -> tuple[Name, ...]:
    from sourcead.transform.facts import binds_all

    return binds_all(stmt)

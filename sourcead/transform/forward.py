"""Forward mode: beside every statement of the primal, the statement for its tangent.

Storage that carries a derivative has a tangent of the same structure, made where the storage is made;
whatever the primal does to references (views, branches, loops) is done to the tangents too, so they
alias as the primal does.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np

from sourcead.errors import NoRule
from sourcead.ir.kinds import (
    Array,
    Dict,
    List,
    NoneKind,
    Object,
    Py,
    Text,
    Tuple,
    Value,
    carries,
    dtype_of,
    same_dim,
)
from sourcead.ir.never import assert_never
from sourcead.ir.nodes import (
    UNDEFINED,
    Assign,
    Attr,
    Block,
    Call,
    Carried,
    Const,
    Delete,
    For,
    Function,
    If,
    MakeFunction,
    Merge,
    MethodCall,
    Name,
    Op,
    Operand,
    Param,
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
from sourcead.ir.walk import map_expr
from sourcead.rules import registry
from sourcead.rules.registry import Rule
from sourcead.runtime.accumulate import laid_out
from sourcead.runtime.lists import tangent_of, zeros_like
from sourcead.transform.adjoints import ZERO
from sourcead.transform.builder import Val, Virtual
from sourcead.transform.facts import (
    Locations,
    activity,
    find_selected,
    find_useful,
    function_of,
    written_arguments,
)
from sourcead.transform.operations import OPERATORS
from sourcead.transform.passed import derivatives_of_functions
from sourcead.transform.reverse import Reverse, _restore
from sourcead.transform.specialise import Specialised

__all__ = ["Forward", "tangent"]


def tangent(done: Specialised, wrt: Sequence[int], *, name: str, value: bool = True) -> Function:
    """The function that gives `(out, out_dot)` (or `out_dot`) from the parameters and the tangents of `wrt`."""
    b = done.builder
    primal = done.function
    params = [p.name for p in primal.params]
    useful = find_useful(primal.body, done.result, done.heap, b.kinds)
    locations = Locations(primal.body, b.kinds, done.heap, params)

    is_active = activity(b, useful)
    b.derivative = True
    b.new = set()
    b.formulas = {}
    sweep = Forward(b, locations, is_active)
    sweep.rules.selected = find_selected(primal.body, b.kinds, done.heap, locations.written)
    sweep.rules.chosen = find_selected(primal.body, b.kinds, done.heap, (), by_name=True)
    dots = []
    for i in wrt:
        dot = b.fresh(f"{params[i].hint}_dot", b.kind(params[i]))
        dots.append(Param(dot, "tangent"))
        if carries(b.kind(dot)):
            sweep.dots[params[i]] = dot
    with b.block() as body:
        sweep.own_parameters(params)
        sweep.sweep(primal.body)
        out_dot = sweep.full(done.result)
        result = b.operand(Virtual((done.result, out_dot)) if value else out_dot)
    return Function(name, (*primal.params, *dots), tuple(body), result, primal.origin)


class Forward:
    """Writes the primal's statements and the tangents' through the specialiser that made the program."""

    def __init__(
        self, builder: Any, locations: Locations, is_active: Callable[[Any], bool]
    ) -> None:
        self.b = builder
        self.at = locations
        self.is_active = is_active
        self.dots: dict[Name, Val] = {}
        self.rules = Reverse(builder, locations, is_active)

    # -- tangents of values ------------------------------------------------------------------

    def dot(self, value: Any) -> Val:
        """The tangent of a value, ZERO where it has none."""
        if isinstance(value, Virtual):
            items = [self.dot(v) for v in value.items]
            if all(i == ZERO for i in items):
                return ZERO
            return Virtual(tuple(items), value.form, value.cls)
        return self.dots.get(value, ZERO) if isinstance(value, Name) else ZERO

    def full(self, value: Any) -> Val:
        """The tangent with zeros written out."""
        if isinstance(value, Virtual):
            return Virtual(tuple(map(self.full, value.items)), value.form, value.cls)
        found = self.dot(value)
        if found != ZERO and not isinstance(found, Virtual):
            return found
        kind = self.b.kind(value)
        if isinstance(kind, (Text, NoneKind, Value)) or (
            isinstance(kind, Py) and kind.type in (int, bool)
        ):
            return Const(0.0) if isinstance(kind, Py) else Const(None)
        if isinstance(kind, (List, Dict)):
            return self.b.emit(
                Call(Ref("zeros_like", zeros_like), (value,)), kind, self.hint(value)
            )  # type: ignore[no-any-return]
        if isinstance(kind, Tuple):
            parts = self.b.components(value)
            known = self.b.components(found) if found != ZERO else [ZERO] * len(parts)
            return Virtual(
                tuple(self.full(p) if k == ZERO else k for p, k in zip(parts, known)),
                "tuple",
                kind.cls,
            )
        if isinstance(found, Virtual):
            return found
        return self.zeros(value)

    def zeros(self, value: Any) -> Val:
        kind = self.b.kind(value)
        if isinstance(kind, Array):
            return self.b.emit(  # type: ignore[no-any-return]
                Call(Ref("np.zeros_like", np.zeros_like), (self.b.operand(value),)),
                kind,
                self.hint(value),
            )
        return Const(0j) if kind == Py(complex) else Const(0.0)

    def hint(self, value: Any) -> str:
        return f"{value.hint}_dot" if isinstance(value, Name) else "t_dot"

    def own_parameters(self, params: Sequence[Name]) -> None:
        """Tangents of arguments that are written in place: copies, zeros where none was given."""
        for name in params:
            if isinstance(self.b.kind(name), (List, Dict, Object)) and self.is_active(name):
                kind = self.b.kind(name)
                if kind.site in self.at.mutated_sites or name not in self.dots:
                    given: Any = self.b.operand(self.dots.get(name, Const(None)))
                    made = Call(Ref("tangent_of", tangent_of), (name, given))
                    self.dots[name] = self.b.emit(made, kind, self.hint(name))
                continue
            if not (
                isinstance(self.b.kind(name), Array)
                and self.at.is_written(name)
                and self.is_active(name)
            ):
                continue
            given = self.dots.get(name)
            if given is None:
                self.dots[name] = self.zeros(name)
            else:
                made = Call(Ref("laid_out", laid_out), (given, name))
                self.dots[name] = self.b.emit(made, self.b.kind(name), self.hint(name))

    # -- statements --------------------------------------------------------------------------

    def sweep(self, block: Block) -> None:
        for stmt in block:
            with self.b.at(replace(stmt.origin, sweep="tangent")):
                self.statement(stmt)

    def statement(self, stmt: Stmt) -> None:
        match stmt:
            case Assign(target, expr):
                self.b.add(stmt)
                if isinstance(expr, (Call, MethodCall)) and (
                    written := written_arguments(expr, self.b.kinds)
                ):
                    if self.sum_at(expr):
                        return
                    self.rules.check_written(expr, written)
                if self.is_active(target):
                    self.assign(target, expr)
                elif isinstance(expr, MethodCall) and self.dot(expr.value) != ZERO:
                    self.contained(target, expr)
            case Store(base, index, value, op):
                self.store(stmt, base, index, value, op)
            case If():
                self.branch(stmt)
            case For() | While():
                self.loop(stmt)
            case With():
                with self.b.block() as body:
                    self.sweep(stmt.body)
                self.b.add(replace(stmt, body=tuple(body)))
            case Try():
                self.attempt(stmt)
            case StoreAttr(base, attr, value, op) if (
                isinstance(self.b.kind(base), Object) and self.dot(base) != ZERO
            ):
                self.b.add(
                    StoreAttr(
                        self.b.operand(self.dot(base)),
                        attr,
                        self.b.operand(self.full(value)),
                        op,
                        self.b.origin,
                    )
                )
                self.b.add(stmt)
            case StoreAttr(base) if isinstance(self.b.kind(base), Object):
                self.b.add(stmt)  # reads that carry a derivative are the values stored, or refused
            case Assign(_, Call(Ref(_, setter), (base, Const(str() as attr), value))) if (
                setter is object.__setattr__ and self.dot(base) != ZERO
            ):
                dot = self.b.operand(self.dot(base))
                self.b.add(
                    StoreAttr(dot, attr, self.b.operand(self.full(value)), None, self.b.origin)
                )
                self.b.add(stmt)
            case Delete(base, index) if (
                index is not None
                and isinstance(self.b.kind(base), (List, Dict))
                and self.dot(base) != ZERO
            ):
                self.b.add(replace(stmt, base=self.b.operand(self.dot(base))))
                self.b.add(stmt)
            case Unpack() | Delete() | StoreAttr() | StoreVariable() | Raise():
                self.rules.other(stmt) if not isinstance(stmt, Raise) else None
                self.drop_marks()
                self.b.add(stmt)
            case _:
                assert_never(stmt)

    def sum_at(self, expr: Any) -> bool:
        """`np.add.at(u, index, v)`: the same on the tangents."""
        function = getattr(getattr(expr, "func", None), "value", None)
        if (
            not isinstance(getattr(function, "__self__", None), np.ufunc)
            or function.__name__ != "at"
        ):
            return False
        base, index, value = expr.args
        if self.is_active(base) and self.dot(value) != ZERO:
            dots = (self.b.operand(self.dot(base)), index, self.b.operand(self.dot(value)))
            self.b.emit(Call(expr.func, dots), NoneKind(), "_")
        return True

    def drop_marks(self) -> None:
        """Marks for undoing are of the reverse sweep only."""
        statements = self.b.statements
        while (
            statements
            and isinstance(statements[-1], Assign)
            and statements[-1].expr == Op("undo", (Const(0),))
        ):
            statements.pop()

    def attempt(self, stmt: Try) -> None:
        if stmt.handlers and any(map(self.is_active, stmt.targets)):
            self.b.refuse(
                "a `try` with handlers computes values that carry a derivative",
                "test the condition before, instead of catching the exception",
            )
        if not stmt.handlers:
            parts = []
            for block in (stmt.body, stmt.orelse, stmt.final):
                with self.b.block() as written:
                    self.sweep(block)
                parts.append(tuple(written))
            for target, leaf in zip(stmt.targets, stmt.leaves):
                if self.is_active(target):
                    self.dots[target] = self.full(leaf)
            self.b.add(replace(stmt, body=parts[0], orelse=parts[1], final=parts[2]))
        else:
            self.b.add(stmt)

    # -- assignments -------------------------------------------------------------------------

    def assign(self, target: Name, expr: Any) -> None:
        found = self.expression(target, expr)
        if found == ZERO and not self.is_stored(target):
            return
        if isinstance(self.b.kind(target), (Tuple, List, Dict, Object)):
            self.dots[target] = found
            return
        if found == ZERO:
            found = self.zeros(target)
        elif not isinstance(found, Virtual):
            found = self.fit(found, target)
        self.dots[target] = found

    def is_stored(self, target: Name) -> bool:
        return isinstance(self.b.kind(target), Array) and self.at.is_written(target)

    def fit(self, found: Val, target: Name) -> Val:
        """The tangent has the shape of its value; where that is written in place, it owns its memory."""
        kind, have = self.b.kind(target), self.b.kind(found)
        mine, its = dtype_of(kind), dtype_of(have)
        if mine is not None and its is not None and its.kind == "c" and mine.kind != "c":
            have = kind
            found = self.b.emit(Attr(self.b.operand(found), "real"), kind, self.hint(target))
        if isinstance(kind, Array) and kind.dims:
            same = (
                isinstance(have, Array)
                and len(have.dims) == len(kind.dims)
                and all(map(same_dim, have.dims, kind.dims))
            )
            if (not same and not isinstance(have, Array)) or (isinstance(have, Array) and not same):
                shape = self.b.operand(self.b.attr(target, "shape"))
                made = Call(Ref("np.broadcast_to", np.broadcast_to), (self.b.operand(found), shape))
                found = self.b.emit(made, kind, self.hint(target))
                if self.is_stored(target):
                    found = self.b.emit(MethodCall(found, "copy", ()), kind, self.hint(target))
            elif (
                self.is_stored(target)
                and target not in self.at.views
                and found in self.dots.values()
            ):
                found = self.b.emit(
                    MethodCall(self.b.operand(found), "copy", ()), kind, self.hint(target)
                )
        if (
            self.is_stored(target)
            and target not in self.at.views
            and target not in self.at.maybe
            and self.may_be_viewed(target)
        ):
            made = Call(Ref("laid_out", laid_out), (self.b.operand(found), target))
            return self.b.emit(made, kind, self.hint(target))  # type: ignore[no-any-return]
        return self.named(found, target)

    def may_be_viewed(self, target: Name) -> bool:
        """Does the layout of this array decide whether something else is a view of it?"""
        return any(self.at.cls(n) == self.at.cls(target) for n in self.at.maybe)

    def named(self, found: Val, target: Name) -> Val:
        last = self.b.statements[-1] if self.b.statements else None
        if (
            isinstance(found, Name)
            and found.hint == "t"
            and isinstance(last, Assign)
            and last.target == found
        ):
            fresh = self.b.fresh(self.hint(target), self.b.kinds[found])
            self.b.statements[-1] = replace(last, target=fresh)
            self.b.definitions[fresh] = last.expr
            if found in self.b.formulas:
                self.b.formulas[fresh] = self.b.formulas[found]
            self.b.new.add(fresh)
            return fresh  # type: ignore[no-any-return]
        return found

    def contained(self, target: Name, expr: Any) -> Val | None:
        """Lists, dicts and objects with active contents: the same is done to their tangents."""
        b = self.b
        match expr:
            case MethodCall(Name() as value, method, args) if (
                isinstance(b.kind(value), (List, Dict)) and self.dot(value) != ZERO
            ):
                kind = b.kind(value)
                dots = tuple(
                    b.operand(self.full(a)) if self.holds(kind, method, i) else a
                    for i, a in enumerate(args)
                )
                found = b.emit(
                    MethodCall(b.operand(self.dot(value)), method, dots),
                    b.kind(target),
                    self.hint(target),
                )
                return found if self.is_active(target) else ZERO  # type: ignore[no-any-return]
            case Op("list" | "dict" as form, items) if isinstance(b.kind(target), (List, Dict)):
                step = 2 if form == "dict" else 1
                dots = tuple(
                    b.operand(self.full(v)) if step == 1 or i % 2 else v
                    for i, v in enumerate(items)
                )
                return b.emit(Op(form, dots), b.kind(target), self.hint(target))  # type: ignore[no-any-return]
            case Call(Ref("object.__new__")) if isinstance(b.kind(target), Object):
                return b.emit(
                    Call(Ref("SimpleNamespace", SimpleNamespace), ()),
                    b.kind(target),
                    self.hint(target),
                )  # type: ignore[no-any-return]
            case Call(Ref("list") as func, (Name() as value,)):
                return b.emit(
                    Call(func, (b.operand(self.full(value)),)), b.kind(target), self.hint(target)
                )  # type: ignore[no-any-return]
            case Attr(Name() as value, attr) if isinstance(b.kind(value), Object):
                dot = self.dot(value)
                if dot == ZERO and self.is_active(target):
                    b.refuse(
                        f"attribute `{attr}` carries a derivative, and the object is not followed",
                        "use a local variable",
                    )
                return (
                    ZERO
                    if dot == ZERO
                    else b.emit(Attr(dot, attr), b.kind(target), self.hint(target))
                )
            case Op("add" | "mul" as op, args) if isinstance(b.kind(target), List):
                dots = tuple(
                    b.operand(self.full(a)) if isinstance(b.kind(a), List) else a for a in args
                )
                return b.emit(Op(op, dots), b.kind(target), self.hint(target))  # type: ignore[no-any-return]
            case _:
                return None

    def holds(self, kind: Any, method: str, position: int) -> bool:
        """Is this argument of the method an element (which has a tangent), or a position or key?"""
        if isinstance(kind, List):
            return method in ("append", "extend") or (method == "insert" and position == 1)
        return position == 1 or (method == "update" and position == 0)

    def expression(self, target: Name, expr: Any) -> Val:
        found = self.contained(target, expr)
        if found is not None:
            return found
        match expr:
            case Op("getitem", (base, index)):
                return self.getitem(target, base, index)
            case Op("tuple" | "list" as form, items):
                return self.dot(Virtual(items, form))
            case Op("copy", (value,)):
                return self.dot(value)
            case Op(op, args) if op in OPERATORS:
                return self.rule(OPERATORS[op], target, expr, list(args), [])
            case Attr(value, attr):
                return self.rule(function_of(expr, self.b.kinds), target, expr, [value], [], attr)
            case Call(func, args, kwargs):
                return self.rule(
                    function_of(expr, self.b.kinds),
                    target,
                    expr,
                    list(args),
                    list(kwargs),
                    str(func),
                )
            case MethodCall(value, method, args, kwargs):
                return self.rule(
                    function_of(expr, self.b.kinds),
                    target,
                    expr,
                    [value, *args],
                    list(kwargs),
                    method,
                )
            case MakeFunction() | Op():
                return ZERO
            case _:
                assert_never(expr)

    def getitem(self, target: Name, base: Operand, index: Operand) -> Val:
        found = self.dot(base)
        if found == ZERO:
            if self.is_active(target) and isinstance(self.b.kind(base), (List, Dict)):
                self.b.refuse(
                    "an element of a container carries a derivative, and the container is not followed",
                    "use a local variable",
                )
            return ZERO
        if isinstance(found, Virtual):
            if isinstance(index, Const):
                return found.items[index.value]
            self.b.refuse("a tuple is indexed by a computed position", "use a list or an array")
        return self.b.emit(Op("getitem", (found, index)), self.b.kind(target), self.hint(target))  # type: ignore[no-any-return]

    # -- rules -------------------------------------------------------------------------------

    def rule(
        self,
        function: Any,
        target: Name,
        expr: Any,
        args: list[Any],
        kwargs: list[Any],
        label: str = "",
    ) -> Val:
        rule = registry.lookup(function)
        if rule is None:
            name = label or getattr(function, "__name__", str(function))
            self.b.refuse(
                f"no derivative rule for `{name}`, and it has no Python source",
                f"give it a rule with @sourcead.rule({name}) (docs/rules.md), or keep active values out of it",
                NoRule,
            )
        if any(k == "order" and v in (Const("K"), Const("A")) for k, v in kwargs):
            self.b.refuse(
                "the order of the elements follows the memory layout of the array",
                "say order='C' or order='F', or use reverse mode",
            )
        if rule.form == "constant":
            return ZERO
        if rule.form == "elementwise":
            return self.elementwise(rule, target, args, kwargs)
        if rule.form == "linear":
            return self.linear(rule, target, expr, args, kwargs)
        return self.general(rule, target, args, kwargs)

    def elementwise(self, rule: Rule, target: Name, args: list[Any], kwargs: list[Any]) -> Val:
        body = rule.partials
        assert body is not None
        active = [self.dot(a) != ZERO for a in args]
        if (
            rule.also.get("constant_exponent")
            and len(args) == 2
            and not active[1]
            and isinstance(args[1], Const)
        ):
            body = rule.also["constant_exponent"]
        elif rule.also.get("inactive_exponent") and len(args) == 2 and not active[1]:
            body = rule.also["inactive_exponent"]
        bound = self.rules.bound(rule, body, 1, args, kwargs)
        result = self.rules.inline(body, [target], bound)
        names = list(inspect.signature(body).parameters)[1:]
        total: Val = ZERO
        for value, partial in self.rules.partials(
            result, [n for n in rule.wrt if n in names], bound
        ):
            dot = self.dot(value)
            if dot == ZERO or partial == ZERO:
                continue
            guard = self.rules.needs_guard(rule, target)
            term = (
                self.rules.guarded(dot, partial) if guard else self.rules.weigh(dot, partial, value)
            )
            total = term if total == ZERO else self.add(total, term)
        return total

    def add(self, total: Val, term: Val) -> Val:
        definition = self.b.formula(term)
        if definition is not None and definition.op == "neg":
            return self.b.op("sub", [total, definition.args[0]])  # type: ignore[no-any-return]
        return self.b.op("add", [total, term])  # type: ignore[no-any-return]

    def linear(
        self, rule: Rule, target: Name, expr: Any, args: list[Any], kwargs: list[Any]
    ) -> Val:
        """The same call on the tangent."""
        assert rule.reverse is not None
        bound = self.rules.bound(rule, rule.reverse, 1, args, kwargs)
        value = bound.get(rule.wrt[0])
        if value is None:
            return ZERO
        structured = self.rules.structured(value)
        if self.dot(structured) == ZERO:
            return ZERO
        moved: dict[Any, Any] = {}
        if isinstance(value, Virtual):  # *args
            moved = {item: self.b.operand(self.full(item)) for item in value.items}
        else:
            moved[value] = self.b.operand(self.full(structured))
        swap: Callable[[Any], Any] = lambda o: moved.get(o, o)  # noqa: E731
        return self.b.emit(map_expr(expr, swap), self.b.kind(target), self.hint(target))  # type: ignore[no-any-return]

    def general(self, rule: Rule, target: Name, args: list[Any], kwargs: list[Any]) -> Val:
        if rule.forward is None:
            self.b.refuse(
                f"`{rule.name}` has no forward rule",
                "use reverse mode, or give it one with sourcead.rule",
                NoRule,
            )
            return ZERO
        bound = self.rules.bound(rule, rule.reverse or rule.forward, 2, args, kwargs)
        dots: dict[str, Val] = {}
        for name in rule.wrt:
            dots[f"{name}_dot"] = (
                self.dot(self.rules.structured(bound[name])) if name in bound else ZERO
            )
        if all(d == ZERO for d in dots.values()):
            return ZERO
        bound.update(derivatives_of_functions(self.b, rule, rule.forward, bound))
        return self.rules.inline(rule.forward, [target], {**bound, **dots})

    # -- stores ------------------------------------------------------------------------------

    def store(
        self, stmt: Store, base: Operand, index: Operand, value: Operand, op: str | None
    ) -> None:
        if not isinstance(base, Name) or not self.is_active(base):
            self.b.add(stmt)
            return
        if isinstance(self.b.kind(base), (List, Dict)):
            if op not in (None, "add", "sub"):
                self.b.refuse(
                    f"an element of a container is changed by `{op}`", "write `x[i] = x[i] ...`"
                )
            self.b.add(
                Store(
                    self.b.operand(self.dot(base)),
                    index,
                    self.b.operand(self.full(value)),
                    op,
                    self.b.origin,
                )
            )
            self.b.add(stmt)
            return
        dot = self.dot(base)
        assert isinstance(dot, Name), base
        moved = self.dot(value)
        if op is None:
            self.b.add(
                Store(
                    dot,
                    index,
                    Const(0.0) if moved == ZERO else self.b.operand(moved),
                    None,
                    self.b.origin,
                )
            )
        elif op in ("add", "sub"):
            if moved != ZERO:
                self.b.add(Store(dot, index, self.b.operand(moved), op, self.b.origin))
        elif op in ("mul", "truediv") and moved == ZERO:
            self.b.add(Store(dot, index, value, op, self.b.origin))
        else:
            self.update(dot, base, index, value, op, moved)
        self.b.add(stmt)

    def update(
        self, dot: Name, base: Name, index: Operand, value: Operand, op: str, moved: Val
    ) -> None:
        """`base[index] op= value` with the content before the write."""
        whole = isinstance(index, Const) and index.value is Ellipsis
        at = _restore(self.b, index)
        old = base if whole else self.b.getitem(base, at)
        old_dot = dot if whole else self.b.getitem(dot, at)
        rule = registry.lookup(OPERATORS[op])
        assert rule is not None and rule.partials is not None
        body = rule.partials
        if rule.also.get("constant_exponent") and isinstance(value, Const):
            body = rule.also["constant_exponent"]
        elif rule.also.get("inactive_exponent") and moved == ZERO:
            body = rule.also["inactive_exponent"]
        names = list(inspect.signature(body).parameters)
        new = self.b.op(op, [old, value])
        items = self.b.components(
            self.rules.inline(body, [new], dict(zip(names[1:], [old, value])))
        )
        if items is None:
            items = [self.rules.inline(body, [new], dict(zip(names[1:], [old, value])))]
        total = self.rules.weigh(old_dot, items[0], old)
        if moved != ZERO:
            total = self.add(total, self.rules.weigh(moved, items[1], value))
        self.b.add(Store(dot, index, self.b.operand(total), None, self.b.origin))

    # -- control flow ------------------------------------------------------------------------

    def branch(self, stmt: If) -> None:
        before = dict(self.dots)
        arms: list[list[Stmt]] = []
        values: list[list[Val]] = []
        active = [m for m in stmt.merges if self.is_active(m.target)]
        for block, pick in ((stmt.then, "then"), (stmt.orelse, "orelse")):
            self.dots = dict(before)
            with self.b.block() as written:
                self.sweep(block)
                found = [getattr(m, pick) for m in active]
                values.append(
                    [UNDEFINED if v == UNDEFINED else self.b.operand(self.full(v)) for v in found]
                )
            arms.append(written)
        self.dots = before
        merges = list(stmt.merges)
        for m, then, orelse in zip(active, *values):
            target = self.b.fresh(self.hint(m.target), self.b.kind(m.target))
            merges.append(Merge(target, then, orelse))  # type: ignore[arg-type]
            self.dots[m.target] = target
        self.b.add(replace(stmt, then=tuple(arms[0]), orelse=tuple(arms[1]), merges=tuple(merges)))

    def loop(self, stmt: For | While) -> None:
        active = [c for c in stmt.carried if self.is_active(c.inner)]
        starts = [self.b.operand(self.full(c.initial)) for c in active]
        inner = [self.b.fresh(self.hint(c.inner), self.b.kind(c.inner)) for c in active]
        before = dict(self.dots)
        self.dots.update(zip((c.inner for c in active), inner))
        condition: list[Stmt] = []
        if isinstance(stmt, While):
            with self.b.block() as condition:
                self.sweep(stmt.condition)
        with self.b.block() as body:
            self.sweep(stmt.body)
            ends = [self.b.operand(self.full(c.next)) for c in active]
        self.dots = before
        carried = list(stmt.carried)
        for c, start, inside, end in zip(active, starts, inner, ends):
            result = self.b.fresh(self.hint(c.result), self.b.kind(c.result))
            carried.append(Carried(inside, start, end, result))
            self.dots[c.result] = result
        if isinstance(stmt, While):
            self.b.add(
                replace(stmt, condition=tuple(condition), body=tuple(body), carried=tuple(carried))
            )
        else:
            self.b.add(replace(stmt, body=tuple(body), carried=tuple(carried)))

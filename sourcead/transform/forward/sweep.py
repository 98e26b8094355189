"""Forward mode: beside every statement of the primal, the statement for its tangent.

Storage that carries a derivative has a tangent of the same structure, made where the storage is made;
whatever the primal does to references (views, branches, loops) is done to the tangents too, so they
alias as the primal does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from sourcead.ir.kinds import Dict, List, NoneKind, Object, Tuple, carries
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
    Expr,
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
from sourcead.ir.walk import goes_on
from sourcead.transform.activity import activity, find_useful
from sourcead.transform.builder import Val, Virtual
from sourcead.transform.effects import function_of, makes_namedtuple, written_arguments
from sourcead.transform.formulas import start_derivative
from sourcead.transform.forward.calls import rule_tangent
from sourcead.transform.forward.containers import (
    contained,
    delete_item,
    set_attribute,
    store_attribute,
)
from sourcead.transform.forward.stores import store, sum_at
from sourcead.transform.forward.tangents import Tangents, hint_of
from sourcead.transform.forward.unit_calls import half_tangent, unit_tangent
from sourcead.transform.halves import Half
from sourcead.transform.locations import Locations, names_of
from sourcead.transform.operations import OPERATORS
from sourcead.transform.refusals import check_attempt, check_passive, check_written
from sourcead.transform.reverse.sweeps import unpacked, value_and_aux
from sourcead.transform.rule_calls import ZERO
from sourcead.transform.selected import find_selected
from sourcead.transform.specialise import Specialised
from sourcead.transform.specialise.recursion import Unit

__all__ = ["tangent"]


def tangent(
    done: Specialised,
    wrt: Sequence[int],
    *,
    name: str,
    value: bool = True,
    aux: bool = False,
    separate: bool = False,
    given: frozenset[int] = frozenset(),
) -> Function:
    """The function that gives `(out, out_dot)` (or `out_dot`) from the parameters and the tangents of `wrt`.

    With `aux` the primal returns `(out, aux)`, and so does the first item here.  `separate`: values are
    computed without tangents throughout, so that the two can be taken apart (`transform/split.py`).  `given`:
    parameters that are written, with tangents of the caller's own, which are written too.
    """
    done = unpacked(done) if aux else done
    b = done.builder
    primal = done.function
    params = [p.name for p in primal.params]
    done.heap.settle(names_of(primal))
    results = Virtual((done.result, *(params[i] for i in sorted(given))))
    useful = find_useful(primal.body, results, done.heap, b.kinds, b.formula_of)
    locations = Locations(primal.body, b.kinds, done.heap, params)
    is_active = activity(b, useful, is_deep=True)
    s = Tangents(b, locations, is_active, primal.body, separate)
    start_derivative(b)
    left_out = partial(
        find_selected,
        primal.body,
        done.result,
        b.kinds,
        done.heap,
        is_active=is_active,
        divided=b.divided,
    )
    s.rules.selected = left_out(locations.overwritten)
    s.rules.chosen = left_out((), by_name=True)
    dots: list[Param] = []
    for i in wrt:
        dot = b.fresh(_hint(hint_of(params[i]), params, dots), b.kind(params[i]))
        dots.append(Param(dot, "tangent"))
        if carries(b.kind(dot)):
            s.dots[params[i]] = dot
    with b.block() as body:
        s.own_parameters([p for i, p in enumerate(params) if i not in given])
        _sweep(s, primal.body)
        out_dot = s.full(value_and_aux(done)[0] if aux else done.result)
        result = b.operand(Virtual((done.result, out_dot)) if value else out_dot)
    return Function(name, (*primal.params, *dots), tuple(body), result, primal.origin)


def _hint(hint: str, params: Sequence[Name], dots: Sequence[Param]) -> str:
    """A parameter's name of its own: `x_dot` may be there already, in the tangent of a tangent."""
    taken = {n.hint for n in (*params, *(d.name for d in dots))}
    while hint in taken:
        hint += "_again"
    return hint


def _sweep(s: Tangents, block: Block) -> None:
    for stmt in block:
        with s.b.at(stmt.origin.of_sweep("tangent")):
            _statement(s, stmt)


def _written(s: Tangents, block: Block) -> Block:
    """The statements of a block with those of its tangents."""
    with s.b.block() as out:
        _sweep(s, block)
    return tuple(out)


def _statement(s: Tangents, stmt: Stmt) -> None:
    match stmt:
        case Assign(target, Call(Ref(_, Unit() as unit), args)):
            unit_tangent(s, target, unit, [a for a in args if not isinstance(a, Star)])
        case Assign(_, Call(Ref(_, Half() as half), args)):
            half_tangent(s, stmt, half, [a for a in args if not isinstance(a, Star)])
        case Assign(target, expr):
            s.b.add(stmt)
            _assign(s, target, expr)
        case Store():
            store(s, stmt)
        case If():
            _branch(s, stmt)
        case For() | While():
            _loop(s, stmt)
        case With():
            s.b.add(replace(stmt, body=_written(s, stmt.body)))
        case Try():
            _attempt(s, stmt)
        case StoreAttr(base, attr, value, op) if isinstance(s.kind(base), Object):
            if s.dot(base) != ZERO:
                store_attribute(s, base, attr, value, op)
            s.b.add(stmt)  # else: reads that carry a derivative are the values stored, or refused
        case Delete(base, index) if (
            index is not None and isinstance(s.kind(base), (List, Dict)) and s.dot(base) != ZERO
        ):
            delete_item(s, stmt)
        case Unpack() | Delete() | StoreAttr() | StoreVariable():
            check_passive(s.b, s.is_active, stmt)
            s.b.add(stmt)
        case Raise():
            s.b.add(stmt)
        case _:
            assert_never(stmt)


# -- assignments -----------------------------------------------------------------------------


def _assign(s: Tangents, target: Name, expr: Expr) -> None:
    match expr:
        case Call(Ref(_, setter), (Name() as base, Const(), Name() | Const() | Ref())) if (
            setter is object.__setattr__
        ):
            if s.dot(base) != ZERO:
                set_attribute(s, expr)
            return
        case _:
            pass
    if isinstance(expr, (Call, MethodCall)):
        written = written_arguments(expr, s.b.kinds)
        if written and sum_at(s, expr):
            return
        if written:
            check_written(s.b, s.is_active, expr, written)
    if s.is_active(target):
        _tangent_of(s, target, expr)
    elif isinstance(expr, MethodCall) and s.dot(expr.value) != ZERO:
        contained(s, target, expr)


def _tangent_of(s: Tangents, target: Name, expr: Expr) -> None:
    found = _expression(s, target, expr)
    if found == ZERO and not s.is_stored(target):
        return
    kind = s.kind(target)
    if isinstance(kind, Tuple):
        s.dots[target] = s.fit_items(found, kind)
    elif isinstance(kind, (List, Dict, Object)):
        s.dots[target] = found
    elif found == ZERO:
        s.dots[target] = s.zeros(target)
    elif s.is_stored(target) and _is_taken(s, expr):
        s.dots[target] = found  # the storage itself, which others may see too
    else:
        s.dots[target] = (
            found
            if isinstance(found, Virtual)
            else s.fit(found, target, is_new=_makes(s, target, expr))
        )


def _makes(s: Tangents, target: Name, expr: Expr) -> bool:
    """Does `expr` make the array that it gives (and not take it from somewhere)?"""
    if target in s.at.views or target in s.at.maybe:
        return False
    return isinstance(expr, (Call, MethodCall)) or (isinstance(expr, Op) and expr.op in OPERATORS)


def _is_taken(s: Tangents, expr: Expr) -> bool:
    """Is this a reference out of a container, so that nothing is made?"""
    match expr:
        case Op("getitem", (base, _)) | Attr(base) | MethodCall(base, "pop" | "get" | "setdefault"):
            return isinstance(s.kind(base), (List, Dict, Object, Tuple))
        case _:
            return False


def _expression(s: Tangents, target: Name, expr: Expr) -> Val:
    """The tangent of what `expr` gives."""
    found = contained(s, target, expr)
    if found is not None:
        return found
    match expr:
        case Op("getitem", (base, index)):
            return _getitem(s, target, base, index)
        case Op("tuple" | "list" as form, items):
            return s.dot(Virtual(items, form))
        case Call(Ref(_, cls), items) if makes_namedtuple(cls):
            return s.dot(Virtual(items, "tuple", cls))  # type: ignore[arg-type]  # no stars
        case Op("copy", (value,)):
            return s.dot(value)
        case Op(op, args) if op in OPERATORS:
            return rule_tangent(s, OPERATORS[op], target, expr, args, ())
        case Attr(value, attr):
            return rule_tangent(s, function_of(expr, s.b.kinds), target, expr, [value], (), attr)
        case Call(func, args, kwargs):
            function = function_of(expr, s.b.kinds)
            return rule_tangent(s, function, target, expr, args, kwargs, str(func))
        case MethodCall(value, method, args, kwargs):
            function = function_of(expr, s.b.kinds)
            return rule_tangent(s, function, target, expr, [value, *args], kwargs, method)
        case MakeFunction() | Op():
            return ZERO
        case _:
            assert_never(expr)


def _getitem(s: Tangents, target: Name, base: Operand, index: Operand) -> Val:
    found = s.dot(base)
    if found == ZERO:
        if s.is_active(target) and isinstance(s.kind(base), (List, Dict)):
            s.b.refuse(
                "an element of a container carries a derivative, and the container is not followed",
                "use a local variable",
            )
        return ZERO
    if isinstance(found, Virtual):
        if isinstance(index, Const):
            return found.items[int(index.value)]
        found = s.b.operand(s.full(base))
    if _is_none(s, found, index):
        return ZERO
    return s.b.emit(Op("getitem", (found, index)), s.kind(target), hint_of(target))


def _is_none(s: Tangents, found: Operand, index: Operand) -> bool:
    """Is it a part of a tuple of tangents that is known to have none (`lanes.reached`)?"""
    kind = s.kind(found)
    if (
        not isinstance(kind, Tuple)
        or not isinstance(index, Const)
        or index.value >= len(kind.items)
    ):
        return False
    return isinstance(kind.items[index.value], NoneKind)


# -- control flow ----------------------------------------------------------------------------


def _attempt(s: Tangents, stmt: Try) -> None:
    check_attempt(s.b, s.is_active, stmt)
    if goes_on(stmt):
        s.b.add(stmt)
        return
    body = _written(s, stmt.body)
    with s.b.block() as written:  # reached with all of the leaves: zeros are made of them here
        _sweep(s, stmt.orelse)
        found = {t: s.full(v) for t, v in zip(stmt.targets, stmt.leaves) if s.is_active(t)}
    final = _written(s, stmt.final)
    s.dots.update(found)
    s.b.add(replace(stmt, body=body, orelse=tuple(written), final=final))


def _branch(s: Tangents, stmt: If) -> None:
    before = dict(s.dots)
    active = [m for m in stmt.merges if s.is_active(m.target)]
    then, left = _arm(s, stmt.then, [m.then for m in active])
    s.dots = dict(before)
    orelse, right = _arm(s, stmt.orelse, [m.orelse for m in active])
    s.dots = before
    merges = list(stmt.merges)
    for m, a, b in zip(active, left, right):
        target = s.b.fresh(hint_of(m.target), s.kind(m.target))
        merges.append(Merge(target, a, b))
        s.dots[m.target] = target
    s.b.add(replace(stmt, then=then, orelse=orelse, merges=tuple(merges)))


def _arm(s: Tangents, block: Block, values: list[Operand]) -> tuple[Block, list[Operand]]:
    """One arm, and the tangents of the values that it leaves."""
    with s.b.block() as written:
        _sweep(s, block)
        found = [UNDEFINED if v == UNDEFINED else s.written_out(v) for v in values]
    return tuple(written), found


def _loop(s: Tangents, stmt: For | While) -> None:
    active = [c for c in stmt.carried if s.is_active(c.inner)]
    starts = [s.written_out(c.initial) for c in active]
    inner = [s.b.fresh(hint_of(c.inner), s.kind(c.inner)) for c in active]
    before = dict(s.dots)
    s.dots.update(zip((c.inner for c in active), inner))
    condition = _written(s, stmt.condition) if isinstance(stmt, While) else ()
    with s.b.block() as body:
        _sweep(s, stmt.body)
        ends = [s.written_out(c.next) for c in active]
    s.dots = before
    carried = list(stmt.carried)
    for c, start, inside, end in zip(active, starts, inner, ends):
        result = s.b.fresh(hint_of(c.result), s.kind(c.result))
        carried.append(Carried(inside, start, end, result))
        s.dots[c.result] = result
    turns = replace(stmt, body=tuple(body), carried=tuple(carried))
    s.b.add(replace(turns, condition=condition) if isinstance(turns, While) else turns)

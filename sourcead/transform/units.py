"""Derivatives of functions that call themselves: a split call for each, called by name.

A recursive function is specialised by itself (`specialise/recursion.py`).  In reverse mode its call
becomes one of a function that runs the forward sweep and hands over what the reverse sweep needs, and
the adjoint step calls the other half:

    y = depth(x, n)              t = depth_forward(x, n)
                          ->     y, saved = t[0], t[1]
                                 ...
                                 x_bar += depth_reverse(saved, y_bar)[0]

Both halves call themselves in turn: what is saved nests as deep as the recursion went.
In forward mode it is one function, `depth_tangent(x, n, x_dot)`, of value and tangent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sourcead.errors import NotDifferentiable
from sourcead.ir.kinds import Array, Tape, Tuple
from sourcead.ir.nodes import (
    Assign,
    Block,
    Call,
    Const,
    Expr,
    Function,
    MethodCall,
    Name,
    Op,
    Operand,
    Ref,
    Stmt,
    Store,
    StoreVariable,
)
from sourcead.ir.walk import binds, inner_binds, map_blocks, map_stmt, reads, statements
from sourcead.transform.builder import Val, Virtual
from sourcead.transform.effects import CalledByName, written_arguments
from sourcead.transform.halves import Half, half
from sourcead.transform.locations import Locations
from sourcead.transform.specialise import Specialised, Specialiser
from sourcead.transform.specialise.given import is_made
from sourcead.transform.specialise.recursion import Unit, solved
from sourcead.transform.taken_over import is_taken_over

__all__ = ["Split", "halves_in", "refuse_writes", "split_units", "tangent_unit", "unit_called"]


def unit_called(expr: Any) -> Unit | None:
    """The unit that an expression calls."""
    match expr:
        case Call(Ref(_, Unit() as unit)):
            return unit
        case _:
            return None


# -- the forward sweep's calls ---------------------------------------------------------------


@dataclass
class Split:
    """A block in which units are called by their forward halves, and what these hand over."""

    body: Block
    saved: dict[Name, tuple[Name, Name]]  # pair that a forward half returns -> value, what is saved


def split_units(
    done: Specialised,
    body: Block,
    again: bool,
    reopened: bool = False,
    given: Sequence[Name] = (),
) -> Split:
    """The primal's block with `y = f(x)` of a unit as `t = f_forward(x); y = t[0]; saved = t[1]`.

    A function that writes its arguments is run again where the reverse sweep may run more than once: what
    it has saved is of no use then.

    The reverse half takes back what the function wrote, also in the array that it returned.  Where the
    derivative is differentiated again (`reopened`), `y` is a copy: its content is asked for later.

    `given`: parameters whose content is a result, too.
    """
    split = Split((), {})
    split.body = _split(done.builder, body, again, split.saved, reopened)
    _refuse_shared(done, body, [*names_in(done.result), *given])
    return split


def _split(
    b: Specialiser,
    block: Block,
    again: bool,
    saved: dict[Name, tuple[Name, Name]],
    reopened: bool,
) -> Block:
    out: list[Stmt] = []
    for stmt in block:
        unit = unit_called(stmt.expr) if isinstance(stmt, Assign) else None
        if unit is None or not isinstance(stmt, Assign) or not isinstance(stmt.expr, Call):
            out.append(map_blocks(stmt, lambda inner: _split(b, inner, again, saved, reopened)))
            continue
        target = stmt.target
        once = again and not unit.writes
        pair = b.fresh("t", Tuple((b.kind(target), Tape())), target in b.varied)
        kept = b.fresh("saved", Tape())
        if once or not again:
            saved[pair] = target, kept
        called = replace(stmt.expr, func=half(b, unit, "forward", once).ref())
        steps: list[tuple[Name, Expr]] = [(pair, called)]
        steps += _copied(b, target, pair) if reopened else [(target, _item(pair, 0))]
        steps.append((kept, _item(pair, 1)))
        for name, expr in steps:
            b.definitions[name] = expr
            out.append(Assign(name, expr, stmt.origin))
    return tuple(out)


def _item(value: Name, at: int) -> Expr:
    return Op("getitem", (value, Const(at)))


def _copied(b: Specialiser, target: Name, value: Name, at: int = 0) -> list[tuple[Name, Expr]]:
    """`target = value[at]`, with copies of the arrays in it."""
    kind, active = b.kind(target), target in b.varied
    if not isinstance(kind, (Array, Tuple)):
        return [(target, _item(value, at))]
    given = b.fresh("t", kind, active)
    if isinstance(kind, Array):
        order = (("order", Const("K")),) if len(kind.dims) > 1 else ()
        return [(given, _item(value, at)), (target, MethodCall(given, "copy", (), order))]
    items = tuple(b.fresh("t", k, active) for k in kind.items)
    steps = [step for i, item in enumerate(items) for step in _copied(b, item, given, i)]
    whole: Expr = Op("tuple", items)
    if kind.cls is not tuple:
        whole = Call(Ref(kind.cls.__name__, kind.cls), items)
    return [(given, _item(value, at)), *steps, (target, whole)]


def _refuse_shared(done: Specialised, body: Block, results: Sequence[Name]) -> None:
    """A unit may return its argument; nobody may then write into the one or the other, if both are in use."""
    heap, kinds = done.heap, done.builder.kinds
    _refuse_overlap(done, body)
    shared: dict[str, Unit] = {}
    names = {n for s in statements(body) for n in (*reads(s), *binds(s), *inner_binds(s))}
    for stmt in statements(body):
        unit = unit_called(stmt.expr) if isinstance(stmt, Assign) else None
        if unit is not None and unit.shares and isinstance(stmt, Assign):
            cls = heap.find(str(stmt.target))
            same = {n for n in names if heap.find(str(n)) == cls}
            if not is_taken_over(body, results, stmt, same):
                shared[cls] = unit
    for stmt in statements(body):
        written: Sequence[Operand] = ()
        if isinstance(stmt, Store):
            written = (stmt.base,)
        elif isinstance(stmt, Assign) and isinstance(stmt.expr, (Call, MethodCall)):
            written = written_arguments(stmt.expr, kinds)
        for base in written:
            if heap.find(str(base)) in shared:
                name = shared[heap.find(str(base))].name
                raise NotDifferentiable.at(
                    stmt.origin,
                    f"an array is written that `{name}`, which calls itself, may return as it was given",
                    f"let `{name}` return a copy",
                )


def names_in(value: Val) -> list[Name]:
    """The names that a value, or what stands in it, is known by."""
    if isinstance(value, Virtual):
        return [name for item in value.items for name in names_in(item)]
    return [value] if isinstance(value, Name) else []


def _refuse_overlap(done: Specialised, body: Block) -> None:
    """What a unit writes has an adjoint of its own: no other argument may show the same memory."""
    heap, kinds = done.heap, done.builder.kinds
    for stmt in statements(body):
        unit = unit_called(stmt.expr) if isinstance(stmt, Assign) else None
        if unit is None or not isinstance(stmt, Assign) or not isinstance(stmt.expr, Call):
            continue
        arrays = {
            i: heap.find(str(a))
            for i, a in enumerate(stmt.expr.args)
            if isinstance(a, Name) and isinstance(kinds.get(a), Array)
        }
        for i, cls in arrays.items():
            if any(cls == other and j in unit.writes for j, other in arrays.items() if i != j):
                raise NotDifferentiable.at(
                    stmt.origin,
                    f"`{unit.name}` calls itself, writes an array, and is given two that may share memory",
                    "pass a copy, or one array and where its parts begin",
                )


def refuse_writes(unit: Unit) -> None:
    """A unit's reverse half takes back what was written in arrays that were given, and nothing else."""
    done = unit.done
    assert done is not None
    b = done.builder
    params = [p.name for p in done.function.params]
    locations = Locations(done.function.body, b.kinds, done.heap, params)
    given = {params[i] for i in unit.writes if locations.is_static(params[i])}
    for stmt in statements(done.function.body):
        match stmt:
            case Store(Name() as base) if is_made(b, locations.owner(base)[0]):
                continue
            case Store(Name() as base) if locations.owner(base)[0] in given:
                continue
            case Assign(_, Call(Ref(_, CalledByName())) as call):
                written = written_arguments(call, b.kinds)
                owners = [locations.owner(base)[0] for base in written]
                if all(owner in given or is_made(b, owner) for owner in owners):
                    continue
                raise _written(stmt, unit)
            case Assign(_, Call() | MethodCall() as call) if any(
                locations.owner(base)[0] in params for base in written_arguments(call, b.kinds)
            ):
                raise _written(stmt, unit)
            case Store() | StoreVariable():
                raise _written(stmt, unit)
            case _:
                continue


def _written(stmt: Stmt, unit: Unit) -> NotDifferentiable:
    return NotDifferentiable.at(
        stmt.origin,
        f"`{unit.name}` calls itself and writes into what it was given, or into a global",
        "return new values, or write the recursion as a loop",
    )


# -- derivatives of derivatives --------------------------------------------------------------


def tangent_unit(b: Specialiser, unit: Unit, active: Sequence[bool]) -> tuple[Unit, Unit]:
    """The unit with these arguments varying too, and its tangent as a unit.

    The second is a function of the first one's arguments, then of their tangents.
    """
    assert b.tools is not None
    if unit.writes:
        raise NotDifferentiable.at(
            b.origin,
            f"a second derivative of `{unit.name}`, which calls itself and writes what it is given",
            "return new arrays",
        )
    live, varied = unit.live, tuple(a or v for a, v in zip(active, unit.varied))
    wide = unit
    if varied != unit.varied:
        wide = solved(b, unit.code, unit.template, unit.kinds, varied, live)
    tangent = half(b, wide, "tangent")
    kinds = (*wide.kinds, *(wide.kinds[i] for i in tangent.wrt))
    every = (*wide.varied, *(True for _ in tangent.wrt))
    return wide, solved(b, tangent, b.tools.tangent(tangent), kinds, every, live)


# -- all that a program calls ----------------------------------------------------------------


def halves_in(function: Function) -> list[Half]:
    """The halves that a function calls, in the order of the text."""
    found: dict[Half, None] = {}

    def read(operand: Operand) -> Operand:
        if isinstance(operand, Ref) and isinstance(operand.value, Half):
            found[operand.value] = None
        return operand

    for stmt in statements(function.body):
        map_stmt(stmt, read)
    return list(found)

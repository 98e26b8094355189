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
from sourcead.ir.walk import map_blocks, map_stmt, statements
from sourcead.transform.clean import is_pure, shared_bases
from sourcead.transform.effects import written_arguments
from sourcead.transform.halves import Half, half
from sourcead.transform.locations import Locations
from sourcead.transform.operations import OPERATORS
from sourcead.transform.specialise import Specialised, Specialiser
from sourcead.transform.specialise.recursion import Unit, solved

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


def split_units(done: Specialised, body: Block, again: bool, reopened: bool = False) -> Split:
    """The primal's block with `y = f(x)` of a unit as `t = f_forward(x); y = t[0]; saved = t[1]`.

    The reverse half takes back what the function wrote, also in the array that it returned.  Where the
    derivative is differentiated again (`reopened`), `y` is a copy: its content is asked for later.
    """
    split = Split((), {})
    split.body = _split(done.builder, body, again, split.saved, reopened)
    if split.saved:
        _refuse_shared(done, body)
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
        pair = b.fresh("t", Tuple((b.kind(target), Tape())), target in b.varied)
        kept = b.fresh("saved", Tape())
        saved[pair] = target, kept
        called = replace(stmt.expr, func=half(b, unit, "forward", again).ref())
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


def _refuse_shared(done: Specialised, body: Block) -> None:
    """A unit may return its argument; nobody may then write into the one or the other."""
    heap, kinds = done.heap, done.builder.kinds
    shared: dict[str, Unit] = {}
    for stmt in statements(body):
        unit = unit_called(stmt.expr) if isinstance(stmt, Assign) else None
        if unit is not None and unit.shares and isinstance(stmt, Assign):
            shared[heap.find(str(stmt.target))] = unit
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


def refuse_writes(unit: Unit) -> None:
    """A unit's reverse half runs where its caller's storage is as it was: it must not have changed it."""
    done = unit.done
    assert done is not None
    b = done.builder
    locations = Locations(
        done.function.body, b.kinds, done.heap, [p.name for p in done.function.params]
    )
    for stmt in statements(done.function.body):
        match stmt:
            case Store(Name() as base) if _is_made(b, locations.owner(base)[0]):
                continue
            case Store() | StoreVariable():
                raise NotDifferentiable.at(
                    stmt.origin,
                    f"`{unit.name}` calls itself and writes into what it was given, or into a global",
                    "return new values, or write the recursion as a loop",
                )
            case _:
                continue


def _is_made(b: Specialiser, owner: Name) -> bool:
    """Is this an array that the function made itself?"""
    expr = b.definitions.get(owner)
    match expr:
        case Op(op, _):
            return op in OPERATORS or op in ("list", "dict")
        case Call() | MethodCall():
            return is_pure(expr, b) and not shared_bases(expr, b)
        case _:
            return False


# -- derivatives of derivatives --------------------------------------------------------------


def tangent_unit(b: Specialiser, unit: Unit, active: Sequence[bool]) -> tuple[Unit, Unit]:
    """The unit with these arguments varying too, and its tangent as a unit.

    The second is a function of the first one's arguments, then of their tangents.
    """
    assert b.tools is not None
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

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
from typing import Any, ClassVar

from sourcead.errors import NotDifferentiable
from sourcead.ir.kinds import Tuple, Unknown
from sourcead.ir.nodes import (
    Assign,
    Block,
    Call,
    Const,
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
from sourcead.transform.locations import Locations
from sourcead.transform.operations import OPERATORS
from sourcead.transform.specialise import Specialised, Specialiser
from sourcead.transform.specialise.recursion import Unit

__all__ = ["Half", "Split", "halves_in", "refuse_writes", "split_units", "unit_called"]


@dataclass(eq=False, repr=False)
class Half:
    """A derivative of a unit, as it is called in a program.

    `form`: "forward" and "reverse" are its pullback, "tangent" gives value and tangent at once,
    "linear_forward" and "linear_map" one after the other.
    """

    unit: Unit
    form: str
    again: bool = False  # the reverse half may run more than once
    writes_nothing: ClassVar[bool] = True  # that its caller can see: `refuse_writes`

    number: int = 0  # among the units of one name

    @property
    def label(self) -> str:
        """The unit's name in the text."""
        return self.unit.name + (f"_{self.number}" if self.number else "")

    @property
    def name(self) -> str:
        return f"{self.label}_{self.form}"

    @property
    def wrt(self) -> tuple[int, ...]:
        """The positions of the parameters that may carry a derivative."""
        return tuple(i for i, active in enumerate(self.unit.varied) if active)

    def ref(self) -> Ref:
        return Ref(self.name, self)

    def other(self, form: str) -> Half:
        made: dict[Any, Half] = self.unit.derivatives
        return made.setdefault((form, self.again), replace(self, form=form))

    def __repr__(self) -> str:
        return self.name

    def __call__(self, *args: Any) -> Any:
        raise TypeError(f"{self.name} is called before it is made")  # a name in a program only


def half(b: Specialiser, unit: Unit, form: str, again: bool = False) -> Half:
    """The one object that stands for this derivative of the unit."""
    made: dict[Any, Half] = unit.derivatives
    if not made:
        others = [u for u in b.units if u.name == unit.name and u.derivatives]
        unit.number = len(others)
    return made.setdefault((form, again), Half(unit, form, again, unit.number))


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


def split_units(done: Specialised, body: Block, again: bool) -> Split:
    """The primal's block with `y = f(x)` of a unit as `t = f_forward(x); y = t[0]; saved = t[1]`."""
    split = Split((), {})
    split.body = _split(done.builder, body, again, split.saved)
    if split.saved:
        _refuse_shared(done, body)
    return split


def _split(
    b: Specialiser, block: Block, again: bool, saved: dict[Name, tuple[Name, Name]]
) -> Block:
    out: list[Stmt] = []
    for stmt in block:
        unit = unit_called(stmt.expr) if isinstance(stmt, Assign) else None
        if unit is None or not isinstance(stmt, Assign) or not isinstance(stmt.expr, Call):
            out.append(map_blocks(stmt, lambda inner: _split(b, inner, again, saved)))
            continue
        target = stmt.target
        pair = b.fresh("t", Tuple((b.kind(target), Unknown())), target in b.varied)
        kept = b.fresh("saved", Unknown())
        saved[pair] = target, kept
        called = replace(stmt.expr, func=half(b, unit, "forward", again).ref())
        steps = (
            (pair, called),
            (target, Op("getitem", (pair, Const(0)))),
            (kept, Op("getitem", (pair, Const(1)))),
        )
        for name, expr in steps:
            b.definitions[name] = expr
            out.append(Assign(name, expr, stmt.origin))
    return tuple(out)


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

"""One differentiated function: from a specialised program to the Wengert list of its gradient.

`gradient` makes the function that runs the forward and the reverse sweep in one call; `pullback` the
one that returns the value and a nested function for the reverse sweep.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from sourcead.errors import IntegerArgument, NonScalarOutput
from sourcead.ir.kinds import Array, Kind, Np, Number, Py, carries, dtype_of, is_number
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
    Origin,
    Param,
    Ref,
    Stmt,
    Store,
    Try,
)
from sourcead.ir.walk import statements
from sourcead.rules import registry
from sourcead.simplify.dead_code import dead_code
from sourcead.transform.adjoints import ZERO
from sourcead.transform.assemble import Assembler
from sourcead.transform.builder import Val, Virtual
from sourcead.transform.facts import Locations, find_useful, function_of
from sourcead.transform.needed import Needed, Program, find_needed, reverse_uses
from sourcead.transform.reverse import Reverse, positioned
from sourcead.transform.specialise import Specialised

__all__ = ["Gradient", "gradient", "is_pure"]


@dataclass
class Gradient:
    """A gradient's Wengert list, and what was found out on the way (for reports)."""

    function: Function
    specialised: Specialised
    needed: Needed
    kinds: dict[Name, Kind]
    primal: Function
    returns: list[str]


def gradient(done: Specialised, wrt: Sequence[int], *, value: bool, name: str, aux: bool = False) -> Gradient:
    """The gradient with respect to parameters `wrt` of a program with a real scalar result.

    The function takes the primal's parameters and `out_bar`, and returns the adjoints (a tuple if
    several), after the value if `value`.
    """
    b = done.builder
    primal = replace(done.function, body=positioned(done.function.body))
    params = [p.name for p in primal.params]
    result = done.result
    auxiliary: Operand | None = None
    if aux:
        items = b.components(result)
        assert items is not None and len(items) == 2
        result, auxiliary = items[0], b.operand(items[1])
    kind = b.kind(result)
    check_scalar(kind, primal.origin)
    useful = find_useful(primal.body, b.operand(result), done.heap, b.kinds)
    locations = Locations(primal.body, b.kinds, done.heap, params)

    def is_active(v: Any) -> bool:
        return isinstance(v, Name) and v in b.varied and v in useful and carries(b.kind(v))

    b.derivative = True
    b.new = set()
    sweep = Reverse(b, locations, is_active)
    b.origin = Origin.none()
    out_bar = b.fresh("out_bar", Py(float))
    with b.block() as reverse:
        sweep.adj.contribute(result, out_bar)
        sweep.sweep(primal.body)
        bars = [finish(sweep, params[i]) for i in wrt]
        returned = b.operand(bars[0] if len(bars) == 1 else Virtual(tuple(bars)))
    program = Program(primal.body, params)
    pure = lambda e: is_pure(e, b)  # noqa: E731
    trimmed = dead_code(Function(name, (), tuple(reverse), returned, primal.origin), pure).body
    uses = reverse_uses(trimmed, program, b.kinds)
    uses += loop_uses(trimmed, program, sweep)
    needed = find_needed(uses, program, locations, b.kinds, sweep.writes)
    assembler = Assembler(b, program, needed, sweep.writes)
    assembler.prepare(trimmed)
    forward = assembler.forward(primal.body, ())
    backward = assembler.reverse(trimmed, (), {})
    known = {n: assembler.exported.get(n, n) for n in assembler.exported}
    del known
    restored, finals = restore(b, locations, sweep.writes, needed, params)
    if restored:
        backward = [Try(tuple(backward), (), (), tuple(restored), (), (), (), Origin.none())]
    if value:
        head = [b.operand(result)] + ([auxiliary] if auxiliary is not None else [])
        first: Val = head[0] if len(head) == 1 else Virtual(tuple(head))
        final: Val = Virtual((first, returned))
    elif auxiliary is not None:
        final = Virtual((returned, auxiliary))
    else:
        final = returned
    with b.block() as tail:
        result_operand = b.operand(final)
    parameters = (*primal.params, Param(out_bar, "seed"))
    body = (*forward, *finals, *backward, *tail)
    function = dead_code(Function(name, parameters, body, result_operand, primal.origin), pure)
    return Gradient(function, done, needed, b.kinds, primal, [])


def check_scalar(kind: Kind, origin: Origin) -> None:
    scalar = isinstance(kind, (Py, Np)) or (isinstance(kind, Array) and not kind.dims) or isinstance(kind, Number)
    dtype = dtype_of(kind)
    if not scalar or (dtype is not None and dtype.kind not in "fbiu"):
        raise NonScalarOutput.at(
            origin, f"the function returns {kind}, and `grad` needs one real number",
            "reduce the result (np.sum), or use sourcead.jacobian or sourcead.vjp",
        )


def finish(sweep: Reverse, name: Name) -> Val:
    """The adjoint of a parameter as it is returned: of its structure, sharing memory with nothing."""
    b = sweep.b
    kind = b.kind(name)
    if isinstance(kind, Py) and kind.type in (int, bool):
        raise IntegerArgument.at(Origin.none(), f"the argument `{name.hint}` is an integer", "pass a float")
    found = sweep.adj.peek(name)
    if found is None:
        taken = sweep.adj.take(name)
        return sweep.adj.zeros(name) if taken == ZERO else taken
    value: Val = found.value
    have = b.kind(value)
    if isinstance(kind, Py) and not isinstance(have, Py) and not isinstance(value, Const):
        return b.emit(Call(Ref(kind.type.__name__, kind.type), (found.value,)), kind, f"{name.hint}_bar")  # type: ignore[no-any-return]
    if isinstance(kind, Array) and not found.owned:
        fresh = sweep.adj.is_fresh(found.value) or not is_number(have)
        if not fresh:
            return b.emit(MethodCall(found.value, "copy", ()), kind, f"{name.hint}_bar")  # type: ignore[no-any-return]
    return value


def loop_uses(block: Block, program: Program, sweep: Reverse) -> list[Any]:
    """Reversed loops need the bounds of their ranges."""
    from sourcead.ir.nodes import For
    from sourcead.transform.needed import Use

    out = []
    for stmt in statements(block):
        if isinstance(stmt, For) and stmt.items == Const(None):
            loop = program.loops[stmt.origin.at]
            if isinstance(loop, For) and loop.exit is None and isinstance(loop.items, Name):
                definition = program.definitions[loop.items]
                if isinstance(definition.stmt, Assign) and isinstance(definition.stmt.expr, Call):
                    for arg in definition.stmt.expr.args:
                        if isinstance(arg, Name):
                            out.append(Use(arg, stmt.origin.at, False))
                else:
                    out.append(Use(loop.items, stmt.origin.at, False))
    return out


def restore(
    b: Any, locations: Locations, writes: list[Any], needed: Needed, params: Sequence[Name]
) -> tuple[list[Stmt], list[Stmt]]:
    """Arrays of the caller that the reverse sweep undoes: copied before it, put back after it."""
    names: dict[Name, None] = {}
    for w in writes:
        if w.number in needed.undone:
            for base in w.bases:
                owner, _ = locations.owner(base)
                if owner in params or owner not in b.definitions:
                    names[owner] = None
    restored: list[Stmt] = []
    finals: list[Stmt] = []
    for name in names:
        final = b.fresh(f"{name.hint}_final", b.kind(name))
        finals.append(Assign(final, MethodCall(name, "copy", ()), Origin.none()))
        restored.append(Store(name, Const(Ellipsis), final, None, Origin.none()))
    return restored, finals


def is_pure(expr: Any, b: Any) -> bool:
    """May the expression be dropped when nobody reads it?"""
    from sourcead.ir.nodes import Attr, MakeFunction
    from sourcead.transform.operations import OPERATORS

    match expr:
        case Op(op, args):
            if op in ("next", "import_", "super_"):
                return False
            known = [b.kind(a) for a in args if not isinstance(a, Const)]
            return all(not isinstance(k, type(None)) for k in known) or op not in OPERATORS
        case Attr() | MakeFunction():
            return True
        case Call(Ref(_, value)) if value in (range, len, np.zeros_like, enumerate, zip, reversed, object.__new__, float):
            return True
        case Call() | MethodCall():
            if isinstance(expr, MethodCall) and expr.method in ("copy", "sum", "astype"):
                return True
            rule = registry.lookup(function_of(expr, b.kinds))
            return rule is not None and rule.effects.pure and not rule.effects.writes
        case _:
            return False

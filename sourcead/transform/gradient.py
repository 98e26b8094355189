"""One differentiated function: from a specialised program to the Wengert list of its gradient.

`gradient` makes the function that runs the forward and the reverse sweep in one call; `pullback` the
one that returns the value and a nested function for the reverse sweep.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from sourcead.errors import NonScalarOutput
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
    carries,
    dtype_of,
)
from sourcead.ir.nodes import (
    Assign,
    Attr,
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
    Unpack,
)
from sourcead.ir.walk import operands, reads, statements, substitute
from sourcead.rules import registry
from sourcead.runtime.lists import like_object, zeros_like
from sourcead.runtime.shadows import Shadows
from sourcead.runtime.undo import copy_of, redo
from sourcead.simplify.copies import needless_copies
from sourcead.simplify.dead_code import dead_code
from sourcead.simplify.storage_classes import StorageClasses
from sourcead.transform.assemble import Assembler
from sourcead.transform.builder import Val, Virtual
from sourcead.transform.facts import (
    Locations,
    activity,
    find_selected,
    find_useful,
    function_of,
    view_base,
)
from sourcead.transform.heap import ITEM
from sourcead.transform.needed import Needed, Program, find_needed, reverse_uses
from sourcead.transform.reverse import Reverse, positioned
from sourcead.transform.specialise import Specialised

__all__ = ["Gradient", "Pullback", "clean", "gradient", "pullback"]


@dataclass
class Gradient:
    """A gradient's Wengert list, and what was found out on the way (for reports)."""

    function: Function
    specialised: Specialised
    needed: Needed
    kinds: dict[Name, Kind]
    primal: Function


@dataclass
class Sweeps:
    """The two sweeps before they are joined."""

    primal: Function
    result: Val
    auxiliary: Operand | None
    out_bar: Name
    forward: list[Stmt]
    backward: list[Stmt]
    returned: Operand
    undone: list[Name]  # owners of storage that the reverse sweep undoes
    assembler: Assembler
    locations: Locations
    uses: list[Any]


def sweeps(
    done: Specialised,
    wrt: Sequence[int],
    *,
    scalar: bool,
    aux: bool,
    single: bool,
    keep: bool = False,
) -> Sweeps:
    """Forward and reverse sweep of a specialised program, with respect to the parameters `wrt`."""
    b = done.builder
    primal = replace(done.function, body=positioned(done.function.body))
    params = [p.name for p in primal.params]
    result = done.result
    auxiliary: Operand | None = None
    if aux:
        items = b.components(result)
        if items is None or len(items) != 2:
            raise NonScalarOutput.at(
                primal.origin,
                "with has_aux the function returns a pair (value, aux)",
                "return a pair",
            )
        result, auxiliary = items[0], b.operand(items[1])
    if scalar:
        check_scalar(b.kind(result), primal.origin)
    useful = find_useful(primal.body, result, done.heap, b.kinds)
    locations = Locations(primal.body, b.kinds, done.heap, params)

    is_active = activity(b, useful)
    b.derivative = True
    b.new = set()
    b.formulas = {}
    sweep = Reverse(b, locations, is_active)
    sweep.selected = find_selected(primal.body, b.kinds, done.heap, locations.written)
    sweep.chosen = find_selected(primal.body, b.kinds, done.heap, (), by_name=True)
    b.origin = Origin.none()
    out_bar = b.fresh("out_bar", Py(float) if scalar else seed_kind(b, result))
    with b.block() as reverse:
        for name in params:
            if sweep.is_built(name):
                sweep.adj.open_list(name)
        sweep.adj.contribute(result, out_bar)
        sweep.sweep(primal.body)
        bars = [finish(sweep, params[i]) for i in wrt]
        returned = b.operand(bars[0] if single else Virtual(tuple(bars)))
    if sweep.adj.shadows is not None:
        reverse.insert(
            0, Assign(sweep.adj.shadows, Call(Ref("Shadows", Shadows), ()), Origin.none())
        )
    program = Program(primal.body, params)
    trimmed = clean(Function("", (), tuple(reverse), returned, primal.origin), b).body
    uses = reverse_uses(trimmed, program, b.kinds) + loop_uses(trimmed, program, sweep)
    needed = find_needed(uses, program, locations, b.kinds, sweep.writes)
    assembler = Assembler(b, program, needed, sweep.writes, keep)
    assembler.prepare(trimmed)
    forward = assembler.forward(primal.body, ())
    backward = assembler.reverse(trimmed, (), {})
    undone = undone_owners(locations, sweep.writes, needed, params)
    return Sweeps(
        primal,
        result,
        auxiliary,
        out_bar,
        forward,
        backward,
        returned,
        undone,
        assembler,
        locations,
        uses,
    )


def seed_kind(b: Any, value: Val) -> Kind:
    """The kind of the cotangent of a value."""
    return b.kind(value)  # type: ignore[no-any-return]


def gradient(
    done: Specialised,
    wrt: Sequence[int],
    *,
    value: bool,
    name: str,
    aux: bool = False,
    single: bool = True,
) -> Gradient:
    """The gradient with respect to parameters `wrt` of a program with a real scalar result.

    The function takes the primal's parameters and `out_bar`, and returns the adjoints (a tuple unless
    `single`), after the value if `value`, together with the auxiliary output if `aux`.
    """
    b = done.builder
    s = sweeps(done, wrt, scalar=True, aux=aux, single=single)
    params = [p.name for p in s.primal.params]
    backward, returned = s.backward, s.returned
    callers = [n for n in s.undone if n in params or n not in b.definitions]
    finals = [b.fresh(f"{n.hint}_final", b.kind(n)) for n in callers]
    head: list[Stmt] = [
        Assign(f, MethodCall(n, "copy", ()), Origin.none()) for n, f in zip(callers, finals)
    ]
    if callers:
        put_back = tuple(
            Store(n, Const(Ellipsis), f, None, Origin.none()) for n, f in zip(callers, finals)
        )
        kept = b.fresh(
            returned.hint if isinstance(returned, Name) else "gradient", b.kind(returned)
        )
        backward = [Try(tuple(backward), (), (), put_back, (kept,), (returned,), (), Origin.none())]
        returned = kept
    if value:
        first: Val = s.result if s.auxiliary is None else Virtual((s.result, s.auxiliary))
        final: Val = Virtual((first, returned))
    else:
        final = returned if s.auxiliary is None else Virtual((returned, s.auxiliary))
    with b.block() as tail:
        result_operand = b.operand(final)
    parameters = (*s.primal.params, Param(s.out_bar, "seed"))
    body = (*s.forward, *head, *backward, *tail)
    function = clean(Function(name, parameters, body, result_operand, s.primal.origin), b)
    return Gradient(function, done, s.assembler.needed, b.kinds, s.primal)


@dataclass
class Pullback:
    """The two halves of a split call: `forward(args) -> (value, saved)`, `reverse(saved, out_bar) -> bars`."""

    forward: Function
    reverse: Function
    specialised: Specialised
    needed: Needed
    result: Val
    kinds: dict[Name, Kind]


def pullback(done: Specialised, wrt: Sequence[int], *, name: str) -> Pullback:
    """A split call whose reverse half may be called any number of times, whatever happens in between."""
    b = done.builder
    s = sweeps(done, wrt, scalar=False, aux=False, single=False, keep=True)
    lists = [saved.name for saved in s.assembler.lists.values()]
    exposed = [n for n in dict.fromkeys(u.name for u in s.uses if u.content) if is_exposed(b, s, n)]
    params = [p.name for p in s.primal.params]
    undone = [n for n in s.undone if n in params or n not in b.definitions or is_exposed(b, s, n)]
    owners = list(dict.fromkeys(source_of_copy(b, s.locations, n) for n in [*undone, *exposed]))
    forward, backward = list(s.forward), list(s.backward)
    before: list[Stmt] = []
    after: list[Stmt] = []
    if s.assembler.redo is not None:
        before.append(Assign(s.assembler.redo, Op("list", ()), Origin.none()))
        after.append(
            Assign(
                b.fresh("_", NoneKind()),
                Call(Ref("redo", redo), (s.assembler.redo,)),
                Origin.none(),
            )
        )
    kept: dict[Name, Name] = {}
    for owner in owners:
        found = s.assembler.program.definitions.get(owner)
        if found is not None and s.assembler.program.loop_home(found.home) is not None:
            continue  # of one turn of a loop: nobody else can have it but through what is copied here
        copy = b.fresh(f"{owner.hint}_kept", b.kind(owner))
        seen = s.assembler.exported.get(owner, owner)  # of a branch: None where that was not taken
        making = (
            MethodCall(owner, "copy", ())
            if seen == owner
            else Call(Ref("copy_of", copy_of), (seen,))
        )
        forward.append(Assign(copy, making, Origin.none()))
        owner = seen if isinstance(seen, Name) else owner
        kept[owner] = copy
        if making == MethodCall(owner, "copy", ()) and (
            owner in s.undone or not s.locations.is_static(owner)
        ):
            now = b.fresh(f"{owner.hint}_now", b.kind(owner))
            before += [
                Assign(now, MethodCall(owner, "copy", ()), Origin.none()),
                Store(owner, Const(Ellipsis), copy, None, Origin.none()),
            ]
            after.append(Store(owner, Const(Ellipsis), now, None, Origin.none()))
        else:
            backward = [substitute(stmt, {owner: copy}) for stmt in backward]
    free = [
        n
        for n in dict.fromkeys([*free_names([*before, *backward, *after]), *lists])
        if n != s.out_bar
    ]
    free = [n for n in free if n in set(free_names([*before, *backward, *after]))]
    copies: list[Stmt] = []
    for name_ in lists:
        if name_ in free:
            again = b.fresh(name_.hint, b.kind(name_))
            copies.append(Assign(again, MethodCall(name_, "copy", ()), Origin.none()))
            backward = [substitute(stmt, {name_: again}) for stmt in backward]
    returned = s.returned
    if after:
        out = b.fresh("gradient", b.kind(returned))
        backward = [
            Try(tuple(backward), (), (), tuple(after), (out,), (returned,), (), Origin.none())
        ]
        returned = out
    with b.block() as tail:
        pair = b.operand(Virtual((s.result, Virtual(tuple(free)))))
    first = Function(f"{name}_forward", s.primal.params, (*forward, *tail), pair, s.primal.origin)
    saved = b.fresh("saved", Unknown())
    unpack: list[Stmt] = [Unpack(tuple(free), None, saved, Origin.none())] if free else []
    second = Function(
        f"{name}_reverse",
        (Param(saved), Param(s.out_bar)),
        (*unpack, *copies, *before, *backward),
        returned,
        s.primal.origin,
    )
    return Pullback(clean(first, b), clean(second, b), done, s.assembler.needed, s.result, b.kinds)


def source_of_copy(b: Any, locations: Locations, name: Name) -> Name:
    """The owner of an array; of one that may or may not be a view, the owner of what it may look at."""
    owner, _ = locations.owner(name)
    while owner in locations.maybe:
        first = next((o for o in operands(b.definitions[owner]) if isinstance(o, Name)), None)
        if first is None:
            break
        owner, _ = locations.owner(first)
    return owner


def is_exposed(b: Any, s: Sweeps, name: Name) -> bool:
    """Could the caller change what is in this array between the sweeps (an argument, a global, a result)?"""
    if not isinstance(b.kind(name), Array):
        return False
    owner, _ = s.locations.owner(name)
    params = {p.name for p in s.primal.params}
    cls = s.locations.cls(name)
    shared = any(s.locations.cls(p) == cls for p in params if isinstance(b.kind(p), Array))
    results = result_names(s.result)
    return (
        owner in params
        or shared
        or owner not in b.definitions
        or any(isinstance(b.kind(r), Array) and s.locations.cls(r) == cls for r in results)
    )


def result_names(value: Val) -> list[Name]:
    if isinstance(value, Virtual):
        return [n for v in value.items for n in result_names(v)]
    return [value] if isinstance(value, Name) else []


def free_names(block: Sequence[Stmt]) -> list[Name]:
    """Names that the statements read and do not bind, in the order of their first use."""
    from sourcead.transform.facts import binds_all

    bound = {n for s in statements(tuple(block)) for n in binds_all(s)}
    found: dict[Name, None] = {}
    for stmt in statements(tuple(block)):
        for operand in reads(stmt):
            if isinstance(operand, Name) and operand not in bound:
                found[operand] = None
    return list(found)


def check_scalar(kind: Kind, origin: Origin) -> None:
    scalar = (
        isinstance(kind, (Py, Np))
        or (isinstance(kind, Array) and not kind.dims)
        or isinstance(kind, Number)
    )
    dtype = dtype_of(kind)
    if not scalar or (dtype is not None and dtype.kind not in "fbiu"):
        raise NonScalarOutput.at(
            origin,
            f"the function returns {kind}, and `grad` needs one real number",
            "reduce the result (np.sum), or use sourcead.jacobian or sourcead.vjp",
        )


def finish(sweep: Reverse, name: Name) -> Val:
    """The adjoint of a parameter as it is returned: of its structure, sharing memory with nothing."""
    b = sweep.b
    kind = b.kind(name)
    if isinstance(kind, (Tuple, Dict, Object)) or is_structure(b, kind):
        return finish_parts(sweep, name, kind)
    if sweep.adj.is_dynamic(name):
        return b.emit(MethodCall(sweep.adj.shadow(name), "copy", ()), kind, f"{name.hint}_bar")  # type: ignore[no-any-return]
    found = sweep.adj.peek(name)
    if found is None:
        return structured_zero(b, source_of_part(sweep, name), kind)
    return finish_value(sweep, found.value, found.owned, kind, f"{name.hint}_bar")


def is_structure(b: Any, kind: Kind) -> bool:
    """A list argument of several kinds, which is told by its elements."""
    return isinstance(kind, List) and 0 in b.heap.known(kind.site)


def finish_value(sweep: Reverse, value: Operand, owned: bool, kind: Kind, hint: str) -> Val:
    b = sweep.b
    have = b.kind(value)
    if isinstance(kind, Py) and not isinstance(have, Py) and not isinstance(value, Const):
        return b.emit(Call(Ref(kind.type.__name__, kind.type), (value,)), kind, hint)  # type: ignore[no-any-return]
    if isinstance(kind, Array) and not kind.dims and not isinstance(have, Array):
        return b.emit(Call(Ref("np.array", np.array), (value,)), kind, hint)  # type: ignore[no-any-return]
    if isinstance(kind, Array):
        if value in sweep.returned or (not owned and not sweep.adj.is_fresh(value)):
            return b.emit(MethodCall(value, "copy", ()), kind, hint)  # type: ignore[no-any-return]
        sweep.returned.add(value)
    return value


def finish_parts(sweep: Reverse, name: Name, kind: Kind) -> Val:
    """Tuples, dicts and objects: the same structure, with None where a leaf carries no derivative."""
    b = sweep.b
    slots: list[tuple[Any, Kind]]
    if isinstance(kind, Tuple):
        slots = list(enumerate(kind.items))
    else:
        slots = [
            (slot, b.heap.read(kind.site, slot))
            for slot in b.heap.known(kind.site)
            if slot != ITEM or isinstance(kind, Dict)
        ]  # type: ignore[union-attr]
    values = [finish_slot(sweep, name, kind, slot, each) for slot, each in slots]
    if isinstance(kind, Tuple):
        return Virtual(tuple(values), "tuple", kind.cls)
    if isinstance(kind, List):
        return b.emit(Op("list", tuple(map(b.operand, values))), Unknown(), f"{name.hint}_bar")  # type: ignore[no-any-return]
    flat = tuple(o for (slot, _), v in zip(slots, values) for o in (Const(slot), b.operand(v)))
    made: Operand = b.emit(Op("dict", flat), Unknown(), f"{name.hint}_bar")
    if isinstance(kind, Object):
        made = b.emit(
            Call(Ref("like_object", like_object), (source_of_part(sweep, name), made)),
            Unknown(),
            f"{name.hint}_bar",
        )
    return made  # type: ignore[return-value]


def finish_slot(sweep: Reverse, name: Name, kind: Kind, slot: Any, each: Kind) -> Val:
    if not carries(each):
        return Const(None)
    part = sweep.adj.part(name, slot)
    if (
        isinstance(kind, (Dict, Object))
        and kind.site in sweep.at.mutated_sites
        and isinstance(each, (Py, Np, Array))
    ):
        if not sweep.adj.is_dynamic(part):
            like = Const(0.0) if isinstance(each, (Py, Np)) else sweep.adj.read_part(part)
            held = sweep.adj.take_slot(source_of_part(sweep, name), Const(slot), like, each)
            sweep.adj.contribute_number(part, each, held, transient=False, owned=True, shared=False)
    return finish(sweep, part)


def source_of_part(sweep: Reverse, name: Name) -> Operand:
    return sweep.adj.read_part(name) if name in sweep.adj.part_reads else name


def structured_zero(b: Any, name: Operand, kind: Kind) -> Val:
    if isinstance(kind, (Py, Np)):
        if isinstance(kind, Np):
            return b.emit(
                Call(Ref(f"np.{kind.dtype}", np.dtype(kind.dtype).type), (Const(0.0),)), kind
            )  # type: ignore[no-any-return]
        return Const(0j if kind == Py(complex) else 0.0)
    if isinstance(kind, Array):
        return b.emit(Call(Ref("np.zeros_like", np.zeros_like), (name,)), kind, "zero")  # type: ignore[no-any-return]
    return b.emit(Call(Ref("zeros_like", zeros_like), (name,)), kind, "zero")  # type: ignore[no-any-return]


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


def undone_owners(
    locations: Locations, writes: list[Any], needed: Needed, params: Sequence[Name]
) -> list[Name]:
    """The arrays whose content the reverse sweep takes back."""
    bases = [base for w in writes if w.number in needed.undone for base in w.bases]
    owners: dict[Name, None] = {}
    for base in bases:
        if locations.is_static(base):
            owners[locations.owner(base)[0]] = None
        else:  # any of the arguments that it may be
            owners.update(
                (p, None)
                for p in params
                if isinstance(locations.kinds.get(p), Array)
                and locations.cls(p) == locations.cls(base)
            )
    return list(owners)


def clean(function: Function, b: Any) -> Function:
    """Without statements and copies that nothing needs."""

    def pure(expr: Any) -> bool:
        return is_pure(expr, b)

    storage = StorageClasses(function, pure, lambda e: shared_bases(e, b), b.kind)
    return needless_copies(dead_code(function, pure, storage))


def shared_bases(expr: Any, b: Any) -> list[Name]:
    """The arrays whose storage the value of `expr` may share."""
    base = view_base(expr, b.kinds)
    if base is not None:
        return [base]
    if isinstance(expr, (Call, MethodCall)):
        rule = registry.lookup(function_of(expr, b.kinds))
        if rule is not None and rule.effects.returns not in ("fresh", "scalar"):
            given = (expr.value, *expr.args) if isinstance(expr, MethodCall) else expr.args
            return [a for a in given if isinstance(a, Name)]
    return []


def is_pure(expr: Any, b: Any) -> bool:
    """May the expression be dropped when nobody reads it?"""
    from sourcead.ir.nodes import MakeFunction
    from sourcead.transform.operations import OPERATORS

    match expr:
        case Op(op, args):
            if op in ("next", "import_", "super_"):
                return False
            known = [b.kind(a) for a in args if not isinstance(a, Const)]
            return all(not isinstance(k, type(None)) for k in known) or op not in OPERATORS
        case Attr() | MakeFunction():
            return True
        case Call(Ref(_, value)) if value in (
            range,
            len,
            np.zeros_like,
            enumerate,
            zip,
            reversed,
            object.__new__,
            float,
        ):
            return True
        case Call() | MethodCall():
            if isinstance(expr, MethodCall) and expr.method in ("copy", "sum", "astype"):
                return True
            rule = registry.lookup(function_of(expr, b.kinds))
            return rule is not None and rule.effects.pure and not rule.effects.writes
        case _:
            return False

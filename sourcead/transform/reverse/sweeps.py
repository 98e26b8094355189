"""The two sweeps of one specialised program, before they are put into one function or two."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from sourcead.analysis.sizes import Sizes
from sourcead.errors import NonScalarOutput
from sourcead.ir.kinds import Array, Kind, Np, Number, Py, Tuple, Unknown, dtype_of, is_optional
from sourcead.ir.nodes import (
    Assign,
    Call,
    Const,
    Function,
    MethodCall,
    Name,
    Op,
    Operand,
    Origin,
    Ref,
    Stmt,
)
from sourcead.ir.walk import statements
from sourcead.runtime.open_shadows import OpenShadows
from sourcead.runtime.shadows import Shadows
from sourcead.simplify.stretches import stretches
from sourcead.transform.activity import activity, find_useful
from sourcead.transform.builder import Val, Virtual
from sourcead.transform.clean import clean
from sourcead.transform.effects import index_kinds
from sourcead.transform.formulas import start_derivative
from sourcead.transform.halves import Half
from sourcead.transform.indexing import element_kind
from sourcead.transform.locations import Locations, names_of
from sourcead.transform.positions import positioned
from sourcead.transform.reverse.compared import Comparisons
from sourcead.transform.reverse.finish import Finish
from sourcead.transform.reverse.grown_lists import GrownLists
from sourcead.transform.reverse.keeping import forward_sweep
from sourcead.transform.reverse.kept import Kept, plan_kept
from sourcead.transform.reverse.list_reads import check_list_reads
from sourcead.transform.reverse.needed import Needed, find_needed
from sourcead.transform.reverse.program import Program
from sourcead.transform.reverse.returning import Returning
from sourcead.transform.reverse.settled import settled_views
from sourcead.transform.reverse.state import State, Write
from sourcead.transform.reverse.structures import Structures, holds_containers
from sourcead.transform.reverse.sweep import reverse_sweep
from sourcead.transform.reverse.unbound import maybe_unbound
from sourcead.transform.reverse.uncertain import check_uncertain
from sourcead.transform.reverse.uses import Use, reverse_uses
from sourcead.transform.selected import find_selected
from sourcead.transform.specialise import Specialised, Specialiser
from sourcead.transform.specialise.leaves import Leaf, bar_kind, parts_of
from sourcead.transform.trees import sites_in
from sourcead.transform.units import split_units
from sourcead.transform.wild import Wild

__all__ = ["Sweeps", "sweeps", "unpacked", "value_and_aux"]


@dataclass(frozen=True)
class Sweeps:
    """`returned`: the adjoints; `undone`: owners of storage that the reverse sweep undoes; `whole`: those
    whose content at the end a pullback keeps and puts in place; `redo`: the list of what was taken back of
    others and has to be done again at the end, if there is such; `table`: the adjoints found by identity."""

    primal: Function
    result: Val
    auxiliary: Val | None
    out_bar: Name
    forward: list[Stmt]
    backward: list[Stmt]
    returned: Operand
    undone: list[Name]
    whole: list[Name]
    locations: Locations
    uses: list[Use]
    program: Program
    needed: Needed
    kept: Kept
    redo: Name | None
    shadows: list[Name]
    table: Name | None


def sweeps(
    done: Specialised,
    wrt: Sequence[int],
    *,
    scalar: bool,
    aux: bool,
    single: bool,
    split: bool = False,
    again: bool = False,
    compared: bool = False,
    reopened: bool = False,
    callee: Half | None = None,
) -> Sweeps:
    """Forward and reverse sweep with respect to the parameters `wrt`.

    `scalar`: the result must be one number; `aux`: it is a pair of which the second item is handed out;
    `single`: there is one adjoint, not a tuple; `split`: the sweeps become functions of their own;
    `again`: the reverse sweep may run more than once; `compared`: what it reads is compared with what the
    forward sweep had (the verifying mode); `reopened`: the derivative is differentiated again.
    `callee`: of a recursive function; the arrays that it is given and writes are its results, too, and
    their adjoints are given (`Sweeps.shadows`) and changed; everything written in them is taken back.
    """
    done = unpacked(done) if aux else done
    b = done.builder
    places = () if callee is None else sorted(callee.unit.writes)
    writes = [done.function.params[i].name for i in places]
    calls = split_units(done, done.function.body, again, reopened, writes)
    primal = replace(done.function, body=positioned(calls.body))
    params = [p.name for p in primal.params]
    done.heap.settle(names_of(primal))
    result, auxiliary = value_and_aux(done) if aux else (done.result, None)
    leaves = _leaves(done, result, aux)
    if scalar:
        _check_scalar(b.kind(result), primal.origin)
    seeded = Virtual((result, *(leaf.value for leaf in leaves), *writes))
    useful = find_useful(primal.body, seeded, done.heap, b.kinds, b.formula_of)
    out = {p for leaf in leaves if holds_containers(b, leaf.value) for p in _sites(b, leaf.value)}
    locations = Locations(primal.body, b.kinds, done.heap, params, sorted(out))
    sizes = Sizes(primal.body, b.kinds, partial(_element, b))
    program = Program(primal.body, params)
    ends = [result, *(leaf.value for leaf in leaves), *writes]
    locations.settled = settled_views(locations, program, primal.body, ends)
    structures = Structures(b, locations, params, primal.body, leaves)
    s = State(b, locations, structures, activity(b, useful), sizes)
    s.unbound = maybe_unbound(primal.body)
    check_uncertain(s, primal.body, program)
    s.saved_by_units, s.reopened = calls.saved, reopened
    s.adj.fitting.reopened = reopened
    start_derivative(b)
    seen = result if callee is None else Const(None)  # the caller may leave out what it gets
    left_out = partial(
        find_selected,
        primal.body,
        seen,
        b.kinds,
        done.heap,
        is_active=s.is_active,
        divided=b.divided,
    )
    s.rules.selected = left_out(locations.overwritten)
    s.rules.chosen = left_out((), by_name=True)
    s.rules.wild = Wild(b, s.rules.needs_guard, primal.body)
    b.origin = Origin.none()
    out_bar = b.fresh("out_bar", Py(float) if scalar else _bar_kind(b.kind(result), leaves))
    prologue: list[Stmt] = []
    epilogue: list[Stmt] = []
    b.aside += [prologue, epilogue]
    if again:
        s.adj.parts.split = prologue, epilogue
    shadowed = () if callee is None else callee.shadowed
    shadows = {params[i]: b.fresh(_shadow_hint(params[i]), b.kind(params[i])) for i in shadowed}
    s.adj.given(shadows)
    reverse, returned = _adjoints(s, primal, leaves, out_bar, wrt, single, prologue)
    s.adj.check_given(shadows, primal.origin)
    written = stretches(Function("", (), tuple(reverse), returned, primal.origin), b)
    trimmed = clean(written, b).body
    check_list_reads(s, primal.body, trimmed, program)
    uses = reverse_uses(trimmed, program, s.adj.table.name)
    leaving = [primal.result, *(leaf.value for leaf in leaves)]
    handed_out = {each for each in leaving if isinstance(each, Name)}
    lists = GrownLists(primal.body, handed_out, program, locations, b.kinds)
    needed = find_needed(
        uses, program, locations, b.kinds, s.writes, s.contents, _into(s, writes), lists
    )
    kept = plan_kept(b, program, needed, s.writes, trimmed)
    if compared:
        kept.comparisons = Comparisons(b, program, uses)
    forward = [*prologue, *forward_sweep(kept, primal.body, split=split), *epilogue]
    if kept.comparisons is not None:
        forward = [*kept.comparisons.opening(), *forward]
    undone = _undone_owners(locations, s.writes, needed, params)
    whole = [n for n in undone if again and _is_whole(s, program, n)]

    def is_noted(base: Name) -> bool:
        is_copied = locations.is_static(base) and locations.owner(base)[0] in whole
        return locations.is_in_argument(base) or (again and not is_copied)

    returning = Returning(kept, noted=is_noted)
    backward = returning.block(trimmed, (), {})
    return Sweeps(
        primal,
        result,
        auxiliary,
        out_bar,
        forward,
        backward,
        returned,
        undone,
        whole,
        locations,
        uses,
        program,
        needed,
        kept,
        returning.redo,
        list(shadows.values()),
        s.adj.table.name,
    )


def _shadow_hint(name: Name) -> str:
    """`out_bar` is the adjoint of the value."""
    return f"{name.hint}_bar" if name.hint != "out" else "out_array_bar"


def _into(s: State, arrays: Sequence[Name]) -> set[int]:
    """The writes into these arrays, or views of them."""
    classes = {s.at.cls(name) for name in arrays}
    return {w.number for w in s.writes if any(s.at.cls(base) in classes for base in w.bases)}


def _element(b: Specialiser, base: Name, index: Operand) -> Kind | None:
    """The kind of what is written at `base[index]`."""
    kind, parts = b.kind(base), index_kinds(index, b.kinds)
    if not isinstance(kind, Array) or parts is None:
        return None
    made = b.definitions.get(index) if isinstance(index, Name) else None
    is_tuple = isinstance(made, Op) and made.op == "tuple"
    items = made.args if isinstance(made, Op) and is_tuple else (index,)
    slices = [b.definitions.get(i) if isinstance(i, Name) else None for i in items]
    bounds = [s.args if isinstance(s, Op) and s.op == "slice" else None for s in slices]
    return element_kind(kind, parts, bounds) if len(bounds) == len(parts) else None


def _adjoints(
    s: State,
    primal: Function,
    leaves: Sequence[Leaf],
    out_bar: Name,
    wrt: Sequence[int],
    single: bool,
    prologue: list[Stmt],
) -> tuple[list[Stmt], Operand]:
    """The reverse sweep as if everything were at hand, and what it returns; `prologue`: noted at the start."""
    params = [p.name for p in primal.params]
    with s.b.block() as reverse:
        for name in params:
            if s.is_built(name):
                s.adj.open_list(name)
        for value, bar in parts_of(s.b, out_bar, leaves):
            s.adj.contribute_result(value, bar)
        reverse_sweep(s, primal.body)
        finish = Finish(s, prologue)
        bars = [finish.finish(params[i]) for i in wrt]
        for i, bar in zip(wrt, bars):
            if bars.count(bar) == 1:
                s.b.called.note_result(params[i], bar)
        returned = s.b.operand(bars[0] if single else Virtual(tuple(bars)))
    if s.adj.table.name is not None:
        table = OpenShadows if s.reopened and _can_open(s, reverse, s.adj.table.name) else Shadows
        made = Assign(s.adj.table.name, Call(Ref(table.__name__, table), ()), Origin.none())
        reverse.insert(0, made)
    return reverse, returned


def _leaves(done: Specialised, result: Val, aux: bool) -> tuple[Leaf, ...]:
    """What the differentiated part of the result holds."""
    if not aux:
        return done.leaves
    inside = [leaf for leaf in done.leaves if leaf.path and leaf.path[0].key == 0]
    return tuple(Leaf(leaf.path[1:], leaf.value) for leaf in inside) or (Leaf((), result),)


def _sites(b: Specialiser, value: Val) -> set[str]:
    return sites_in(b.heap, b.kind(value))


def _bar_kind(kind: Kind, leaves: Sequence[Leaf]) -> Kind:
    is_one = len(leaves) == 1 and not leaves[0].path
    return kind if is_one else bar_kind(kind)


def _can_open(s: State, reverse: Sequence[Stmt], table: Name) -> bool:
    """Has the table of a gradient that is differentiated again all that is asked for?

    All methods that are called; and what complex memory holds may be looked at as real numbers, too.
    """
    if any(dtype.kind == "c" for dtype in map(dtype_of, s.b.kinds.values()) if dtype is not None):
        return False
    calls = (stmt.expr for stmt in statements(tuple(reverse)) if isinstance(stmt, Assign))
    methods = {c.method for c in calls if isinstance(c, MethodCall) and c.value == table}
    return all(hasattr(OpenShadows, method) for method in methods)


def unpacked(done: Specialised) -> Specialised:
    """The items of a pair that is returned as one value (the result of a call) are names of their own."""
    if not isinstance(done.result, Name) or not isinstance(done.builder.kind(done.result), Tuple):
        return done
    with done.builder.block() as last:
        items = done.builder.components(done.result)
    if items is None:
        return done
    function = replace(done.function, body=(*done.function.body, *last))
    return replace(done, function=function, result=Virtual(tuple(items)))


def value_and_aux(done: Specialised) -> tuple[Val, Val]:
    """The value and the auxiliary output of a function that returns both."""
    items = done.builder.components(done.result)
    if items is None or len(items) != 2:
        raise NonScalarOutput.at(
            done.function.origin,
            "with has_aux the function returns a pair (value, aux)",
            "return a pair",
        )
    return items[0], items[1]


def _check_scalar(kind: Kind, origin: Origin) -> None:
    scalar = isinstance(kind, (Py, Np, Number)) or (isinstance(kind, Array) and not kind.dims)
    dtype = dtype_of(kind)
    if not scalar or (dtype is not None and dtype.kind not in "fbiu"):
        found = "something of unknown kind" if kind == Unknown() else str(kind)
        raise NonScalarOutput.at(
            origin,
            f"the function returns {found}, and `grad` needs one real number",
            "reduce the result (np.sum), or use sourcead.jacobian or sourcead.vjp",
        )


def _undone_owners(
    locations: Locations, writes: Sequence[Write], needed: Needed, params: Sequence[Name]
) -> list[Name]:
    """The arrays whose content the reverse sweep takes back."""
    owners: dict[Name, None] = {}
    for base in (base for w in writes if w.number in needed.undone for base in w.bases):
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


def _is_whole(s: State, program: Program, owner: Name) -> bool:
    """Is there this one array from its making to the end of the sweep, under this name?"""
    found = program.definitions.get(owner)
    if found is None or not isinstance(s.kind(owner), Array) or is_optional(s.kind(owner)):
        return False
    is_one = found.role == "param" or (found.role == "assign" and len(found.at) == 1)
    return is_one and owner not in s.unbound and not s.at.is_in_argument(owner)

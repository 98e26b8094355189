"""The stages by name and order; the only file that knows all of them.

function --lower--> Wengert list --specialise--> kinds known --gradient/tangent--> derivative
         --simplify--> Wengert list --emit--> text --load--> callable
"""

from __future__ import annotations

import os
import types
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from typing import Any

from sourcead.callables import (
    Compiled,
    Mode,
    Source,
    Written,
    gradient_source,
    origin_of,
    source_of,
)
from sourcead.emit.load import load, texts_behind
from sourcead.emit.source import emit
from sourcead.errors import NotDifferentiable, NotSeparable, SourceADError
from sourcead.fallback import or_else
from sourcead.guards import assumptions
from sourcead.ir.check import check
from sourcead.ir.kinds import Dict, Kind, List, Object, Tuple, Value, carries
from sourcead.ir.nodes import (
    Assign,
    Call,
    Const,
    Function,
    Name,
    Origin,
    Param,
    Ref,
    Try,
)
from sourcead.ir.walk import statements, substitute
from sourcead.of_derivatives import said_of_the_function
from sourcead.offences import all_offences, lower_without
from sourcead.outer_sharing import with_check
from sourcead.runtime.batched import one_by_one
from sourcead.runtime.structures import entry_of
from sourcead.simplify.polish import on_lists as lists_for_arrays
from sourcead.simplify.polish import polished
from sourcead.simplify.updates import updates
from sourcead.transform.adjacent import adjacent_together
from sourcead.transform.argument_writes import arguments_written
from sourcead.transform.batch import batch
from sourcead.transform.clean import clean
from sourcead.transform.forward.sweep import tangent
from sourcead.transform.gradient import gradient
from sourcead.transform.halves import Half, without_arguments
from sourcead.transform.hoisted import hoisted
from sourcead.transform.integer_leaves import refuse_integer_leaves
from sourcead.transform.invariant import without_invariant_extrema
from sourcead.transform.left_out import LEFT_OUT, leave_out
from sourcead.transform.outer_storage import outer_storage
from sourcead.transform.passed import Tools
from sourcead.transform.pullback import pullback
from sourcead.transform.rerun import rerun
from sourcead.transform.seeded import CannotSeparate
from sourcead.transform.specialise import Specialised, specialise
from sourcead.transform.split import split
from sourcead.transform.structure import Tainted, both_arms, structural
from sourcead.transform.units import halves_in, refuse_writes

__all__ = ["compile_derivative", "template_of_gradient"]


# -- what a compilation looks into ---------------------------------------------------------------


@dataclass
class LookedInto:
    """The functions with their Wengert lists, the classes and the objects that the code under way depends on.

    A derivative of a derivative depends on what the inner one depends on.
    """

    functions: list[tuple[Any, Function]] = field(default_factory=list)
    classes: dict[type, None] = field(default_factory=dict)
    objects: dict[tuple[int, str], tuple[Any, bool]] = field(default_factory=dict)  # `looked_at.py`
    numbers: dict[str, None] = field(default_factory=dict)  # `fixed_numbers.py`

    def note(self, done: Specialised, kinds: Sequence[Kind]) -> None:
        self.functions += done.builder.seen
        self.objects |= done.builder.looked_at
        self.numbers |= done.builder.fixed_numbers
        live = done.builder.live_kinds
        for kind in (*kinds, *done.builder.kinds.values(), *live):
            self.classes.update(dict.fromkeys(_classes(kind)))


def _classes(kind: Kind) -> Iterator[type]:
    match kind:
        case Object(cls, _, fields):
            yield cls
            for _, inner in fields:
                yield from _classes(inner)
        case Tuple(items, cls):
            if cls is not tuple:
                yield cls
            for inner in items:
                yield from _classes(inner)
        case List(item, _, items):
            for inner in items or (item,):
                yield from _classes(inner)
        case Dict(value, _, fields):
            for inner in (value, *(k for _, k in fields or ())):
                yield from _classes(inner)
        case Value(value=value) if isinstance(value, type):
            yield value
        case _:
            return


_looked_into: ContextVar[LookedInto] = ContextVar("looked_into")


@contextmanager
def looking() -> Iterator[LookedInto]:
    """What is looked into while the block runs, by it and by derivatives within derivatives."""
    mine = LookedInto()
    token = _looked_into.set(mine)
    try:
        yield mine
    finally:
        _looked_into.reset(token)
    if (outer := _looked_into.get(None)) is not None:  # what a passed function depends on
        outer.functions += mine.functions
        outer.classes.update(mine.classes)
        outer.objects |= mine.objects
        outer.numbers |= mine.numbers


# -- the stages ----------------------------------------------------------------------------------


@dataclass
class Derived:
    """The derivative's Wengert list for one signature, before it becomes text."""

    functions: tuple[Function, ...]  # one, or the two halves of a pullback
    done: Specialised
    details: Any
    one_by_one: str = ""  # why a batch of seeds is taken one after the other
    stacked: bool = False  # the second function is for a stack of seeds: its numbers may be arrays

    @property
    def behind(self) -> dict[Half, Function]:
        """The derivatives of recursive functions that these functions call by name."""
        return derivatives_of_units(self.functions)


def specialised(
    source: Source,
    kinds: Sequence[Kind],
    wrt: Sequence[int],
    places: frozenset[Origin] = frozenset(),
    shared: Sequence[int] = (),
    opened: bool = False,
    copied: frozenset[Hashable] = frozenset(),
    at_once: bool = False,
) -> Specialised:
    """The primal for arguments of these kinds, of which those at `wrt` vary, and those at `shared` share memory.

    Without the statements at `places`, if they are given: see `offences.py`.  `opened`: with reads of all
    that the result holds; `copied`, `at_once`: see `specialise`.
    """
    template, lower = source.template(kinds), lower_without(places)
    if places:
        template = replace(leave_out(template, places), origin=Origin.none())
        if template.result == LEFT_OUT:
            template = replace(template, result=Const(0.0))
    varied = [i in wrt and carries(k) for i, k in enumerate(kinds)]
    done = specialise(
        template,
        kinds,
        varied,
        lower=lower,
        live=source.live,
        tools=tools_for(source),
        shared=shared,
        opened=opened,
        copied=copied,
        at_once=at_once,
    )
    refuse_integer_leaves(done, kinds, wrt)
    without_invariant_extrema(done)
    done = hoisted(adjacent_together(done))
    done = replace(done, function=updates(done.function, done.builder.kinds))
    if (looked_into := _looked_into.get(None)) is not None:
        looked_into.note(done, kinds)
    return done


def derive(
    source: Source,
    kinds: Sequence[Kind],
    mode: Mode,
    compared: bool = False,
    reopened: bool = False,
) -> Derived:
    """The stages up to the derivative's Wengert list.

    compared: with checks of what is read in reverse; reopened: it is differentiated again.
    """
    try:
        return derive_without(frozenset(), source, kinds, mode, compared, reopened)
    except SourceADError as error:
        every = all_offences(error, lambda places: derive_without(places, source, kinds, mode))
        raise said_of_the_function(every, origin_of(source)) from error.__cause__


def derive_without(
    places: frozenset[Origin],
    source: Source,
    kinds: Sequence[Kind],
    mode: Mode,
    compared: bool = False,
    reopened: bool = False,
) -> Derived:
    opened = mode.form in ("pullback", "adjoint")
    copied: frozenset[Hashable] = frozenset()
    while True:
        done = specialised(source, kinds, mode.wrt, places, mode.shared, opened, copied)
        try:
            with done.builder.ways_named():
                return transformed(done, source, mode, compared, reopened)
        except NotDifferentiable:
            if done.builder.to_copy <= copied:
                raise
            copied |= done.builder.to_copy


def transformed(
    done: Specialised, source: Source, mode: Mode, compared: bool, reopened: bool
) -> Derived:
    """The derivative of a specialised program."""
    name = f"{source.name.strip('<>')}_{_label(mode)}"
    if mode.form == "gradient":
        made = gradient(
            done, mode.wrt, value=mode.value, name=name, aux=mode.aux, single=mode.single,
            compared=compared, reopened=reopened,
        )  # fmt: skip
        return Derived((made.function,), done, made)
    if mode.form == "adjoint":
        both_sweeps = gradient(done, mode.wrt, value=False, name=name, single=False, scalar=False)
        return Derived((both_sweeps.function,), done, both_sweeps)
    if mode.form == "pullback":
        halves = pullback(done, mode.wrt, name=name, aux=mode.aux)
        both = Derived((halves.forward, halves.reverse), done, halves)
        return batched(both, [halves.reverse.params[1].name]) if mode.batch else both
    separate = mode.form == "linear"
    written = tangent(done, mode.wrt, name=name, aux=mode.aux, separate=separate)
    function = clean(written, done.builder)
    if mode.form == "structure":
        return structure(function, done, mode.wrt, name)
    if mode.form == "tangent":
        return Derived((function,), done, None)
    both = separated(function, done, name)
    tangents = [p.name for p in function.params if p.form == "tangent"]
    return batched(both, tangents) if mode.batch else both


def structure(function: Function, done: Specialised, wrt: Sequence[int], name: str) -> Derived:
    """A tangent function's two halves, the second of which works on dependences."""
    b = done.builder
    sources = [function.params[i].name for i in wrt]
    function = both_arms(function, b, Tainted(function, b.kinds, sources))
    tainted = Tainted(function, b.kinds, sources)
    halves = split(function, b, name=name)
    linear = structural(clean(halves.linear, b), b, tainted)
    return Derived((clean(halves.forward, b), linear), done, halves)


def separated(function: Function, done: Specialised, name: str) -> Derived:
    """A tangent function as what is computed once and the linear map."""
    try:
        halves = split(function, done.builder, name=name)
    except CannotSeparate as reason:
        try:
            halves = rerun(function, done, name=name)
        except (NotDifferentiable, CannotSeparate):
            raise NotSeparable.at(
                function.origin,
                f"the tangent cannot be kept as a linear map: {reason}",
                "use sourcead.jvp, or reverse mode",
            ) from None
    b = done.builder
    return Derived((clean(halves.forward, b), clean(halves.linear, b)), done, halves)


def batched(derived: Derived, seeds: Sequence[Name]) -> Derived:
    """The second half for stacks of seeds, where it can take them."""
    b = derived.done.builder
    first, second = derived.functions
    try:
        stacked = clean(batch(second, b, seeds), b)
        return replace(derived, functions=(first, stacked), stacked=True)
    except CannotSeparate as reason:
        return replace(derived, one_by_one=str(reason))


def tangent_of_unit(half: Half) -> Function:
    """The tangent function of a recursive function."""
    assert half.unit.done is not None
    b = half.unit.done.builder
    return _positional(
        clean(tangent(half.unit.done, half.wrt, name=half.name, given=half.unit.writes), b)
    )


def derivatives_of_units(functions: Sequence[Function]) -> dict[Half, Function]:
    """The derivatives of recursive functions that these functions call, and that those call."""
    found: dict[Half, Function] = {}
    open_ = [half for function in functions for half in halves_in(function)]
    while open_:
        half = open_.pop(0)
        if half in found:
            continue
        assert half.unit.done is not None
        refuse_writes(half.unit)
        b = half.unit.done.builder
        if half.form == "tangent":
            made = {half: tangent_of_unit(half)}
        elif half.form.startswith("linear"):
            name = f"{half.label}_linear"
            both = clean(
                tangent(half.unit.done, half.wrt, name=name, separate=True, given=half.unit.writes),
                b,
            )
            parts = split(both, b, name=name)
            made = {
                half.other("linear_forward"): clean(parts.forward, b),
                half.other("linear_map"): clean(parts.linear, b),
            }
        else:
            halves = pullback(
                half.unit.done, half.returned, name=half.label, again=half.again, callee=half
            )
            made = {half.other("forward"): halves.forward, half.other("reverse"): halves.reverse}
        found |= {other: without_arguments(function) for other, function in made.items()}
        open_ += [other for function in made.values() for other in halves_in(function)]
    return found


def tools_for(source: Source) -> Tools:
    """What calls of functions that are passed on need of the later stages (`transform/passed.py`)."""
    cells = _cells(source.live)
    scope = _scope(source, cells)

    def live(function: Function, inlined: Sequence[Any]) -> types.FunctionType:
        emitted = emit(function, scope=scope, inlined=inlined, closure=cells)
        return load(emitted, None, source.live.__globals__, cells)

    def derivative(
        function: types.FunctionType, kinds: Sequence[Kind], form: str, wrt: Sequence[int]
    ) -> tuple[Any, ...]:
        inner, _, outer = form.rpartition(" ")
        of = source_of(function)
        if inner:
            of = gradient_source(of, Mode(inner, (0,)))
        # Careful: generated code calls it by name, and is differentiated again.
        compiled = compile_derivative(of, kinds, Mode(outer, tuple(wrt)), careful=True)
        return (compiled.unchecked, compiled.reverse)[: len(compiled.functions)]

    def made(function: Function) -> Source:
        return replace(source, name=function.name, template=Written(function), receiver=None)

    return Tools(live, derivative, clean, tangent_of_unit, _derive_inside(), made, gradient_source)


def _derive_inside() -> Callable[[Source, Sequence[Kind], Mode], tuple[Function, ...]]:
    """`derive` for derivatives inside a program, which is gone through several times: each is made once."""
    known: dict[Any, tuple[Function, ...]] = {}

    def derived(source: Source, kinds: Sequence[Kind], mode: Mode) -> tuple[Function, ...]:
        key = (source.template, tuple(kinds), mode)
        found = known.get(key)
        if found is None:
            with _under_way(source, key):
                if mode.form == "gradient":
                    found = (template_of_gradient(source, mode, kinds),)
                else:
                    found = derive(source, kinds, mode).functions
            known[key] = found
        return found

    return derived


_open: ContextVar[tuple[Any, ...]] = ContextVar("open", default=())


@contextmanager
def _under_way(source: Source, key: Any) -> Iterator[None]:
    """A function that takes its own derivative would never be done."""
    if key in _open.get():
        code = source.live.__code__
        line = code.co_firstlineno
        raise NotDifferentiable.at(
            Origin(code.co_filename, line, 0, line, 0, source.name, ""),
            f"`{source.name}` takes a derivative of itself",
            "write the orders out, or take the derivative outside",
        )
    token = _open.set((*_open.get(), key))
    try:
        yield
    finally:
        _open.reset(token)


def template_of_gradient(source: Source, mode: Mode, kinds: Sequence[Kind]) -> Function:
    """A gradient as something that can itself be differentiated: seed 1, parameters of the primal."""
    function = derive(source, kinds, mode, reopened=True).functions[0]
    seed = next(p.name for p in function.params if p.form == "seed")
    body = tuple(substitute(s, {seed: Const(1.0)}) for s in function.body)
    result = Const(1.0) if function.result == seed else function.result
    params = tuple(p for p in function.params if p.form != "seed")
    return replace(function, body=body, params=params, result=result)


def compile_derivative(
    source: Source,
    kinds: Sequence[Kind],
    mode: Mode,
    careful: bool = False,
    compared: bool = False,
) -> Compiled:
    """All stages for arguments of these kinds.

    Where loops go over single elements, the derivative works on lists, and leaves exceptions to another
    one that works on the arrays (`careful`), which is compiled when it is first needed.  `compared`: for
    the verifying mode, see `derive`.
    """
    with looking() as looked_into:
        derived = derive(source, kinds, mode, compared)
    derived = replace(derived, functions=tuple(map(without_arguments, derived.functions)))
    on_lists = None if careful or compared else _with_lists(derived, mode)
    apart = mode.form == "gradient" and not mode.shared
    written = derived.functions if on_lists is None else (on_lists,)
    is_stacked = [derived.stacked and f is derived.functions[-1] for f in written]
    finished = (
        polished(f, derived.done.builder, apart, stacked) for f, stacked in zip(written, is_stacked)
    )
    derived = replace(derived, functions=tuple(finished))
    header = _header(source, kinds, mode)
    calls: list[Callable[..., Any]] = []
    texts = []
    behind: dict[str, None] = {}  # texts of functions made for this one
    inlined = [_plain(live) for live, _ in derived.done.builder.seen]
    cells = _cells(source.live)
    scope = _scope(source, cells)
    if os.environ.get("SOURCEAD_CHECK"):
        verify(derived)
    units = derived.behind
    cells_of = {half: types.CellType() for half in units}
    for half, function in units.items():
        assert half.unit.done is not None
        plain = _positional(polished(function, half.unit.done.builder))
        emitted = emit(
            plain,
            scope=scope,
            inlined=inlined,
            closure=cells,
            is_number=half.unit.done.builder.is_number,
            called=half.unit.done.builder.called.names,
        )
        texts.append(emitted.text)
        cells_of[half].cell_contents = load(
            emitted, None, source.live.__globals__, cells, made_later=cells_of
        )
    for function, stacked in zip(map(_positional, derived.functions), is_stacked):
        seeds = (
            {p.name.hint: 1.0 for p in function.params if p.form == "seed"}
            if mode.form == "gradient"
            else {}
        )
        emitted = emit(
            function,
            header=header,
            scope=scope,
            inlined=inlined,
            closure=cells,
            defaults=seeds,
            is_number=_nothing if stacked else derived.done.builder.is_number,
            called=derived.done.builder.called.names,
        )
        texts.append(emitted.text)
        behind.update((text, None) for text in texts_behind(emitted))
        calls.append(load(emitted, None, source.live.__globals__, cells, seeds, cells_of))
    if derived.one_by_one:
        calls[-1] = one_by_one(calls[-1])
        texts.append(f"# one seed after the other: {derived.one_by_one}\n")
    call: Callable[..., Any] = calls[0]
    if on_lists is not None:
        call = or_else(call, lambda: compile_derivative(source, kinds, mode, careful=True).call)
    sharing = outer_storage(derived.done, source.live, derived.functions[0])
    return Compiled(
        call if sharing is None else with_check(call, sharing),
        "\n\n".join([*behind, *texts]),
        derived.functions,
        derived.done.function,
        calls[-1],
        arguments_written(derived.done),
        any(map(_finds_by_identity, derived.functions)),
        derived.details,
        assumptions(
            looked_into.functions, looked_into.classes, looked_into.objects, looked_into.numbers
        ),
        _numbers(derived),
        call,
    )


def _nothing(_: Name) -> bool:
    return False


def _numbers(derived: Derived) -> Callable[[Name], bool]:
    """Which names hold numbers: kept in place of the builder, which knows much more."""
    if derived.stacked:
        return _nothing
    is_number = derived.done.builder.is_number
    bound = (
        stmt.target
        for function in derived.functions
        for stmt in statements(function.body)
        if isinstance(stmt, Assign)
    )
    return frozenset(filter(is_number, bound)).__contains__


def _finds_by_identity(function: Function) -> bool:
    entry = Ref("entry_of", entry_of)
    calls = [s.expr for s in statements(function.body) if isinstance(s, Assign)]
    return any(isinstance(e, Call) and e.func == entry for e in calls)


def _with_lists(derived: Derived, mode: Mode) -> Function | None:
    """A single function with lists for the arrays that its loops go over element by element."""
    if len(derived.functions) > 1:
        return None
    (function,) = derived.functions
    params = [p.name for p in function.params]
    apart = frozenset(params[i] for i in mode.wrt if mode.form == "gradient")
    return lists_for_arrays(function, derived.done.builder, apart)


def verify(derived: Derived) -> None:
    """Every name of the derivative's Wengert list is assigned once, and before it is read.

    Asked for by SOURCEAD_CHECK=1.  Programs with `try` are left out: what its body binds is visible
    behind it in the text, and not in the list.
    """
    primal = statements(derived.done.function.body)
    if not any(isinstance(s, Try) for s in primal):
        for function in derived.functions:
            check(function)


def _plain(function: Any) -> Any:
    """The function whose globals and cells the statements read: of a derivative, its primal's."""
    view = getattr(type(function), "__differentiable_source__", None)
    return function if view is None else view(function).live


def _positional(function: Function) -> Function:
    """Generated functions take one value for each parameter of the primal."""
    params = tuple(p if p.form == "seed" else Param(p.name) for p in function.params)
    return replace(function, params=params)


def _scope(source: Source, cells: dict[str, Any]) -> dict[str, Any]:
    """What the user's function sees by name."""
    found = {n: c.cell_contents for n, c in cells.items() if _is_bound(c)}
    return {**source.live.__globals__, **found}


def _is_bound(cell: Any) -> bool:
    try:
        cell.cell_contents  # noqa: B018
    except ValueError:
        return False
    return True


def _label(mode: Mode) -> str:
    return {
        "gradient": "value_and_grad" if mode.value else "grad",
        "pullback": "vjp",
        "adjoint": "adjoint",
        "tangent": "jvp",
        "linear": "linear",
        "structure": "structure",
    }[mode.form]


def _header(source: Source, kinds: Sequence[Kind], mode: Mode) -> str:
    label = _label(mode)
    args = ", ".join(f"{p.name}: {_plain_kind(k)}" for p, k in zip(source.parameters, kinds))
    return f"{label}({source.name}), {args}"


def _plain_kind(kind: Kind) -> str:
    from sourcead.ir.kinds import Array

    if isinstance(kind, Array):
        return f"{kind.dtype}[{', '.join('1' if d == 1 else ':' for d in kind.dims)}]"
    return str(kind)


def _cells(function: types.FunctionType) -> dict[str, Any]:
    return dict(zip(function.__code__.co_freevars, function.__closure__ or ()))

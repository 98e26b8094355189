"""Functions that call themselves below a test that is not decided while writing.

Their statements cannot be written in place of the call: there would be no end.  Such a function is
specialised by itself, once for the kinds of its arguments, and called by name:

    def f(x):                                   def depth(x, n):     # a unit: float, int -> float
        return depth(x, n)             ->           if n > 0: t = x * depth(x, n - 1)
                                                    ...
                                                def f(x): t = depth(x, n)

The kind of what it returns is found as a fixed point: first from the paths on which it does not call
itself, then with that kind for the calls, until it stands still; kinds of arguments that differ from
call to call are joined.  What becomes of a unit in a derivative: `transform/units.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from sourcead.errors import NotDifferentiable
from sourcead.ir.kinds import (
    Array,
    Closure,
    Dim,
    Kind,
    NoneKind,
    Np,
    Partial,
    Py,
    Sym,
    Text,
    Tuple,
    Unknown,
    Value,
    is_number,
    join,
)
from sourcead.ir.nodes import (
    Assign,
    Call,
    Capture,
    Const,
    Function,
    MakeFunction,
    Name,
    Op,
    Operand,
    Origin,
    Param,
    Ref,
    Stmt,
    StoreVariable,
)
from sourcead.ir.walk import statements
from sourcead.transform.builder import Val, Virtual
from sourcead.transform.effects import CalledByName
from sourcead.transform.specialise.context import Context, Unreached
from sourcead.transform.specialise.given import reaches_out, written_parameters
from sourcead.transform.specialise.stores import vary

if TYPE_CHECKING:
    from sourcead.transform.specialise.specialiser import Specialised

__all__ = ["Unit", "call_unit", "closure_template", "is_unit_call", "kind_here", "solved"]

MAX_ROUNDS = 12


@dataclass(eq=False, repr=False)
class Unit(CalledByName):
    """A recursive function for arguments of given kinds."""

    name: str
    code: Any  # what tells the function from others: its code object, or a nested function's syntax
    template: Function
    kinds: tuple[Kind, ...]
    varied: tuple[bool, ...]
    origin: Origin
    asked: tuple[Any, Any]  # kinds and activity of the call that it was made for
    live: Any = None  # the function object whose globals and cells it reads
    result: Kind | None = None  # not known before a path that returns has been found
    result_varied: bool = False
    solving: bool = True
    widened: bool = False
    done: Specialised | None = None
    writes: frozenset[int] = frozenset()  # positions of the arrays that it is given and writes
    raises: frozenset[type[BaseException]] = frozenset()  # what may leave it
    number: int = 0  # among units of one name that have derivatives
    derivatives: dict[Any, Any] = field(default_factory=dict)  # `transform/units.py`
    shares: bool = False  # may the result be (a view of) an argument?
    reaches_out: bool = False  # may it change a list, dict or object that it has not made?

    def widen(self, kinds: Sequence[Kind], varied: Sequence[bool]) -> None:
        """A call of itself with other kinds than were assumed."""
        wider = tuple(join(a, b) for a, b in zip(self.kinds, kinds))
        active = tuple(a or b for a, b in zip(self.varied, varied))
        if wider != self.kinds or active != self.varied:
            self.kinds, self.varied, self.widened = wider, active, True

    def written(self, args: Sequence[Operand]) -> list[Operand]:
        """Of the arguments of a call: the arrays that it writes."""
        return [args[i] for i in sorted(self.writes)]

    def note(
        self,
        writes: frozenset[int],
        varied: Sequence[bool],
        raises: set[type[BaseException]],
        reaches_out: bool,
    ) -> bool:
        """Is this more than was known: what is written, what of it varies then, what may be raised?"""
        active = tuple(a or b for a, b in zip(self.varied, varied))
        known = writes <= self.writes and active == self.varied and raises <= self.raises
        if known and reaches_out <= self.reaches_out:
            return False
        self.writes, self.varied = self.writes | writes, active
        self.raises |= raises
        self.reaches_out |= reaches_out
        return True

    def __repr__(self) -> str:
        return self.name

    def __call__(self, *args: Any) -> Any:
        raise TypeError(f"{self.name} is called before it is made")  # a name in a program only


def is_unit_call(s: Context, code: Any) -> bool:
    """Is the function one that calls itself, and this not the call that opens it for its own specialisation?"""
    if code not in s.recursive:
        return False
    unit = _being_solved(s, code)
    return unit is None or any(known is code for known, _ in s.stack) or s.solving is not unit


def _being_solved(s: Context, code: Any) -> Unit | None:
    return next((u for u in s.units if u.solving and u.code is code), None)


def call_unit(
    s: Context,
    code: Any,
    template: Function,
    values: Sequence[Val],
    hint: str,
    live: Any,
) -> Val:
    """The call of a recursive function with one value for each parameter."""
    kinds = tuple(_entry_kind(s, v) for v in values)
    varied = tuple(map(s.holds_varied, values))
    unit = _being_solved(s, code)
    if unit is not None:
        unit.widen(kinds, varied)
    else:
        unit = solved(s, code, template, kinds, varied, live)
    if unit.result is None:
        raise Unreached
    operands = tuple(map(s.operand, values))
    found = kind_here(unit.result, unit.kinds, kinds)
    value = s.emit(Call(Ref(unit.name, unit), operands), found, hint, unit.result_varied)
    for operand in operands if unit.shares else ():
        s.share(value, operand)
    if unit.reaches_out:
        s.escape(values, blind=True)
    for i in sorted(unit.writes):
        s.changes(values[i])
        if unit.varied[i]:
            vary(s, operands[i])
    return value


def solved(
    s: Context,
    code: Any,
    template: Function,
    kinds: Sequence[Kind],
    varied: tuple[bool, ...],
    live: Any,
) -> Unit:
    """The unit for arguments of these kinds."""
    plain = _canonical(kinds)
    for unit in s.units:
        if unit.code is code and unit.asked == (plain, varied):
            return unit  # type: ignore[no-any-return]
    name, asked = template.name.strip("<>"), (plain, varied)
    unit = Unit(name, code, template, plain, varied, s.origin, asked, live)
    s.units.append(unit)
    _solve(s, unit)
    return unit


def _entry_kind(s: Context, value: Val) -> Kind:
    """The kind of an argument as a parameter's: containers only where no derivative is in them."""
    kind = s.kind(value)
    if isinstance(kind, (Py, Np, Array, Text, NoneKind, Value)):
        return kind
    if isinstance(value, Virtual) and isinstance(kind, Tuple):
        return Tuple(tuple(_entry_kind(s, v) for v in value.items), kind.cls)
    if isinstance(kind, Tuple) and all(map(is_number, kind.items)):
        return kind
    if s.holds_varied(value):
        s.refuse(
            f"a {kind} that carries derivatives is passed to a function that calls itself",
            "pass numbers, arrays and tuples of them",
        )
    if isinstance(kind, (Closure, Partial)):
        s.refuse(
            "a function made on the spot is passed to a function that calls itself",
            "pass a function of a module",
        )
    return Unknown()  # what it holds is read where it is needed


# -- the fixed point -------------------------------------------------------------------------


def _solve(s: Context, unit: Unit) -> None:
    from sourcead.transform.specialise.specialiser import specialise

    before = len(s.units)
    for _ in range(MAX_ROUNDS):
        unit.widened = False
        del s.units[before:]  # they may have relied on what is not true any more
        try:
            done = specialise(
                unit.template,
                unit.kinds,
                unit.varied,
                lower=s.lower,
                tools=s.tools,
                live=unit.live,
                caller=s,
                solving=unit,
            )
        except Unreached:
            continue
        effects = *written_parameters(done), done.builder.raises, reaches_out(done)
        if unit.widened or unit.note(*effects):
            continue
        found = _told_outside(done.builder.kind(done.result), unit.kinds)
        active = done.builder.holds_varied(done.result)
        wider = found if unit.result is None else join(unit.result, found)
        if wider == unit.result and active <= unit.result_varied:
            _check(unit, s)
            unit.shares = _shares(done)
            unit.done, unit.solving = done, False
            return
        unit.result, unit.result_varied = wider, active or unit.result_varied
    if unit.result is None:
        raise NotDifferentiable.at(
            unit.template.origin,
            f"`{unit.name}` calls itself on every path, and never returns",
            "let a path of it end without calling it",
        ).reached_from(unit.origin)
    raise NotDifferentiable.at(
        unit.origin,
        f"`{unit.name}` calls itself, and what kind of value it returns does not come to rest",
        "return the same kind of value on all paths, or write the recursion as a loop",
    )


def _check(unit: Unit, s: Context) -> None:
    """Refuse results of unknown structure, and variables that change while the calls are open."""
    if s.rebound:
        raise NotDifferentiable.at(
            unit.origin,
            f"`{unit.name}` calls itself, and a variable of a module is changed around its calls",
            "pass what changes as an argument",
        )
    if unit.result_varied and not _is_plain(unit.result):
        raise NotDifferentiable.at(
            unit.origin,
            f"`{unit.name}` calls itself and returns a {unit.result} that carries derivatives",
            "return numbers, arrays or tuples of them",
        )


def _shares(done: Specialised) -> bool:
    """May an array that is returned be (a view of) one that was passed?"""
    params = {done.heap.find(str(p.name)) for p in done.function.params}
    result = done.result.items if isinstance(done.result, Virtual) else (done.result,)
    arrays = [r for r in result if isinstance(done.builder.kind(r), Array)]
    return any(done.heap.find(str(r)) in params for r in arrays)


def _is_plain(kind: Kind | None) -> bool:
    if isinstance(kind, Tuple):
        return all(map(_is_plain, kind.items))
    return isinstance(kind, (Py, Np, Array))


# -- sizes -----------------------------------------------------------------------------------


def _mapped(kind: Kind, dim: Callable[[Dim], Dim]) -> Kind:
    match kind:
        case Array(dtype, dims):
            return Array(dtype, tuple(map(dim, dims)))
        case Tuple(items, cls):
            return Tuple(tuple(_mapped(k, dim) for k in items), cls)
        case _:
            return kind


def _canonical(kinds: Sequence[Kind]) -> tuple[Kind, ...]:
    """Sizes under names that no caller has: the same for every caller."""
    names: dict[str, str] = {}

    def renamed(dim: Dim) -> Dim:
        if not isinstance(dim, Sym):
            return dim
        return replace(dim, name=names.setdefault(dim.name, f"#{len(names)}"))

    return tuple(_mapped(k, renamed) for k in kinds)


def _told_outside(kind: Kind, params: Sequence[Kind]) -> Kind:
    """The result's kind without sizes that only the function itself can name."""
    known: set[str] = set()

    def note(dim: Dim) -> Dim:
        if isinstance(dim, Sym):
            known.add(dim.name)
        return dim

    for param in params:
        _mapped(param, note)
    return _mapped(kind, lambda d: None if isinstance(d, Sym) and d.name not in known else d)


def kind_here(result: Kind, params: Sequence[Kind], given: Sequence[Kind]) -> Kind:
    """The result's kind with the sizes of this call's arguments."""
    sizes: dict[str, Dim] = {}

    def pair(param: Kind, actual: Kind) -> None:
        if isinstance(param, Array) and isinstance(actual, Array):
            for p, a in zip(param.dims, actual.dims):
                if isinstance(p, Sym) and p.offset == 0:
                    sizes[p.name] = a
        if isinstance(param, Tuple) and isinstance(actual, Tuple):
            for p_, a_ in zip(param.items, actual.items):
                pair(p_, a_)

    for param, actual in zip(params, given):
        pair(param, actual)

    def here(dim: Dim) -> Dim:
        if not isinstance(dim, Sym):
            return dim
        actual = sizes.get(dim.name)
        if isinstance(actual, Sym):
            return replace(actual, offset=actual.offset + dim.offset)
        return actual if dim.offset == 0 else None

    return _mapped(result, here)


# -- nested functions ------------------------------------------------------------------------


def closure_template(s: Context, closure: Closure) -> tuple[Function, list[Val]]:
    """A recursive nested function as one that takes what it captures as parameters, and these values.

    def f(a): return k * f(a / 2)       ->       def f(k, a):
                                                     def f(a): ...      # over k and itself
                                                     return f(a)
    """
    make: MakeFunction = closure.make
    inner = make.template()
    own = inner.params[len(make.captures) :]
    if any(isinstance(stmt, StoreVariable) for stmt in statements(inner.body)):
        s.refuse(
            f"the nested function `{make.name}` calls itself and rebinds a variable around it",
            "return the value instead",
        )
    cell = Name("itself", 0)
    body: list[Stmt] = []
    captures: list[Capture] = []
    params: list[Param] = []
    values: list[Val] = []
    origin = s.origin
    for at, (capture, value) in enumerate(zip(make.captures, closure.captured)):
        held = _held(s, value)
        source: Operand
        if isinstance(s.kind(held), Closure):
            if s.kind(held).make.syntax is not make.syntax:  # type: ignore[union-attr]
                s.refuse(
                    f"the nested functions around `{make.name}` call each other",
                    "write the recursion as a loop, or make them functions of the module",
                )
            source = cell
        elif isinstance(held, (Const, Ref)):
            source = held
        else:
            name = Name(capture.name, at + 1)
            params.append(Param(name))
            values.append(held)
            source = name
        if capture.is_cell and source is not cell:
            holder = Name(f"{capture.name}_cell", at + 1)
            body.append(Assign(holder, Op("cell", (source,)), origin))
            source = holder
        captures.append(Capture(capture.name, source, capture.is_cell))
    made, result = Name(make.name, 0), Name("result", 0)
    given = tuple(Name(p.name.hint, 1000 + i) for i, p in enumerate(own))
    plain = tuple(g for g, p in zip(given, own) if p.form != "keyword")
    named = tuple((p.name.hint, g) for g, p in zip(given, own) if p.form == "keyword")
    statements_ = (
        Assign(cell, Op("cell", ()), origin),
        *body,
        Assign(made, replace(make, captures=tuple(captures), defaults=()), origin),
        StoreVariable(make.name, cell, made, origin),
        Assign(result, Call(made, plain, named), origin),
    )
    function = Function(make.name, (*params, *map(Param, given)), statements_, result, inner.origin)
    return function, values


def _held(s: Context, value: Val) -> Val:
    """What a captured variable holds."""
    known = s.memory.known(value)
    if known is not None and known.form == "cell":
        found = known.slots.get("")
        if found is None:
            s.refuse("a variable around a nested function is not bound yet", "bind it before")
        return found
    return value

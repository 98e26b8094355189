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

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from sourcead.errors import NotDifferentiable, SourceADError
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
    Call,
    Function,
    Operand,
    Origin,
    Ref,
)
from sourcead.transform.builder import Val, Virtual
from sourcead.transform.effects import CalledByName
from sourcead.transform.specialise.closures import reads_of
from sourcead.transform.specialise.context import Context, Unreached
from sourcead.transform.specialise.given import reaches_out, written_parameters
from sourcead.transform.specialise.opened import Opened, opened_in
from sourcead.transform.specialise.plans import Manner, Plan, Whole, plans_of
from sourcead.transform.specialise.stores import vary

if TYPE_CHECKING:
    from sourcead.transform.specialise.specialiser import Specialised

__all__ = ["Unit", "call_unit", "is_unit_call", "kind_here", "solved"]

MAX_ROUNDS = 12

OTHERWISE = (
    Manner(of_numpy=True),
    Manner(forced=True),
    Manner(forced=True, of_numpy=True),
    Manner(forced=True, integers=True),
)
"""How arguments go in where going in as they seem to be is refused."""


@dataclass(eq=False, repr=False)
class Unit(CalledByName):
    """A recursive function for arguments of given kinds."""

    name: str
    code: Any  # what tells the function from others: its code object, or a nested function's syntax
    template: Function
    kinds: tuple[Kind, ...]
    varied: tuple[bool, ...]
    origin: Origin
    asked: tuple[Any, Any, Any]  # kinds, activity and plans of the call that it was made for
    live: Any = None  # the function object whose globals and cells it reads
    key: Hashable = None  # what tells it from others of this code: see `reads_of`
    result: Kind | None = None  # not known before a path that returns has been found
    result_varied: bool = False
    solving: bool = True
    widened: bool = False
    done: Specialised | None = None
    writes: frozenset[int] = frozenset()  # positions of the arrays that it is given and writes
    raises: frozenset[type[BaseException]] = frozenset()  # what may leave it
    number: int = 0  # among units of one name that have derivatives
    derivatives: dict[Any, Any] = field(default_factory=dict)  # `transform/units.py`
    shares: frozenset[int] = frozenset()  # positions of arrays of which the result may be (a view)
    reaches_out: bool = False  # may it change a list, dict or object that it has not made?
    opened: Opened | None = None  # where its arguments are taken apart
    manner: Manner = field(default_factory=Manner)  # how they are

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


def _being_solved(s: Context, code: Any, key: Hashable = None) -> Unit | None:
    """`key`: of one that reads the same variables."""
    unit: Unit
    for unit in s.units:
        if unit.solving and unit.code is code and key in (None, unit.key):
            return unit
    return None


def call_unit(
    s: Context,
    code: Any,
    template: Function,
    values: Sequence[Val],
    hint: str,
    live: Any,
) -> Val:
    """The call of a recursive function with one value for each parameter."""
    unit = _being_solved(s, code, reads_of(template, live))
    if unit is not None:
        if unit.opened is not None and plans_of(s, values, unit.manner) != unit.opened.plans:
            s.refuse(
                f"`{unit.name}` calls itself with lists, dicts or objects that are not alike",
                "pass the same kinds of values in all calls",
            )
        return _called(s, unit, values, hint)
    plans = plans_of(s, values, Manner())
    tried = {(plans, _are_opened(plans, Manner()))}
    try:
        unit = _unit(s, code, template, values, live, plans, Manner())
        return _called(s, unit, values, hint)
    except SourceADError as error:
        if isinstance(code, CalledByName):
            raise
        for manner in OTHERWISE:
            other = plans_of(s, values, manner)
            way = other, _are_opened(other, manner)
            if way in tried:
                continue
            tried.add(way)
            try:
                unit = _unit(s, code, template, values, live, other, manner)
                return _called(s, unit, values, hint)
            except SourceADError:
                continue
        raise error from None


def _are_opened(plans: tuple[Plan, ...], manner: Manner) -> bool:
    """Is the function given what its arguments hold?"""
    return manner.forced or not all(isinstance(p, Whole) for p in plans)


def _unit(
    s: Context,
    code: Any,
    template: Function,
    values: Sequence[Val],
    live: Any,
    plans: tuple[Plan, ...],
    manner: Manner,
) -> Unit:
    """The unit for these arguments; `plans`: of lists, dicts and objects, how they go in (`opened.py`)."""
    if _are_opened(plans, manner):
        opened = Opened(template, plans, live, getattr(live, "__code__", live))
        values, template, live = opened.given(s, values), opened.function(s.origin), _opened
        kinds = opened.of_any_length([_entry_kind(s, v) for v in values])
    else:
        kinds = tuple(_entry_kind(s, v) for v in values)
    return solved(s, code, template, kinds, tuple(map(s.holds_varied, values)), live, manner)


def _opened() -> None:
    """Stands for the function around one whose arguments are taken apart."""


def _called(s: Context, unit: Unit, given: Sequence[Val], hint: str) -> Val:
    """The call of a unit."""
    values = given if unit.opened is None else unit.opened.given(s, given)
    kinds = tuple(_entry_kind(s, v) for v in values)
    if unit.solving:
        unit.widen(kinds, tuple(map(s.holds_varied, values)))
    if unit.result is None:
        raise Unreached
    operands = tuple(map(s.operand, values))
    found = kind_here(unit.result, unit.kinds, kinds)
    value = s.emit(Call(Ref(unit.name, unit), operands), found, hint, unit.result_varied)
    for i in sorted(unit.shares):
        s.share(value, operands[i])
    if unit.reaches_out:
        s.escape(values, blind=True)
    for i in sorted(unit.writes):
        s.changes(values[i])
        if unit.varied[i]:
            vary(s, operands[i])
    return value if unit.opened is None else unit.opened.taken(s, value, given)


def solved(
    s: Context,
    code: Any,
    template: Function,
    kinds: Sequence[Kind],
    varied: tuple[bool, ...],
    live: Any,
    manner: Manner | None = None,
) -> Unit:
    """The unit for arguments of these kinds."""
    plain, opened = _canonical(kinds), opened_in(template)
    asked, key = (plain, varied, opened and opened.plans), reads_of(template, live)
    open_ones = 0
    unit: Unit
    for unit in s.units:
        if unit.code is code and unit.key == key and unit.asked == asked:
            return unit
        open_ones += unit.code is code and unit.solving
    name, before = template.name.strip("<>"), len(s.units)
    if open_ones > MAX_ROUNDS:
        s.refuse(f"`{name}` makes itself anew in each call", "pass what it captures as arguments")
    unit = Unit(name, code, template, plain, varied, s.origin, asked, live, key)
    unit.opened, unit.manner = opened, manner or Manner()
    s.units.append(unit)
    try:
        _solve(s, unit)
    except SourceADError:
        del s.units[before:]
        raise
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
        if unit.opened is not None and unit.opened.grows(done):
            unit.result = None
            continue
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
    carrying = unit.result
    if unit.opened is not None and carrying is not None:
        carrying = unit.opened.carrying(carrying)
    if unit.result_varied and not _is_plain(carrying):
        raise NotDifferentiable.at(
            unit.origin,
            f"`{unit.name}` calls itself and returns a {unit.result} that carries derivatives",
            "return numbers, arrays or tuples of them",
        )


def _shares(done: Specialised) -> frozenset[int]:
    """Of which arrays that were passed may one that is returned be (a view)?"""
    result = done.result.items if isinstance(done.result, Virtual) else (done.result,)
    arrays = [r for r in result if isinstance(done.builder.kind(r), Array)]
    classes = {done.heap.find(str(r)) for r in arrays}
    params = enumerate(done.function.params)
    return frozenset(i for i, p in params if done.heap.find(str(p.name)) in classes)


def _is_plain(kind: Kind | None) -> bool:
    if isinstance(kind, Tuple):
        return all(isinstance(k, NoneKind) or _is_plain(k) for k in kind.items)
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

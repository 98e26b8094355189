"""How lists, dicts, objects and variables go into a recursive function: as numbers, arrays and what else they hold.

    xs = [x, 2.0]           Numbers             np.array(xs)              xs.tolist()
    memo = {1: x}           Entries             its keys, and an array    a dict of the two
    body = Body(m, v)       Parts of Whole      body.m, body.v            a Body with these attributes

`opened.py` says what is done with them.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn, TypeAlias, Union

import numpy as np

from sourcead.ir.kinds import (
    Array,
    Dict,
    Kind,
    List,
    Never,
    Np,
    Object,
    Py,
    Tuple,
    Unknown,
    carries,
)
from sourcead.ir.nodes import (
    UNDEFINED,
    Call,
    Const,
    Name,
    Op,
    Ref,
)
from sourcead.ir.one_of import options_of
from sourcead.transform.builder import Val, Virtual
from sourcead.transform.heap import ITEM
from sourcead.transform.specialise.context import Context
from sourcead.transform.specialise.making import fresh_object
from sourcead.transform.specialise.special_methods import is_set_plainly, made_plainly

__all__ = [
    "Entries", "Manner", "Numbers", "Parts", "Path", "Plan", "Whole", "containers_of", "hints_of", "inlined",
    "items_of", "leaf_plans", "leaves_of_plan", "listed_again", "part_of", "plan_of", "plans_of", "put",
    "put_together", "refill", "refuse_call", "remade", "slot_hint", "without_keys"
]  # fmt: skip

DEPTH = 8  # of objects in each other


@dataclass(frozen=True)
class Whole:
    """As it is."""


@dataclass(frozen=True)
class Numbers:
    """A list of numbers, as an array; `plain`: of Python's numbers, not of NumPy's; `whole`: of integers."""

    plain: bool
    whole: bool = False


@dataclass(frozen=True)
class Entries:
    """A dict of numbers, as its keys and an array; `plain`: of Python's floats, not of NumPy's."""

    plain: bool


@dataclass(frozen=True)
class Parts:
    """An object of `cls`, a dict, a tuple or the cell of a variable: what each slot holds."""

    form: str
    slots: tuple[tuple[Hashable, Plan], ...]
    cls: Any = None


@dataclass(frozen=True)
class Manner:
    """How arguments go in. `forced`: also what carries no derivative as far as is known; `of_numpy`: what is
    stored into lists and dicts that are empty here is taken to be NumPy's numbers, not Python's; `integers`:
    lists of these, too."""

    forced: bool = False
    of_numpy: bool = False
    integers: bool = False


Plan: TypeAlias = Union[Whole, Numbers, Entries, Parts]
Path: TypeAlias = tuple[Hashable, ...]


def plans_of(s: Context, values: Sequence[Val], manner: Manner) -> tuple[Plan, ...]:
    """How the arguments go in."""
    found = tuple(plan_of(s, v, manner) for v in values)
    met: dict[str, list[Val]] = {}
    for _, value in containers_of(s, found, values):
        site = s.heap.site(getattr(s.kind(value), "site", "") or str(value))
        others = met.setdefault(site, [])
        certain = s.memory.known(value) is not None and value not in others
        if others and not (certain and all(s.memory.known(v) is not None for v in others)):
            refuse_call(s, "is given the same list, dict or object in two ways, as far as is known")
        others.append(value)
    return found


def plan_of(s: Context, value: Val, manner: Manner, depth: int = 0) -> Plan:
    known = s.memory.known(value)
    if known is not None and known.form == "cell":
        held = known.slots.get("")
        if held is None or held is UNDEFINED:
            s.refuse("a variable around a nested function is not bound yet", "bind it before")
        return Parts("cell", (("", plan_of(s, held, manner, depth)),))
    kind = s.kind(value)
    if isinstance(kind, Tuple):
        items = s.components(value)
        parts = tuple((i, plan_of(s, v, manner, depth + 1)) for i, v in enumerate(items or ()))
        is_plain = all(isinstance(p, Whole) for _, p in parts)
        return Whole() if items is None or is_plain else Parts("tuple", parts, kind.cls)
    if not isinstance(kind, (List, Dict, Object)) or not kind.site or kind.optional:
        return Whole()
    if not manner.forced and not s.holds_varied(value):
        return Whole()
    if depth > DEPTH:
        s.refuse(
            f"a {kind} that holds others of its kind is passed to a function that calls itself",
            "pass numbers, arrays and tuples of them",
        )
    return _of_container(s, value, kind, manner, depth)


def _of_container(
    s: Context, value: Val, kind: List | Dict | Object, manner: Manner, depth: int
) -> Plan:
    slots = s.heap.known(kind.site)
    held = [s.heap.read(kind.site, slot) for slot in slots]
    is_empty = all(isinstance(k, Never) for k in held)
    floats = all(isinstance(k, Never) or k == Py(float) for k in held)
    floats = floats and not (is_empty and manner.of_numpy)
    of_numpy = all(isinstance(k, Never) or k == Np("float64") for k in held)
    if manner.integers and isinstance(kind, List) and kind.cls is list:
        if held and all(k == Py(int) for k in held):
            return Numbers(True, whole=True)
    if isinstance(kind, List):
        return Numbers(floats) if kind.cls is list and (floats or of_numpy) else Whole()
    if isinstance(kind, Dict) and (floats or (of_numpy and (is_empty or ITEM in slots))):
        return Entries(floats) if kind.cls is dict else Whole()
    if ITEM in slots or (isinstance(kind, Dict) and kind.cls is not dict):
        return Whole()
    if isinstance(kind, Object) and not _is_plain_class(kind.cls):
        return Whole()
    known = s.memory.known(value)
    parts = []
    for slot in slots:
        absent = known is not None and known.complete and slot not in known.slots
        if isinstance(kind, Object) and absent:
            s.refuse(
                f"attribute `{slot}` is set by a function that calls itself, of an object that does not have it before",
                "set it in `__init__`",
            )
        part = s.getitem(value, Const(slot)) if isinstance(kind, Dict) else _field(s, value, slot)
        parts.append((slot, plan_of(s, part, manner, depth + 1)))
    form = "dict" if isinstance(kind, Dict) else "object"
    return Parts(form, tuple(parts), getattr(kind, "cls", None))


def _is_plain_class(cls: type) -> bool:
    return cls.__flags__ & (1 << 9) != 0 and made_plainly(cls) and not options_of(cls)


def _field(s: Context, value: Val, slot: Hashable) -> Val:
    kind = s.kind(value)
    assert isinstance(kind, Object)
    return s.field(value, kind, str(slot), str(slot))


def part_of(s: Context, plan: Parts, value: Val, slot: Hashable) -> Val:
    match plan.form:
        case "cell":
            found = s.memory.get(value, "")
            if found is None or found is UNDEFINED:
                s.refuse("a variable around a nested function cannot be followed", "return it")
            return found
        case "object":
            return _field(s, value, slot)
        case _:
            return s.getitem(value, Const(slot))


def containers_of(
    s: Context, plans: Sequence[Plan], values: Sequence[Val], path: Path = ()
) -> Iterator[tuple[Path, Val]]:
    """All that is taken apart, with where it lies."""
    for i, (plan, value) in enumerate(zip(plans, values)):
        if isinstance(plan, (Numbers, Entries)):
            yield (*path, i), value
        if isinstance(plan, Parts):
            if plan.form != "tuple":
                yield (*path, i), value
            parts = [part_of(s, plan, value, slot) for slot, _ in plan.slots]
            yield from containers_of(s, [p for _, p in plan.slots], parts, (*path, i))


def refuse_call(s: Context, what: str) -> NoReturn:
    s.refuse(f"a function that calls itself {what}", "pass and return numbers and arrays")


# -- leaves -----------------------------------------------------------------------------------


def hints_of(plan: Plan, hint: str) -> list[str]:
    match plan:
        case Parts(_, slots):
            return [h for slot, part in slots for h in hints_of(part, slot_hint(slot, hint))]
        case Entries():
            return [f"{hint}_keys", hint]
        case _:
            return [hint]


def items_of(s: Context, found: Val, plans: Sequence[Plan]) -> list[Val]:
    """What a call gave, item by item; keys of dicts carry no derivative."""
    if isinstance(found, Virtual):
        return list(found.items)
    kind = s.kind(found)
    assert isinstance(kind, Tuple) and isinstance(found, Name)
    out: list[Val] = []
    for i, (plan, each) in enumerate(zip(plans, kind.items, strict=True)):
        varied = s.is_varied(found) and carries(each)
        varied = varied and (not isinstance(plan, Entries) or isinstance(each, Array))
        item = s.emit(Op("getitem", (found, Const(i))), each, "t", varied)
        s.share_part(item, found, i)
        out.append(item)
    return out


def without_keys(found: Iterable[tuple[Plan, Kind]]) -> tuple[Kind, ...]:
    return tuple(
        kind
        for plan, kind in found
        if not (isinstance(plan, Entries) and not isinstance(kind, Array))
    )


def leaf_plans(plan: Plan) -> list[Plan]:
    match plan:
        case Parts(_, slots):
            return [leaf for _, part in slots for leaf in leaf_plans(part)]
        case Entries():
            return [plan, plan]
        case _:
            return [plan]


def slot_hint(slot: Hashable, hint: str) -> str:
    return slot if isinstance(slot, str) and slot.isidentifier() else hint


def leaves_of_plan(s: Context, plan: Plan, value: Val) -> list[Val]:
    match plan:
        case Parts(_, slots):
            return [
                leaf
                for slot, part in slots
                for leaf in leaves_of_plan(s, part, part_of(s, plan, value, slot))
            ]
        case Numbers():
            return [_numbers(s, packed_whole if plan.whole else packed, value)]
        case Entries():
            keys = s.emit(Call(Ref("list", list), (s.operand(value),)), Unknown(), "keys")
            return [keys, _numbers(s, values_of_entries, value)]
        case _:
            return [value]


def _numbers(s: Context, function: Any, value: Val) -> Val:
    """What a list or dict holds as an array: of one that nothing is ever stored to, nothing."""
    kind = s.kind(value)
    assert isinstance(kind, (List, Dict))
    held = [s.heap.read(kind.site, slot) for slot in s.heap.known(kind.site)]
    if all(isinstance(k, Never) for k in held):
        return s.call(Ref("np.zeros", np.zeros), [Const(0)], [])
    return inlined(s, function, [value])


def remade(s: Context, plan: Plan, rest: Iterator[Val], hint: str) -> Val:
    match plan:
        case Parts(_, slots):
            parts = [(slot, remade(s, part, rest, slot_hint(slot, hint))) for slot, part in slots]
            return put_together(s, plan, parts, hint)
        case Numbers():
            return listed_again(s, plan, next(rest), hint)
        case Entries():
            return inlined(s, entries_of(plan), [next(rest), next(rest)])
        case _:
            return next(rest)


def put_together(s: Context, plan: Parts, parts: Sequence[tuple[Hashable, Val]], hint: str) -> Val:
    match plan.form:
        case "cell":
            cell = s.fresh(f"{hint}_cell", Unknown())
            s.memory.begin(cell, str(cell), "cell", {"": parts[0][1]})
            return cell
        case "tuple":
            return Virtual(tuple(v for _, v in parts), "tuple", plan.cls)
        case "dict":
            return s.fresh_dict([v for slot, each in parts for v in (Const(slot), each)], hint)
        case _:
            made = fresh_object(s, plan.cls, Ref(plan.cls.__name__, plan.cls), hint)
            for slot, each in parts:
                _set(s, made, plan.cls, str(slot), each)
            return made


def put(s: Context, plan: Parts, value: Val, slot: Hashable, now: Val) -> None:
    match plan.form:
        case "cell":
            s.memory.put(value, str(value), "", now)
        case "object":
            _set(s, value, plan.cls, str(slot), now)
        case _:
            s.store(value, Const(slot), now, None)


def _set(s: Context, made: Val, cls: type, attr: str, value: Val) -> None:
    """`made.attr = value`, whatever the class makes of such a statement."""
    kind = s.kind(made)
    assert isinstance(kind, Object)
    if is_set_plainly(cls):
        s.store_field(made, kind, attr, s.operand(value))
    else:
        setter = Ref("object.__setattr__", object.__setattr__)
        s.call(setter, [made, Const(attr), value], [])


def listed_again(s: Context, plan: Numbers, array: Val, hint: str = "t") -> Val:
    if plan.plain:
        return s.method(array, "tolist", [], [], hint)
    return s.call(Ref("list", list), [array], [], hint)


def entries_of(plan: Entries) -> Any:
    return entries if plan.plain else entries_of_numpy


def refill(s: Context, plan: Entries, value: Val, keys: Val, values: Val) -> None:
    """A dict holds these entries, and no others."""
    inlined(s, refilled if plan.plain else refilled_of_numpy, [value, keys, values])


def inlined(s: Context, function: Any, args: list[Val]) -> Val:
    return s.inline(s.lower(function), function, args, [])


# -- written in place of what is done to a list or dict -------------------------------------------


def packed(xs: Any) -> Any:
    return np.array(xs, float)


def packed_whole(xs: Any) -> Any:
    return np.array(xs, np.int64)


def values_of_entries(d: Any) -> Any:
    return np.array([v for v in d.values()], float)  # noqa: C416  (a list of a kind that is known)


def entries(keys: Any, values: Any) -> Any:
    return {keys[i]: v for i, v in enumerate(values.tolist())}


def entries_of_numpy(keys: Any, values: Any) -> Any:
    return {keys[i]: v for i, v in enumerate(values)}


def refilled(d: Any, keys: Any, values: Any) -> None:
    d.clear()
    for i, v in enumerate(values.tolist()):
        d[keys[i]] = v


def refilled_of_numpy(d: Any, keys: Any, values: Any) -> None:
    d.clear()
    for i, v in enumerate(values):
        d[keys[i]] = v

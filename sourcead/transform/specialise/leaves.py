"""What a result holds, number by number and array by array, as it is at the end of the program.

A dict, an object or a list has no adjoint of its own: its caller gives one for each thing in it.  So the
program ends, in a derivative, with reads of all of these, and where the memory knows what is there, with
nothing at all.

    return {"y": y, "rest": Pair(a, b)}      ->      y at ["y"], a at ["rest"][0], b at ["rest"][1]
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass

from sourcead.ir.kinds import Array, Dict, Kind, List, Object, Tuple, Unknown, is_number
from sourcead.ir.nodes import UNDEFINED, Attr, Call, Const, Expr, Name, Op, Operand, Ref
from sourcead.runtime.lists import entries
from sourcead.transform.builder import Builder, Val, Virtual
from sourcead.transform.heap import ITEM
from sourcead.transform.specialise import dict_library, library
from sourcead.transform.specialise.context import Context
from sourcead.transform.specialise.iteration import VIEWS
from sourcead.transform.specialise.sequences import by

__all__ = ["Leaf", "Step", "bar_kind", "leaves_of", "parts_of"]


@dataclass(frozen=True, slots=True)
class Step:
    """One step into a value: an item or entry by its position or key, or an attribute by its name."""

    key: Hashable
    is_attribute: bool = False

    def read(self, holder: Operand) -> Expr:
        return (
            Attr(holder, str(self.key))
            if self.is_attribute
            else Op("getitem", (holder, Const(self.key)))
        )


@dataclass(frozen=True, slots=True)
class Entries:
    """The step from a dict of computed keys to the list of its values at these keys."""

    keys: Operand
    key: str = "entries"

    def read(self, holder: Operand) -> Expr:
        return Call(Ref("entries", entries), (holder, self.keys))


@dataclass(frozen=True, slots=True)
class Leaf:
    """What is at the end of a path into the result."""

    path: tuple[Step | Entries, ...]
    value: Val


def leaves_of(s: Context, value: Val) -> tuple[Leaf, ...]:
    """All that a value holds; the value itself where it takes a cotangent as it is."""
    return tuple(_leaves(s, value, (), ()))


def _leaves(
    s: Context, value: Val, path: tuple[Step | Entries, ...], around: tuple[str, ...]
) -> Iterator[Leaf]:
    slots = _slots(s, value, around) if _is_opened(s, value) else None
    if slots is None:
        yield _as_it_is(s, value, path)
        return
    kind = s.kind(value)
    site = getattr(kind, "site", "")
    for key in slots:
        if isinstance(kind, Object):
            inner = s.field(value, kind, str(key), "t")
        else:
            inner = s.getitem(value, Const(key))
        step = Step(key, isinstance(kind, Object))
        yield from _leaves(s, inner, (*path, step), (*around, site) if site else around)


def _as_it_is(s: Context, value: Val, path: tuple[Step | Entries, ...]) -> Leaf:
    """What is not taken apart: of lists of arrays, and dicts of computed keys, copies of what they hold now.

    An array may be written after it was put there; what is copied at the end has gone through the write.
    """
    kind = s.kind(value)
    if not isinstance(kind, (List, Dict)) or not s.holds_varied(value):
        return Leaf(path, value)
    item = s.slot(kind.site, ITEM) if isinstance(kind, Dict) else s.heap.read(kind.site, ITEM)
    if isinstance(kind, Dict) and (_has_arrays(item) or is_number(item)):
        keys = s.operand(s.entries(value, VIEWS[0]))
        path = (*path, Entries(keys))
        value = by(s, dict_library.at_keys, [value, keys])
    elif isinstance(kind, Dict):
        return Leaf(path, value)
    if isinstance(item, Array):
        value = by(s, library.copies, [value])
    elif _has_arrays(item):
        value = by(s, library.copies_of_tuples, [value])
    return Leaf(path, value)


def _has_arrays(kind: Kind) -> bool:
    """Is it an array, or a tuple of arrays and numbers with one?"""
    match kind:
        case Array():
            return True
        case Tuple(items):
            flat = all(isinstance(each, Array) or is_number(each) for each in items)
            return flat and any(isinstance(each, Array) for each in items)
        case _:
            return False


def _is_opened(s: Context, value: Val) -> bool:
    """Is it, or does it hold, a dict or an object?"""
    if isinstance(value, Virtual):
        return any(_is_opened(s, item) for item in value.items)
    items = s.memory.list_items(value)
    if items is not None:
        return any(_is_opened(s, item) for item in items)
    match s.kind(value):
        case Dict() | Object():
            return True
        case Tuple(parts):
            return any(map(_has_slots, parts))
        case _:
            return False


def _has_slots(kind: Kind) -> bool:
    if isinstance(kind, Tuple):
        return any(map(_has_slots, kind.items))
    return isinstance(kind, (Dict, Object))


def _slots(s: Context, value: Val, around: tuple[str, ...]) -> list[Hashable] | None:
    """The positions, keys or attributes of a value, where they are known."""
    kind = s.kind(value)
    if isinstance(kind, Tuple):
        return list(range(len(kind.items)))
    if isinstance(kind, List):
        items = s.memory.list_items(value)
        return None if items is None else list(range(len(items)))
    if not isinstance(kind, (Dict, Object)) or kind.site in around:
        return None
    contents = s.memory.known(value)
    if contents is not None and contents.complete and UNDEFINED not in contents.slots.values():
        return list(contents.slots)
    known = s.heap.known(kind.site)
    if not s.heap.is_external(kind.site) or ITEM in known:
        return None
    return known if all(_is_there(s, value, kind, slot) for slot in known) else None


def _is_there(s: Context, holder: Val, kind: Dict | Object, slot: Hashable) -> bool:
    """Has an argument this key or attribute, on whatever path the program came here?"""
    held = s.memory.get(holder, slot)
    if held is not None:
        return held != UNDEFINED
    if isinstance(kind, Dict):
        return s.heap.is_certain(kind.site, slot)
    return not s.heap.is_assigned(kind.site, slot)


# -- the cotangent of a result ---------------------------------------------------------------------


def bar_kind(kind: Kind) -> Kind:
    """The kind of a cotangent as its caller makes it: in the result's structure, made by nobody known."""
    match kind:
        case Tuple(items):
            return Tuple(tuple(map(bar_kind, items)))
        case List():
            return List(Unknown())
        case Dict():
            return Dict(Unknown())
        case Object(cls):
            return Object(cls)
        case _:
            return kind


def parts_of(b: Builder, bar: Name, leaves: Sequence[Leaf]) -> Iterator[tuple[Val, Val]]:
    """Each leaf of a result with its part of the cotangent `bar`, which is read there."""
    known: dict[tuple[Step | Entries, ...], Operand] = {(): bar}
    for leaf in leaves:
        for depth in range(1, len(leaf.path) + 1):
            path = leaf.path[:depth]
            if path not in known:
                is_leaf = depth == len(leaf.path)
                inner = bar_kind(b.kind(leaf.value)) if is_leaf else Dict(Unknown())
                known[path] = b.emit(path[-1].read(known[path[:-1]]), inner, _hint(path[-1]))
        yield leaf.value, known[leaf.path]


def _hint(step: Step | Entries) -> str:
    label = f"{step.key}_bar"
    return label if label.isidentifier() else "t_bar"

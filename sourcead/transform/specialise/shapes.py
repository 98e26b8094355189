"""What a loop carries, without the values: the kinds of numbers, and of tuples item by item.

>>> from sourcead.ir.kinds import Py
>>> a, b = Leaf(Py(int), False), Leaf(Py(float), True)
>>> kind, varied = flattened(Parts(tuple, (a, b)))
>>> print(kind, varied)
(int, float) True
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias, Union

from sourcead.ir.kinds import Kind, Never, NoneKind, Py, Tuple, Unknown
from sourcead.transform.builder import Val, Virtual
from sourcead.transform.heap import functions_in
from sourcead.transform.specialise.absent import MAYBE
from sourcead.transform.specialise.context import Context
from sourcead.transform.specialise.function_objects import convert_stored

__all__ = ["Leaf", "Parts", "Shape", "flattened", "fresh_inner", "shape_of", "widen"]


@dataclass(frozen=True, slots=True)
class Leaf:
    """One value: its kind, and whether it varies."""

    kind: Kind
    varied: bool


@dataclass(frozen=True, slots=True)
class Parts:
    """A tuple that stays apart: the class, and the shapes of its items.

    `form` "maybe": or None; the first item is the flag that tells (`absent.py`).
    """

    cls: type
    items: tuple[Shape, ...]
    form: str = "tuple"


Shape: TypeAlias = Union[Leaf, Parts]

NONE = Leaf(NoneKind(), False)
FLAG = Leaf(Py(bool), False)
UNBOUND = Leaf(Never(), False)  # a name that no turn has bound yet


def shape_of(s: Context, value: Val) -> Shape:
    if isinstance(value, Virtual) and value.form in ("tuple", MAYBE):
        return Parts(value.cls, tuple(shape_of(s, item) for item in value.items), value.form)
    kind = s.kind(value)
    if isinstance(kind, Tuple):
        return Parts(kind.cls, tuple(Leaf(k, s.is_varied(value)) for k in kind.items))
    return Leaf(kind, s.holds_varied(value))


def widen(s: Context, a: Shape, b: Shape) -> Shape:
    """The shape that covers both."""
    a, b = _or_none(a, b), _or_none(b, a)
    if isinstance(a, Parts) and isinstance(b, Parts) and len(a.items) == len(b.items):
        if a.cls is b.cls:
            items = tuple(widen(s, x, y) for x, y in zip(a.items, b.items))
            return Parts(a.cls, items, a.form)
    if a == UNBOUND or b == UNBOUND:
        return b if a == UNBOUND else a
    (ka, va), (kb, vb) = flattened(a), flattened(b)
    kind = s.heap.cover(ka, kb)
    if isinstance(kind, Unknown) and (va or vb) and Unknown() not in (ka, kb):
        s.heap.stored_functions.update(f for each in (ka, kb) for f in functions_in(each))
        convert_stored(s)
        s.refuse(
            f"a variable is a {ka} at the first turn of the loop and a {kb} later, and carries a derivative",
            "give it one kind",
        )
    return Leaf(kind, va or vb)


def _or_none(shape: Shape, other: Shape) -> Shape:
    """The shape as that of a tuple or None, where `other` asks for it."""
    if isinstance(other, Parts) and other.form == MAYBE:
        if shape == NONE:
            return Parts(other.cls, (FLAG, *(UNBOUND for _ in other.items[1:])), MAYBE)
        if isinstance(shape, Parts) and shape.form == "tuple":
            return Parts(shape.cls, (FLAG, *shape.items), MAYBE)
    if other == NONE and isinstance(shape, Parts) and shape.form == "tuple" and flattened(shape)[1]:
        return Parts(shape.cls, (FLAG, *shape.items), MAYBE)
    if shape == NONE and isinstance(other, Parts) and flattened(other)[1]:
        return Parts(other.cls, (FLAG, *(UNBOUND for _ in other.items)), MAYBE)
    return shape


def flattened(shape: Shape) -> tuple[Kind, bool]:
    """The kind of the value as a whole, and whether a part of it varies."""
    if isinstance(shape, Leaf):
        return shape.kind, shape.varied
    items = [flattened(each) for each in shape.items]
    if shape.form == MAYBE:
        return Unknown(), any(v for _, v in items)
    return Tuple(tuple(k for k, _ in items), shape.cls), any(v for _, v in items)


def fresh_inner(s: Context, hint: str, shape: Shape) -> Val:
    """Names for what has this shape, at the start of a turn."""
    if isinstance(shape, Leaf):
        return s.fresh(hint, shape.kind, shape.varied)
    first = 0 if shape.form == "tuple" else -1  # of a tuple or None, the flag comes first
    names = [
        f"{hint}_{i}" if i >= 0 else f"has_{hint}" for i in range(first, len(shape.items) + first)
    ]
    items = tuple(fresh_inner(s, name, each) for name, each in zip(names, shape.items))
    return Virtual(items, shape.form, shape.cls)

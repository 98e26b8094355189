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

from sourcead.ir.kinds import Kind, Never, Tuple, Unknown
from sourcead.transform.builder import Val, Virtual
from sourcead.transform.specialise.context import Context

__all__ = ["Leaf", "Parts", "Shape", "flattened", "fresh_inner", "shape_of", "widen"]


@dataclass(frozen=True, slots=True)
class Leaf:
    """One value: its kind, and whether it varies."""

    kind: Kind
    varied: bool


@dataclass(frozen=True, slots=True)
class Parts:
    """A tuple that stays apart: the class, and the shapes of its items."""

    cls: type
    items: tuple[Shape, ...]


Shape: TypeAlias = Union[Leaf, Parts]

UNBOUND = Leaf(Never(), False)  # a name that no turn has bound yet


def shape_of(s: Context, value: Val) -> Shape:
    if isinstance(value, Virtual) and value.form == "tuple":
        return Parts(value.cls, tuple(shape_of(s, item) for item in value.items))
    kind = s.kind(value)
    if isinstance(kind, Tuple):
        return Parts(kind.cls, tuple(Leaf(k, s.is_varied(value)) for k in kind.items))
    return Leaf(kind, s.holds_varied(value))


def widen(s: Context, a: Shape, b: Shape) -> Shape:
    """The shape that covers both."""
    if isinstance(a, Parts) and isinstance(b, Parts) and len(a.items) == len(b.items):
        if a.cls is b.cls:
            return Parts(a.cls, tuple(widen(s, x, y) for x, y in zip(a.items, b.items)))
    if a == UNBOUND or b == UNBOUND:
        return b if a == UNBOUND else a
    (ka, va), (kb, vb) = flattened(a), flattened(b)
    kind = s.heap.cover(ka, kb)
    if isinstance(kind, Unknown) and (va or vb) and Unknown() not in (ka, kb):
        s.refuse(
            f"a variable is a {ka} at the first turn of the loop and a {kb} later, and carries a derivative",
            "give it one kind",
        )
    return Leaf(kind, va or vb)


def flattened(shape: Shape) -> tuple[Kind, bool]:
    """The kind of the value as a whole, and whether a part of it varies."""
    if isinstance(shape, Leaf):
        return shape.kind, shape.varied
    items = [flattened(each) for each in shape.items]
    return Tuple(tuple(k for k, _ in items), shape.cls), any(v for _, v in items)


def fresh_inner(s: Context, hint: str, shape: Shape) -> Val:
    """Names for what has this shape, at the start of a turn."""
    if isinstance(shape, Leaf):
        return s.fresh(hint, shape.kind, shape.varied)
    items = tuple(fresh_inner(s, f"{hint}_{i}", each) for i, each in enumerate(shape.items))
    return Virtual(items, "tuple", shape.cls)

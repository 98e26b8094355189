"""The adjoint of an argument that holds others, where the gradient is differentiated in turn: by kinds of parts.

entry_of(bodies)                is      bodies, [(b, b.x, b.mass) for b in bodies]
gradient_of(entry, ...)         is      [a body with what `adjoint_in(b, "x", x)` gives, ...]

An entry is what it was noted of: a number, an array, a tuple of entries; of a list, dict or object a tuple
that begins with it.
"""
# mypy: allow-untyped-defs, allow-untyped-calls

from __future__ import annotations

from typing import Any, NoReturn

import numpy as np

from sourcead.ir.kinds import (
    Array,
    Dict,
    Kind,
    List,
    Never,
    NoneKind,
    Np,
    Number,
    Object,
    Py,
    Tuple,
    Unknown,
    carries,
)
from sourcead.ir.nodes import Const, Ref
from sourcead.runtime.open_shadows import (
    holds_tuples,
    is_tuple,
    list_zeros,
    slot_zeros,
    tuple_zeros,
)
from sourcead.runtime.structures import entry_of, gradient_of
from sourcead.transform.builder import Val, Virtual
from sourcead.transform.heap import ITEM
from sourcead.transform.specialise.context import Context, Handler, Kwargs
from sourcead.transform.specialise.making import fresh_object
from sourcead.transform.specialise.structured_tangents import attributes_of, keys_of

__all__ = ["STRUCTURED_ADJOINTS"]

CONTAINERS = (List, Dict, Object)


# -- for lists and dicts of unknown length, said in Python -------------------------------------------


def entries_of_items(items):
    return [entry_of(item) for item in items]


def entries_of_keys(mapping):
    return [(key, entry_of(mapping[key])) for key in list(mapping)]


def gradients_of_items(holder, entries, adjoint_in, leaf):
    return [
        gradient_of(entry, adjoint_in, leaf, adjoint_in(holder, i, entry))
        for i, entry in enumerate(entries)
    ]


def gradients_of_keys(holder, entries, adjoint_in, leaf):
    made = {}
    for key, entry in entries:
        made[key] = gradient_of(entry, adjoint_in, leaf, adjoint_in(holder, key, entry))
    return made


def gradients_of_containers(entries, adjoint_in, leaf):
    return [gradient_of(entry, adjoint_in, leaf) for entry in entries]


def gradients_of_keyed_containers(entries, adjoint_in, leaf):
    made = {}
    for key, entry in entries:
        made[key] = gradient_of(entry, adjoint_in, leaf)
    return made


def shaped_like(value, adjoint):
    return np.zeros_like(value) + adjoint


def _by(s: Context, function: Any, *args: Val) -> Val:
    return s.inline(s.lower(function), function, list(args), [])


# -- what it held ----------------------------------------------------------------------------------


def _entry_of(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    (value,) = args
    if not s.holds_varied(value):
        return None
    return _entry(s, value)


def _entry(s: Context, value: Val) -> Val:
    kind = s.kind(value)
    match kind:
        case Tuple(items):
            return Virtual(tuple(_entry(s, s.getitem(value, Const(i))) for i in range(len(items))))
        case List():
            held = s.components(value)
            if held is None:
                return Virtual((value, _by(s, entries_of_items, value)))
            return Virtual((value, *(_entry(s, item) for item in held)))
        case Dict():
            keys = keys_of(s, value)
            if keys is None:
                return Virtual((value, _by(s, entries_of_keys, value)))
            _check_slots(s, value, keys)
            return Virtual((value, *(_entry(s, s.getitem(value, Const(key))) for key in keys)))
        case Object():
            names = attributes_of(s, value)
            _check_slots(s, value, names)
            return Virtual((value, *(_entry(s, s.attr(value, name)) for name in names)))
        case Unknown():
            refuse_unlike(s)
        case _:
            return value


def _check_slots(s: Context, value: Val, names: list[Any]) -> None:
    if names != _slots_of(s, value):
        s.refuse(
            f"a {s.kind(value)} gets keys or attributes later, and the gradient is differentiated once more",
            "use hessian or hvp, or set them all where it is made",
        )


def refuse_unlike(s: Context) -> NoReturn:
    s.refuse(
        "an argument holds things of several kinds at one place, and the gradient is differentiated once more",
        "use hessian or hvp, or pass lists of things of one kind",
    )


# -- its adjoint -----------------------------------------------------------------------------------


def _begins_with_container(kind: Kind) -> bool:
    """Is it what was noted of a list, dict or object?"""
    return isinstance(kind, Tuple) and bool(kind.items) and isinstance(kind.items[0], CONTAINERS)


def _gradient_of(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    entry, adjoint_in, leaf, *rest = args
    given = rest[0] if rest else Const(None)
    if not _begins_with_container(s.kind(entry)):
        return _of_value(s, entry, adjoint_in, leaf, given)
    holder, *parts = s.components(entry) or []
    kind = s.kind(holder)
    if len(parts) == 1 and isinstance(s.kind(parts[0]), List):
        return _of_many(s, holder, parts[0], adjoint_in, leaf)
    slots = list(range(len(parts))) if isinstance(kind, List) else _slots_of(s, holder)
    found = [_of_part(s, holder, slot, part, adjoint_in, leaf) for slot, part in zip(slots, parts)]
    if isinstance(kind, List):
        return s.fresh_list(s.operand(Virtual(tuple(found), "list"), hint))
    if isinstance(kind, Dict):
        return s.fresh_dict([o for k, v in zip(slots, found) for o in (Const(k), v)], hint)
    assert isinstance(kind, Object)
    made = fresh_object(s, kind.cls, Ref(kind.cls.__name__, kind.cls), hint)
    for name, part in zip(slots, found):
        s.store_field(made, s.kind(made), str(name), part)  # type: ignore[arg-type]
    return made


def _of_many(s: Context, holder: Val, entries: Val, adjoint_in: Val, leaf: Val) -> Val:
    """Of a list, or of a dict whose keys are known only while the program runs."""
    held = s.heap.read(s.kind(entries).site, ITEM)  # type: ignore[union-attr]
    if isinstance(s.kind(holder), List):
        if _begins_with_container(held):
            return _by(s, gradients_of_containers, entries, adjoint_in, leaf)
        return _by(s, gradients_of_items, holder, entries, adjoint_in, leaf)
    held = held.items[1] if isinstance(held, Tuple) else held
    if _begins_with_container(held):
        return _by(s, gradients_of_keyed_containers, entries, adjoint_in, leaf)
    return _by(s, gradients_of_keys, holder, entries, adjoint_in, leaf)


def _of_part(s: Context, holder: Val, slot: Any, part: Val, adjoint_in: Val, leaf: Val) -> Val:
    """The adjoint of what was in one slot."""
    if _begins_with_container(s.kind(part)):
        return s.call(Ref("gradient_of", gradient_of), [part, adjoint_in, leaf], [])
    if not carries(s.kind(part)):
        return Const(None)
    own = s.call(adjoint_in, [holder, Const(slot), part], [])
    return _of_value(s, part, adjoint_in, leaf, own)


def _of_value(s: Context, part: Val, adjoint_in: Val, leaf: Val, given: Val) -> Val:
    """Of a number or an array, or of a tuple, whose parts' adjoints were given as one."""
    kind = s.kind(part)
    if isinstance(kind, Tuple):
        items = [_of_item(s, part, i, adjoint_in, leaf, given) for i in range(len(kind.items))]
        return Virtual(tuple(items), "tuple", kind.cls)
    if isinstance(kind, Number) or (isinstance(kind, (Py, Np)) and not kind.exact):
        # A number of one class or another: its adjoint is nowhere but in the slot.
        return _by(s, shaped_like, part, given)
    return s.call(leaf, [part, given], []) if carries(kind) else Const(None)


def _of_item(s: Context, part: Val, i: int, adjoint_in: Val, leaf: Val, given: Val) -> Val:
    item = s.getitem(part, Const(i))
    if _begins_with_container(s.kind(item)):
        return s.call(Ref("gradient_of", gradient_of), [item, adjoint_in, leaf], [])
    if not carries(s.kind(item)):
        return Const(None)
    own = given if isinstance(s.kind(given), NoneKind) else s.getitem(given, Const(i))
    return _of_value(s, item, adjoint_in, leaf, own)


# -- which slots there are ---------------------------------------------------------------------------


def _slots_of(s: Context, holder: Val) -> list[Any]:
    """The keys or attributes of what an entry was noted of: the same ones whenever it is asked."""
    kind = s.kind(holder)
    assert isinstance(kind, (Dict, Object))
    known = s.heap.known(kind.site)
    names = [n for n in known if not isinstance(s.heap.read(kind.site, n), Never)]
    certain = [n for n in names if s.heap.is_certain(kind.site, n)]
    return certain or names


def _holds_tuples(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    kind = s.kind(args[0])
    if not isinstance(kind, List) or not kind.site:
        return None
    return Const(isinstance(s.heap.read(kind.site, ITEM), Tuple))


# -- zeros for tuples ------------------------------------------------------------------------------


def _is_tuple(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    return Const(isinstance(s.kind(args[0]), Tuple))


def repeated(item, count):
    return [item] * count


def _list_zeros(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    kind, zero = s.kind(args[0]), Const(0.0)
    if not isinstance(kind, List) or not kind.site:
        return None
    held = s.heap.read(kind.site, ITEM)
    if not isinstance(held, Tuple):
        return _by(s, repeated, zero, args[1])
    parts = tuple(_zero(s, each, zero) for each in held.items)
    return _by(s, repeated, Virtual(parts, "tuple", held.cls), args[1])


def _tuple_zeros(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    kind = s.kind(args[0])
    if not isinstance(kind, Tuple):
        return None
    parts = [s.getitem(args[0], Const(i)) for i in range(len(kind.items))]
    return Virtual(tuple(_zero(s, s.kind(part), part) for part in parts), "tuple", kind.cls)


def _slot_zeros(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    """By what the slot may hold: the adjoint at hand may leave parts out."""
    holder, slot, amount = args
    kind, given = s.kind(holder), s.kind(amount)
    if not isinstance(kind, (Dict, Object)) or not isinstance(given, Tuple):
        return None
    known = isinstance(slot, Const) and slot.value in s.heap.known(kind.site)
    held = s.heap.read(kind.site, slot.value if known else ITEM)
    parts = [s.getitem(amount, Const(i)) for i in range(len(given.items))]
    if not isinstance(held, Tuple) or len(held.items) != len(parts):
        return _tuple_zeros(s, [amount], kwargs, hint)
    return Virtual(tuple(_zero(s, each, part) for each, part in zip(held.items, parts)))


def _zero(s: Context, kind: Kind, part: Val) -> Val:
    if isinstance(kind, Array):
        if isinstance(s.kind(part), Array):
            return s.call(Ref("np.zeros_like", np.zeros_like), [part], [], "t")
        return Const(0.0)
    return Const(0.0) if isinstance(kind, (Py, Np, Number)) and carries(kind) else Const(None)


STRUCTURED_ADJOINTS: dict[Any, Handler] = {
    entry_of: _entry_of, gradient_of: _gradient_of, holds_tuples: _holds_tuples, is_tuple: _is_tuple,
    tuple_zeros: _tuple_zeros, slot_zeros: _slot_zeros, list_zeros: _list_zeros,
}  # fmt: skip

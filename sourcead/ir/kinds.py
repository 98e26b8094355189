"""What is known of a value without running the program.

Kinds are plain frozen data with structural equality, so they are also the keys of the signature
cache.  `join` is the least kind that covers two: used where branches and turns of a loop meet.

An array's kind has one `Dim` for each axis.  A dim is a known int, a symbol (an argument's axis,
plus a constant: the axis of `u[1:-1]` is `u0 - 2`), or None.  Whether an axis may have size one is
part of it, because that alone decides whether NumPy stretches it.

>>> n = Sym("u0", one=False)
>>> print(Array("float64", (n,)), join(Py(int), Py(float)), join(Array("float64", (n,)), Array("float64", (3,))))
float64[u0] float float64[?]
"""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace
from typing import Any, TypeAlias, Union

import numpy as np

from sourcead.ir.one_of import can_be_one_of, one_of
from sourcead.ir.quick import quick

__all__ = [
    "AnyKind", "Array", "Bound", "Closure", "Dict", "Dim", "Kind", "List", "Never", "NoneKind", "Np",
    "Number", "Object", "Partial", "Py", "Slice", "Sym", "Tape", "Text", "Tuple", "Unknown",
    "Value", "broadcast_dims", "carries", "dtype_of", "is_array", "is_number", "is_optional", "is_scalar", "join",
    "option_of", "same_dim", "without_none",
]  # fmt: skip


@quick
@dataclass(frozen=True, slots=True)
class Sym:
    """The size of some array's axis, plus `offset`; `one` tells whether it may be 1."""

    name: str
    offset: int = 0
    one: bool = True

    def __str__(self) -> str:
        return self.name + (f"{self.offset:+d}" if self.offset else "")


Dim: TypeAlias = Union[int, Sym, None]


@quick
@dataclass(frozen=True, slots=True)
class Py:
    """A Python number: bool, int, float or complex; not `exact`: or one of a smaller type, or None."""

    type: type
    exact: bool = True

    def __str__(self) -> str:
        return self.type.__name__


@quick
@dataclass(frozen=True, slots=True)
class Np:
    """A NumPy scalar (`np.float64`); not `exact`: or a Python number (an accumulator that starts at 0.0), or None."""

    dtype: str
    exact: bool = True

    def __str__(self) -> str:
        return f"np.{self.dtype}"


@quick
@dataclass(frozen=True, slots=True)
class Array:
    """An `np.ndarray` (exactly this class) of a dtype and rank; `optional`: or None."""

    dtype: str
    dims: tuple[Dim, ...]
    optional: bool = False

    def __str__(self) -> str:
        return f"{self.dtype}[{', '.join('?' if d is None else str(d) for d in self.dims)}]"


@dataclass(frozen=True, slots=True)
class Number:
    """A number or array of which no more is known ("float or array")."""

    real: bool = True

    def __str__(self) -> str:
        return "number"


@dataclass(frozen=True, slots=True)
class NoneKind:
    def __str__(self) -> str:
        return "None"


@dataclass(frozen=True, slots=True)
class Text:
    """A string or bytes."""

    def __str__(self) -> str:
        return "str"


@dataclass(frozen=True, slots=True)
class Slice:
    def __str__(self) -> str:
        return "slice"


@quick
@dataclass(frozen=True, slots=True)
class Tuple:
    """A tuple of known length; `cls` is tuple or a namedtuple class."""

    items: tuple[Kind, ...]
    cls: type = tuple

    def __str__(self) -> str:
        return f"({', '.join(map(str, self.items))})"


@quick
@dataclass(frozen=True, slots=True)
class List:
    """A list; `site` says where it was made (see `transform/heap.py`), `item` covers its elements.

    Also a tuple of which the length is not known: `cls` is tuple then.
    """

    item: Kind
    site: str = ""
    items: tuple[Kind, ...] | None = None  # of an argument: element by element
    cls: type = list
    optional: bool = False  # or None

    def __str__(self) -> str:
        return f"{self.cls.__name__}[{self.item}]"


@dataclass(frozen=True, slots=True)
class Dict:
    """A dict with known keys (`fields`) or one kind `item` for all values."""

    item: Kind
    site: str = ""
    fields: tuple[tuple[Any, Kind], ...] | None = None
    optional: bool = False  # or None
    cls: type = dict

    def __str__(self) -> str:
        return f"{self.cls.__name__}[{self.item}]"


@quick
@dataclass(frozen=True, slots=True)
class Object:
    """An instance of exactly `cls`; `fields` are the kinds of an argument's attributes."""

    cls: type
    site: str = ""
    fields: tuple[tuple[str, Kind], ...] = ()
    optional: bool = False  # or None

    def __str__(self) -> str:
        return self.cls.__name__


class Value:
    """A live object that is known: a function, class, module, dtype, enum member."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Value) and self.value is other.value

    def __hash__(self) -> int:
        return object.__hash__(self.value)

    def __str__(self) -> str:
        return getattr(self.value, "__qualname__", None) or type(self.value).__name__

    __repr__ = __str__


@dataclass(frozen=True, slots=True, eq=False)
class Closure:
    """A nested function: its making, and the operands captured (in the specialised program)."""

    make: Any
    captured: tuple[Any, ...]
    defaults: tuple[tuple[str, Any], ...] = ()

    def __str__(self) -> str:
        return f"function {self.make.name}"


@dataclass(frozen=True, slots=True, eq=False)
class Bound:
    """A bound method: an operand and a live function, or a method name of a built-in type."""

    receiver: Any
    function: Any

    def __str__(self) -> str:
        return f"method {getattr(self.function, '__name__', self.function)}"


@dataclass(frozen=True, slots=True, eq=False)
class Partial:
    """A `functools.partial` made in the program: operands."""

    function: Any
    args: tuple[Any, ...]
    kwargs: tuple[tuple[str, Any], ...]

    def __str__(self) -> str:
        return "partial"


@dataclass(frozen=True, slots=True)
class Unknown:
    def __str__(self) -> str:
        return "unknown"


@dataclass(frozen=True, slots=True)
class Tape:
    """What one half of a split derivative hands to the other; nobody else looks into it or changes it."""

    def __str__(self) -> str:
        return "tape"


@dataclass(frozen=True, slots=True)
class Never:
    """No value at all: a name on a path that does not bind it."""

    def __str__(self) -> str:
        return "never"


Kind: TypeAlias = Union[
    Py, Np, Array, Number, NoneKind, Text, Slice, Tuple, List, Dict, Object, Value,
    Closure, Bound, Partial, Tape, Unknown, Never,
]  # fmt: skip
AnyKind = Kind


# -- questions -------------------------------------------------------------------------------


def dtype_of(kind: Kind) -> np.dtype[Any] | None:
    """The dtype of a number's or array's elements."""
    if isinstance(kind, (Array, Np)):
        return _dtype(kind.dtype)
    return _dtype(kind.type) if isinstance(kind, Py) else None


@functools.lru_cache(maxsize=128)
def _dtype(of: str | type) -> np.dtype[Any]:
    return np.dtype(of)


def is_array(kind: Kind) -> bool:
    return isinstance(kind, Array)


def is_scalar(kind: Kind) -> bool:
    """A single number, which nobody can write in place."""
    return isinstance(kind, (Py, Np))


def is_number(kind: Kind) -> bool:
    return isinstance(kind, (Py, Np, Array, Number))


def carries(kind: Kind) -> bool:
    """Can a value of this kind carry a derivative (itself, or in what it holds)?"""
    if isinstance(kind, Py):  # as most
        return kind.type is float or kind.type is complex
    dtype = dtype_of(kind)
    if dtype is not None:
        return dtype.kind in "fc"
    match kind:
        case Number() | Unknown() | Object() | Closure() | Bound() | Partial():
            return True
        case Tuple(items):
            return any(map(carries, items))
        case List(item) | Dict(item):
            return carries(item) or isinstance(item, Never)
        case _:
            return False


def is_optional(kind: Kind) -> bool:
    """Is it an array or container, or None?"""
    return isinstance(kind, (Array, List, Dict, Object)) and kind.optional


def without_none(kind: Kind) -> Kind:
    """The kind of the value where it is not None."""
    if isinstance(kind, (Array, List, Dict, Object)) and kind.optional:
        return replace(kind, optional=False)
    return kind


# -- shapes ----------------------------------------------------------------------------------


def same_dim(a: Dim, b: Dim) -> bool:
    """Are these certainly the same size (given that NumPy has combined the two without error)?"""
    if a is None or b is None:
        return False
    if a == b:
        return True
    return not _maybe_one(a) and not _maybe_one(b)


def _maybe_one(dim: Dim) -> bool:
    if isinstance(dim, Sym):
        return dim.one or dim.offset != 0
    return dim is None or dim == 1


def broadcast_dims(shapes: list[tuple[Dim, ...]]) -> tuple[Dim, ...]:
    """The shape that NumPy broadcasts `shapes` to."""
    rank = max((len(s) for s in shapes), default=0)
    out: list[Dim] = []
    for axis in range(rank):
        dims = [s[axis - rank + len(s)] for s in shapes if axis - rank + len(s) >= 0]
        out.append(_broadcast_dim(dims))
    return tuple(out)


def _broadcast_dim(dims: list[Dim]) -> Dim:
    certain = [d for d in dims if not _maybe_one(d)]
    if certain:
        return next((d for d in certain if isinstance(d, int)), certain[0])
    rest = [d for d in dims if d != 1]
    if not rest:
        return 1
    return rest[0] if all(d is not None and d == rest[0] for d in rest) else None


# -- join ------------------------------------------------------------------------------------


def join(a: Kind, b: Kind) -> Kind:
    """The least kind that covers both."""
    if a == b:
        return a
    match a, b:
        case (Never(), other) | (other, Never()):
            return other
        case (NoneKind(), (Array() | List() | Dict() | Object()) as known) | (
            (Array() | List() | Dict() | Object()) as known,
            NoneKind(),
        ):
            return replace(known, optional=True)
        case _ if is_optional(a) or is_optional(b):
            inner = join(without_none(a), without_none(b))
            if isinstance(inner, (Array, List, Dict, Object)):
                return replace(inner, optional=True)
            return Unknown()
        case _:
            pass
    match a, b:
        case Array(da, sa), Array(db, sb) if da == db and len(sa) == len(sb):
            return Array(da, tuple(x if x == y else None for x, y in zip(sa, sb)))
        case Tuple(xs, ca), Tuple(ys, cb) if len(xs) == len(ys) and ca is cb:
            return Tuple(tuple(join(x, y) for x, y in zip(xs, ys)), ca)
        case List(x, sa, cls=ca), List(y, sb, cls=cb) if sa == sb and ca is cb:
            return List(join(x, y), sa, None, ca)
        case Dict(x, sa, fa, cls=ca), Dict(y, sb, fb, cls=cb) if (
            sa == sb and ca is cb and _keys(fa) == _keys(fb)
        ):
            fields = None
            if fa is not None and fb is not None:
                fields = tuple((k, join(v, w)) for (k, v), (_, w) in zip(fa, fb))
            return Dict(join(x, y), sa, fields, cls=ca)
        case Object(ca, sa, fa), Object(cb, sb, fb) if ca is cb and sa == sb:
            return _join_fields(ca, sa, fa, fb)
        case (Object() | Value(), Object() | Value()):
            return _join_classes(a, b)
        case ((Py() | Np()), (Py() | Np())):
            return _join_numbers(a, b)
        case (NoneKind(), (Py() | Np()) as number) | ((Py() | Np()) as number, NoneKind()):
            return replace(number, exact=False)  # whatever computes with it would fail on None
        case ((Py() | Np() | Array() | Number()), (Py() | Np() | Array() | Number())):
            dtypes = dtype_of(a), dtype_of(b)
            is_complex = any(dtype is None or dtype.kind == "c" for dtype in dtypes)
            return Number(real=not is_complex or a == Number() or b == Number())
        case (NoneKind(), Tape() as tape) | (Tape() as tape, NoneKind()):
            return tape
        case _:
            return Unknown()


def _join_fields(
    cls: type, site: str, a: tuple[tuple[str, Kind], ...], b: tuple[tuple[str, Kind], ...]
) -> Kind:
    """One instance or another: of one kind where their attributes are."""
    if _keys(a) != _keys(b):
        return Unknown()
    fields = tuple((name, join(v, w)) for (name, v), (_, w) in zip(a, b))
    if all(_is_as_known(kind, v) for (_, kind), (_, v) in zip(fields, a)):
        return Object(cls, site, fields)
    return Unknown()


def _join_classes(a: Kind, b: Kind) -> Kind:
    """One object or function or another, of different classes, where these are made here."""
    options = [option_of(kind) for kind in (a, b)]
    sites = {kind.site for kind in (a, b) if isinstance(kind, Object)}
    if None in options or len(sites) != 1:
        return Unknown()
    cls = one_of(tuple(options))
    return Unknown() if cls is None else Object(cls, sites.pop())


def option_of(kind: Kind) -> type | Value | None:
    """What a value of this kind is among several that may be in one place; None where they are not told apart."""
    match kind:
        case Object(cls, site, ()) if site and not kind.optional and can_be_one_of(cls):
            return cls
        case Value(value=live) if callable(live) and not isinstance(live, type):
            return kind
        case _:
            return None


def _is_as_known(joined: Kind, before: Kind) -> bool:
    """Is as much known of what covers two kinds as of one of them?"""
    if isinstance(joined, (Py, Np)) and not joined.exact:
        return joined == before
    return not isinstance(joined, (Unknown, Number)) or joined == before


def _join_numbers(a: Py | Np, b: Py | Np) -> Kind:
    """One number or another: rebound by `+=` either way, so only the type of its elements is open."""
    order = (bool, int, float, complex)
    if isinstance(a, Py) and isinstance(b, Py):
        return Py(max(a.type, b.type, key=order.index), a == b)
    da, db = (np.dtype(k.type if isinstance(k, Py) else k.dtype) for k in (a, b))
    if isinstance(a, Np) and isinstance(b, Np):
        return Np(str(np.promote_types(da, db)), a == b)
    wide = np.result_type(*(k.type(0) if isinstance(k, Py) else np.dtype(k.dtype) for k in (a, b)))
    return Np(str(wide), False)


def _keys(fields: tuple[tuple[Any, Kind], ...] | None) -> list[Any] | None:
    return None if fields is None else [k for k, _ in fields]

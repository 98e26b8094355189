"""What kind does a call return? Found by calling the function on small samples of its arguments' kinds.

Only for pure functions (the registry says which).  The symbolic sizes of the arguments' axes get
distinct small numbers, twice; a result axis that follows one of them in both runs has its size.

>>> n, m = Sym("a0"), Sym("a1")
>>> print(result_kind(np.matmul, (Array("float64", (n, m)), Array("float64", (m,)))))
float64[a0]
>>> print(result_kind(np.matmul, (Array("float64", (n, m)), Array("float64", (Sym("b0", -1),)))))
float64[a0]
>>> print(result_kind(np.matmul, (Array("float64", (n, 1)), Array("float64", (m,)))))
float64[a0]
>>> print(result_kind(np.sum, (Array("float32", (n, m)),), {"axis": Const(0)}))
float32[a1]
>>> print(result_kind(sum, (List(Array("float64", (None,))),)))
float64[?]
"""

from __future__ import annotations

import itertools
import types
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias, TypeGuard

import numpy as np

from sourcead.ir.kinds import (
    Array,
    Dim,
    Kind,
    List,
    Never,
    NoneKind,
    Np,
    Py,
    Slice,
    Sym,
    Text,
    Tuple,
    Unknown,
    Value,
    join,
)
from sourcead.ir.nodes import Const

__all__ = ["NoPrototype", "SizeOf", "observe", "result_kind"]

_SIZES = ((5, 7, 11, 13, 17, 19, 23, 29), (21, 18, 16, 14, 12, 10, 9, 6))
# rising and falling: the lesser of two sizes (of the factors of a matrix) is neither of them
_COUNTS = ((2, 3), (3, 4), (0, 1), (1, 2), (0, 0), (1, 1))  # values of integers in the two runs
_FURTHER = (7, 4)  # one of which is tried after them
_CACHE: dict[Any, Kind] = {}
_OPEN = "?"  # begins the name of a size of which nothing is known
_LISTED = "?list"  # the length of lists of which it is not known

_Member: TypeAlias = "str | int | None"  # a symbol's name, or a size that is known
_Group: TypeAlias = "list[_Member]"  # taken as equal; None in front: maybe not, one may be 1


@dataclass(frozen=True)
class SizeOf:
    """The size of an axis (or, with several dims, a shape) as an argument: `np.zeros(x.shape)`."""

    dims: tuple[Dim, ...]
    single: bool = False


class NoPrototype(Exception):
    """A kind of which no sample can be made."""


def result_kind(
    function: Callable[..., Any],
    args: Iterable[Kind | Const],
    kwargs: Mapping[str, Kind | Const] | None = None,
) -> Kind:
    """The kind of `function(*args, **kwargs)`, or Unknown. Arguments are kinds or constants."""
    args, kwargs = tuple(args), dict(kwargs or {})
    key = (function, args, tuple(kwargs.items()))  # holds it: another could get its id
    try:
        found = _CACHE.get(key)
    except TypeError:
        return _tried(function, args, kwargs)
    if found is None:
        found = _CACHE[key] = _tried(function, args, kwargs)
    return found


def _tried(
    function: Callable[..., Any], args: tuple[Kind | Const, ...], kwargs: dict[str, Kind | Const]
) -> Kind:
    """The result's kind; where sizes like `n - 1` fit nothing, with sizes that are independent of `n`.

    `x @ w[1:]`: with a size for `w` that is that of an axis of `x`, the part has one too few.
    """
    found = _result_kind(function, args, kwargs)
    given = (*args, *kwargs.values())
    moved = {d for a in given for d in _symbols(a) if d.offset}
    if not isinstance(found, Unknown) or not moved:
        return found
    apart = {d: Sym(f"{d.name}{d.offset:+d}") for d in moved}
    back = {to.name: d for d, to in apart.items()}

    def away(dim: Dim) -> Dim:
        return apart.get(dim, dim) if isinstance(dim, Sym) else dim

    def home(dim: Dim) -> Dim:
        if not isinstance(dim, Sym) or dim.name not in back:
            return dim
        was = back[dim.name]
        return Sym(was.name, was.offset + dim.offset, dim.one)

    renamed = {name: _mapped(kind, away) for name, kind in kwargs.items()}
    found = _result_kind(function, tuple(_mapped(a, away) for a in args), renamed)
    return _mapped(found, home)  # type: ignore[no-any-return]


def _mapped(kind: Any, dim: Callable[[Dim], Dim]) -> Any:
    """The kind with other sizes."""
    match kind:
        case Array(dtype, dims):
            return Array(dtype, tuple(map(dim, dims)))
        case SizeOf(dims, single):
            return SizeOf(tuple(map(dim, dims)), single)
        case Tuple(items, cls):
            return Tuple(tuple(_mapped(i, dim) for i in items), cls)
        case List(item, _, items):
            each = None if items is None else tuple(_mapped(i, dim) for i in items)
            return replace(kind, item=_mapped(item, dim), items=each)
        case _:
            return kind


def _result_kind(
    function: Callable[..., Any], args: tuple[Kind | Const, ...], kwargs: dict[str, Kind | Const]
) -> Kind:
    unknown = itertools.count()
    args = tuple(_named(a, unknown) for a in args)
    kwargs = {k: _named(v, unknown) for k, v in kwargs.items()}
    given = (*args, *kwargs.values())
    symbols = {s.name: s.one for a in given for s in _symbols(a)}
    integers = any(map(_has_integer, given))
    lengths = {n for a in given for n in _lengths(a)}
    names = [*symbols, *([_LISTED] if None in lengths and not integers else [])]
    if len(names) > len(_SIZES[0]):
        return Unknown()
    fixed = {d for a in given for d in _dims(a) if isinstance(d, int) and d > 1}
    listed = {n for n in lengths if n is not None and n > 1} - fixed
    call = _Call(function, args, kwargs)
    for counts in _COUNTS if integers else _COUNTS[:1]:
        tried = _groupings([*names, *sorted(fixed)])
        also = _groupings([*names, *sorted(fixed | listed)]) if listed else ()
        single = (
            _groupings([*names, 1, *sorted(fixed)]) if any(1 in _dims(a) for a in given) else ()
        )
        for groups in itertools.chain(tried, also, single):
            sizes = [_assign(groups, s) | {"": n} for s, n in zip(_SIZES, counts)]
            try:
                runs = [call.run(s) for s in sizes]
            except NoPrototype:
                return Unknown()
            except Exception:  # the sample's sizes did not fit: try the next grouping
                continue
            kind = _read(runs, sizes, _equal(call, groups, sizes[0]), symbols)
            if not isinstance(kind, Unknown):
                if any(1 in group and len(group) > 1 for group in groups):
                    kind = _mapped(kind, lambda dim: None if dim == 1 else dim)
                if counts[0] == counts[1]:
                    return _without_sizes(kind)
                return _of_any_integer(call, kind, sizes[0]) if integers else kind
    return Unknown()


@dataclass(frozen=True)
class _Call:
    """The call to be tried on samples."""

    function: Callable[..., Any]
    args: tuple[Kind | Const, ...]
    kwargs: dict[str, Kind | Const]

    def run(self, sizes: dict[str, int]) -> Any:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            args = [_sample(a, sizes) for a in self.args]
            kwargs = {k: _sample(v, sizes) for k, v in self.kwargs.items()}
            try:
                return self.function(*args, **kwargs)
            except (
                ZeroDivisionError,
                np.linalg.LinAlgError,
            ):  # weights, matrices that are integers
                named = {k: _with_ones(v) for k, v in kwargs.items()}
                return self.function(*map(_with_ones, args), **named)
            except ValueError:  # `math.acosh` has its domain above 1
                if not any(isinstance(a, float) for a in args):
                    raise
                above = (a + 1.0 if isinstance(a, float) else a for a in args)
                return self.function(*above, **kwargs)


def _with_ones(sample: Any) -> Any:
    """Of integers, whose samples are zeros (places in any axis); a square matrix has an inverse."""
    if not isinstance(sample, np.ndarray) or sample.dtype.kind not in "iu":
        return sample
    square = sample.ndim >= 2 and sample.shape[-1] == sample.shape[-2]
    return np.ones_like(sample) + (np.eye(sample.shape[-1], dtype=sample.dtype) if square else 0)


def _named(kind: Any, count: Iterator[int]) -> Any:
    """Sizes of which nothing is known get names of their own: `?0`, `?1`."""
    match kind:
        case Array(dtype, dims):
            named = (Sym(f"{_OPEN}{next(count)}") if d is None else d for d in dims)
            return Array(dtype, tuple(named))
        case Tuple(items, cls):
            return Tuple(tuple(_named(i, count) for i in items), cls)
        case List(item, _, items):
            each = None if items is None else tuple(_named(i, count) for i in items)
            return replace(kind, item=_named(item, count), items=each)
        case _:
            return kind


def _equal(call: _Call, groups: list[_Group], sizes: dict[str, int]) -> list[_Group]:
    """Of the sizes that were taken as equal, those that may not be equal by stretching an axis of size 1.

    A group that the call accepts with one of its sizes 1 is marked: its size is not known by name.
    """
    found: list[_Group] = []
    for group in groups:
        if len(group) > 1 and any(_accepts(call, sizes | {n: 1}) for n in group if _is_name(n)):
            found.append([None, *group])
        else:
            found.append(sorted(group, key=lambda n: not _is_name(n) or n.startswith(_OPEN)))
    return found


def _accepts(call: _Call, sizes: dict[str, int]) -> bool:
    try:
        call.run(sizes)
    except Exception:  # whatever the function says of sizes that do not fit
        return False
    return True


def _is_name(member: _Member) -> TypeGuard[str]:
    return isinstance(member, str)


def _has_integer(kind: Kind | Const) -> bool:
    match kind:
        case Py(type):
            return type is int
        case Np(dtype):
            return np.dtype(dtype).kind in "iu"
        case Tuple(items):
            return any(map(_has_integer, items))
        case List(item, _, items):
            return any(map(_has_integer, items or (item,)))
        case _:
            return False


def _of_any_integer(call: _Call, kind: Kind, sizes: dict[str, int]) -> Kind:
    """The kind without what only the integers that were tried have in common.

    >>> print(result_kind(np.fft.rfftfreq, (Py(int),)))  # n // 2 + 1 numbers: two of 2 and of 3
    float64[?]
    """
    for other in _FURTHER:
        try:
            value = call.run(sizes | {"": other})
        except Exception:  # an integer that does not fit
            continue
        return _also_of(kind, value)
    return kind


def _also_of(kind: Kind, value: Any) -> Kind:
    match kind:
        case Array(dtype, dims):
            if np.ndim(value) != len(dims):
                return Unknown()
            pairs = zip(dims, np.shape(value))
            return Array(
                dtype, tuple(d if isinstance(d, Sym) or d == n else None for d, n in pairs)
            )
        case Tuple(items, cls):
            if not isinstance(value, tuple) or len(value) != len(items):
                return Unknown()
            return Tuple(tuple(map(_also_of, items, value)), cls)
        case _:
            return kind


def _without_sizes(kind: Kind) -> Kind:
    """Integers had one value in both runs: a size may come from them."""
    match kind:
        case Array(dtype, dims):
            return Array(dtype, tuple(d if isinstance(d, Sym) else None for d in dims))
        case Tuple() | List():
            return Unknown()  # how many items there are may come from them too
        case _:
            return kind


def _groupings(members: list[_Member]) -> Iterator[list[_Group]]:
    """All sizes distinct; then each pair equal; then pairs of pairs; then triples; then all equal.

    Members are the symbols, and the sizes that are known: of these no two are equal.
    """
    for groups in _partitions(members):
        if all(sum(not _is_name(m) for m in group) <= 1 for group in groups):
            yield groups


def _partitions(members: list[_Member]) -> Iterator[list[_Group]]:
    def alone(*used: _Member) -> list[_Group]:
        return [[m] for m in members if m not in used]

    yield alone()
    pairs = list(itertools.combinations(members, 2))
    for a, b in pairs:
        yield [[a, b], *alone(a, b)]
    if len(members) > 3:
        for (a, b), (c, d) in itertools.combinations(pairs, 2):
            if len({a, b, c, d}) == 4:
                yield [[a, b], [c, d], *alone(a, b, c, d)]
    if len(members) > 2:
        for triple in itertools.combinations(members, 3):
            yield [list(triple), *alone(*triple)]
    if members:
        yield [members]


def _assign(groups: list[_Group], sizes: tuple[int, ...]) -> dict[str, int]:
    """A number for each symbol: that of the known size in its group, or one of `sizes`."""
    numbers = iter(sizes)
    found: dict[str, int] = {}
    for group in groups:
        fixed = [m for m in group if isinstance(m, int)]
        names = [m for m in group if _is_name(m)]
        if names:
            found |= dict.fromkeys(names, fixed[0] if fixed else next(numbers))
    return found


def _dims(kind: Kind | Const) -> Iterator[Dim]:
    match kind:
        case Array(_, dims) | SizeOf(dims):
            yield from dims
        case Tuple(items):
            for item in items:
                yield from _dims(item)
        case List(item, _, items):
            for each in items or (item,):
                yield from _dims(each)
        case _:
            return


def _lengths(kind: Kind | Const) -> Iterator[int | None]:
    """How long lists and tuples are: an array may have as many elements (`np.average(x, weights=[1, 3])`)."""
    match kind:
        case List(_, _, None):
            yield None
        case Tuple(items) | List(_, _, tuple(items)):
            yield len(items)


def _symbols(kind: Kind | Const) -> Iterator[Sym]:
    return (d for d in _dims(kind) if isinstance(d, Sym))


def _sample(kind: Kind | Const, sizes: dict[str, int]) -> Any:
    match kind:
        case Const(value):
            return value
        case Py(type):
            return {bool: True, int: sizes[""], float: 0.7, complex: 0.7 + 0.2j}[type]
        case Np(dtype):
            return np.dtype(dtype).type(sizes[""] if np.dtype(dtype).kind in "iu" else 0.7)
        case SizeOf():
            found = tuple(_size(d, sizes) for d in kind.dims)
            return found[0] if kind.single else found
        case Array(dtype, dims):
            return _sample_array(np.dtype(dtype), tuple(_size(d, sizes) for d in dims))
        case NoneKind():
            return None
        case Slice():
            return slice(None)
        case Tuple(items, cls):
            values = [_sample(i, sizes) for i in items]
            return tuple(values) if cls is tuple else cls(*values)
        case List(item, _, items):
            if items is None:  # of unknown length: two lengths in the two runs
                items = (item,) * max(sizes.get(_LISTED, sizes[""]), 1)
            return [_sample(i, sizes) for i in items]
        case Value():
            return kind.value
        case _:
            raise NoPrototype(kind)


def _size(dim: Dim, sizes: dict[str, int]) -> int:
    if isinstance(dim, Sym):
        return max(sizes[dim.name] + dim.offset, 1)
    return 3 if dim is None else dim


def _sample_array(dtype: np.dtype[Any], shape: tuple[int, ...]) -> np.ndarray[Any, Any]:
    """Values in (0, 1), diagonally dominant where square, so that factorisations succeed."""
    if dtype.kind not in "fc":
        return np.ones(shape, dtype) if dtype.kind == "b" else np.zeros(shape, dtype)
    count = int(np.prod(shape))
    out = np.linspace(0.3, 0.7, max(count, 1))[:count].reshape(shape)
    if len(shape) >= 2 and shape[-1] == shape[-2]:
        out = out + 10.0 * np.eye(shape[-1])
    return out.astype(dtype)


# -- reading the results ---------------------------------------------------------------------


def _read(
    runs: list[Any], sizes: list[dict[str, int]], groups: list[_Group], symbols: dict[str, bool]
) -> Kind:
    first, second = runs
    if (
        isinstance(first, np.ndarray)
        and type(first) is np.ndarray
        and isinstance(second, np.ndarray)
    ):
        if first.ndim != second.ndim or first.dtype != second.dtype:
            return Unknown()
        if first.dtype.kind not in "biufc":
            return Unknown()  # objects, records and dates: nothing here knows what they hold
        dims = tuple(
            _dim((a, b), sizes, groups, symbols) for a, b in zip(first.shape, second.shape)
        )
        return Array(str(first.dtype), dims)
    if isinstance(first, tuple) and isinstance(second, tuple) and len(first) == len(second):
        items = tuple(_read([a, b], sizes, groups, symbols) for a, b in zip(first, second))
        return Tuple(items, type(first))
    if type(first) is list and type(second) is list and first and second:
        item: Kind = Never()
        for a, b in zip(first, second):
            item = join(item, _read([a, b], sizes, groups, symbols))
        return List(item)
    kind = observe(first)
    return kind if kind == observe(second) else Unknown()


def _dim(
    values: tuple[int, int],
    sizes: list[dict[str, int]],
    groups: list[_Group],
    symbols: dict[str, bool],
) -> Dim:
    if values[0] == values[1]:
        return (
            values[0] or None
        )  # none found in the samples: how many there are is up to the values
    for group in groups:
        name = group[0]
        member = next((m for m in group if isinstance(m, str)), None)
        if member is None:
            continue
        offsets = {v - s[member] for v, s in zip(values, sizes)}
        if len(offsets) == 1 and abs(offset := offsets.pop()) <= 4:
            if isinstance(name, str) and not name.startswith(_OPEN):
                return Sym(name, offset, symbols[name])
            return None
    return None


def observe(value: Any) -> Kind:
    """The kind of a live number, array, string, None, or tuple of these (no symbols: sizes are ints)."""
    match value:
        case bool() | int() | float() | complex() if type(value) in (bool, int, float, complex):
            return Py(type(value))
        case np.generic() if value.dtype.kind in "biufc":
            return Np(str(value.dtype))
        case np.ndarray() if type(value) is np.ndarray and value.dtype.kind in "biufc":
            return Array(str(value.dtype), tuple(value.shape))
        case None:
            return NoneKind()
        case str() | bytes():
            return Text()
        case slice():
            return Slice()
        case tuple():
            return Tuple(tuple(map(observe, value)), type(value))
        case np.dtype() | type() | types.ModuleType():
            return Value(value)
        case _:
            return Unknown()

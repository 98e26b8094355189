"""The kind of `base[index]` for arrays, and whether the index makes a view.

>>> u = Array("float64", (Sym("u0", one=False), Sym("u1")))
>>> print(element_kind(u, [Py(int)], None), element_kind(u, [Slice(), Py(int)], [(Const(1), Const(-1), None), None]))
float64[u1] float64[u0-2]
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from sourcead.ir.kinds import (
    Array,
    Dim,
    Kind,
    List,
    NoneKind,
    Np,
    Py,
    Slice,
    Sym,
    Tuple,
    Unknown,
    Value,
)
from sourcead.ir.nodes import Const

__all__ = ["element_kind", "is_basic"]


def is_basic(parts: Sequence[Kind]) -> bool | None:
    """Does an index of these kinds make a view (or pick one element)? None where that is not known."""
    if any(isinstance(k, Unknown) for k in parts):
        return None
    return all(
        isinstance(k, (Slice, NoneKind))
        or (isinstance(k, (Py, Np)) and k not in (Py(bool), Np("bool")))
        or (isinstance(k, Value) and k.value is Ellipsis)
        for k in parts
    )


def element_kind(base: Array, parts: Sequence[Kind], bounds: Sequence[Any] | None) -> Kind:
    """`bounds`: for each slice in `parts` its (lower, upper, step) operands, where known."""
    basic = is_basic(parts)
    if basic is None:
        return Unknown()
    if not basic:
        return _advanced(base, parts, bounds)
    dims = _basic(base.dims, parts, bounds)
    if dims is None:
        return Unknown()
    full = len(dims) > 0 or any(isinstance(k, Value) for k in parts)
    return Array(base.dtype, dims) if full else Np(base.dtype)


def _basic(
    dims: tuple[Dim, ...], parts: Sequence[Kind], bounds: Sequence[Any] | None
) -> tuple[Dim, ...] | None:
    consumed = sum(isinstance(k, (Py, Np, Slice)) for k in parts)
    if consumed > len(dims):
        return None
    out: list[Dim] = []
    axis = 0
    for i, part in enumerate(parts):
        match part:
            case Py() | Np():
                axis += 1
            case NoneKind():
                out.append(1)
            case Slice():
                out.append(_sliced(dims[axis], bounds[i] if bounds else None))
                axis += 1
            case _:  # Ellipsis
                skip = len(dims) - consumed
                out.extend(dims[axis : axis + skip])
                axis += skip
    return (*out, *dims[axis:])


def _sliced(dim: Dim, bounds: Any) -> Dim:
    """`dim[lower:upper:step]` where the bounds are small constants; a slice may clip, so n - 2 is a promise
    only between slices of the same kind (which all clip together)."""
    if bounds is None:
        return None
    lower, upper, step = (
        b.value if isinstance(b, Const) else (None if b is None else b) for b in bounds
    )
    if not all(v is None or type(v) is int for v in (lower, upper, step)):
        return None
    if isinstance(dim, int):
        return len(range(dim)[slice(lower, upper, step)])
    if lower is None and upper is None and step in (None, 1, -1):
        return dim
    if dim is None or dim.offset != 0 or (step is not None and step < 1):
        return None
    lower = lower or 0
    if lower < 0 or upper == 0 or (upper is not None and upper > 0):
        return None
    offset = (upper or 0) - lower
    if step in (None, 1):
        return Sym(dim.name, offset, dim.one)
    return Sym(f"({Sym(dim.name, offset)})/{step}")


# -- indices with arrays, masks and lists ----------------------------------------------------

_AXES = (
    3,
    5,
    7,
    9,
    41,
    43,
)  # sizes of the base's axes in a sample; two elements of a mask are True
_QUOTIENTS = (11, 13, 17, 19, 23, 29, 31, 37)  # and of the indices'


def _advanced(base: Array, parts: Sequence[Kind], bounds: Sequence[Any] | None) -> Kind:
    """Found on a sample whose sizes are told apart; where they do not fit, the rank alone."""
    if len(base.dims) > len(_AXES):
        return Unknown()
    axes = dict(zip(_AXES, base.dims))
    whole = bounds is None or all(b is None or _is_whole(b) for b in bounds)
    if not whole:
        axes = dict.fromkeys(axes)
    sizes = _Lengths(alone=sum(isinstance(k, (Array, List, Tuple)) for k in parts) == 1)
    for lengths in (sizes, None):
        index = tuple(_index_sample(k, lengths) for k in parts)
        if any(i is Unknown for i in index):
            return Unknown()
        try:
            sample = np.zeros(tuple(axes) if lengths else (3,) * len(axes), base.dtype)[index]
        except (IndexError, ValueError):
            continue
        if not isinstance(sample, np.ndarray):
            return Np(base.dtype)
        if lengths is None:
            return Array(base.dtype, (None,) * sample.ndim)
        known = axes | lengths.dims | {1: None if lengths.are_open else 1}
        return Array(base.dtype, tuple(known.get(n) for n in sample.shape))
    return Unknown()


def _is_whole(bounds: Any) -> bool:
    return all(isinstance(b, Const) and b.value is None for b in bounds)


class _Lengths:
    """Numbers for the sizes of index arrays; equal sizes have equal numbers."""

    def __init__(self, alone: bool) -> None:
        self.alone = alone  # one array only: what its sizes are, the result's are
        self.are_open = False  # is 1 in place of a size that is not known?
        self.dims: dict[int, Dim] = {}

    def __call__(self, dim: Dim) -> int:
        if dim == 1 or (dim is None and not self.alone):
            self.are_open |= dim is None
            return 1
        for number, known in self.dims.items():
            if known == dim and dim is not None:
                return number
        number = _QUOTIENTS[min(len(self.dims), len(_QUOTIENTS) - 1)]
        self.dims[number] = dim
        return number


def _index_sample(kind: Kind, lengths: _Lengths | None) -> Any:
    match kind:
        case Slice():
            return slice(None)
        case NoneKind():
            return None
        case Value():
            return kind.value
        case Py(t) if t is bool:
            return True
        case Np("bool"):
            return np.True_
        case Py() | Np():
            return 0
        case Array(dtype, dims) if np.dtype(dtype).kind == "b":
            return _mask(_AXES[: len(dims)] if lengths else (3,) * len(dims))
        case Array(dtype, dims) if np.dtype(dtype).kind in "iu":
            return np.zeros(tuple(map(lengths, dims)) if lengths else (1,) * len(dims), int)
        case List() | Tuple():
            return _sequence_sample(kind, lengths)
        case _:
            return Unknown


def _mask(shape: tuple[int, ...]) -> np.ndarray[Any, Any]:
    mask = np.zeros(shape, bool)
    mask.flat[:2] = True
    return mask


def _sequence_sample(kind: List | Tuple, lengths: _Lengths | None) -> Any:
    """A list of integers as the array of them; of anything else as it is."""
    items = kind.items or ((kind.item,) if isinstance(kind, List) else ())
    samples = [_index_sample(k, None) for k in items]
    if any(s is Unknown for s in samples):
        return Unknown
    count = len(kind.items) if kind.items is not None else None
    if samples and all(s is True for s in samples):
        return _mask((count or (_AXES[0] if lengths else 3),))
    if all(type(s) is int for s in samples):
        return np.zeros(lengths(count) if lengths else 1, int)
    return samples if isinstance(kind, List) and kind.items is not None else samples * 2

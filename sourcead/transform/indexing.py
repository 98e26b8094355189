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
        return _advanced(base, parts)
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
    if step not in (None, 1) or dim is None or dim.offset != 0:
        return None
    lower = lower or 0
    if lower < 0 or upper == 0 or (upper is not None and upper > 0):
        return None
    return Sym(dim.name, dim.offset - lower + (upper or 0), dim.one)


def _advanced(base: Array, parts: Sequence[Kind]) -> Kind:
    index = tuple(_index_sample(k) for k in parts)
    if any(i is Unknown for i in index):
        return Unknown()
    try:
        sample = np.zeros((3,) * len(base.dims), base.dtype)[index]
    except (IndexError, ValueError):
        return Unknown()
    if isinstance(sample, np.ndarray):
        return Array(base.dtype, (None,) * sample.ndim)
    return Np(base.dtype)


def _index_sample(kind: Kind) -> Any:
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
            return np.ones((3,) * len(dims), bool)
        case Array(dtype, dims) if np.dtype(dtype).kind in "iu":
            return np.zeros((2,) * len(dims), int)
        case List() | Tuple():
            return _sequence_sample(kind)
        case _:
            return Unknown


def _sequence_sample(kind: List | Tuple) -> Any:
    items = kind.items or ((kind.item,) if isinstance(kind, List) else ())
    samples = [_index_sample(k) for k in items]
    if any(s is Unknown for s in samples):
        return Unknown
    if all(s is True for s in samples) and samples:
        return [True, True, True]
    return samples if isinstance(kind, List) and kind.items is not None else samples * 2

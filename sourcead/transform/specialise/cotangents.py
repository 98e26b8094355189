"""Tangents and cotangents that are given inside the function: of the structure and type of their value."""
# mypy: allow-untyped-defs

from __future__ import annotations

from typing import Any, NoReturn

import numpy as np

from sourcead.errors import WrongCotangent
from sourcead.ir.kinds import Array, Kind, Np, Py, Tuple, same_dim
from sourcead.ir.nodes import Ref
from sourcead.transform.builder import Val, Virtual
from sourcead.transform.specialise.context import Context

__all__ = ["fitted"]


def same_shape(value: Any, given: Any) -> Any:
    """`given`, if it is an array like `value`."""
    if np.shape(value) != np.shape(given):
        raise ValueError(
            f"a value of shape {np.shape(value)}, a tangent of shape {np.shape(given)}"
        )
    return given


def fitted(s: Context, value: Val, given: Val, what: str) -> Val:
    """A tangent (or cotangent) of the structure and type of a value."""
    mine, other = s.kind(value), s.kind(given)
    match mine:
        case Tuple(items, cls):
            parts, given_parts = s.components(value), s.components(given)
            if parts is None or given_parts is None or len(given_parts) != len(items):
                s.refuse(
                    f"the {what} of a tuple of {len(items)} has another structure",
                    f"pass a tuple of {len(items)}",
                    WrongCotangent,
                )
            pairs = zip(parts, given_parts)
            return Virtual(tuple(fitted(s, v, g, what) for v, g in pairs), "tuple", cls)
        case Array(dtype, dims) if np.dtype(dtype).kind in "fc":
            if not isinstance(other, Array) or len(other.dims) != len(dims):
                _other_shape(s, what, mine, other)
            if other.dtype != dtype:
                given = s.call(
                    Ref("np.asarray", np.asarray), [given, Ref(dtype, np.dtype(dtype).type)], []
                )
            if all(map(same_dim, dims, other.dims)):
                return given
            return s.inline(s.lower(same_shape), same_shape, [value, given], [])
        case Py(type=type_) if type_ in (float, complex) and other != mine:
            if not isinstance(other, (Py, Np)) and not (
                isinstance(other, Array) and not other.dims
            ):
                _other_shape(s, what, mine, other)
            return s.call(Ref(type_.__name__, type_), [given], [])
        case Np() if not isinstance(other, (Py, Np)) and not (
            isinstance(other, Array) and not other.dims
        ):
            _other_shape(s, what, mine, other)
    return given


def _other_shape(s: Context, what: str, mine: Kind, other: Kind) -> NoReturn:
    s.refuse(
        f"the {what} of a value of kind {mine} has kind {other}",
        "pass one like the value",
        WrongCotangent,
    )

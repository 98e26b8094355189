"""Can these arguments, tangents and cotangents be used?  What cannot is refused before anything runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from sourcead.errors import AliasedArguments, IntegerArgument, NotDifferentiable, WrongCotangent
from sourcead.ir.kinds import (
    Array,
    Dict,
    Kind,
    List,
    Np,
    Number,
    Object,
    Py,
    Tuple,
    Unknown,
    dtype_of,
)
from sourcead.ir.nodes import Origin

__all__ = ["check_aliases", "check_argument", "fitted", "has_float", "may_hold_storage"]


def check_argument(kind: Kind, value: Any, name: str, origin: Origin) -> None:
    """A differentiated argument holds floats or complex numbers."""
    foreign = isinstance(value, np.ndarray) and type(value) is not np.ndarray
    if foreign or isinstance(value, (str, bytes)):
        raise NotDifferentiable.at(
            origin,
            f"the argument `{name}` is a {type(value).__name__}, which is not differentiated",
            "pass a float or a plain array: np.asarray(...)",
        )
    if not has_float(kind):
        what = f"is {kind}" if not isinstance(kind, (Py, Np, Array)) else f"has kind {kind}"
        raise IntegerArgument.at(
            origin,
            f"the argument `{name}` {what}, which carries no derivative",
            "pass a float (2.0 instead of 2), or an array of floats",
        )


def has_float(kind: Kind) -> bool:
    match kind:
        case Py() | Np() | Array():
            dtype = dtype_of(kind)
            return dtype is not None and dtype.kind in "fc"
        case Tuple(items):
            return any(map(has_float, items))
        case List(item, _, items):
            return any(map(has_float, items if items is not None else (item,)))
        case Dict(_, _, fields):
            return fields is None or any(has_float(k) for _, k in fields)
        case Object(_, _, fields):
            return any(has_float(k) for _, k in fields)
        case Number() | Unknown():
            return True
        case _:
            return False


# -- arguments that share what is written --------------------------------------------------------


def may_hold_storage(kind: Kind) -> bool:
    """Can anything be written in place that is reached from a value of this kind?"""
    match kind:
        case Array() | List() | Dict() | Object() | Unknown() | Number():
            return True
        case Tuple(items):
            return any(map(may_hold_storage, items))
        case _:
            return False


def check_aliases(
    full: Sequence[Any], wrt: Sequence[int], names: Sequence[str], origin: Origin
) -> None:
    """Arguments that share what the function writes have no gradients of their own."""
    reached = [_mutable(v) for v in full]
    for i in wrt:
        for j, others in enumerate(reached):
            if i != j and _meet(reached[i], others):
                raise AliasedArguments.at(
                    origin,
                    f"arguments `{names[i]}` and `{names[j]}` share memory, and one is written in place",
                    "pass a copy for one of them",
                )


def _mutable(value: Any, depth: int = 0) -> list[Any]:
    """The arrays, lists, dicts and objects that can be reached from an argument."""
    if isinstance(value, np.ndarray):
        return [value]
    if depth > 4 or isinstance(value, (str, bytes, int, float, complex, type)) or callable(value):
        return []
    if isinstance(value, (list, tuple)):
        inner = list(value)
    elif isinstance(value, dict):
        inner = list(value.values())
    elif hasattr(value, "__dict__"):
        inner = list(vars(value).values())
    else:
        return []
    own = [] if isinstance(value, tuple) else [value]
    return own + [each for v in inner for each in _mutable(v, depth + 1)]


def _meet(a: list[Any], b: list[Any]) -> bool:
    return any(x is y or _overlap(x, y) for x in a for y in b)


def _overlap(x: Any, y: Any) -> bool:
    both = isinstance(x, np.ndarray) and isinstance(y, np.ndarray)
    return both and np.may_share_memory(x, y) and np.shares_memory(x, y)


# -- tangents and cotangents -----------------------------------------------------------------------


def fitted(value: Any, given: Any, what: str, origin: Origin) -> Any:
    """A cotangent (or tangent) that was given for a value: of its structure and shape, in its dtype."""
    if isinstance(value, (tuple, list)):
        if not isinstance(given, (tuple, list)) or len(given) != len(value):
            raise WrongCotangent.at(
                origin,
                f"the {what} of a {type(value).__name__} of {len(value)} is {_described(given)}",
                f"pass a {type(value).__name__} of {len(value)}",
            )
        items = [fitted(v, g, what, origin) for v, g in zip(value, given)]
        if all(new is old for new, old in zip(items, given)):
            return given
        kind = type(given)
        return kind(*items) if hasattr(given, "_fields") else kind(items)
    if isinstance(value, np.ndarray) and value.dtype.kind not in "fc":
        return given
    if not isinstance(value, (float, complex, np.ndarray, np.inexact)):
        return given
    is_number = isinstance(given, (int, float, complex, np.ndarray, np.generic))
    if not is_number or np.shape(given) != np.shape(value):
        raise WrongCotangent.at(
            origin,
            f"the {what} of a value of shape {np.shape(value)} is {_described(given)}",
            f"pass a number or array of shape {np.shape(value)}",
        )
    if type(given) is type(value) and getattr(given, "dtype", None) == getattr(
        value, "dtype", None
    ):
        return given
    if np.iscomplexobj(given) and not np.iscomplexobj(value):
        raise WrongCotangent.at(
            origin, f"the {what} of a real value is complex", "pass its real part"
        )
    if isinstance(value, np.ndarray):
        return np.asarray(given, value.dtype)
    number = given.item() if isinstance(given, (np.ndarray, np.generic)) else given
    return type(value)(number)


def _described(value: Any) -> str:
    if isinstance(value, (np.ndarray, np.generic)):
        return f"an array of shape {value.shape}"
    return f"{value!r}"[:60]

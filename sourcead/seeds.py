"""Can these tangents and cotangents be used?  What cannot is refused before anything runs."""

from __future__ import annotations

from typing import Any

import numpy as np

from sourcead.errors import WrongCotangent
from sourcead.ir.origin import Origin
from sourcead.nested import StructureMismatch, flatten, flatten_like, is_leaf, unflatten

__all__ = ["fitted"]


def fitted(value: Any, given: Any, what: str, origin: Origin) -> Any:
    """A cotangent (or tangent) that was given for a value: of its structure and shape, in its dtype."""
    if isinstance(value, np.ndarray) or is_leaf(value):
        return _fitted_leaf(value, given, what, origin)
    leaves, structure = flatten(value)
    try:
        parts = flatten_like(structure, given)
    except StructureMismatch as error:
        raise WrongCotangent.at(
            origin,
            f"the {what} of a {type(value).__name__} is {_described(given)}: {error}"
            + (f" at {error.path}" if error.path else ""),
            f"pass a {type(value).__name__} of the same structure",
        ) from None
    new = [_fitted_leaf(v, g, what, origin) for v, g in zip(leaves, parts)]
    if all(a is b for a, b in zip(new, parts)):
        return given
    return unflatten(structure, new)


def _fitted_leaf(value: Any, given: Any, what: str, origin: Origin) -> Any:
    """The same for a number or an array."""
    if isinstance(value, np.ndarray) and value.dtype.kind not in "fc":
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

"""The kind of an adjoint: that of the argument that it belongs to, wide enough for all that goes in.

>>> kind = kind_like(lambda y_bar, a: None, "a")
>>> print(kind(Py(float), Array("float32", (3,))))
float32[3]
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from sourcead.ir.kinds import Array, Kind, List, NoneKind, Np, Number, Py, Tuple, Unknown, dtype_of
from sourcead.ir.nodes import Const
from sourcead.runtime import einsum

__all__ = ["kind_like"]


def kind_like(
    function: Callable[..., Any], names: str | tuple[str, ...]
) -> Callable[..., Kind | None]:
    """The kind of `function`'s result: that of these parameters, wide enough for all numbers that go in."""
    signature = inspect.signature(function)

    def kind(*args: Any, **kwargs: Any) -> Kind | None:
        bound = signature.bind(*args, **kwargs).arguments
        if function is einsum.einsum_adjoint:
            return _operand_kind(bound)
        if function is einsum.einsum_adjoints:
            return _operand_kinds(bound)
        dtype = _dtype(bound.values())
        if isinstance(names, str):
            return _adjoint(bound.get(names), dtype)
        return Tuple(tuple(_adjoint(bound.get(name), dtype) for name in names))

    return kind


def _operand_kind(bound: dict[str, Any]) -> Kind | None:
    """`einsum_adjoint` is for operand number k."""
    k, subscripts = bound["k"], bound["subscripts"]
    if not (
        isinstance(k, Const) and isinstance(subscripts, Const) and isinstance(subscripts.value, str)
    ):
        return None
    return _adjoint(bound["operands"][k.value], _dtype((bound["y_bar"], *bound["operands"])))


def _operand_kinds(bound: dict[str, Any]) -> Kind:
    """`einsum_adjoints` has one entry for each argument, None for those that are no arrays."""
    given = (bound["subscripts"], *bound["operands"])
    dtype = _dtype((bound["y_bar"], *given))
    return Tuple(
        tuple(_adjoint(value, dtype) if _is_number(value) else NoneKind() for value in given)
    )


def _is_number(value: Any) -> bool:
    return isinstance(value, (Py, Np, Array))


def _dtype(values: Any) -> Any:
    """The widest floating type among numbers, arrays and structures of them."""
    found: set[Any] = set()
    for value in values:
        for leaf in _numbers(value):
            dtype = dtype_of(leaf)
            if dtype is not None and dtype.kind in "fc" and not isinstance(leaf, Py):
                found.add(dtype)
    return np.result_type(*found) if found else np.dtype(float)


def _numbers(value: Any) -> list[Any]:
    items = _items(value)
    if items is not None:
        return [leaf for item in items for leaf in _numbers(item)]
    return [value] if _is_number(value) else []


def _items(value: Any) -> tuple[Any, ...] | None:
    """What a structure holds, where that is known one by one."""
    match value:
        case tuple():
            return value
        case Tuple(items):
            return items
        case List(_, _, items) if items is not None:
            return items
        case _:
            return None


def _adjoint(value: Any, dtype: Any) -> Kind:
    items = _items(value)
    if items is not None:
        return Tuple(tuple(_adjoint(item, dtype) for item in items))
    match value:
        case Array(_, dims):
            return Array(str(dtype), dims)
        case Py() | Np():
            return Np(str(dtype))
        case Number():
            return value
        case None | Const() | NoneKind():
            return NoneKind()
        case _:
            return Unknown()

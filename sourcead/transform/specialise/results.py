"""The kind of what an operator or an elementwise function returns."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from functools import partial
from typing import Any

from sourcead.analysis.prototypes import result_kind
from sourcead.ir.kinds import (
    Array,
    Kind,
    List,
    Number,
    Py,
    Text,
    Unknown,
    broadcast_dims,
    is_number,
)
from sourcead.ir.nodes import Const, Operand
from sourcead.transform.builder import Val
from sourcead.transform.heap import ITEM
from sourcead.transform.operations import OPERATORS
from sourcead.transform.specialise.context import Context

__all__ = ["elementwise_kind", "operator_kind", "written_out"]


def operator_kind(s: Context, op: str, kinds: list[Kind], operands: Sequence[Operand]) -> Kind:
    if op == "mod" and isinstance(kinds[0], Text):
        return Text()  # the values that are written into it carry no derivative there
    known = set(map(type, kinds))
    if Unknown in known:
        return Unknown()
    if Number in known:
        return Number() if op in OPERATORS and op != "not_" else Py(bool)
    if op == "matmul":
        return result_kind(operator.matmul, kinds)
    if all(is_number(k) for k in kinds):
        return elementwise_kind(s, OPERATORS[op], kinds, operands)
    return result_kind(
        OPERATORS[op], [o if isinstance(o, Const) else k for o, k in zip(operands, kinds)]
    )


def elementwise_kind(
    s: Context, function: Any, kinds: Sequence[Kind], operands: Sequence[Operand]
) -> Kind:
    """Dtype and rank from a sample with one element; dims by NumPy's broadcasting."""
    if Number in map(type, kinds):
        return Number()
    shapes = [k.dims if isinstance(k, Array) else () for k in kinds]
    plain: list[Any] = [
        Array(k.dtype, (1,) * len(k.dims))
        if isinstance(k, Array)
        else (o if isinstance(o, Const) else k)
        for k, o in zip(kinds, operands)
    ]
    kind = result_kind(function, plain)
    return Array(kind.dtype, broadcast_dims(shapes)) if isinstance(kind, Array) else kind


def written_out(s: Context, value: Val) -> Kind:
    """The kind of a list with what it holds."""
    kind = s.kind(value)
    items = s.memory.list_items(value)
    if isinstance(kind, List) and kind.site:
        known = None if items is None else tuple(map(partial(written_out, s), items))
        return List(s.heap.read(kind.site, ITEM), "", known)
    return kind

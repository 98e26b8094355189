"""Derivatives in the precision of their values: what computes in double precision is narrowed.

    t_bar = cholesky_bar(t, t_bar)                       # of a matrix in single precision
    a_bar = cholesky_bar(t, t_bar).astype(np.float32)

Of an operation of NumPy's the kind is known as NumPy has it.  That of a function of rules is declared, and such a
function may compute in double precision nevertheless (SciPy's routines do): its result is narrowed whatever
is declared.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sourcead.ir.kinds import Array, Kind, Np, Py, dtype_of
from sourcead.ir.nodes import Call, Const, MethodCall, Name, Op, Operand, Ref
from sourcead.rules.registry import lookup
from sourcead.transform.builder import Builder

__all__ = ["is_declared", "narrowed", "widened"]


def narrowed(b: Builder, amount: Operand, value: Kind, hint: str = "t") -> Operand:
    """`amount`, of the dtype of what it is the derivative of; double precision is not made of single."""
    have = b.kind(amount)
    mine, its = dtype_of(value), dtype_of(have)
    if (
        mine is None
        or its is None
        or mine.kind != its.kind
        or mine == its == np.result_type(mine, float)
    ):
        return amount
    if not isinstance(have, (Array, Np)) or not isinstance(value, (Array, Np)):
        return amount
    if mine == its and not is_declared(b, amount):
        return amount
    kind = replace(have, dtype=str(mine))
    dtype = Ref(f"np.{mine}", mine.type)
    if isinstance(have, Array):
        return b.emit(MethodCall(amount, "astype", (dtype,)), kind, hint)
    return b.emit(Call(dtype, (amount,)), kind, hint)  # also of a number of Python's


def widened(b: Builder, tangent: Operand, value: Kind) -> Operand:
    """A tangent or adjoint, in the dtype of its value where that is wider: complex, of `x + 0.5j` for a real x."""
    have = b.kind(tangent)
    mine, its = dtype_of(value), dtype_of(have)
    if (
        mine is None
        or its is None
        or mine.kind not in "fc"
        or not isinstance(have, (Array, Np, Py))
    ):
        return tangent
    if mine == its or np.result_type(mine, its) != mine:
        return tangent
    dtype = Ref(f"np.{mine}", mine.type)
    if isinstance(have, Array):
        kind = replace(have, dtype=str(mine))
        return b.emit(MethodCall(tangent, "astype", (dtype,)), kind, "t")
    if value == Py(complex):
        return b.emit(Call(Ref("complex", complex), (tangent,)), value, "t")
    return b.emit(Call(dtype, (tangent,)), Np(str(mine)), "t")


def is_declared(b: Builder, amount: Operand) -> bool:
    """Is this the result, or an item of the result, of a function of rules or of a formula's derivative?"""
    made = b.definitions.get(amount) if isinstance(amount, Name) else None
    match made:
        case Op("getitem", (Name() as of, Const(int()))):
            return is_declared(b, of)
        case Call(Ref(value=function)):
            rule = lookup(function)
            by_numpy = str(getattr(function, "__module__", "")).startswith("numpy")
            return rule is None or (rule.form in ("source", "general") and not by_numpy)
        case _:
            return False

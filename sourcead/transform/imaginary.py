"""Is an array (a view of) the imaginary part of complex numbers?

The adjoint of z has the parts dL/dx and -dL/dy, where z = x + 1j * y: so the adjoint of `z.imag` is its
imaginary part with the other sign, and no view of it.

>>> from sourcead.ir.kinds import Array
>>> from sourcead.transform.builder import Builder
>>> b = Builder()
>>> z = b.fresh("z", Array("complex128", (None,)))
>>> w = b.emit(Attr(z, "imag"), Array("float64", (None,)))
>>> is_imaginary(b, w), is_imaginary(b, z)
(True, False)
"""

from __future__ import annotations

import numpy as np

from sourcead.ir.kinds import Array, dtype_of
from sourcead.ir.nodes import Attr, Call, Expr, MethodCall, Name, Op, Operand, Ref
from sourcead.ir.walk import operands
from sourcead.rules import registry
from sourcead.transform.builder import Builder
from sourcead.transform.effects import function_of
from sourcead.transform.operations import OPERATORS

__all__ = ["is_imaginary"]


def is_imaginary(b: Builder, value: Operand) -> bool:
    """Does the way from where the array was made lead through `.imag` of complex numbers?"""
    seen: set[Operand] = set()
    while isinstance(value, Name) and value not in seen and isinstance(b.kind(value), Array):
        seen.add(value)
        made = b.definitions.get(value)
        base = next((o for o in operands(made) if isinstance(o, Name)), None) if made else None
        if made is None or base is None:
            return False
        dtype = dtype_of(b.kind(base))
        if dtype is not None and dtype.kind == "c" and _takes_imaginary_part(made):
            return True
        if not _may_be_view(b, made):
            return False
        value = base
    return False


def _may_be_view(b: Builder, expr: Expr) -> bool:
    match expr:
        case Op(op):
            return op not in OPERATORS
        case Call() | MethodCall():
            rule = registry.lookup(function_of(expr, b.kinds))
            return rule is None or rule.effects.returns not in ("fresh", "scalar")
        case _:
            return True


def _takes_imaginary_part(expr: Expr) -> bool:
    match expr:
        case Attr(_, attr):
            return attr == "imag"
        case Call(Ref(value=function)):
            return function is np.imag
        case _:
            return False

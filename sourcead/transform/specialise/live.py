"""Live objects as operands of the program."""

from __future__ import annotations

from types import NoneType
from typing import Any

from sourcead.ir.nodes import Const, Ref
from sourcead.transform.builder import Val, Virtual

__all__ = ["live_operand"]


def live_operand(path: str, value: Any) -> Val:
    """A live object as an operand: a constant where it is one."""
    if value is None or value is Ellipsis or type(value) in (bool, int, float, complex, str, bytes):
        return Const(value)
    if type(value) is tuple and all(type(v) in (bool, int, float, str, NoneType) for v in value):
        return Virtual(tuple(map(Const, value)))
    return Ref(path, value, live=not callable(value))

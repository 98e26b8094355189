"""Numbers that go through text: `float(f"{x:.6f}")` has the digits of `x` and none of its derivative.

The program rounds; what its author means is the number that he wrote.
"""

from __future__ import annotations

import ast
import struct
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from sourcead.ir.kinds import Array, List, Np, Number, Py, Unknown, carries
from sourcead.ir.nodes import Assign, Call, Expr, MethodCall, Name, Op, Ref, Store
from sourcead.ir.walk import operands, statements
from sourcead.transform.builder import Val
from sourcead.transform.specialise.context import Context

__all__ = ["refuse_numbers_out_of_text"]

READERS: tuple[Any, ...] = (
    float, complex, np.float64, np.float32, np.complex128, np.frombuffer, np.fromstring, struct.unpack,
    struct.unpack_from, np.loadtxt, np.genfromtxt, np.fromfile, np.load, np.ndarray.astype, ast.literal_eval,
)  # fmt: skip
WRITERS = (str, repr, format, ascii, np.array, np.asarray)


def refuse_numbers_out_of_text(s: Context, function: Any, args: Sequence[Val]) -> None:
    """Refuse `float(text)` where the text was written from a number that carries a derivative."""
    if any(function is known for known in READERS) and any(
        _is_written_from_varied(s, each) for each in args
    ):
        s.refuse(
            f"`{function.__name__}` reads a number out of text or bytes that were written from one with a derivative",
            "compute with the number itself; round it with `np.round` or stop_gradient",
        )


def _is_written_from_varied(s: Context, value: Any) -> bool:
    expr = s.definitions.get(value) if isinstance(value, Name) else None
    if isinstance(s.kind(value), List):
        return any(_is_written_from_varied(s, each) for each in _put_into(s, value))
    source = expr.value if isinstance(expr, MethodCall) else value
    if _is_unknown(s, source):
        return any(_varies(s, o) or _is_written_from_varied(s, o) for o in _passed_to(s, source))
    if expr is None or not _writes(expr) or isinstance(s.kind(value), (Py, Np, Number, Array)):
        return False  # an item of a tuple, a sum of numbers
    return any(_varies(s, each) or _is_written_from_varied(s, each) for each in operands(expr))


def _put_into(s: Context, items: Any) -> Iterator[Any]:
    """What the program has appended to a list, or stored in it."""
    expr = s.definitions.get(items)
    yield from expr.args if isinstance(expr, Op) else ()
    for block in s.open:
        for each in statements(tuple(block)):
            match each:
                case Assign(_, MethodCall(value, "append" | "insert" | "extend", args)):
                    yield from args if value == items else ()
                case Store(base, _, value) if base == items:
                    yield value
                case _:
                    continue


def _is_unknown(s: Context, value: Any) -> bool:
    """An object that the program has made and that is not followed: `io.StringIO()`."""
    return isinstance(s.kind(value), Unknown) and isinstance(s.definitions.get(value), Call)


def _passed_to(s: Context, receiver: Any) -> Iterator[Any]:
    """What the object was called with, or was beside in a call: `file.write(text)`, `print(x, file=file)`."""
    for block in s.open:
        for stmt in statements(tuple(block)):
            if isinstance(stmt, Assign) and isinstance(stmt.expr, (Call, MethodCall)):
                given = list(operands(stmt.expr))
                if receiver in given:
                    yield from (each for each in given if each != receiver)


def _writes(expr: Expr) -> bool:
    match expr:
        case Op("format" | "join" | "add" | "mod" | "getitem" | "tuple") | MethodCall():
            return True
        case Call(Ref(_, function)):
            return function in WRITERS
        case _:
            return False


def _varies(s: Context, value: Any) -> bool:
    return isinstance(value, Name) and s.is_varied(value) and carries(s.kind(value))

"""Which context managers of the libraries let every exception go on, and do not look at it."""

from __future__ import annotations

import contextlib
import decimal
import io
import threading
import warnings
from typing import Any

import numpy as np

from sourcead.ir.kinds import Object, Value
from sourcead.ir.nodes import Call, Name, Operand, Ref
from sourcead.transform.specialise.context import Context

__all__ = ["PASSING", "passes"]

PASSING: tuple[Any, ...] = (
    np.errstate, contextlib.nullcontext, contextlib.closing, warnings.catch_warnings, decimal.localcontext,
    contextlib.redirect_stdout, contextlib.redirect_stderr, open, io.StringIO,
    threading.Lock, threading.RLock, threading.Condition, threading.Semaphore,
)  # fmt: skip
"""Makers of context managers that let every exception go on."""

LASTING: tuple[type, ...] = (type(threading.Lock()), type(threading.RLock()), io.IOBase)


def passes(s: Context, context: Operand) -> bool:
    """Is this such a context manager?"""
    known = s.kind(context)
    if isinstance(known, Object):
        return known.cls in PASSING or issubclass(known.cls, LASTING)
    if isinstance(context, Ref):
        return isinstance(context.value, LASTING)
    made = s.definitions.get(context) if isinstance(context, Name) else None
    kind = s.kind(made.func) if isinstance(made, Call) else known
    found = kind.value if isinstance(kind, Value) else None
    if any(found is maker for maker in PASSING):
        return True
    return isinstance(found, LASTING)

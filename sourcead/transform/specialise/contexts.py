"""`with`: a context manager written in Python is what its `__enter__` and `__exit__` do.

    with Scaled(x) as y:               manager = Scaled(x); y = <Scaled.__enter__>
        z = y * y             ->       try: z = y * y
                                       except: leave(manager); raise
                                       <Scaled.__exit__>

Others stay as they are.  One that may swallow an exception is watched: what it swallows would leave the
body half-way, so that is an error while running.
"""

from __future__ import annotations

import contextlib
import decimal
import io
import threading
import warnings
from types import FunctionType
from typing import Any

import numpy as np

from sourcead.ir.kinds import Object, Unknown, Value
from sourcead.ir.nodes import (
    UNDEFINED,
    Assign,
    Call,
    Const,
    Handler,
    Name,
    Operand,
    Raise,
    Ref,
    Try,
    With,
)
from sourcead.ir.walk import binds
from sourcead.runtime.contexts import leave, watched
from sourcead.transform.builder import Val
from sourcead.transform.specialise.attempts import attempt
from sourcead.transform.specialise.context import Context, Env
from sourcead.transform.specialise.flags import is_unwinding

__all__ = ["within"]

PASSING: tuple[Any, ...] = (
    np.errstate, contextlib.nullcontext, contextlib.closing, warnings.catch_warnings, decimal.localcontext,
    contextlib.redirect_stdout, contextlib.redirect_stderr, open, io.StringIO,
    threading.Lock, threading.RLock, threading.Condition, threading.Semaphore,
)  # fmt: skip
"""Makers of context managers that let every exception go on."""


def within(s: Context, statement: With, env: Env) -> bool:
    manager = s.value(statement.context, env)
    kind = s.kind(manager)
    if isinstance(kind, Object) and all(
        isinstance(getattr(kind.cls, name, None), FunctionType)
        for name in ("__enter__", "__exit__")
    ):
        return _by_its_class(s, statement, manager, kind.cls, env)
    return _as_it_stands(s, statement, s.operand(manager), env)


def _by_its_class(s: Context, statement: With, manager: Val, cls: Any, env: Env) -> bool:
    entered = s.call_method_of(manager, cls.__enter__, [], "entered")
    inside = dict(env)
    if statement.target is not None:
        env[statement.target] = inside[statement.target] = entered
    held = s.fresh("manager", s.kind(manager))
    inside[held] = manager
    bound = tuple(n for each in statement.body for n in binds(each))
    done = s.fresh("_", Unknown())
    ended = (
        Assign(done, Call(Ref("leave", leave), (held,)), statement.origin),
        Raise(None, None, statement.origin),
    )
    handler = Handler(None, None, ended, tuple(UNDEFINED for _ in bound))
    kept = tuple(s.fresh(n.hint, Unknown()) for n in bound)
    tried = Try(statement.body, (handler,), (), (), kept, bound, (), statement.origin)
    if not attempt(s, tried, inside):
        return False
    if is_unwinding(s):
        _leaves_with(s)
    env.update((n, inside[k]) for n, k in zip(bound, kept))
    nothing: list[Any] = [Const(None)] * 3
    s.call_method_of(manager, cls.__exit__, nothing, "_")
    return True


def _as_it_stands(s: Context, statement: With, context: Operand, env: Env) -> bool:
    if s.holds_varied(context):
        s.refuse(
            "a context manager that is not written in Python holds values that carry a derivative",
            "compute them outside of the `with`",
        )
    target: Name | None = None
    if statement.target is not None:
        target = s.fresh(statement.target.hint, Unknown())
        env[statement.target] = target
    s.escape([context], blind=True)
    if not _passes(s, context):
        context = s.emit(Call(Ref("watched", watched), (context,)), Unknown(), "context")
    bound = [n for each in statement.body for n in binds(each)]
    with s.block() as body:
        reached = s.run(statement.body, env, bound)
    if is_unwinding(s):
        _leaves_with(s)
    s.add(With(context, target, tuple(body), s.origin))
    s.escape([context], blind=True)
    return reached


def _leaves_with(s: Context) -> None:
    s.refuse(
        "an exception that is caught leaves a `with`",
        "put the `try` inside the `with`",
    )


def _passes(s: Context, context: Operand) -> bool:
    """Is this a context manager that lets every exception go on?"""
    made = s.definitions.get(context) if isinstance(context, Name) else None
    kind = s.kind(made.func) if isinstance(made, Call) else s.kind(context)
    found = kind.value if isinstance(kind, Value) else None
    if any(found is maker for maker in PASSING):
        return True
    kinds = tuple(m for m in (type(threading.Lock()), type(threading.RLock())))
    return isinstance(found, (*kinds, io.IOBase))

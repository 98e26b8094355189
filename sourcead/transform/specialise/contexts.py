"""`with`: a context manager written in Python is what its `__enter__` and `__exit__` do.

    with Scaled(x) as y:               manager = Scaled(x); y = <Scaled.__enter__>
        z = y * y             ->       try: z = y * y
                                       except: leave(manager); raise
                                       <Scaled.__exit__>

Others stay as they are.  One that may swallow an exception is watched: what it swallows would leave the
body half-way, so that is an error while running.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import replace
from types import FunctionType
from typing import Any

from sourcead.frontend.managers import NotInParts
from sourcead.ir.kinds import Closure, Object, Py, Unknown
from sourcead.ir.nodes import (
    UNDEFINED,
    Assign,
    Attr,
    Call,
    Const,
    Handler,
    MakeFunction,
    Name,
    Op,
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
from sourcead.transform.specialise.branches import fork
from sourcead.transform.specialise.context import Context, Env
from sourcead.transform.specialise.flags import EXCEPTION, flag, is_unwinding, set_flag
from sourcead.transform.specialise.generators import Started
from sourcead.transform.specialise.inlining import live_defaults
from sourcead.transform.specialise.passing import PASSING, passes

__all__ = ["within"]


def within(s: Context, statement: With, env: Env) -> bool:
    manager = s.value(statement.context, env)
    started = s.managers.get(manager) if isinstance(manager, Name) else None
    if started is not None:
        return _by_its_generator(s, statement, started, env)
    kind = s.kind(manager)
    plain = isinstance(kind, Object) and kind.cls in PASSING and not s.holds_varied(manager)
    if (
        not plain
        and isinstance(kind, Object)
        and all(
            isinstance(getattr(kind.cls, name, None), FunctionType)
            for name in ("__enter__", "__exit__")
        )
    ):
        return _by_its_class(s, statement, manager, kind.cls, env)
    return _as_it_stands(s, statement, s.operand(manager), env)


def _by_its_generator(s: Context, statement: With, started: Started, env: Env) -> bool:
    """A generator function with `contextmanager`: what stands before its `yield`, and what stands behind."""
    try:
        enter, leave, failed = (_part(s, started, name) for name in ("enter", "leave", "failed"))
    except NotInParts:
        s.refuse(
            f"the context manager `{started.name}` cannot be taken apart at its `yield`",
            "let one `yield` stand alone, or in `try: ... finally: ...`; or write a class with __enter__ and __exit__",
        )
    parts = s.components(s.call(enter, started.args, started.kwargs))
    assert parts is not None
    entered, *kept = parts
    inside = dict(env)
    if statement.target is not None:
        env[statement.target] = inside[statement.target] = entered
    variables = [s.fresh("kept", Unknown()) for _ in kept]
    inside.update(zip(variables, kept))
    reached = _guarded(s, statement, failed, variables, env, inside)
    return _left(
        s,
        reached,
        lambda: s.call(leave, list(kept), []),
        lambda: s.call(failed, list(kept), []),
    )


def _left(s: Context, reached: bool, leave: Callable[[], Val], failed: Callable[[], Val]) -> bool:
    """Behind the body: `leave`, or `failed` where an exception is on its way to a handler."""
    raised = flag(s)
    if raised == Const(0):
        if reached:
            leave()
        return reached

    def fails() -> tuple[bool, list[Val]]:
        if s.truth(failed()) is not False:
            s.refuse(
                "a context manager may swallow an exception that is caught outside",
                "catch the exception with `try` and `except`",
            )
        later = flag(s)  # an exception that comes on the way out takes the place of the first
        if later == Const(0):
            set_flag(s, raised)
        elif not isinstance(later, Const):
            test = _is_raised(s, later)
            _, (which,) = fork(
                s, test, lambda: (True, [later]), lambda: (True, [raised]), ["raised"]
            )
            set_flag(s, which)
        return True, []

    def ends() -> tuple[bool, list[Val]]:
        leave()
        return True, []

    set_flag(s, Const(0))
    if isinstance(raised, Const):
        fails()
    else:
        fork(s, _is_raised(s, raised), fails, ends, [])
    return reached


def _is_raised(s: Context, number: Val) -> Name:
    return s.emit(Op("ne", (s.operand(number), Const(0))), Py(bool))


def _part(s: Context, started: Started, name: str) -> Name:
    """One part of a generator function, as a function."""
    function: Any = started.function
    if isinstance(function, Closure):
        lowered = function.make.part(name)
        make = replace(function.make, template=lambda: lowered, is_generator=False)
        captured, defaults = function.captured, function.defaults
        make = replace(make, is_manager=False)
    else:
        lowered = s.lower(function.__wrapped__, part=name)
        s.seen.append((function.__wrapped__, lowered))
        nothing = ast.parse("lambda: None", mode="eval").body
        make = MakeFunction(lowered.name, lambda: lowered, (), (), nothing)
        captured, defaults = (), tuple(live_defaults(function.__wrapped__).items())
    return s.fresh(name, Closure(make, captured, defaults if name == "enter" else ()))


def _does_nothing(s: Context, function: Val) -> bool:
    kind = s.kind(function)
    return isinstance(kind, Closure) and not kind.make.template().body


def _guarded(
    s: Context,
    statement: With,
    failed: Val,
    variables: list[Name],
    env: Env,
    inside: Env,
) -> bool:
    """The body of a `with`, under which `failed` is called with these variables when an exception leaves it."""
    bound = tuple(n for each in statement.body for n in binds(each))
    if _does_nothing(s, failed):
        reached = s.run(statement.body, inside, list(bound))
        env.update((n, inside[n]) for n in bound if n in inside)
        return reached
    called, done = s.fresh("failed", Unknown()), s.fresh("_", Unknown())
    inside[called] = failed
    ended = (
        Assign(done, Call(called, tuple(variables)), statement.origin),
        Raise(None, None, statement.origin),
    )
    handler = Handler(None, None, ended, tuple(UNDEFINED for _ in bound))
    kept = tuple(s.fresh(n.hint, Unknown()) for n in bound)
    tried = Try(statement.body, (handler,), (), (), kept, bound, (), statement.origin)
    reached = attempt(s, tried, inside)
    env.update((n, inside[k]) for n, k in zip(bound, kept))
    return reached


def _by_its_class(s: Context, statement: With, manager: Val, cls: Any, env: Env) -> bool:
    entered = s.call_method_of(manager, cls.__enter__, [], "entered")
    inside = dict(env)
    if statement.target is not None:
        env[statement.target] = inside[statement.target] = entered
    held = s.fresh("manager", s.kind(manager))
    inside[held] = manager
    failed = Ref("leave", leave)
    reached = _guarded(s, statement, failed, [held], env, inside)
    nothing: list[Any] = [Const(None)] * 3
    return _left(
        s,
        reached,
        lambda: s.call_method_of(manager, cls.__exit__, nothing, "_"),
        lambda: s.call_method_of(manager, cls.__exit__, _raised(s), "_"),
    )


def _raised(s: Context) -> list[Any]:
    """The class, the exception and the traceback that `__exit__` is given."""
    exception = s.memory.get(EXCEPTION, "")
    if exception is None or exception == UNDEFINED:
        s.refuse(
            "an exception that is caught leaves a `with`, and which one is not known here",
            "put the `try` inside the `with`",
        )
    traceback = s.emit(Attr(s.operand(exception), "__traceback__"), Unknown(), "traceback")
    return [s.call(Ref("type", type), [exception], []), exception, traceback]


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
    lasting = passes(s, context)
    if not lasting:
        context = s.emit(Call(Ref("watched", watched), (context,)), Unknown(), "context")
    bound = [n for each in statement.body for n in binds(each)]
    with s.block() as body:
        reached = s.run(statement.body, env, bound)
    if is_unwinding(s) and not lasting:
        s.refuse(
            "an exception that is caught leaves a `with`",
            "put the `try` inside the `with`",
        )
    s.add(With(context, target, tuple(body), s.origin))
    s.escape([context], blind=True)
    return reached

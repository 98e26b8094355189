"""`try` around code that carries derivatives: an exception that a handler catches is a flag.

The body is written as if nothing could stop it, except that a statement which may raise what a handler
catches stands in a `try` of its own; what follows it stands under `if raised == 0`, and behind the
body the flag says which handler runs.  So no path is ever left in the middle, and both modes see
nothing but branches:

    try:                             try:
        rate = table[key]                rate = table[key]; raised = 0
        y = x * rate         ->      except KeyError:
    except KeyError:                     raised = 1
        y = x * x                    if raised == 0:
                                         y = x * rate
                                     if raised == 0: pass
                                     else: y = x * x

A `raise` whose class is known sets the flag and ends its path here, in the compiler.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sourcead.ir.kinds import Array, Dict, Kind, List, Np, Object, Py, Unknown, Value
from sourcead.ir.nodes import (
    UNDEFINED,
    Assign,
    Block,
    Call,
    Const,
    Delete,
    Handler,
    MethodCall,
    Name,
    Op,
    Operand,
    Origin,
    Raise,
    Ref,
    Stmt,
    Store,
    StoreAttr,
    StoreVariable,
    Try,
    Unpack,
)
from sourcead.ir.walk import binds, reads, rename, statements
from sourcead.transform.builder import Val
from sourcead.transform.specialise.attempts import cell_of, when_raised
from sourcead.transform.specialise.branches import fork
from sourcead.transform.specialise.context import Catch, Context, Env
from sourcead.transform.specialise.flags import (
    EXCEPTION,
    FLAG,
    flag,
    guard,
    passed_by,
    record,
    set_flag,
    throw,
)
from sourcead.transform.specialise.raising import may_raise, raised_by
from sourcead.transform.specialise.recursion import Unit

__all__ = ["caught", "is_tried", "note_raised", "raised_here"]


def raised_here(s: Context, exception: Val | None, cause: Val | None) -> None:
    """A `raise` statement that is not decided yet, or that nobody catches."""
    if exception is None and s.handling:
        exception = s.handling[-1]
        if exception is None or exception == UNDEFINED:
            s.refuse("an exception is raised again that is not known here", "raise it by its name")
    kind: Kind = Unknown() if exception is None else s.kind(exception)
    cls: type | None = kind.cls if isinstance(kind, Object) else None
    if isinstance(kind, Value) and isinstance(kind.value, type):
        cls = kind.value
    if cls is not None and exception is not None and issubclass(cls, BaseException):
        throw(s, cls, exception)
    operand = None if exception is None else s.operand(exception)
    s.add(Raise(operand, None if cause is None else s.operand(cause), s.origin))


# -- statements that may raise -----------------------------------------------------------------


def note_raised(s: Context, statement: Stmt) -> None:
    """Note what a statement may raise that leaves the recursive function that is specialised here."""
    caught = [cls for c in s.catches for _, types in c.handlers for cls in types]
    found = raised_by(s, statement)
    s.raises.update(cls for cls in found if not any(issubclass(cls, known) for known in caught))


def is_tried(s: Context, statement: Stmt) -> bool:
    """Write a statement in a `try` of its own, if it may raise what is caught; False where it may not."""
    catches = [
        c for c in s.catches if any(may_raise(s, statement, types) for _, types in c.handlers)
    ]
    if not catches:
        return False
    for each in catches:
        each.thrown.update(n for n, types in each.handlers if may_raise(s, statement, types))
    number, caught = s.fresh("raised", Py(int)), s.fresh("error", Unknown(), s.heap.raised)
    body, bound, after = _tried(s, statement)
    gone = tuple(UNDEFINED for _ in bound)
    handlers = []
    for catch in reversed(s.catches):
        for at, _ in catch.handlers:
            name = s.fresh("error", Unknown(), s.heap.raised)
            leaves: tuple[Operand, ...] = (*gone, Const(at), name)
            handlers.append(Handler(catch.operands[at], name, (), leaves))
    made = Try(
        body,
        tuple(handlers),
        (),
        (),
        (*(outer for outer, _ in bound), number, caught),
        (*(inner for _, inner in bound), Const(0), UNDEFINED),
        (),
        s.origin,
    )
    s.write(made)
    record(s, passed_by(s, catches), caught)
    set_flag(s, number)
    guard(s)
    for left in after:
        s.write(left)
    return True


def _tried(s: Context, statement: Stmt) -> tuple[Block, list[tuple[Name, Name]], list[Stmt]]:
    """What stands in the `try`, the names that it gives, and what is done behind it.

    A statement that carries a derivative is done behind it: in the `try` it is only tried.
    """
    match statement:
        case Assign(_, Call(Ref(_, Unit(name=name)))):
            s.refuse(  # done twice, it would take 2^depth times as long
                f"`{name}` calls itself, and an exception that leaves it is caught",
                "test the condition before, or let it return what says so",
            )
        case Assign(_, Call() | MethodCall() as called) if s.changes_varied(statement):
            return _tried_on_a_copy(s, called, statement.origin), [], [statement]
        case Assign(target, expr) if s.holds_varied(target) or target in s.varied:
            attempted = s.fresh("_", Unknown())
            return (Assign(attempted, expr, statement.origin),), [], [statement]
        case Store(base, index, value, op) if s.holds_varied(base) or s.holds_varied(value):
            attempted, origin = s.fresh("_", Unknown()), statement.origin
            read = Assign(attempted, Op("getitem", (base, index)), origin)
            if isinstance(s.kind(value), (Py, Np)) or not isinstance(s.kind(base), Array):
                return (read,), [], [statement]
            # arrays may not fit, so a copy of the place is written, too
            place = s.fresh("place", Unknown())
            copied = Assign(place, Call(Ref("np.array", np.array), (attempted,)), origin)
            return (read, copied, Store(place, Const(...), value, op, origin)), [], [statement]
        case Assign() | Store() | StoreAttr() | StoreVariable() | Unpack() | Delete() | Raise():
            bound = [(n, s.fresh(n.hint, s.kinds[n])) for n in binds(statement)]
            return (rename(statement, dict(bound)),), bound, []
        case _:
            s.refuse(
                "an exception may leave a loop half-way here, and is caught outside of it",
                "test the condition before, instead of catching the exception",
            )


def _tried_on_a_copy(s: Context, called: Call | MethodCall, origin: Origin) -> Block:
    """A call that changes what varies is tried on a copy: it must not be done twice."""
    if not isinstance(called, MethodCall) or not isinstance(s.kind(called.value), (List, Dict)):
        s.refuse(
            "a call writes what carries a derivative where an exception is caught",
            "test the condition before, instead of catching the exception",
        )
    copy, attempted = s.fresh("copy", Unknown()), s.fresh("_", Unknown())
    made = Ref("list", list) if isinstance(s.kind(called.value), List) else Ref("dict", dict)
    return (
        Assign(copy, Call(made, (called.value,)), origin),
        Assign(attempted, replace(called, value=copy), origin),
    )


# -- the statement -----------------------------------------------------------------------------


def caught(s: Context, statement: Try, env: Env) -> bool:
    """Write a `try` with handlers; False where its end is never reached."""
    types = [_classes(s, h, env) for h in statement.handlers]
    if not s.catches:
        for cell in (FLAG, EXCEPTION):
            s.memory.begin(cell, str(cell), "cell", {"": UNDEFINED})
        set_flag(s, Const(0))
    first = 1 + sum(len(c.handlers) for c in s.catches)
    catch = Catch(
        tuple((first + k, found) for k, (found, _) in enumerate(types)),
        {first + k: operand for k, (_, operand) in enumerate(types)},
        len(s.stack),
        env,
        tuple(cell_of(s, before, versions, env) for _, before, versions in statement.interrupted),
    )
    s.catches.append(catch)
    inside = dict(env)
    try:
        bound = {n for each in statements(statement.body) for n in binds(each)}
        later = {r for each in statements(statement.orelse) for r in reads(each) if r in bound}
        wanted = [*statement.leaves, *(r for r in later if isinstance(r, Name))]
        reached = s.run(statement.body, inside, wanted)
    finally:
        s.catches.pop()
    leaves = [t.hint for t in statement.targets]
    ended, values = _ways(s, statement, catch, inside, reached, env, leaves, 0)
    env.update(zip(statement.targets, values))
    return ended


def _classes(
    s: Context, handler: Handler, env: Env
) -> tuple[tuple[type[BaseException], ...], Operand | None]:
    """The classes that a handler catches, and how they are written."""
    if handler.type is None:
        return (BaseException,), None
    value = s.value(handler.type, env)
    found = s.components(value)
    kinds = [s.kind(v) for v in ([value] if found is None else found)]
    classes = tuple(k.value for k in kinds if isinstance(k, Value) and isinstance(k.value, type))
    if len(classes) != len(kinds):
        s.refuse(
            "which exceptions are caught here is known only at run time",
            "name the classes in the `except`",
        )
    return classes, s.operand(value)


def _ways(
    s: Context,
    statement: Try,
    catch: Catch,
    inside: Env,
    reached: bool,
    env: Env,
    hints: list[str],
    at: int,
) -> tuple[bool, list[Val]]:
    """What follows the body: `else` if nothing was raised, the handlers, or the way on to an outer one."""
    raised = flag(s)
    ways = [(k, n) for k, (n, _) in enumerate(catch.handlers) if n in catch.thrown]
    if raised == Const(0):
        if not reached:
            return False, [UNDEFINED] * len(hints)
        ended = s.run(statement.orelse, inside, statement.leaves)
        return ended, [s.value(v, inside) if ended else UNDEFINED for v in statement.leaves]
    if isinstance(raised, Const):
        handler = next((k for k, n in ways if n == raised.value), None)
        if handler is None:
            return False, [UNDEFINED] * len(hints)
        return _handle(s, statement, catch, handler, env)
    if at == len(ways) + 1:  # an outer handler's
        return False, [UNDEFINED] * len(hints)
    number = 0 if at == 0 else ways[at - 1][1]
    test = s.emit(Op("eq", (s.operand(raised), Const(number))), Py(bool))

    def here() -> tuple[bool, list[Val]]:
        if at > 0:
            return _handle(s, statement, catch, ways[at - 1][0], env)
        set_flag(s, Const(0))
        return _ways(s, statement, catch, inside, reached, env, hints, 0)

    def further() -> tuple[bool, list[Val]]:
        if at == len(ways) - 1 and not s.catches:
            return _handle(s, statement, catch, ways[at][0], env)
        return _ways(s, statement, catch, inside, reached, env, hints, at + 1)

    return fork(s, test, here, further, hints)


def _handle(s: Context, statement: Try, catch: Catch, at: int, env: Env) -> tuple[bool, list[Val]]:
    handler = statement.handlers[at]
    set_flag(s, Const(0))
    inside = dict(env)
    inside.update(when_raised(s, statement, catch))
    exception = s.memory.get(EXCEPTION, "")
    if handler.name is not None:
        read = {r for each in statements(handler.body) for r in reads(each)}
        if handler.name in read and (exception is None or exception == UNDEFINED):
            s.refuse(
                f"the exception `{handler.name.hint}` is one of several, or is not made here",
                "leave its name out",
            )
        inside[handler.name] = UNDEFINED if exception is None else exception
    s.handling.append(exception)
    try:
        reached = s.run(handler.body, inside, handler.leaves)
    finally:
        s.handling.pop()
    return reached, [s.value(v, inside) if reached else UNDEFINED for v in handler.leaves]

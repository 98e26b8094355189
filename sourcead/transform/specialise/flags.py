"""The flag that says whether an exception is on its way to a handler, and what is written under it.

See `catching.py`.  A guard is an open block: what follows in the block around it goes under
`if raised == 0`, until the block around it ends.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NoReturn

from sourcead.ir.kinds import Py
from sourcead.ir.nodes import UNDEFINED, Const, If, Merge, Name, Op, Operand, Raise, Ref, Stmt
from sourcead.transform.builder import Val
from sourcead.transform.specialise.context import Catch, Context, Env, Guard, Unreached

__all__ = [
    "EXCEPTION",
    "FLAG",
    "close_guards",
    "fails",
    "flag",
    "guard",
    "guarded_block",
    "is_unwinding",
    "passed_by",
    "record",
    "set_flag",
    "throw",
]

FLAG, EXCEPTION = Name("raised", -1), Name("caught", -1)  # cells of the memory


# -- the flag ----------------------------------------------------------------------------------


def flag(s: Context) -> Val:
    """0 where nothing has been raised on this path, else the number of the handler."""
    found = s.memory.get(FLAG, "") if s.catches or s.memory.known(FLAG) else Const(0)
    return Const(0) if found is None else found


def set_flag(s: Context, value: Val) -> None:
    s.memory.put(FLAG, str(FLAG), "", value)


def is_unwinding(s: Context) -> bool:
    """May this path be on its way to a handler?"""
    return flag(s) != Const(0)


# -- guards ------------------------------------------------------------------------------------


def guard(s: Context) -> None:
    """What follows in this block is written under `if raised == 0`, if anything may have been raised."""
    raised = flag(s)
    if raised == Const(0):
        return
    if isinstance(raised, Const):
        raise Unreached
    test = s.emit(Op("eq", (s.operand(raised), Const(0))), Py(bool))
    s.open_guards.append(Guard(len(s.open), test, s.memory.snapshot()))
    s.open.append([])
    s.memory.logs.append(set())
    s.forks += 1
    set_flag(s, Const(0))


def guarded_block(
    s: Context, env: Env, leaves: Sequence[Operand], write: Callable[[], bool]
) -> bool:
    """Write a block, behind which these are read; False where its end is never reached.

    Handlers around find the variables as they are where the block is left.
    """
    depth, around = len(s.open), [(c, c.env) for c in s.catches if c.depth == len(s.stack)]
    for catch, _ in around:
        catch.env = env
    reached = write()
    for catch, outer in around:
        catch.env = outer
    if s.open_guards and s.open_guards[-1].position >= depth:
        values = [s.value(v, env) if reached else UNDEFINED for v in leaves]
        values = close_guards(s, depth, values, reached)
        env.update((n, v) for n, v in zip(leaves, values) if isinstance(n, Name))
    return reached


def close_guards(s: Context, depth: int, values: Sequence[Val], reached: bool) -> list[Val]:
    """The end of a block that was `depth` deep: these of its values go on, where it has one."""
    found = list(values)
    while s.open_guards and s.open_guards[-1].position >= depth:
        found = _close(s, s.open_guards.pop(), found, reached or is_unwinding(s))
    return found


def _close(s: Context, guard: Guard, values: list[Val], alive: bool) -> list[Val]:
    then = s.open.pop()
    assert len(s.open) == guard.position, "a block inside is still open"
    after_then = s.memory.snapshot()
    stored = s.memory.logs.pop()
    s.forks -= 1
    s.memory.restore(guard.entry)
    orelse: list[Stmt] = []
    merges: list[Merge] = []
    found = [
        v
        if v == UNDEFINED or isinstance(v, (Const, Ref))
        else s.merge(getattr(v, "hint", "t"), v, UNDEFINED, merges, then, orelse)
        for v in values
    ]
    if alive:
        s.merge_memory(after_then, stored, merges, then, orelse)
    s.add(If(guard.test, tuple(then), tuple(orelse), tuple(merges), s.origin))
    return found


# -- raising -----------------------------------------------------------------------------------


def throw(
    s: Context, cls: type[BaseException], exception: Val | None = None, args: Sequence[object] = ()
) -> None:
    """An exception of this class is raised here, for certain: goes to its handler, if there is one.

    `args`: of an exception that Python makes.
    """
    for catch in reversed(s.catches):
        for number, types in catch.handlers:
            if issubclass(cls, types):
                catch.thrown.add(number)
                if exception is None:
                    exception = s.call(
                        Ref(cls.__name__, cls), [Const(a) for a in args], [], "error"
                    )
                record(s, passed_by(s, [catch]), exception)
                set_flag(s, Const(number))
                raise Unreached


def fails(s: Context, cls: type[BaseException], argument: Val) -> NoReturn:
    """What Python does here, for certain, is raise `cls(argument)`."""
    made = s.call(Ref(cls.__name__, cls), [argument], [], "error")
    throw(s, cls, made)
    s.add(Raise(s.operand(made), None, s.origin))
    raise Unreached


def passed_by(s: Context, catches: Sequence[Catch]) -> list[Catch]:
    """Those that an exception may be caught by, and the `finally` blocks that it passes before."""
    first = min(i for i, each in enumerate(s.catches) if any(each is c for c in catches))
    return [
        each
        for i, each in enumerate(s.catches)
        if any(each is c for c in catches) or (i > first and not each.handlers)
    ]


def record(s: Context, catches: Sequence[Catch], exception: Val | None) -> None:
    """What a handler can see of this moment: the variables of its function, and the exception."""
    for catch in catches:
        for cell, versions in catch.variables:
            bound = [v for v in versions if v in catch.env or v in catch.in_cells]
            if bound:
                s.memory.put(cell, str(cell), "", _now(s, catch, bound[-1]))
    s.memory.put(EXCEPTION, str(EXCEPTION), "", UNDEFINED if exception is None else exception)


def _now(s: Context, catch: Catch, version: Name) -> Val:
    held = catch.in_cells.get(version)
    value = None if held is None else s.memory.get(held, "")
    return catch.env[version] if value is None else value

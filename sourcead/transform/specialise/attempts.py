"""`try` while specialising: what is known in handlers, in `finally`, and behind the statement.

A handler may start at any point of the body: variables that the body rebinds are read through
`interrupted` names there, and slots of containers that it stores to are not known.  Behind the
statement a slot that was stored to becomes a target like a variable:

    try:                                     try:
        self.count = len(text)                   count = len(text); self.count = count
    except TypeError:              ->        except TypeError:
        self.count = 0                           self.count = 0
    return self.count                        # target count.2: count, or 0
                                             return count.2
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sourcead.ir.kinds import Kind, Never, Py, Unknown, join
from sourcead.ir.nodes import UNDEFINED, Const, Handler, Name, Op, Operand, Raise, Stmt, Try
from sourcead.ir.walk import binds, goes_on, statements
from sourcead.transform.builder import Val
from sourcead.transform.memory import Contents, Key
from sourcead.transform.specialise.context import Catch, Context, Env, slot_hint
from sourcead.transform.specialise.flags import flag, is_unwinding, set_flag

__all__ = ["attempt", "finished"]

State = dict[Name, Contents]


@dataclass
class Path:
    """One way through the statement: its last block, what it gives the targets, and the memory at its end."""

    block: list[Stmt]
    leaves: list[Operand]
    memory: State | None  # None: nothing goes on from its end


def attempt(s: Context, statement: Try, env: Env) -> bool:
    """Write the statement; False where its end is never reached."""
    body_env, entry, touched = dict(env), s.memory.snapshot(), set[Key]()
    present = set(s.present)
    s.memory.logs.append(touched)
    with s.block() as body:
        reached = s.run(statement.body, body_env, statement.leaves)
    s.present = present
    normal = s.memory.snapshot()
    in_body = interrupted_memory(s, entry, touched)
    interrupted, handler_entry = interrupted_variables(s, statement, env, body_env)
    s.memory.restore(normal)
    else_env = dict(body_env)
    with s.block() as orelse:
        reached = reached and s.run(statement.orelse, else_env)
    normal, leads_on = s.memory.snapshot(), reached or is_unwinding(s)
    handlers = [
        write_handler(s, h, {**env, **handler_entry}, env, in_body) for h in statement.handlers
    ]
    s.memory.restore(interrupted_memory(s, entry, touched))
    final_env, in_final = {**else_env, **handler_entry}, set[Key]()
    s.memory.logs.append(in_final)
    with s.block() as final:
        s.run(statement.final, final_env)
    del s.memory.logs[-2:]
    bound = {n for each in statements(statement.final) for n in binds(each)}
    last = orelse if orelse else body
    leaves = [
        s.in_block(s.value(v, final_env if v in bound else else_env), last)
        for v in statement.leaves
    ]
    paths = [Path(last, leaves, normal if leads_on else None), *(path for _, path in handlers)]
    targets = [
        joined_target(s, t.hint, [p.leaves[i] for p in paths])
        for i, t in enumerate(statement.targets)
    ]
    if not goes_on(statement):  # the body ran to its end, and a derivative reads what it has bound
        env.update(else_env)
    env.update(zip(statement.targets, targets))
    targets += slots_behind(s, paths, entry, in_final)
    made = tuple(replace(h, body=tuple(p.block), leaves=tuple(p.leaves)) for h, p in handlers)
    s.add(
        Try(
            tuple(body),
            made,
            tuple(orelse),
            tuple(final),
            tuple(targets),
            tuple(paths[0].leaves),
            tuple(interrupted),
            s.origin,
        )
    )
    return reached or any(p.memory is not None for p in paths[1:])


def finished(s: Context, statement: Try, env: Env) -> bool:
    """`try: body; finally: final` around values that carry derivatives.

    The way on is written as it is gone, `body; final`; an exception does `final` by itself and goes on:

        try: body
        except: final; raise
        final
    """
    top = {n for each in statement.body for n in binds(each)}
    last = [
        (n, next((v for v in reversed(vs) if v in top), b)) for n, b, vs in statement.interrupted
    ]
    behind = {n for each in statements(statement.final) for n in binds(each)}
    kept = [(t, v) for t, v in zip(statement.targets, statement.leaves) if v not in behind]
    pairs = [*kept, *last]
    body = replace(
        statement,
        handlers=(
            Handler(
                None,
                None,
                (*statement.final, Raise(None, None, statement.origin)),
                tuple(UNDEFINED for _ in pairs),
            ),
        ),
        final=(),
        targets=tuple(t for t, _ in pairs),
        leaves=tuple(v for _, v in pairs),
    )
    inside = dict(env)
    passing = passer(s, statement, env)
    try:
        reached = attempt(s, body, inside)
    finally:
        if passing is not None:
            s.catches.remove(passing)
    env.update(inside)
    raised = flag(s)
    if passing is not None and raised != Const(0):
        return _finished_twice(s, statement, passing, raised, reached, inside, env)
    if not reached:
        return False
    ended = s.run(statement.final, inside, statement.leaves)
    rest = [(t, v) for t, v in zip(statement.targets, statement.leaves) if v in behind]
    env.update((t, s.value(v, inside) if ended else UNDEFINED) for t, v in rest)
    return ended


def passer(s: Context, statement: Try, env: Env) -> Catch | None:
    """Where handlers around may catch: what a `finally` finds of the variables of its body."""
    if not s.catches:
        return None
    cells = tuple(
        cell_of(s, before, versions, env) for _, before, versions in statement.interrupted
    )
    s.catches.append(Catch((), {}, len(s.stack), env, cells))
    return s.catches[-1]


def cell_of(
    s: Context, before: Operand, versions: tuple[Name, ...], env: Env
) -> tuple[Name, tuple[Name, ...]]:
    """A variable that the body binds, as a handler finds it."""
    cell = s.fresh(f"at {versions[-1].hint}", Unknown())
    s.memory.begin(cell, str(cell), "cell", {"": s.value(before, env)})
    return cell, versions


def when_raised(s: Context, statement: Try, catch: Catch) -> Env:
    """The variables that the body binds, as they were when the exception came."""
    found: Env = {}
    for (name, _, _), (cell, _) in zip(statement.interrupted, catch.variables):
        value = s.memory.get(cell, "")
        if value is None:
            s.refuse(
                f"what `{name.hint}` is when the exception comes cannot be followed",
                "give it one kind throughout",
            )
        found[name] = value
    return found


def _finished_twice(
    s: Context, statement: Try, passing: Catch, raised: Val, reached: bool, inside: Env, env: Env
) -> bool:
    """`finally` of a body that an exception may have left for a handler around: written for each of the two."""

    def by_itself() -> tuple[bool, list[Val]]:
        ended = reached and s.run(statement.final, inside, statement.leaves)
        return ended, [s.value(v, inside) if ended else UNDEFINED for v in statement.leaves]

    def on_the_way() -> tuple[bool, list[Val]]:
        found = {**env, **when_raised(s, statement, passing)}
        set_flag(s, Const(0))
        s.run(statement.final, found)
        if is_unwinding(s):
            s.refuse(
                "a `finally` may raise an exception that is caught outside", "put a `try` into it"
            )
        note_bound(s, statement.final, found)
        set_flag(s, raised)
        return False, [UNDEFINED for _ in statement.leaves]

    if isinstance(raised, Const):
        return on_the_way()[0]
    test = s.emit(Op("eq", (s.operand(raised), Const(0))), Py(bool))
    hints = [t.hint for t in statement.targets]
    ended, values = s.fork(test, by_itself, on_the_way, hints)
    env.update(zip(statement.targets, values))
    return bool(ended)


def note_bound(s: Context, block: Sequence[Stmt], env: Env) -> None:
    """What a `finally` binds on the way to a handler, the handler finds."""
    bound = {name for each in statements(tuple(block)) for name in binds(each)}
    for catch in s.catches:
        if catch.depth == len(s.stack):
            for cell, versions in catch.variables:
                last = [env[v] for v in versions if v in bound and v in env]
                if last:
                    s.memory.put(cell, str(cell), "", last[-1])


def interrupted_memory(s: Context, entry: State, touched: set[Key]) -> State:
    """What is known wherever the statements that touch these slots may have stopped."""
    s.memory.restore(entry)
    for name, slot in tuple(touched):  # forgetting is noted there, too
        held = s.memory.known(name)
        if held is not None:
            s.memory.forget(name) if held.form == "list" else s.memory.drop(name, slot)
    return s.memory.snapshot()


def interrupted_variables(
    s: Context, statement: Try, env: Env, body_env: Env
) -> tuple[list[Any], Env]:
    """The variables that the body rebinds, as handlers and `finally` read them."""
    found: list[Any] = []
    entry: Env = {}
    for name, before, versions in statement.interrupted:
        values = [s.value(before, env)] + [body_env[v] for v in versions if v in body_env]
        inside = joined_target(s, name.hint, values)
        found.append(
            (
                inside,
                s.operand(values[0]),
                tuple(v for v in values[1:] if isinstance(v, Name)),
            )
        )
        entry[name] = inside
    return found, entry


def write_handler(
    s: Context, handler: Handler, inside: Env, env: Env, start: State
) -> tuple[Handler, Path]:
    s.memory.restore(start)
    catches, s.catches = s.catches, []
    caught = None
    if handler.name is not None:
        caught = s.fresh(handler.name.hint, Unknown(), s.heap.raised)
        inside[handler.name] = caught
    with s.block() as block:
        reached = s.run(handler.body, inside)
        leaves = [s.operand(s.value(v, inside)) if reached else UNDEFINED for v in handler.leaves]
    kind = None if handler.type is None else s.operand(s.value(handler.type, env))
    memory = s.memory.snapshot() if reached else None
    s.catches = catches
    return Handler(kind, caught, tuple(block), ()), Path(block, leaves, memory)


def joined_target(s: Context, hint: str, values: list[Any]) -> Name:
    kind: Kind = Never()
    for value in values:
        kind = join(kind, s.kind(value))
    target = s.fresh(hint, kind, any(map(s.holds_varied, values)))
    for value in values:
        s.share(target, value)
    return target


def slots_behind(s: Context, paths: list[Path], entry: State, in_final: set[Key]) -> list[Name]:
    """Set the memory; slots that were stored to get targets, which are returned."""
    ends = [p.memory for p in paths if p.memory is not None]
    targets: list[Name] = []
    out: State = {}
    for name, held in (ends[0] if ends else {}).items():
        others = [end.get(name) for end in ends]
        if name not in entry or any(
            o is None or o.slots.keys() != held.slots.keys() for o in others
        ):
            continue
        slots = {}
        for slot, value in held.slots.items():
            found = slot_behind(s, paths, entry, (name, slot), value, in_final, targets)
            if found is not None:
                slots[slot] = found
        if held.form != "list" or len(slots) == len(held.slots):
            complete = len(slots) == len(held.slots) and all(
                o.complete for o in others if o is not None
            )
            out[name] = replace(held, slots=slots, complete=complete)
    s.memory.restore(out)
    return targets


def slot_behind(
    s: Context,
    paths: list[Path],
    entry: State,
    key: Key,
    value: Any,
    in_final: set[Key],
    targets: list[Name],
) -> Any:
    name, slot = key
    if key in in_final:
        return None
    values = [UNDEFINED if p.memory is None else p.memory[name].slots[slot] for p in paths]
    if all(v == value for v in values if v != UNDEFINED) and entry[name].slots.get(slot) == value:
        return value
    leaves = [v if v == UNDEFINED else s.in_block(v, p.block) for v, p in zip(values, paths)]
    hint = slot_hint(name, slot)
    found = joined_target(s, hint, leaves)
    if isinstance(s.kind(found), Unknown) and found in s.varied:
        return None
    targets.append(found)
    for path, leaf in zip(paths, leaves):
        path.leaves.append(leaf)
    return found

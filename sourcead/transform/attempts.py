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

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sourcead.ir.kinds import Kind, Never, Unknown, join
from sourcead.ir.nodes import UNDEFINED, Block, Handler, Name, Operand, Stmt, Try
from sourcead.ir.walk import binds, statements
from sourcead.transform.builder import Val
from sourcead.transform.globals import Globals
from sourcead.transform.memory import Contents, Key

__all__ = ["Attempts"]

Env = dict[Name, Val]
State = dict[Name, Contents]


@dataclass
class Path:
    """One way through the statement: its last block, what it gives the targets, and the memory at its end."""

    block: list[Stmt]
    leaves: list[Operand]
    memory: State | None  # None: the end is not reached


class Attempts(Globals):
    """The part of the specialiser that writes `try`."""

    if TYPE_CHECKING:

        def value(self, operand: Any, env: Env) -> Val: ...
        def run(self, block: Block, env: Env) -> bool: ...
        def in_block(self, value: Val, block: list[Stmt]) -> Operand: ...

    def attempt(self, statement: Try, env: Env) -> bool:
        """Write the statement; False where its end is never reached."""
        body_env, entry, touched = dict(env), self.memory.snapshot(), set[Key]()
        self.memory.logs.append(touched)
        with self.block() as body:
            reached = self.run(statement.body, body_env)
        normal = self.memory.snapshot()
        in_body = self.interruption(entry, touched)
        interrupted, handler_entry = self.interrupted(statement, env, body_env)
        self.memory.restore(normal)
        else_env = dict(body_env)
        with self.block() as orelse:
            reached = reached and self.run(statement.orelse, else_env)
        normal = self.memory.snapshot()
        handlers = [
            self.handler(h, {**env, **handler_entry}, env, in_body) for h in statement.handlers
        ]
        self.memory.restore(self.interruption(entry, touched))
        final_env, in_final = {**else_env, **handler_entry}, set[Key]()
        self.memory.logs.append(in_final)
        with self.block() as final:
            self.run(statement.final, final_env)
        del self.memory.logs[-2:]
        bound = {n for s in statements(statement.final) for n in binds(s)}
        last = orelse if orelse else body
        leaves = [
            self.in_block(self.value(v, final_env if v in bound else else_env), last)
            for v in statement.leaves
        ]
        paths = [Path(last, leaves, normal if reached else None), *(path for _, path in handlers)]
        targets = [
            self.target(t.hint, [p.leaves[i] for p in paths])
            for i, t in enumerate(statement.targets)
        ]
        env.update(zip(statement.targets, targets))
        targets += self.slots_behind(paths, entry, in_final)
        made = tuple(replace(h, body=tuple(p.block), leaves=tuple(p.leaves)) for h, p in handlers)
        self.add(
            Try(
                tuple(body),
                made,
                tuple(orelse),
                tuple(final),
                tuple(targets),
                tuple(paths[0].leaves),
                tuple(interrupted),
                self.origin,
            )
        )
        return any(p.memory is not None for p in paths)

    # -- interruption ------------------------------------------------------------------------

    def interruption(self, entry: State, touched: set[Key]) -> State:
        """What is known wherever the statements that touch these slots may have stopped."""
        self.memory.restore(entry)
        for name, slot in touched:
            held = self.memory.known(name)
            if held is not None:
                self.memory.forget(name) if held.form == "list" else self.memory.drop(name, slot)
        return self.memory.snapshot()

    def interrupted(self, statement: Try, env: Env, body_env: Env) -> tuple[list[Any], Env]:
        """The variables that the body rebinds, as handlers and `finally` read them."""
        found: list[Any] = []
        entry: Env = {}
        for name, before, versions in statement.interrupted:
            values = [self.value(before, env)] + [body_env[v] for v in versions if v in body_env]
            inside = self.target(name.hint, values)
            found.append(
                (
                    inside,
                    self.operand(values[0]),
                    tuple(v for v in values[1:] if isinstance(v, Name)),
                )
            )
            entry[name] = inside
        return found, entry

    def handler(
        self, handler: Handler, inside: Env, env: Env, start: State
    ) -> tuple[Handler, Path]:
        self.memory.restore(start)
        caught = None
        if handler.name is not None:
            caught = self.fresh(handler.name.hint, Unknown(), self.heap.raised)
            inside[handler.name] = caught
        with self.block() as block:
            reached = self.run(handler.body, inside)
            leaves = [
                self.operand(self.value(v, inside)) if reached else UNDEFINED
                for v in handler.leaves
            ]
        kind = None if handler.type is None else self.operand(self.value(handler.type, env))
        memory = self.memory.snapshot() if reached else None
        return Handler(kind, caught, tuple(block), ()), Path(block, leaves, memory)

    # -- behind the statement ----------------------------------------------------------------

    def target(self, hint: str, values: list[Any]) -> Name:
        kind: Kind = Never()
        for value in values:
            kind = join(kind, self.kind(value))
        return self.fresh(hint, kind, any(map(self.holds_varied, values)))

    def slots_behind(self, paths: list[Path], entry: State, in_final: set[Key]) -> list[Name]:
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
                found = self.slot_behind(paths, entry, (name, slot), value, in_final, targets)
                if found is not None:
                    slots[slot] = found
            if held.form != "list" or len(slots) == len(held.slots):
                complete = len(slots) == len(held.slots) and all(
                    o.complete for o in others if o is not None
                )
                out[name] = replace(held, slots=slots, complete=complete)
        self.memory.restore(out)
        return targets

    def slot_behind(
        self,
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
        if (
            all(v == value for v in values if v != UNDEFINED)
            and entry[name].slots.get(slot) == value
        ):
            return value
        leaves = [v if v == UNDEFINED else self.in_block(v, p.block) for v, p in zip(values, paths)]
        hint = slot if isinstance(slot, str) and slot.isidentifier() else name.hint
        found = self.target(hint, leaves)
        if isinstance(self.kind(found), Unknown) and found in self.varied:
            return None
        targets.append(found)
        for path, leaf in zip(paths, leaves):
            path.leaves.append(leaf)
        return found

"""`try` while specialising: what is known in handlers, in `finally`, and behind the statement.

A handler may start at any point of the body: variables that the body rebinds are read through
`interrupted` names there, and slots of containers that it stores to are not known.  Behind the
statement a slot is known if all paths agree, or becomes a target like a variable:

    try:                                     try:
        self.count = len(text)                   self.count = count = len(text)
    except TypeError:              ->        except TypeError:
        self.count = 0                           self.count = 0
    return self.count                        # target count.2: count, or 0
                                             return count.2
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
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
    """One way through the statement that reaches its end: its block, values for the targets, and the memory."""

    block: list[Stmt]
    values: list[Operand]
    memory: State


class Attempts(Globals):
    """The part of the specialiser that writes `try`."""

    if TYPE_CHECKING:

        def value(self, operand: Any, env: Env) -> Val: ...
        def run(self, block: Block, env: Env) -> bool: ...

    def attempt(self, statement: Try, env: Env) -> bool:
        body_env = dict(env)
        entry = self.memory.snapshot()
        touched: set[Key] = set()
        self.memory.logs.append(touched)
        with self.block() as body:
            reached = self.run(statement.body, body_env)
        start = self.after_interruption(entry, touched)
        interrupted, handler_entry = self.interrupted(statement, env, body_env)
        else_env = dict(body_env)
        with self.block() as orelse:
            reached = reached and self.run(statement.orelse, else_env)
        normal = self.memory.snapshot()
        handlers, ends = self.handlers(statement, env, handler_entry, start)
        self.memory.restore(self.after_interruption(entry, touched))
        final_env = {**else_env, **handler_entry}
        in_final: set[Key] = set()
        self.memory.logs.append(in_final)
        with self.block() as final:
            self.run(statement.final, final_env)
        self.memory.logs.remove(in_final) if in_final is not touched else None
        bound = {n for s in statements(statement.final) for n in binds(s)}
        leaves = [self.value(v, final_env if v in bound else else_env) for v in statement.leaves]
        self.open.append(orelse if orelse else body)
        operands = [self.operand(v) if reached else UNDEFINED for v in leaves]
        self.open.pop()
        paths = [Path(orelse or body, operands, normal)] * reached + ends
        targets = self.targets(statement, operands, handlers, env)
        self.memory.logs.pop()
        return self.finish(statement, paths, targets, (body, handlers, orelse, final), interrupted, in_final)

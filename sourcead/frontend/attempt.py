"""`try`: the one statement that can be left in the middle.

Behind it, a variable is what the path that was taken left it as.  In a handler (and in `finally`) a
variable that the body binds is whatever it was last bound to when the exception came: that is not
known here, so it gets a name there, with the names that it may stand for (`Try.interrupted`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeAlias

from sourcead.ir.nodes import (
    UNDEFINED,
    Block,
    Handler,
    Name,
    Operand,
    Try,
)

if TYPE_CHECKING:
    from sourcead.frontend.statements import Statements

__all__ = ["Attempt"]

Interrupted: TypeAlias = tuple[tuple[Name, Operand, tuple[Name, ...]], ...]


class Attempt:
    """Lowers one `try`, which has handlers or a `finally`, not both."""

    def __init__(self, lowerer: Statements, node: Any) -> None:
        self.lowerer = lowerer
        self.node = node
        self.before = dict(lowerer.env)
        self.reachable = lowerer.is_reachable

    def lower(self) -> None:
        lowerer, node = self.lowerer, self.node
        start = len(lowerer.given)
        body, body_env, completes = lowerer.path(node.body)
        interrupted = self.interrupted(start)
        orelse: Block = ()
        if node.orelse and completes:
            orelse, body_env, completes = self.continued(node.orelse, body_env)
        ends = [(body_env, completes)]
        handlers = []
        for handler in node.handlers:
            lowered, env, handled = self.handler(handler, interrupted)
            handlers.append(lowered)
            ends.append((env, handled))
        final, final_env, final_completes = self.continued(node.finalbody, self.seen(interrupted))
        if node.finalbody:
            ends = [(self.after_final(body_env, final_env, interrupted), completes)]
        targets, leaves = self.leaves(ends)
        origin = lowerer.origin(node)
        handlers = [
            replace(handler, leaves=values)
            for handler, values in zip(handlers, leaves[1:], strict=True)
        ]
        lowerer.out.append(
            Try(body, tuple(handlers), orelse, final, targets, leaves[0], interrupted, origin)
        )
        lowerer.is_reachable = final_completes and any(reached for _, reached in ends)

    def continued(
        self, nodes: Sequence[Any], env: dict[str, Operand]
    ) -> tuple[Block, dict[str, Operand], bool]:
        """Another part of the statement, which starts with these variables."""
        around, self.lowerer.env = self.lowerer.env, env
        found = self.lowerer.path(nodes)
        self.lowerer.env = around
        return found

    def interrupted(self, start: int) -> Interrupted:
        """For each variable that the body binds: a name for what it is when an exception comes."""
        given: dict[str, dict[Name, None]] = {}
        for variable, name in self.lowerer.given[start:]:
            if not self.lowerer.is_alias(variable):  # flags go back before a handler begins
                given.setdefault(variable, {})[name] = None
        self.variables = list(given)
        return tuple(
            (self.lowerer.fresh(variable), self.before.get(variable, UNDEFINED), tuple(names))
            for variable, names in given.items()
        )

    def seen(self, interrupted: Interrupted) -> dict[str, Operand]:
        names = [name for name, _, _ in interrupted]
        self.lowerer.taken.update(names)
        return {**self.before, **dict(zip(self.variables, names, strict=True))}

    def handler(
        self, node: Any, interrupted: Interrupted
    ) -> tuple[Handler, dict[str, Operand], bool]:
        lowerer = self.lowerer
        caught = None if node.type is None else lowerer.value(node.type)
        env = self.seen(interrupted)
        variable = None if node.name is None else node.name.id
        name = None if variable is None else lowerer.fresh(variable)
        if variable is not None and name is not None:
            if not lowerer.is_single_assignment(variable):
                cause = f"the exception `{variable}` is seen by another function"
                lowerer.refuse(node, cause, "Give it to the function as an argument.")
            env[variable] = name
            lowerer.taken.add(name)
        body, after, completes = self.continued(node.body, env)
        if variable is not None:
            after[variable] = UNDEFINED  # Python deletes it at the end of the handler
        return Handler(caught, name, body, ()), after, completes

    def after_final(
        self,
        body_env: dict[str, Operand],
        final_env: dict[str, Operand],
        interrupted: Interrupted,
    ) -> dict[str, Operand]:
        """What `finally` binds counts; of the rest, what the body has bound."""
        seen = self.seen(interrupted)
        rebound = {name: value for name, value in final_env.items() if seen.get(name) != value}
        return {**body_env, **rebound}

    def leaves(
        self, ends: list[tuple[dict[str, Operand], bool]]
    ) -> tuple[tuple[Name, ...], list[tuple[Operand, ...]]]:
        """Names behind the statement for the variables that its paths leave differently."""
        targets: list[Name] = []
        leaves: list[list[Operand]] = [[] for _ in ends]
        lowerer = self.lowerer
        for variable in lowerer.variables([self.node]):
            old = self.before.get(variable, UNDEFINED)
            reached = [env.get(variable, UNDEFINED) for env, completes in ends if completes]
            if not reached or all(value == old for value in reached):
                continue
            if all(value == reached[0] for value in reached) and not isinstance(reached[0], Name):
                lowerer.env[variable] = reached[0]
                continue
            target = lowerer.fresh(lowerer.hint(variable))
            targets.append(target)
            for found, (env, completes) in zip(leaves, ends, strict=True):
                found.append(env.get(variable, UNDEFINED) if completes else UNDEFINED)
            lowerer.bind(variable, target)
        return tuple(targets), [tuple(found) for found in leaves]

"""Loops over a few items that differ in kind: the body is written once for each."""

from __future__ import annotations

from sourcead.ir.nodes import Const, For
from sourcead.transform.builder import Val
from sourcead.transform.specialise.branches import fork
from sourcead.transform.specialise.context import Context, Env, Unreached
from sourcead.transform.specialise.flags import guard
from sourcead.transform.specialise.iteration import UNROLLED, Sequenced

__all__ = ["Changing", "unroll"]


class Changing(Exception):
    """The turns change what is iterated, in a way that is known only while running."""


def unroll(s: Context, statement: For, elements: Sequenced, env: Env) -> None:
    """A loop over a tuple whose items differ in kind: the body once for each."""
    values = [s.value(c.initial, env) for c in statement.carried]
    done = unroll_from(s, statement, elements, 0, values, env)
    for c, v in zip(statement.carried, done):
        env[c.result] = v


def unroll_from(
    s: Context, statement: For, elements: Sequenced, at: int, values: list[Val], env: Env
) -> list[Val]:
    count = elements.count()
    if count is None or at > UNROLLED:
        raise Changing
    if at >= count:
        return values
    turn_env = {
        **env,
        statement.target: elements.get(Const(at)),
        **{c.inner: v for c, v in zip(statement.carried, values)},
    }
    operands = [c.next for c in statement.carried]
    leave = statement.exit
    if not s.run(statement.body, turn_env, operands if leave is None else [*operands, leave]):
        raise Unreached
    guard(s)
    values = [s.value(o, turn_env) for o in operands]
    if leave is None:
        return unroll_from(s, statement, elements, at + 1, values, env)
    left = s.value(leave, turn_env)
    decided = s.truth(left)
    if decided is not None:
        return values if decided else unroll_from(s, statement, elements, at + 1, values, env)
    _, found = fork(
        s,
        s.operand(left),
        lambda: (True, values),
        lambda: (True, unroll_from(s, statement, elements, at + 1, values, env)),
        [c.result.hint for c in statement.carried],
    )
    return found

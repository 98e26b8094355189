"""Loops over a few items that differ in kind: the body is written once for each."""

from __future__ import annotations

from sourcead.ir.nodes import Const, For, If, Merge
from sourcead.transform.builder import Val
from sourcead.transform.specialise.branches import merge_memory
from sourcead.transform.specialise.context import Context, Env
from sourcead.transform.specialise.iteration import UNROLLED, Sequenced

__all__ = ["unroll"]


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
        s.refuse(
            "what is iterated is changed by the loop in a way that cannot be followed",
            "loop over a copy",
        )
    if at >= count:
        return values
    turn_env = {
        **env,
        statement.target: elements.get(Const(at)),
        **{c.inner: v for c, v in zip(statement.carried, values)},
    }
    s.run(statement.body, turn_env)
    values = [s.value(c.next, turn_env) for c in statement.carried]
    if statement.exit is None:
        return unroll_from(s, statement, elements, at + 1, values, env)
    leave = s.value(statement.exit, turn_env)
    decided = s.truth(leave)
    if decided is not None:
        return values if decided else unroll_from(s, statement, elements, at + 1, values, env)
    test = s.operand(leave)
    left = s.memory.snapshot()
    s.memory.logs.append(set())
    with s.block() as stay:
        pass
    s.forks += 1
    with s.block() as more:
        later = unroll_from(s, statement, elements, at + 1, values, env)
    s.forks -= 1
    stored = s.memory.logs.pop()
    merges: list[Merge] = []
    out = [
        s.merge(c.result.hint, a, b, merges, stay, more)
        for c, a, b in zip(statement.carried, values, later)
    ]
    merge_memory(s, left, stored, merges, stay, more)
    s.add(If(test, tuple(stay), tuple(more), tuple(merges), s.origin))
    return out

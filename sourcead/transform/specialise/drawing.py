"""`for x in it` of an object whose class has `__next__`: one element is drawn before each turn.

    for x in it:                  while True:
        body            ->            more, x = next_of(it)     # library.py: `__next__`, until StopIteration
                                      if more: body
                                      else: break

What `__next__` changes in the object, the body sees, and the other way round.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sourcead.ir.nodes import Carried, Const, For, Name, Operand, Ref, Stmt, While
from sourcead.transform.builder import Val
from sourcead.transform.specialise import library
from sourcead.transform.specialise.branches import fork
from sourcead.transform.specialise.context import Context, Env
from sourcead.transform.specialise.flags import is_unwinding, set_flag

__all__ = ["loop_drawing"]


def loop_drawing(
    s: Context, statement: For, iterator: Val, env: Env, settle: Any, turn: Any
) -> None:
    """Write the loop; `settle` and `turn` are `settled_loop` and `run_turn` of `loops.py`."""
    s.stepped += 1
    nexts = [
        Name(c.next.hint if isinstance(c.next, Name) else "t", _own(s, i))
        for i, c in enumerate(statement.carried)
    ]
    carried = tuple(replace(c, next=name) for c, name in zip(statement.carried, nexts))
    hints = [*(name.hint for name in nexts), "left"]

    def draw(env: Env) -> tuple[list[Stmt], Operand, Operand | None]:
        if s.catches:
            set_flag(s, Const(0))
        drawn = s.components(s.call(Ref("next_of", library.next_of), [iterator], []))
        if is_unwinding(s):
            s.refuse(
                "the `__next__` of an iterator may raise an exception that is caught outside of the loop",
                "compute the elements in the loop's body",
            )
        assert drawn is not None
        more, value = drawn

        def go_on() -> tuple[bool, list[Val]]:
            inside = {**env, statement.target: value}
            left = turn(s, statement, inside)
            ends = [s.value(c.next, inside) for c in statement.carried]
            return True, [*ends, Const(False) if left is None else left]

        def stop() -> tuple[bool, list[Val]]:
            return True, [*(env[c.inner] for c in statement.carried), Const(True)]

        _, (*ends, left) = fork(s, s.operand(more), go_on, stop, hints)
        env.update(zip(nexts, ends))
        return [], Const(True), s.operand(left)

    def build(carried: tuple[Carried, ...], body: list[Stmt], head: Any) -> None:
        condition, test, leave = head
        s.add(While(tuple(condition), test, carried, tuple(body), leave, s.origin))

    settle(s, carried, env, draw, build)
    s.stepped -= 1


def _own(s: Context, at: int) -> int:
    """A version that no name of the template has."""
    return -(1000 * s.stepped + at + 10)

"""Which branches at the end of a block can be printed as `break` and `return` again?

if c: (nothing)                                          if c:
else: rest                                                   break
merge broke = True | False                   ->          rest
end of the turn, exit: broke

if c: a                                                  if c:
else: b                                                      return a
merge result = a | b;  return result         ->          return b
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from sourcead.ir.nodes import (
    Assign,
    Block,
    Const,
    For,
    Function,
    If,
    MakeFunction,
    Merge,
    Name,
    Operand,
    Try,
    While,
)
from sourcead.ir.uses import use_counts
from sourcead.ir.walk import reads, statements

__all__ = ["BreakShape", "break_shape", "count_uses", "return_shape"]


@dataclass(frozen=True)
class BreakShape:
    branch: If
    on_then: bool  # the branch that leaves the loop, or the turn
    rest_exit: Operand | None  # the exit condition at the end of the other branch, None: go on
    implied: dict[Name, int]  # conditions that need no variable, if not read more often than this
    tests: int  # statements behind the branch that only combine conditions
    word: str = "break"

    @property
    def leaving(self) -> Block:
        return self.branch.then if self.on_then else self.branch.orelse

    @property
    def rest(self) -> Block:
        return self.branch.orelse if self.on_then else self.branch.then

    def before(self, body: Block) -> Block:
        return body[: len(body) - self.tests - 1]


def break_shape(body: Block, leave: Operand | None) -> BreakShape | None:
    if not isinstance(leave, Name):
        return None
    combined = _combined(body, leave)
    at = len(body) - len(combined) - 1
    branch = body[at] if at >= 0 else None
    if not isinstance(branch, If):
        return None
    if branch.test == leave and not combined:
        return BreakShape(branch, True, None, {}, 0)
    ways = [_value(leave, combined, _values(branch, is_then)) for is_then in (True, False)]
    if ways[0] is None or ways[1] is None:
        return None
    word = "break" if Const(True) in ways else "continue"
    on_then = ways[0] == Const(word == "break")
    rest = ways[1] if on_then else ways[0]
    if word == "continue" and not _goes_on(branch, on_then, ways, rest):
        return None
    read = Counter(name for stmt in combined for name in reads(stmt))
    implied = {leave: 1, **{m.target: read[m.target] for m in branch.merges if read[m.target]}}
    rest_exit = None if rest == Const(False) else rest
    return BreakShape(branch, on_then, rest_exit, implied, len(combined), word)


def _goes_on(branch: If, on_then: bool, ways: list[Operand | None], rest: Operand) -> bool:
    """One branch ends the turn, the other one may break: `if c: ...; continue`."""
    others = branch.orelse if on_then else branch.then
    return Const(False) in ways and break_shape(others, rest) is not None


def _combined(body: Block, leave: Name) -> tuple[If, ...]:
    """`leave` as `broke or returned`: a last branch without statements that only chooses it."""
    last = body[-1] if len(body) > 1 else None
    if isinstance(last, If) and not last.then and not last.orelse and len(last.merges) == 1:
        if last.merges[0].target == leave and isinstance(body[-2], If):
            return (last,)
    return ()


def _values(branch: If, is_then: bool) -> dict[Name, Operand]:
    """What is known behind one side of a branch."""
    values = {m.target: m.then if is_then else m.orelse for m in branch.merges}
    if isinstance(branch.test, Name):
        values[branch.test] = Const(is_then)
    return values


def _value(
    operand: Operand, combined: tuple[If, ...], values: dict[Name, Operand]
) -> Operand | None:
    for stmt in combined:
        merge = stmt.merges[0]
        if merge.target == operand:
            test = values.get(stmt.test) if isinstance(stmt.test, Name) else None
            if test not in (Const(True), Const(False)):
                return None
            chosen = merge.then if test == Const(True) else merge.orelse
            return test if chosen == stmt.test else _value(chosen, (), values)
    return values.get(operand) if isinstance(operand, Name) else operand


def return_shape(body: Block, result: Operand) -> tuple[If, Merge] | None:
    """The last branch of a block that ends in `return result`, where the branches give the result."""
    if not body or not isinstance(body[-1], If) or not isinstance(result, Name):
        return None
    if result.hint.rstrip("_0123456789") not in ("result", "t"):
        return None  # a variable of the user's: printed as written
    for merge in body[-1].merges:
        if merge.target == result:
            return body[-1], merge
    return None


def count_uses(function: Function) -> Counter[Name]:
    """How often each name is read; `break` conditions that become `if` conditions count once.

    Captured variables and those that handlers see have to be variables: they count twice.
    """
    uses = use_counts(function)
    for stmt in statements(function.body):
        if isinstance(stmt, Assign):
            if isinstance(stmt.expr, MakeFunction):
                captured = [capture.value for capture in stmt.expr.captures]
                uses.update(2 * [value for value in captured if isinstance(value, Name)])
            continue
        match stmt:
            case Try(interrupted=interrupted):
                for _, _, names in interrupted:
                    uses.update(2 * names)
            case For(body=body, exit=leave) | While(body=body, exit=leave):
                shape = break_shape(body, leave)
                if shape is not None and shape.branch.test == leave and isinstance(leave, Name):
                    uses[leave] -= 1
            case _:
                pass
    return uses

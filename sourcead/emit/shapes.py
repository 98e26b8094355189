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
from sourcead.ir.walk import reads, statements

__all__ = ["BreakShape", "break_shape", "count_uses", "return_shape"]


@dataclass(frozen=True)
class BreakShape:
    branch: If
    on_then: bool  # the branch that leaves the loop
    rest_exit: Operand | None  # the exit condition at the end of the other branch, None: go on

    @property
    def leaving(self) -> Block:
        return self.branch.then if self.on_then else self.branch.orelse

    @property
    def rest(self) -> Block:
        return self.branch.orelse if self.on_then else self.branch.then


def break_shape(body: Block, leave: Operand | None) -> BreakShape | None:
    if not body or not isinstance(body[-1], If) or not isinstance(leave, Name):
        return None
    branch = body[-1]
    if branch.test == leave:
        return BreakShape(branch, True, None)
    for merge in branch.merges:
        if merge.target == leave:
            return _by_merge(branch, merge)
    return None


def _by_merge(branch: If, merge: Merge) -> BreakShape | None:
    if merge.then == Const(True):
        return BreakShape(branch, True, _unless_false(merge.orelse))
    if merge.orelse == Const(True):
        return BreakShape(branch, False, _unless_false(merge.then))
    return None


def _unless_false(operand: Operand) -> Operand | None:
    return None if operand == Const(False) else operand


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
    uses: Counter[Name] = Counter()
    for stmt in statements(function.body):
        uses.update(reads(stmt))
        match stmt:
            case Assign(_, MakeFunction(captures=captures)):
                captured = [capture.value for capture in captures]
                uses.update(2 * [value for value in captured if isinstance(value, Name)])
            case Try(interrupted=interrupted):
                for _, _, names in interrupted:
                    uses.update(2 * names)
            case For(body=body, exit=leave) | While(body=body, exit=leave):
                shape = break_shape(body, leave)
                if shape is not None and shape.branch.test == leave and isinstance(leave, Name):
                    uses[leave] -= 1
            case _:
                pass
    if isinstance(function.result, Name):
        uses[function.result] += 1
    return uses

"""Does a later write hit the element that was read? A test on indices that are loop counters plus constants.

In `for i in range(n): A[i] = A[i] * A[i - 1]` the write of a later turn never touches the `A[i - 1]`
that an earlier turn has read, so that element need not be kept: the distance vector between the read
and the write, over all loops around both, points backward.
"""

from __future__ import annotations

from typing import Any

from sourcead.ir.kinds import Kind
from sourcead.ir.nodes import Assign, Call, Const, For, Name, Op, Ref, Store

__all__ = ["overwrites_later"]


def overwrites_later(
    program: Any, kinds: dict[Name, Kind], write: Any, base: Name, index: Any, made: tuple[int, ...]
) -> bool:
    """May `write` change `base[index]` after it was read by the statement at `made`?"""
    if not program.may_follow(write.at, made):
        return False
    stmt = write.stmt
    if not isinstance(stmt, Store) or stmt.base != base:
        return True
    read, written = affine_parts(program, index), affine_parts(program, stmt.index)
    if read is None or written is None or len(read) != len(written):
        return True
    if any(
        r[0] is None and w[0] is None and r[1] != w[1] and (r[1] < 0) == (w[1] < 0)
        for r, w in zip(read, written)
    ):
        return False  # two different constant positions
    if not all(is_nonnegative(program, p) for p in (*read, *written)):
        return True  # a negative index counts from the end
    distance = []
    for loop in program.common_loops(write.at, made):
        stmt_ = program.loops[loop]
        sign = direction(program, stmt_)
        found = [
            r[1] - w[1]
            for r, w in zip(read, written)
            if r[0] == w[0] == getattr(stmt_, "target", None)
        ]
        if sign is None or not found:
            return True
        distance.append(sign * found[0])
    for d in distance:
        if d != 0:
            return bool(d > 0)
    return bool(write.at >= made)


def is_nonnegative(program: Any, part: tuple[Name | None, int]) -> bool:
    bound = lower_bound(program, part)
    return bound is not None and bound >= 0


def lower_bound(program: Any, part: tuple[Name | None, int]) -> int | None:
    """The least value of `variable + constant`, if the variable counts a range whose start is known."""
    variable, offset = part
    if variable is None:
        return offset
    found = program.definitions.get(variable)
    if found is None or found.role != "target":
        return None
    step = direction(program, found.stmt)
    definition = _definition(program, found.stmt.items)
    if step is None:
        return None
    if len(definition.args) == 1:
        return offset
    first = _affine(program, definition.args[0] if step > 0 else definition.args[1])
    least = None if first is None else lower_bound(program, first)
    return None if least is None else least + offset + (0 if step > 0 else 1)


def affine_parts(program: Any, index: Any) -> list[tuple[Name | None, int]] | None:
    """Each component of an index as (variable or None, constant); None if one is something else."""
    definition = _definition(program, index)
    parts = definition.args if isinstance(definition, Op) and definition.op == "tuple" else (index,)
    found = [_affine(program, p) for p in parts]
    return None if any(f is None for f in found) else found  # type: ignore[return-value]


def _affine(program: Any, operand: Any) -> tuple[Name | None, int] | None:
    if isinstance(operand, Const):
        return (None, operand.value) if type(operand.value) is int else None
    if not isinstance(operand, Name):
        return None
    definition = _definition(program, operand)
    if isinstance(definition, Op) and definition.op in ("add", "sub"):
        left, right = definition.args
        inner = _affine(program, left)
        if inner is not None and isinstance(right, Const) and type(right.value) is int:
            return inner[0], inner[1] + (right.value if definition.op == "add" else -right.value)
        inner = _affine(program, right)
        if (
            definition.op == "add"
            and inner is not None
            and isinstance(left, Const)
            and type(left.value) is int
        ):
            return inner[0], inner[1] + left.value
    return operand, 0


def _definition(program: Any, operand: Any) -> Any:
    found = program.definitions.get(operand) if isinstance(operand, Name) else None
    return (
        found.stmt.expr
        if found is not None and isinstance(found.stmt, Assign) and found.role == "assign"
        else None
    )


def direction(program: Any, loop: Any) -> int | None:
    """+1 or -1: the sign of a range loop's step, where it is known."""
    if not isinstance(loop, For):
        return None
    definition = _definition(program, loop.items)
    if (
        not isinstance(definition, Call)
        or not isinstance(definition.func, Ref)
        or definition.func.value is not range
    ):
        return None
    if len(definition.args) < 3:
        return 1
    step = definition.args[2]
    if isinstance(step, Const) and type(step.value) is int and step.value != 0:
        return 1 if step.value > 0 else -1
    return None

"""Does a later write hit the element that was read? A test on indices that are loop counters plus constants.

In `for i in range(n): A[i] = A[i] * A[i - 1]` the write of a later turn never touches the `A[i - 1]`
that an earlier turn has read, so that element need not be kept: the distance vector between the read
and the write, over all loops around both, points backward.
"""

from __future__ import annotations

from dataclasses import dataclass

from sourcead.ir.nodes import Call, Const, Expr, For, Name, Op, Operand, Ref, Store
from sourcead.transform.positions import At
from sourcead.transform.reverse.program import Program
from sourcead.transform.reverse.state import Write

__all__ = ["overwrites_later"]


@dataclass(frozen=True)
class Affine:
    """One component of an index: `variable + offset`, or a constant."""

    variable: Name | None
    offset: int


def overwrites_later(program: Program, write: Write, base: Name, index: Operand, made: At) -> bool:
    """May `write` change `base[index]` after it was read by the statement at `made`?"""
    if not program.may_follow(write.at, made):
        return False
    stmt = write.stmt
    if not isinstance(stmt, Store) or stmt.base != base:
        return True
    read, written = _parts(program, index), _parts(program, stmt.index)
    if read is None or written is None or len(read) != len(written):
        return True
    if any(_are_different_constants(r, w) for r, w in zip(read, written)):
        return False
    if not all(_is_nonnegative(program, p) for p in (*read, *written)):
        return True  # a negative index counts from the end
    distances = [
        _distance(program, program.loops[loop], read, written)
        for loop in program.common_loops(write.at, made)
    ]
    if None in distances:
        return True
    first = next((d for d in distances if d), 0)
    return first > 0 if first else write.at >= made


def _are_different_constants(a: Affine, b: Affine) -> bool:
    """Two different positions, counted from the same end?"""
    return (
        a.variable is None
        and b.variable is None
        and a.offset != b.offset
        and (a.offset < 0) == (b.offset < 0)
    )


def _distance(
    program: Program, loop: object, read: list[Affine], written: list[Affine]
) -> int | None:
    """How many turns of the loop lie between the read and the write that hits the same element."""
    sign = _direction(program, loop)
    if sign is None or not isinstance(loop, For):
        return None
    found = [
        r.offset - w.offset
        for r, w in zip(read, written)
        if r.variable == w.variable == loop.target
    ]
    return sign * found[0] if found else None


def _is_nonnegative(program: Program, part: Affine) -> bool:
    bound = _lower_bound(program, part)
    return bound is not None and bound >= 0


def _lower_bound(program: Program, part: Affine) -> int | None:
    """The least value of `variable + constant`, if the variable counts a range whose start is known."""
    if part.variable is None:
        return part.offset
    found = program.definitions.get(part.variable)
    if found is None or found.role != "target":
        return None
    step, bounds = _direction(program, found.stmt), _range_arguments(program, found.stmt)
    if step is None or bounds is None:
        return None
    if len(bounds) == 1:
        return part.offset
    first = _affine(program, bounds[0] if step > 0 else bounds[1])
    least = None if first is None else _lower_bound(program, first)
    return None if least is None else least + part.offset + (0 if step > 0 else 1)


def _parts(program: Program, index: Operand) -> list[Affine] | None:
    """Each component of an index; None if one is something else."""
    definition = _definition(program, index)
    parts: tuple[object, ...] = (index,)
    if isinstance(definition, Op) and definition.op == "tuple":
        parts = definition.args
    found = [_affine(program, p) for p in parts]
    return None if None in found else [f for f in found if f is not None]


def _affine(program: Program, operand: object) -> Affine | None:
    match operand:
        case Const(int() as value) if type(value) is int:
            return Affine(None, value)
        case Name():
            return _sum(program, operand) or Affine(operand, 0)
        case _:
            return None


def _sum(program: Program, name: Name) -> Affine | None:
    """`variable + constant`, where the name was assigned one."""
    match _definition(program, name):
        case Op("add" | "sub" as op, (left, Const(int() as value))) if type(value) is int:
            inner = _affine(program, left)
            if inner is None:
                return None
            return Affine(inner.variable, inner.offset + (value if op == "add" else -value))
        case Op("add", (Const(int() as value), right)) if type(value) is int:
            inner = _affine(program, right)
            return None if inner is None else Affine(inner.variable, inner.offset + value)
        case _:
            return None


def _definition(program: Program, operand: object) -> Expr | None:
    return program.made(operand) if isinstance(operand, Name) else None


def _range_arguments(program: Program, loop: object) -> tuple[object, ...] | None:
    match _definition(program, loop.items) if isinstance(loop, For) else None:
        case Call(Ref(value=called), args) if called is range:
            return args
        case _:
            return None


def _direction(program: Program, loop: object) -> int | None:
    """+1 or -1: the sign of a range loop's step, where it is known."""
    bounds = _range_arguments(program, loop)
    if bounds is None:
        return None
    if len(bounds) < 3:
        return 1
    match bounds[2]:
        case Const(int() as step) if type(step) is int and step != 0:
            return 1 if step > 0 else -1
        case _:
            return None

"""Does a later write hit the element that was read? A test on indices that are loop counters plus constants.

In `for i in range(n): A[i] = A[i] * A[i - 1]` the write of a later turn never touches the `A[i - 1]`
that an earlier turn has read, so that element need not be kept.  Nor does one of

    for j in range(n):
        for k in range(j):
            A[j, j] -= A[j, k] ** 2

ever touch the `A[j, k]` of an earlier turn: there k < j, and j only grows.  Asked is whether there are two
turns, the write's not before the read's, with equal indices within the bounds of all loops.  These are
inequalities between pairs of counters, `a - b <= c`; they have a solution in integers unless some of them add up
to `0 <= -1` (Bellman, 1958; as used for dependences by Pratt, 1977).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sourcead.ir.nodes import Call, Const, Expr, For, Name, Op, Operand, Ref, Store
from sourcead.transform.positions import At
from sourcead.transform.reverse.program import Program
from sourcead.transform.reverse.state import Write

__all__ = ["overwrites_later"]

Variable = (
    tuple[str, Name] | None
)  # a counter in the turn of the read, of the write, or of both; None is 0
Limit = tuple[Variable, Variable, int]  # (a, b, c): a - b <= c
PLACE = "place"  # in two turns the same


@dataclass(frozen=True)
class Affine:
    """One component of an index: `variable + offset`, or a constant."""

    variable: Name | None
    offset: int


@dataclass(frozen=True)
class Span:
    """A slice: the places from `low` on, in front of `high` where that is known."""

    low: Affine
    high: Affine | None


def overwrites_later(program: Program, write: Write, base: Name, index: Operand, made: At) -> bool:
    """May `write` change `base[index]` after it was read by the statement at `made`?"""
    if not program.may_follow(write.at, made):
        return False
    stmt = write.stmt
    if not isinstance(stmt, Store) or stmt.base != base:
        return True
    pairs = list(zip(_parts(program, index), _parts(program, stmt.index)))
    if any(_are_different_constants(r, w) for r, w in pairs):
        return False
    places = [(r, w) for r, w in pairs if _is_known(program, r) and _is_known(program, w)]
    if not places:
        return True
    loops = program.common_loops(write.at, made)
    cases = range(len(loops) + (write.at >= made))
    return any(_Turns(program, loops, depth).may_meet(places) for depth in cases)


def _are_different_constants(a: Part, b: Part) -> bool:
    """Two different positions, counted from the same end?"""
    return (
        isinstance(a, Affine)
        and isinstance(b, Affine)
        and a.variable is None
        and b.variable is None
        and a.offset != b.offset
        and (a.offset < 0) == (b.offset < 0)
    )


Part = Affine | Span


def _is_known(program: Program, part: Part) -> bool:
    """A negative index would count from the end."""
    return isinstance(part, Span) or _is_nonnegative(program, part)


# -- two turns -----------------------------------------------------------------------------------


class _Turns:
    """Two turns of the loops around both statements: equal down to `depth`, there the write's is the later one."""

    def __init__(self, program: Program, loops: list[At], depth: int) -> None:
        self.p = program
        self.loops, self.depth = loops, depth
        self.limits: list[Limit] = []
        self.noted: set[Variable] = set()

    def may_meet(self, places: list[tuple[Part, Part]]) -> bool:
        for axis, (read, written) in enumerate(places):
            place = PLACE, Name("place", axis)
            self.contains("read", read, place)
            self.contains("write", written, place)
        if self.depth < len(self.loops):
            self.order(self.p.loops[self.loops[self.depth]])
        return _has_solution(self.limits)

    def order(self, loop: object) -> None:
        """The counter of the loop in which the write's turn is later."""
        sign = _direction(self.p, loop)
        if sign is not None and isinstance(loop, For):
            read, write = self.variable("read", loop.target), self.variable("write", loop.target)
            self.limits.append((read, write, -1) if sign > 0 else (write, read, -1))

    def variable(self, turn: str, name: Name | None) -> Variable:
        """A counter in one of the two turns, its bounds noted."""
        if name is None:
            return None
        found: Variable = ("both" if self.is_shared(name) else turn, name)
        if found not in self.noted:
            self.noted.add(found)
            self.bounds(turn, name, found)
        return found

    def is_shared(self, name: Name) -> bool:
        """Is it the same in both turns?"""
        home = self.p.definitions[name].home if name in self.p.definitions else ()
        return not any(home[: len(loop)] == loop for loop in self.loops[self.depth :])

    def bounds(self, turn: str, name: Name, counter: Variable) -> None:
        found = self.p.definitions.get(name)
        if found is None or found.role != "target":
            return
        step, ends = _direction(self.p, found.stmt), _range_arguments(self.p, found.stmt)
        if step is None or ends is None:
            return
        first, last = (Const(0), ends[0]) if len(ends) == 1 else ends[:2]
        low, high = (first, last) if step > 0 else (last, first)
        for end, is_low in ((low, True), (high, False)):
            bound = _affine(self.p, end)
            if bound is None:
                continue
            other = self.variable(turn, bound.variable)
            reached = is_low == (step > 0)  # is the bound itself among the counter's values?
            if is_low:
                self.limits.append((other, counter, -bound.offset - (not reached)))
            else:
                self.limits.append((counter, other, bound.offset - (not reached)))

    def contains(self, turn: str, part: Part, place: Variable) -> None:
        """The place is one of this part of an index."""
        low, high = (part.low, part.high) if isinstance(part, Span) else (part, part)
        self.limits.append((self.variable(turn, low.variable), place, -low.offset))
        if high is not None:
            beyond = isinstance(part, Span)
            self.limits.append((place, self.variable(turn, high.variable), high.offset - beyond))


def _has_solution(limits: list[Limit]) -> bool:
    """Are there integers with a - b <= c for each (a, b, c)?"""
    values: dict[Variable, int] = dict.fromkeys((v for a, b, _ in limits for v in (a, b)), 0)
    for _ in range(len(values) + 1):
        still = True
        for a, b, c in limits:
            if values[a] > values[b] + c:
                values[a], still = values[b] + c, False
        if still:
            return True
    return False


# -- indices -------------------------------------------------------------------------------------


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


def _parts(program: Program, index: Operand) -> list[Part]:
    """Each component of an index, as far as it is known that each is one axis."""
    definition = _definition(program, index)
    parts: tuple[object, ...] = (index,)
    if isinstance(definition, Op) and definition.op == "tuple":
        parts = definition.args
    return list(_known(program, parts))


def _known(program: Program, parts: tuple[object, ...]) -> Iterator[Part]:
    for part in parts:
        match _definition(program, part):
            case Op("slice", (low, high, step)):
                yield (
                    _span(program, low, high)
                    if step == Const(None)
                    else Span(Affine(None, 0), None)
                )
            case _:
                found = _affine(program, part)
                if found is None or not (found.variable is None or _is_counter(program, found)):
                    return
                yield found


def _span(program: Program, low: Operand, high: Operand) -> Span:
    """Bounds that may count from the end are not known."""
    first, last = _affine(program, low), _affine(program, high)
    if first is None or not _is_nonnegative(program, first):
        first = Affine(None, 0)
    if last is not None and not _is_nonnegative(program, last):
        last = None
    return Span(first, last)


def _is_counter(program: Program, part: Affine) -> bool:
    assert part.variable is not None
    return _range_of(program, part.variable) is not None


def _range_of(program: Program, name: Name) -> tuple[object, ...] | None:
    """The arguments of the range that a name counts."""
    found = program.definitions.get(name)
    if found is None or found.role != "target":
        return None
    return _range_arguments(program, found.stmt)


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

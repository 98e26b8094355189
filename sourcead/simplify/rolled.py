"""What is done to parts of arrays several times, with other bounds each time, is done in a loop.

    u[1:-1:2] += u[0:-2:2] * c                  for i in (1, 2, 3):
    u[2:-1:2] += u[1:-2:2] * c        ->            u[i:-1:2] += u[i - 1:-2:2] * c
    u[3:-1:2] += u[2:-2:2] * c

That is what calls of one function with other constants come to, and loops over constants: their bounds are
known then, and with them which operands have the same shape.  The derivative is made of the statements one by one,
and printed as people write it.  Groups of statements are put together that differ in the bounds of slices only,
read nothing of each other but what is carried from one to the next, and are at least three.  What each of them
keeps for the reverse sweep is put on the list one by one, not as a tuple of all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sourcead.ir.kinds import Array, NoneKind, Py, Tuple
from sourcead.ir.nodes import (
    Assign,
    Attr,
    Block,
    Call,
    Carried,
    Const,
    Expr,
    For,
    Function,
    MethodCall,
    Name,
    Op,
    Operand,
    Origin,
    Stmt,
    Store,
    Unpack,
)
from sourcead.ir.uses import use_counts
from sourcead.ir.walk import (
    binds,
    map_blocks,
    read_operands,
    reads,
    renewed,
    statements,
    substitute,
    with_body,
)

__all__ = ["rolled"]

FEWEST = 3  # groups
LEAST = 12  # statements that are not printed any more
MOST = 400  # statements of a block that are looked at
NEVER_RAISE = frozenset({"add", "sub", "mul", "neg"})
PLACES = frozenset({"slice", "tuple", "getitem", "neg", "copy"})  # not lines of their own
COUNTERS = "ijk"

Position = tuple[int, int]  # group, and statement in it


def rolled(function: Function, b: Any) -> Function:
    blocks_of = [function.body, *(s.body for s in statements(function.body) if isinstance(s, For))]
    finder = _Finder(b, use_counts(function))
    looked_at = ((id(block), finder.plan(block)) for block in blocks_of)
    plans = {at: plan for at, plan in looked_at if plan is not None and plan.bounds}
    found = list(plans.values())
    plans = {at: plan for at, plan in plans.items() if _has_other_half(plan, found)}
    if not plans:
        return function

    def inside(block: Block) -> Block:
        plan = plans.get(id(block))
        made = block if plan is None else _with_loop(plan, b)
        return renewed(block, [map_blocks(stmt, inside) for stmt in made])

    return with_body(function, inside(function.body))


# -- what is alike -------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Log:
    """What the groups put on a list as one tuple, or take from it: for each item, the group and which of its values."""

    list_: Operand
    items: tuple[tuple[int, Name], ...]


@dataclass
class _Plan:
    before: list[Stmt]
    body: list[Stmt]  # of one turn, its names those of the first group
    after: list[Stmt]
    count: int
    bounds: list[tuple[Name, tuple[int, ...]]] = field(default_factory=list)
    carried: list[Carried] = field(default_factory=list)
    kept: _Log | None = None
    taken: _Log | None = None


class _Unlike(Exception):
    """The groups differ in something else than bounds."""


class _Finder:
    def __init__(self, b: Any, uses: Counter[Name]) -> None:
        self.b, self.uses = b, uses

    def plan(self, block: Block) -> _Plan | None:
        if not self.is_promising(block):
            return None
        first, rest, last = self.apart(block)
        for start, period, count in _repetitions(list(map(_outline, rest))):
            groups = [rest[start + i * period : start + (i + 1) * period] for i in range(count)]
            if not self.is_worth_it(groups):
                continue
            behind = rest[start + count * period :]
            try:
                unified = _Unified(self, groups, [*first, *rest[:start]], [*behind, *last])
                return unified.plan()
            except _Unlike:
                continue
        return None

    def is_promising(self, block: Block) -> bool:
        parts = sum(isinstance(s, Store) and self.is_array(s.base) for s in block)
        return parts >= FEWEST and len(block) <= MOST

    def is_array(self, operand: Operand) -> bool:
        return isinstance(operand, Name) and isinstance(self.b.kind(operand), Array)

    def apart(self, block: Block) -> tuple[list[Stmt], list[Stmt], list[Stmt]]:
        """Numbers that may be computed first, the rest, and what may be put on a list last."""
        inside = {name for stmt in block for name in binds(stmt)}
        first, rest, last = list[Stmt](), list[Stmt](), list[Stmt]()
        listed = {s.target: item for s in block if isinstance(s, Assign) and (item := _listed(s))}
        tuples = {item for item in listed.values() if self.uses[item] == 1}
        for stmt in block:
            if self.is_early(stmt) and not inside.intersection(reads(stmt)):
                first.append(stmt)
                inside.difference_update(binds(stmt))
            elif isinstance(stmt, Assign) and (
                (stmt.target in tuples and _is_tuple(stmt.expr))
                or listed.get(stmt.target) in tuples
            ):
                last.append(stmt)
            else:
                rest.append(stmt)
        return first, rest, last

    def is_early(self, stmt: Stmt) -> bool:
        if not (isinstance(stmt, Assign) and isinstance(stmt.expr, Op)):
            return False
        args = stmt.expr.args
        return stmt.expr.op in NEVER_RAISE and all(
            isinstance(a, Const) or (isinstance(a, Name) and self.b.is_number(a)) for a in args
        )

    def is_worth_it(self, groups: Sequence[Sequence[Stmt]]) -> bool:
        """Are they about parts of arrays, not about single elements, and long enough?"""
        lines = [s for s in groups[0] if not _is_place(s)]
        elements = any(
            isinstance(s, Assign)
            and isinstance(s.expr, Op)
            and s.expr.op == "getitem"
            and not self.is_array(s.target)
            for s in groups[0]
        )
        stores = [s for s in groups[0] if isinstance(s, Store)]
        parts = all(self.is_array(s.base) for s in stores)
        return bool(stores) and parts and not elements and (len(groups) - 1) * len(lines) >= LEAST


def _listed(stmt: Assign) -> Name | None:
    """What is put on a list."""
    match stmt.expr:
        case MethodCall(Name(), "append", (Name() as item,), ()):
            return item
        case _:
            return None


def _is_tuple(expr: Expr) -> bool:
    return isinstance(expr, Op) and expr.op == "tuple"


def _is_place(stmt: Stmt) -> bool:
    return isinstance(stmt, Assign) and isinstance(stmt.expr, Op) and stmt.expr.op in PLACES


def _outline(stmt: Stmt) -> object:
    """The statement without names and bounds; of what cannot be in a group, itself."""
    match stmt:
        case Assign(_, Op(op) as expr):
            return op, tuple(map(_outline_of_operand, expr.args))
        case Assign(_, Call(func, args, kwargs)):
            words = tuple((key, _outline_of_operand(value)) for key, value in kwargs)
            return func, tuple(map(_outline_of_operand, args)), words
        case Assign(_, MethodCall(value, method, args, kwargs)) if method not in ("append", "pop"):
            words = tuple((key, _outline_of_operand(value)) for key, value in kwargs)
            return _outline_of_operand(value), method, tuple(map(_outline_of_operand, args)), words
        case Assign(_, Attr(value, attr)):
            return _outline_of_operand(value), attr
        case Store(base, index, value, op):
            return "[]", op, *map(_outline_of_operand, (base, index, value))
        case _:
            return id(stmt)


def _outline_of_operand(operand: Any) -> object:
    if isinstance(operand, Name):
        return "name"
    if isinstance(operand, Const) and type(operand.value) is int:
        return "int"
    return operand


def _repetitions(outlines: list[object]) -> Iterator[tuple[int, int, int]]:
    """Start, length and number of equal groups in a row, those first that most statements belong to."""
    found = []
    size = len(outlines)
    for period in range(2, size // FEWEST + 1):
        start = 0
        while start + period < size:
            end = start
            while end + period < size and outlines[end] == outlines[end + period]:
                end += 1
            if (end - start) // period + 1 >= FEWEST:
                count = (end - start) // period + 1
                for shift in range((end - start) % period + 1):
                    found.append((-(count - 1) * period, shift, start + shift, period, count))
            start = end + 1
    return ((start, period, count) for *_, start, period, count in sorted(found))


class _Unified:
    """Groups of statements as one."""

    def __init__(
        self,
        finder: _Finder,
        groups: Sequence[Sequence[Stmt]],
        before: list[Stmt],
        after: list[Stmt],
    ) -> None:
        self.finder, self.b = finder, finder.b
        self.groups, self.before, self.after = groups, before, after
        self.where: dict[Name, Position] = {
            name: (i, j) for i, group in enumerate(groups) for j, s in enumerate(group) for name in binds(s)
        }  # fmt: skip
        self.bounds: list[tuple[Name, tuple[int, ...]]] = []
        self.carried: dict[tuple[Name, int], Name] = {}
        self.taken: dict[tuple[Name, ...], Name] = {}

    def plan(self) -> _Plan:
        body = [
            self.statement([group[j] for group in self.groups]) for j in range(len(self.groups[0]))
        ]
        plan = _Plan(self.before, body, self.after, len(self.groups), self.bounds)
        _counted(self.bounds)
        plan.carried = [self.value_carried(*key, inner) for key, inner in self.carried.items()]
        if self.taken:
            plan.taken = self.log_taken(plan)
        left = self.read_outside(plan)
        if left:
            plan.kept = self.log_kept(plan, left)
        return plan

    # -- statements and operands -------------------------------------------------------------

    def statement(self, alike: Sequence[Stmt]) -> Stmt:
        in_slices = _is_slice(alike[0])
        columns = zip(*map(read_operands, alike), strict=True)
        made = iter([self.operand(column, in_slices) for column in columns])
        first = alike[0]
        if isinstance(first, Store):
            return Store(next(made), next(made), next(made), first.op, first.origin)
        assert isinstance(first, Assign)
        return replace(first, expr=_rebuilt(first.expr, made))

    def operand(self, column: Sequence[Operand], in_slices: bool) -> Operand:
        first = column[0]
        if all(isinstance(o, Name) for o in column):
            return self.name([o for o in column if isinstance(o, Name)])
        if all(o == first for o in column):
            return first
        if in_slices and all(isinstance(o, Const) and type(o.value) is int for o in column):
            name: Name = self.b.fresh("t", Py(int))
            self.bounds.append((name, tuple(o.value for o in column if isinstance(o, Const))))
            return name
        raise _Unlike

    def name(self, column: list[Name]) -> Name:
        places = [self.where.get(name) for name in column]
        first = column[0]
        match places[0], places[1]:
            case (0, int() as at), _ if places == [(i, at) for i in range(len(column))]:
                return first
            case None, None if all(name == first for name in column):
                return first
            case None, (0, int() as at) if places[1:] == [(i, at) for i in range(len(column) - 1)]:
                key = first, at
                if key not in self.carried:
                    self.carried[key] = self.b.fresh(first.hint, self.b.kind(first))
                return self.carried[key]
            case None, None if all(place is None for place in places):
                return self.taken.setdefault(tuple(column), first)
            case _:
                raise _Unlike

    def target(self, group: int, at: int) -> Name:
        (name,) = binds(self.groups[group][at])
        return name

    def value_carried(self, initial: Name, at: int, inner: Name) -> Carried:
        return Carried(inner, initial, self.target(0, at), self.target(-1, at))

    # -- lists -------------------------------------------------------------------------------

    def log_taken(self, plan: _Plan) -> _Log:
        """The groups read what has been taken from a list just before, and all of that."""
        place = {name: (i, names[0]) for names in self.taken for i, name in enumerate(names)}
        for stmt in plan.before:
            match stmt:
                case Unpack(targets, None, Name() as value) if set(targets) == set(place):
                    log = _popped_from(value, plan.before)
                    unread = not any(
                        n in place or n == value
                        for s in (*plan.before, *plan.after)
                        if s is not stmt
                        for n in (x for inner in statements((s,)) for x in reads(inner))
                    )
                    if log is not None and unread and self.finder.uses[log] == 2:
                        plan.before = [
                            s for s in plan.before if s is not stmt and value not in binds(s)
                        ]
                        return _Log(log, tuple(place[name] for name in targets))
                case _:
                    pass
        raise _Unlike

    def read_outside(self, plan: _Plan) -> set[Name]:
        """What is read of the groups elsewhere, but for what comes out of the last one."""
        inside = Counter(n for group in self.groups for s in group for n in reads(s))
        results = {value.result for value in plan.carried}
        return {
            name
            for name in self.where
            if self.finder.uses[name] > inside[name] and name not in results
        }

    def log_kept(self, plan: _Plan, left: set[Name]) -> _Log:
        """The groups' values are put on a list behind them, all at once, and nothing else is."""
        for stmt in plan.after:
            match stmt:
                case Assign(target, Op("tuple", args)) if set(args) == left and len(left) == len(
                    args
                ):
                    names = [arg for arg in args if isinstance(arg, Name)]
                    log = _appended_to(target, plan.after)
                    elsewhere = any(
                        left.intersection(reads(inner))
                        for s in plan.after
                        if s is not stmt
                        for inner in statements((s,))
                    )
                    if log is None or elsewhere or self.finder.uses[log] != 2:
                        raise _Unlike
                    plan.after = [s for s in plan.after if s is not stmt and target not in reads(s)]
                    items = [(self.where[n][0], self.target(0, self.where[n][1])) for n in names]
                    return _Log(log, tuple(items))
                case _:
                    pass
        raise _Unlike


def _is_slice(stmt: Stmt) -> bool:
    return isinstance(stmt, Assign) and isinstance(stmt.expr, Op) and stmt.expr.op == "slice"


def _rebuilt(expr: Expr, made: Iterator[Operand]) -> Expr:
    """The expression with other operands, in the order of `read_operands`."""
    match expr:
        case Op(op, args):
            return Op(op, tuple(next(made) for _ in args))
        case Attr(_, attr):
            return Attr(next(made), attr)
        case Call(_, args, kwargs):
            func = next(made)
            given = tuple(next(made) for _ in args)
            return Call(func, given, tuple((key, next(made)) for key, _ in kwargs))
        case MethodCall(_, method, args, kwargs):
            value = next(made)
            given = tuple(next(made) for _ in args)
            return MethodCall(value, method, given, tuple((key, next(made)) for key, _ in kwargs))
        case _:
            raise _Unlike


def _popped_from(value: Name, block: Sequence[Stmt]) -> Name | None:
    for stmt in block:
        match stmt:
            case Assign(target, MethodCall(Name() as log, "pop", ())) if target == value:
                return log
            case _:
                pass
    return None


def _appended_to(value: Name, block: Sequence[Stmt]) -> Name | None:
    for stmt in block:
        match stmt:
            case Assign(_, MethodCall(Name() as log, "append", (item,))) if item == value:
                return log
            case _:
                pass
    return None


def _has_other_half(plan: _Plan, plans: Collection[_Plan]) -> bool:
    """Is what the groups keep taken one by one, and in the other order, by groups that are put together as well?"""
    if plan.kept is None and plan.taken is None:
        return True
    if plan.kept is not None and plan.taken is not None:
        return False
    return any(
        _are_halves(*((plan, other) if plan.kept is not None else (other, plan))) for other in plans
    )


def _are_halves(keeping: _Plan, taking: _Plan) -> bool:
    kept, taken = keeping.kept, taking.taken
    if kept is None or taken is None or kept.list_ != taken.list_:
        return False
    if keeping.count != taking.count or len(kept.items) != len(taken.items):
        return False
    pairs = {(mine, its) for (_, mine), (_, its) in zip(kept.items, taken.items)}
    ordered = all(
        group == keeping.count - 1 - other
        for (group, _), (other, _) in zip(kept.items, taken.items)
    )
    values = {mine for mine, _ in pairs}
    return ordered and len(pairs) == len(values) == len({its for _, its in pairs}) == (
        len(kept.items) // keeping.count
    )


# -- the loop ------------------------------------------------------------------------------------


def _with_loop(plan: _Plan, b: Any) -> Block:
    origin = plan.body[0].origin
    made, offsets = _counted(plan.bounds)
    counters = tuple(b.fresh(COUNTERS[i], Py(int)) for i in range(len(made)))
    several = Tuple((Py(int),) * len(made))
    before, rows = list(plan.before), list[Operand]()
    for turn in range(plan.count):
        numbers = tuple(Const(values[turn]) for values in made)
        rows.append(numbers[0])
        if len(made) > 1:
            row = b.fresh("t", several)
            before.append(Assign(row, Op("tuple", numbers), origin))
            rows[-1] = row
    target = counters[0] if len(made) == 1 else b.fresh("t", several)
    items = b.fresh("t", Tuple((b.kind(target),) * plan.count))
    before.append(Assign(items, Op("tuple", tuple(rows)), origin))
    body: list[Stmt] = []
    if len(made) > 1:
        body.append(Unpack(counters, None, target, origin))
    body += [] if plan.taken is None else _taking(plan.taken, plan.count, b, origin)
    same: dict[Name, Operand] = {}
    for name, (counter, offset) in offsets.items():
        same[name] = counters[counter]
        if offset:
            op = "add" if offset > 0 else "sub"
            same[name] = name
            body.append(Assign(name, Op(op, (counters[counter], Const(abs(offset)))), origin))
    body += [substitute(stmt, same) for stmt in plan.body]
    body += [] if plan.kept is None else _keeping(plan.kept, plan.count, b, origin)
    loop = For(target, items, tuple(plan.carried), tuple(body), None, origin)
    return (*before, loop, *plan.after)


def _counted(
    bounds: Sequence[tuple[Name, tuple[int, ...]]],
) -> tuple[list[tuple[int, ...]], dict[Name, tuple[int, int]]]:
    """The numbers that the loop counts, and each bound as one of them with what is added to it.

    Of bounds that differ by a constant the most frequent is counted.
    """
    shapes: dict[tuple[int, ...], Counter[int]] = {}
    for _, values in bounds:
        shape = tuple(value - values[0] for value in values)
        shapes.setdefault(shape, Counter())[values[0]] += 1
    if len(shapes) > len(COUNTERS):
        raise _Unlike
    starts = {shape: found.most_common(1)[0][0] for shape, found in shapes.items()}
    made = [tuple(starts[shape] + step for step in shape) for shape in starts]
    places = {shape: i for i, shape in enumerate(starts)}
    offsets = {}
    for name, values in bounds:
        shape = tuple(value - values[0] for value in values)
        offsets[name] = places[shape], values[0] - starts[shape]
    return made, offsets


def _taking(log: _Log, count: int, b: Any, origin: Origin) -> list[Stmt]:
    names = tuple(name for _, name in log.items[: len(log.items) // count])
    taken = MethodCall(log.list_, "pop", ())
    if len(names) == 1:
        return [Assign(names[0], taken, origin)]
    value = b.fresh("t", Tuple(tuple(map(b.kind, names))))
    return [Assign(value, taken, origin), Unpack(names, None, value, origin)]


def _keeping(log: _Log, count: int, b: Any, origin: Origin) -> list[Stmt]:
    names = tuple(name for _, name in log.items[: len(log.items) // count])
    made: list[Stmt] = []
    item = names[0]
    if len(names) > 1:
        item = b.fresh("t", Tuple(tuple(map(b.kind, names))))
        made.append(Assign(item, Op("tuple", names), origin))
    put = MethodCall(log.list_, "append", (item,))
    return [*made, Assign(b.fresh("_", NoneKind()), put, origin)]

"""Numbers that the forward sweep keeps are not computed again, and what nobody reads is not kept.

    for _ in range(n):                        for _ in range(n):
        s = math.sin(x)                           s = math.sin(x)
        saved.append((x, s))          ->          saved.append(s)
        ...                                       ...
    for x, s in reversed(saved):              for s in reversed(saved):
        a_bar += x_bar * math.sin(x)              a_bar += x_bar * s

Each entry of the list holds values of one turn, so what was computed there from some of them equals what
would be computed from them here.  Numbers only: an array may have been written in the meantime.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

from sourcead.ir.kinds import Kind, Np, Py
from sourcead.ir.nodes import (
    Assign,
    Block,
    Call,
    Const,
    Expr,
    For,
    Function,
    MethodCall,
    Name,
    Op,
    Operand,
    Ref,
    Stmt,
    Unpack,
    While,
)
from sourcead.ir.uses import use_counts
from sourcead.ir.walk import blocks, map_blocks, map_expr, statements, substitute

__all__ = ["Log", "kept", "logs", "measured", "shorter", "without_twins"]

OPERATORS = frozenset({"add", "sub", "mul", "truediv", "pow", "neg"})


@dataclass(frozen=True)
class Log:
    """A list of tuples: each is appended at one place, and taken apart at one other."""

    name: Name
    entry: Name  # the tuple that is appended
    values: tuple[Operand, ...]
    turn: Block  # in which it is appended
    taken: Unpack


def kept(function: Function, kinds: dict[Name, Kind]) -> Function:
    for log in list(logs(function)):
        same = dict(_known(log, function, kinds))
        if same:
            function = substitute(_without(function, set(same)), same)
    return _of_what_is_read(function)


def without_twins(function: Function) -> Function:
    """What is kept under two names is kept once: `saved.append((t, t))` becomes `saved.append(t)`."""
    twins = {name: first for log in logs(function) for name, first in _twins(log)}
    return _of_what_is_read(substitute(function, twins)) if twins else function


def _of_what_is_read(function: Function) -> Function:
    uses = use_counts(function)
    for log in list(logs(function)):
        if not all(uses[target] for target in log.taken.targets):
            function = shorter(function, log, uses)
    return function


# -- the lists -------------------------------------------------------------------------------


def logs(function: Function) -> Iterator[Log]:
    lists = {
        s.target
        for s in statements(function.body)
        if isinstance(s, Assign) and isinstance(s.expr, Op) and s.expr.op == "list"
        if not s.expr.args
    }
    if not lists:
        return
    uses = use_counts(function) - measured(function)
    unpacked = {s.value: s for s in statements(function.body) if isinstance(s, Unpack)}
    takers = dict(_takers(function, unpacked))
    for turn in _turns(function.body):
        made = {s.target: s.expr for s in turn if isinstance(s, Assign)}
        for stmt in turn:
            match stmt:
                case Assign(_, MethodCall(Name() as log, "append", (Name() as entry,))) if (
                    log in lists and uses[log] == 2 and uses[entry] == 1 and log in takers
                ):
                    match made.get(entry):
                        case Op("tuple", values) if len(values) == len(takers[log].targets):
                            yield Log(log, entry, values, turn, takers[log])


def measured(function: Function) -> Counter[Name]:
    """How often the length of each is asked for."""
    found: Counter[Name] = Counter()
    for stmt in statements(function.body):
        match stmt:
            case Assign(_, Call(Ref(value=called), (Name() as measured,), ())) if called is len:
                found[measured] += 1
            case _:
                pass
    return found


def _turns(block: Block) -> Iterator[Block]:
    """The bodies of loops."""
    for stmt in block:
        if isinstance(stmt, (For, While)):
            yield stmt.body
        for inner in blocks(stmt):
            yield from _turns(inner)


def _takers(function: Function, unpacked: dict[Operand, Unpack]) -> Iterator[tuple[Name, Unpack]]:
    """Where a list's entries are taken apart: in a loop over it, or behind a `pop`."""
    backwards: dict[Name, Name] = {}
    for stmt in statements(function.body):
        if isinstance(stmt, Assign) and isinstance(stmt.expr, Op):
            continue
        match stmt:
            case Assign(target, Call(Ref(value=func), (Name() as log,), ())) if func is reversed:
                backwards[target] = log
            case For(target, Name() as items) if items in backwards and target in unpacked:
                yield backwards[items], unpacked[target]
            case Assign(target, MethodCall(Name() as log, "pop", ())) if target in unpacked:
                yield log, unpacked[target]


# -- kept twice --------------------------------------------------------------------------------------


def _twins(log: Log) -> Iterator[tuple[Name, Name]]:
    """Names of the reverse sweep for a value that an earlier one has too."""
    first: dict[Operand, Name] = {}
    for value, target in zip(log.values, log.taken.targets):
        if value in first:
            yield target, first[value]
        else:
            first[value] = target


# -- computed again --------------------------------------------------------------------------


def _known(log: Log, function: Function, kinds: dict[Name, Kind]) -> Iterator[tuple[Name, Operand]]:
    """Names of the reverse sweep, each with the kept number that it equals."""
    in_turn = dict(zip(log.taken.targets, log.values))
    known: dict[Expr, Name] = {}
    for target, value in in_turn.items():
        made = next((s for s in log.turn if isinstance(s, Assign) and s.target == value), None)
        if made is not None and _is_number(made.expr, made.target, kinds):
            known.setdefault(made.expr, target)
    if not known:
        return
    # a name that the turn makes anew means another thing here, unless it is kept
    for block in _blocks(function.body):
        if log.taken not in block:
            continue
        for stmt in block[block.index(log.taken) :]:
            if isinstance(stmt, Assign) and _is_number(stmt.expr, stmt.target, kinds):
                forward = map_expr(stmt.expr, lambda o: in_turn.get(o, o))  # type: ignore[arg-type]
                if forward != stmt.expr and forward in known:
                    yield stmt.target, known[forward]


def _blocks(block: Block) -> Iterator[Block]:
    yield block
    for stmt in block:
        for inner in blocks(stmt):
            yield from _blocks(inner)


def _is_number(expr: Expr, target: Name, kinds: dict[Name, Kind]) -> bool:
    """A number that depends on nothing but numbers?"""
    match expr:
        case Op(op, args):
            pure = op in OPERATORS
        case Call(Ref(path, live=False), args, ()):
            pure = path.startswith("math.")
        case _:
            return False
    return (
        pure
        and isinstance(kinds.get(target), (Py, Np))
        and all(
            isinstance(a, Const) or (isinstance(a, Name) and isinstance(kinds.get(a), (Py, Np)))
            for a in args
        )
    )


def _without(function: Function, dropped: set[Name]) -> Function:
    def block(old: Block) -> Block:
        return tuple(
            map_blocks(s, block) for s in old if not (isinstance(s, Assign) and s.target in dropped)
        )

    return replace(function, body=block(function.body))


# -- not read --------------------------------------------------------------------------------


def shorter(function: Function, log: Log, uses: Counter[Name]) -> Function:
    """Without the places of the tuples that nobody reads; one of them stays, to count the turns."""
    places = [i for i, target in enumerate(log.taken.targets) if uses[target]] or [0]
    values = tuple(log.values[i] for i in places)
    targets = tuple(log.taken.targets[i] for i in places)
    alone = len(places) == 1

    def stmts(stmt: Stmt) -> list[Stmt]:
        match stmt:
            case Assign(target) if target == log.entry:
                return [] if alone else [replace(stmt, expr=Op("tuple", values))]
            case Assign(_, MethodCall(_, "append", (entry,))) if alone and entry == log.entry:
                assert isinstance(stmt.expr, MethodCall)
                return [replace(stmt, expr=replace(stmt.expr, args=(values[0],)))]
            case Unpack() if stmt == log.taken:
                return [] if alone else [replace(stmt, targets=targets)]
            case For(target) if alone and target == log.taken.value:
                return [replace(stmt, target=targets[0], body=block(stmt.body))]
            case Assign(target) if alone and target == log.taken.value:
                return [replace(stmt, target=targets[0])]
            case _:
                return [map_blocks(stmt, block)]

    def block(old: Block) -> Block:
        return tuple(new for stmt in old for new in stmts(stmt))

    return replace(function, body=block(function.body))

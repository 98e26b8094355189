"""Which indices are written out wherever they are used, since they have no identity that matters?

    t = i - 1
    t_1 = (t, slice(1, n))        ->       y = x[i - 1, 1:n]
    y = x[t_1]                             x_bar[i - 1, 1:n] += y_bar
    x_bar[t_1] += y_bar

Slices and tuples of constants and of variables assigned once, places beside a counter's, and bounds: of slices and
ranges, what is computed from a variable assigned once and a constant.
"""

from __future__ import annotations

from collections import Counter

from sourcead.emit.names import Variables
from sourcead.ir.nodes import (
    Assign,
    Call,
    Const,
    Delete,
    Expr,
    For,
    Function,
    Name,
    Op,
    Operand,
    Ref,
    Store,
)
from sourcead.ir.walk import statements

__all__ = ["repeatable_indices"]


def repeatable_indices(
    function: Function, total: Counter[Name], variables: Variables
) -> dict[Name, Expr]:
    """Slices, index tuples and places beside a counter's, read as indices or as bounds of loops only.

    They mean the same wherever they are written.  `total`: how often each name is read (`count_uses`).
    """
    candidates: dict[Name, Op] = {}
    bounds: set[Operand] = set()
    counters = _counters(function)
    for stmt in statements(function.body):
        if not (isinstance(stmt, Assign) and isinstance(stmt.expr, Op)):
            continue
        target, expr = stmt.target, stmt.expr
        if expr.op in ("slice", "tuple"):
            if all(_is_lasting(arg, candidates, variables) for arg in expr.args):
                candidates[target] = expr
        elif expr.op in ("add", "sub", "mul") and _is_of_one(expr.args, variables):
            candidates[target] = expr
            if expr.op == "mul" or expr.args[0] not in counters:
                bounds.add(target)
    if not candidates:
        return {}
    indices = _index_uses(function, candidates, bounds)
    kept = {name: expr for name, expr in candidates.items() if indices[name] == total[name]}
    while True:
        # a tuple whose parts are needed as values reads them where it stands
        parts = {name for name in candidates if name not in kept}
        lost = [name for name, expr in kept.items() if parts.intersection(expr.args)]
        if not lost:
            return dict(kept)
        for name in lost:
            del kept[name]


def _counters(function: Function) -> set[Name]:
    """The targets of loops over ranges: integers."""
    made: dict[Operand, Expr] = {}
    found: set[Name] = set()
    for stmt in statements(function.body):
        match stmt:
            case Assign():
                made[stmt.target] = stmt.expr
            case For(target, items):
                match made.get(items):
                    case Call(Ref(value=function_), (turns,)) if function_ is reversed:
                        items = turns if isinstance(turns, Name) else items
                    case _:
                        pass
                match made.get(items):
                    case Call(Ref(value=function_)) if function_ is range:
                        found.add(target)
                    case _:
                        pass
            case _:
                pass
    return found


def _is_lasting(arg: object, candidates: dict[Name, Op], variables: Variables) -> bool:
    if isinstance(arg, Name):
        variable = variables.variable.get(arg)  # none has what is printed inside a choice
        once = variable is not None and len(variables.members[variable]) == 1
        return once or arg in candidates
    return isinstance(arg, Const)


def _is_of_one(args: tuple[Operand, ...], variables: Variables) -> bool:
    """An integer constant and a variable assigned once."""
    names = [a for a in args if isinstance(a, Name)]
    others = [a for a in args if isinstance(a, Const) and type(a.value) is int]
    return len(names) == len(others) == 1 and _is_lasting(names[0], {}, variables)


def _index_uses(
    function: Function, candidates: dict[Name, Op], bounds: set[Operand]
) -> Counter[Name]:
    """`bounds`: names that are looked for in slices and ranges only."""
    uses: Counter[Name] = Counter()
    for stmt in statements(function.body):
        match stmt:
            case Assign(_, Op("getitem", (_, Name() as index))) if index not in bounds:
                uses[index] += 1
            case Store(_, Name() as index) | Delete(_, Name() as index) if index not in bounds:
                uses[index] += 1
            case Assign(_, Call(Ref(value=called), args)) if called is range:
                uses.update(arg for arg in args if isinstance(arg, Name))
            case Assign(target, Op("tuple" | "slice", args)) if target in candidates:
                uses.update(arg for arg in args if isinstance(arg, Name))
            case _:
                pass
    return uses

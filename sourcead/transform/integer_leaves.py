"""Do integers in a structured argument reach the result as numbers?  Then their adjoint is not None.

A structure that is differentiated may hold counts, indices and options beside its floats: they have no
derivative, and None stands for them.  One that the result is computed from has one, which an integer
cannot carry: `[0.7, 2]` in `v[0] * v[1]`.  The exponent of a power counts as a count.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from sourcead.errors import IntegerArgument
from sourcead.ir.kinds import Array, Dict, Kind, List, Np, Object, Py, Tuple, carries, dtype_of
from sourcead.ir.nodes import (
    Assign,
    Attr,
    Call,
    For,
    If,
    MethodCall,
    Name,
    Op,
    Operand,
    Ref,
    Stmt,
    Unpack,
    While,
)
from sourcead.ir.walk import statements
from sourcead.rules import registry
from sourcead.transform.activity import find_useful
from sourcead.transform.heap import ITEM
from sourcead.transform.specialise import Specialised

__all__ = ["refuse_integer_leaves"]

ARITHMETIC = frozenset({
    "add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul", "neg", "pos",
    "iadd", "isub", "imul", "itruediv", "imod", "imatmul",
})  # fmt: skip
SUMMARIES = (
    float, complex, sum, max, min, math.fsum, np.sum, np.mean, np.prod, np.max, np.min,
    np.array, np.asarray,
)  # fmt: skip


def refuse_integer_leaves(done: Specialised, kinds: Sequence[Kind], wrt: Sequence[int]) -> None:
    """Refuse a program that computes its result from an integer inside a differentiated argument."""
    params = [done.function.params[i].name for i in wrt if _holds_integer(kinds[i])]
    if not params:
        return
    heap = done.builder.heap
    useful = find_useful(done.function.body, done.result, heap, done.kinds, done.builder.formula_of)
    read = _read_integers(done, params)
    for stmt, leaf in _numbers(done, read):
        if stmt.target in useful and carries(done.kinds[stmt.target]):
            raise IntegerArgument.at(
                done.function.origin,
                f"an integer in the argument `{read[leaf]}` reaches the result as a number "
                f"(in line {stmt.origin.line}: `{stmt.origin.text}`)",
                "pass a float there (2.0 instead of 2), so that it has a derivative",
            )


def _holds_integer(kind: Kind) -> bool:
    match kind:
        case Tuple(items):
            return any(_is_integer(k) or _holds_integer(k) for k in items)
        case List(item, _, items):
            return any(_is_integer(k) or _holds_integer(k) for k in items or (item,))
        case Dict(_, _, fields) | Object(_, _, fields):
            return any(_is_integer(k) or _holds_integer(k) for _, k in fields or ())
        case _:
            return False


def _is_integer(kind: Kind) -> bool:
    """An integer, or array of integers; or an element of a list in which they stand among floats."""
    if not isinstance(kind, (Py, Np, Array)):
        return False
    if isinstance(kind, Py) and not kind.exact:
        return True
    dtype = dtype_of(kind)
    return dtype is not None and dtype.kind in "iu"


# -- where they are read -----------------------------------------------------------------------------


def _read_integers(done: Specialised, params: Sequence[Name]) -> dict[Name, str]:
    """Names of integers that are read out of these arguments, and of which argument."""
    inside = {p: p.hint for p in params}  # names of the arguments, and of structures in them
    found = {p: p.hint for p in params if _lists_integers(done, done.kinds[p])}
    for stmt in statements(done.function.body):
        for target, base in _reads(stmt):
            owner = _owner(done, base, inside, params)
            if owner is None:
                continue
            kind = done.kinds[target]
            if _is_integer(kind) or _lists_integers(done, kind):
                found[target] = owner
            elif isinstance(kind, Tuple):
                inside[target] = owner
    return found


def _lists_integers(done: Specialised, kind: Kind) -> bool:
    if not isinstance(kind, List):
        return False
    heap = done.builder.heap
    slots = [slot for slot in heap.known(kind.site) if slot != ITEM] or [ITEM]
    return any(_is_integer(heap.read(kind.site, slot)) for slot in slots)


def _owner(
    done: Specialised, base: Operand, inside: dict[Name, str], params: Sequence[Name]
) -> str | None:
    """The argument that a structure belongs to."""
    if not isinstance(base, Name):
        return None
    if base in inside:
        return inside[base]
    site = getattr(done.kinds.get(base), "site", "")
    return next((p.hint for p in params if _is_path(site, p.hint)), None)


def _is_path(site: str, root: str) -> bool:
    return site == root or site.startswith((f"{root}[", f"{root}."))


def _reads(stmt: Stmt) -> Iterator[tuple[Name, Operand]]:
    """(what is read, out of what)"""
    match stmt:
        case Assign(target, Op("getitem", (base, _)) | Attr(base)):
            yield target, base
        case Assign(target, MethodCall(base, "get" | "pop")):
            yield target, base
        case Unpack(targets, _, base):
            yield from ((t, base) for t in targets)
        case For(target, base):
            yield target, base
        case _:
            return


# -- what is computed from them ----------------------------------------------------------------------


def _numbers(done: Specialised, read: dict[Name, str]) -> Iterator[tuple[Assign, Name]]:
    """Statements that compute with such an integer, or with what was computed from it as an integer."""
    leaf_of = {name: name for name in read}
    size = -1
    while size != len(leaf_of):
        size = len(leaf_of)
        for stmt in statements(done.function.body):
            for target, source in _moves(stmt):
                if source in leaf_of:
                    leaf_of.setdefault(target, leaf_of[source])
            if not isinstance(stmt, Assign):
                continue
            used = next((o for o in _numeric(stmt.expr) if o in leaf_of), None)
            if isinstance(used, Name):
                if _is_integer(done.kinds.get(stmt.target, Py(float))):
                    leaf_of.setdefault(stmt.target, leaf_of[used])
                yield stmt, leaf_of[used]


def _moves(stmt: Stmt) -> Iterator[tuple[Name, Any]]:
    match stmt:
        case If(merges=merges):
            yield from ((m.target, v) for m in merges for v in (m.then, m.orelse))
        case For(carried=carried) | While(carried=carried):
            for c in carried:
                yield from ((t, v) for t in (c.inner, c.result) for v in (c.initial, c.next))
        case _:
            return


def _numeric(expr: Any) -> Sequence[Any]:
    """The operands whose value the expression's value is computed from, as a number."""
    match expr:
        case Op("pow" | "ipow", (base, _)):
            return (base,)
        case Op(op, args) if op in ARITHMETIC:
            return args
        case Call(Ref(_, function), args) if function in SUMMARIES or _is_elementwise(function):
            return args
        case _:
            return ()


def _is_elementwise(function: Any) -> bool:
    rule = registry.lookup(function)
    return rule is not None and rule.form == "elementwise"

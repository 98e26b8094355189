"""The reverse sweep: adjoint statements for a specialised program, in reverse order.

What comes out is the sweep as if every value of the forward sweep were still at hand: it reads
primal names directly, runs reversed loops whose items are not decided yet, and marks with `undo(k)`
the places where the k-th in-place write may have to be taken back.  `assemble.py` finds out what must
be saved, recomputed or undone for that to be true, and puts the two sweeps together.
"""

from __future__ import annotations

import numpy as np

from sourcead.ir.kinds import Array, Dict, List, Object, Tuple
from sourcead.ir.never import assert_never
from sourcead.ir.nodes import (
    Assign,
    Attr,
    Block,
    Call,
    Const,
    Delete,
    Expr,
    For,
    If,
    MakeFunction,
    MethodCall,
    Name,
    Op,
    Operand,
    Raise,
    Ref,
    Star,
    Stmt,
    Store,
    StoreAttr,
    StoreVariable,
    Try,
    Unpack,
    While,
    With,
)
from sourcead.ir.walk import goes_on, operands
from sourcead.rules import registry
from sourcead.transform.builder import Val, Virtual
from sourcead.transform.effects import function_of, makes_namedtuple, tuple_items, written_arguments
from sourcead.transform.halves import Half
from sourcead.transform.heap import ITEM
from sourcead.transform.operations import OPERATORS
from sourcead.transform.refusals import check_attempt, check_passive, check_written
from sourcead.transform.reverse.branches import branch, tuple_item
from sourcead.transform.reverse.calls import apply_rule
from sourcead.transform.reverse.hooks import hook
from sourcead.transform.reverse.lists import list_item, list_method, made_list
from sourcead.transform.reverse.loops import loop
from sourcead.transform.reverse.shared_lists import delete
from sourcead.transform.reverse.slots import (
    dict_item,
    field,
    made_structure,
    record_adjoint,
    slot_store,
)
from sourcead.transform.reverse.state import State
from sourcead.transform.reverse.stores import read_array, store, sum_at
from sourcead.transform.reverse.unit_calls import half_adjoint, writing_adjoint
from sourcead.transform.rule_calls import ZERO

__all__ = ["reverse_sweep"]


def reverse_sweep(s: State, block: Block) -> None:
    """Write the adjoint statements of a block."""
    for stmt in block:
        if not isinstance(stmt, Assign) or not s.is_built(stmt.target):
            continue
        if isinstance(stmt.expr, Op) and stmt.expr.op == "getitem":
            continue  # of a list: its adjoints are opened where the outer list's are
        if s.adj.list_adjoint(stmt.target) is None:
            with s.b.at(stmt.origin.of_sweep("reverse")):
                s.adj.open_list(stmt.target)
    for stmt in reversed(block):
        with s.b.at(stmt.origin.of_sweep("reverse")):
            _statement(s, stmt)


def _statement(s: State, stmt: Stmt) -> None:
    match stmt:
        case Assign():
            _assign(s, stmt)
        case Store():
            s.mark(stmt, stmt.base)
            store(s, stmt)
        case If():
            branch(s, stmt, lambda block: reverse_sweep(s, block))
        case For() | While():
            loop(s, stmt, lambda block: reverse_sweep(s, block))
        case With():
            reverse_sweep(s, stmt.body)
        case StoreAttr(base, attr, value, op) if isinstance(s.kind(base), Object):
            if s.is_active(base):
                slot_store(s, base, Const(attr), value, op)
        case Delete(Name() as base, index) if (
            index is not None
            and isinstance(s.kind(base), (List, Dict))
            and s.is_in_table(base)
            and s.is_active(base)
        ):
            delete(s, base, index)
        case Unpack() | Delete() | StoreAttr() | StoreVariable():
            check_passive(s.b, s.is_active, stmt)
            if isinstance(stmt, (Delete, StoreAttr)):
                s.mark(stmt, stmt.base)
        case Raise():
            return
        case Try():
            _attempt(s, stmt)
        case _:
            assert_never(stmt)


def _attempt(s: State, stmt: Try) -> None:
    check_attempt(s.b, s.is_active, stmt)
    if goes_on(stmt):
        return
    for target, leaf in zip(stmt.targets, stmt.leaves):
        s.adj.contribute(leaf, s.adj.take(target))
    reverse_sweep(s, stmt.final)
    reverse_sweep(s, stmt.orelse)
    reverse_sweep(s, stmt.body)


# -- assignments -----------------------------------------------------------------------------


def _assign(s: State, stmt: Assign) -> None:
    target, expr = stmt.target, stmt.expr
    if hook(s, expr):
        return
    match expr:
        case Call(
            Ref(_, setter), (Name() as base, Const() as attr, Name() | Const() | Ref() as value)
        ) if setter is object.__setattr__:
            if s.is_active(base):
                slot_store(s, base, attr, value, None)
            return
        case Call(Ref(_, Half() as half), args) if half.unit.writes:
            writing_adjoint(s, stmt, half, [a for a in args if not isinstance(a, Star)])
            return
        case Call() | MethodCall():
            if _call(s, stmt, expr):
                return
        case _:
            pass
    if made_list(s, target, expr, _expression) or made_structure(s, target, expr):
        return
    if s.structures.is_dynamic(target):
        _unmake(s, target, expr)
        return
    if not s.is_active(target) or target in s.at.views:
        return
    if s.adj.is_dynamic(target):
        if not _is_reference(s, expr):  # what is taken out of a container stays with its memory
            seed = s.adj.table.take_memory(target, _source_of(s, target, expr))
            _expression(s, target, expr, seed, owned=False)
        return
    kind = s.kind(target)
    found: Val
    if isinstance(kind, Object):
        found, owned = record_adjoint(s, target, kind), False
    elif isinstance(kind, Tuple) and isinstance(expr, (Call, MethodCall)) and _makes(expr):
        found, owned = s.adj.take_made(target), False
        _refuse_views(s, target, expr)
    else:
        found, owned = s.adj.take_owned(target)
    if found != ZERO:
        _expression(s, target, expr, found, owned)


def _unmake(s: State, target: Name, expr: Expr) -> None:
    """A container whose adjoints are found by identity; of a reference to one, they stay with it."""
    if not s.is_active(target) or _is_reference(s, expr):
        return
    if isinstance(s.kind(target), Dict) and isinstance(expr, Call):
        return  # of a class of `collections`: what it is made with carries no derivative
    if not isinstance(s.kind(target), List) or not isinstance(expr, (Call, MethodCall)):
        s.b.refuse(
            "a container that carries derivatives is made here", "use a display or a comprehension"
        )
    made = s.adj.table.take("take_values", s.kind(target), target, Const(_depth(s, target)))
    _expression(s, target, expr, made, owned=False)


def _depth(s: State, made: Name) -> int:
    """How many lists lie in each other in what a rule made."""
    depth, kind = 0, s.kind(made)
    while isinstance(kind, List):
        depth, kind = depth + 1, s.b.heap.read(kind.site, ITEM)
    return depth


def _call(s: State, stmt: Assign, expr: Call | MethodCall) -> bool:
    """Calls that are reversed by what they do to storage; False where the result's adjoint goes on."""
    written = written_arguments(expr, s.b.kinds)
    if written:
        s.mark(stmt, *written)
        if sum_at(s, expr):
            return True
        check_written(s.b, s.is_active, expr, written)
    if isinstance(expr, MethodCall):
        if list_method(s, stmt.target, expr):
            return True
        if isinstance(s.kind(expr.value), Dict) and s.is_active(expr.value):
            if expr.method in ("keys", "values", "items"):
                return True  # a view: what is seen through it is read out of the dict
            if expr.method == "move_to_end":
                return True  # adjoints are found by their keys
            s.b.refuse(f"`{expr.method}` of a dict that carries derivatives", "use indexing")
    return False


OVERLAPPING: dict[object, str] = {
    np.broadcast_to: "broadcast",
    np.lib.stride_tricks.sliding_window_view: "sliding window",
    np.lib.stride_tricks.as_strided: "strided",
}
"""Views that show an element several times: an adjoint for each, which is no view of the adjoint of the array."""


def _source_of(s: State, target: Name, expr: Expr) -> Name | None:
    """What an array of which it is open whether it is a view may be a view of."""
    made_by = OVERLAPPING.get(function_of(expr, s.b.kinds))
    if made_by is not None:
        s.b.refuse(f"an array is written while a {made_by} view of it is in use", "copy it first")
    if target not in s.at.maybe:
        return None
    source = next((o for o in operands(expr) if isinstance(o, Name)), None)
    return (
        source if s.adj.is_dynamic(source) else None
    )  # the adjoint of another one is not in the table


def _refuse_views(s: State, target: Name, expr: Call | MethodCall) -> None:
    """Of several arrays that a call made, and that may be views, each would take the adjoint of the whole."""
    function = function_of(expr, s.b.kinds)
    rule = registry.lookup(function)
    copies = function is np.meshgrid and all(key != "copy" for key, _ in expr.kwargs)
    if rule is None or rule.effects.returns == "fresh" or copies:
        return
    if any(map(s.adj.is_dynamic, s.adj.arrays_of(target))):
        s.b.refuse(
            f"an array is written while a view of it that `{rule.name}` made may be in use",
            "copy it first",
        )


def _makes(expr: Expr) -> bool:
    """Is it a call that makes what it returns?"""
    if not isinstance(expr, (Call, MethodCall)) or tuple_items(expr) is not None:
        return False
    return not (isinstance(expr, MethodCall) and expr.method in ("pop", "get", "setdefault"))


def _is_reference(s: State, expr: Expr) -> bool:
    """Does `expr` take a reference out of a container, without making anything?"""
    match expr:
        case Op("copy"):
            return True
        case Op("getitem", (base, _)) | Attr(base) | MethodCall(base, "pop" | "get" | "setdefault"):
            return isinstance(s.kind(base), (List, Dict, Object, Tuple))
        case _:
            return False


def _expression(s: State, target: Name, expr: Expr, seed: Val, owned: bool) -> None:
    """`seed`, the adjoint of `target`, goes to what `expr` reads."""
    if s.b.is_made_in_callee(target):
        return  # of what carries no derivative; what was stored there has had its share
    if isinstance(expr, Op) and expr.op in OPERATORS:  # as most
        apply_rule(s, OPERATORS[expr.op], target, expr.args, (), seed, owned=owned)
        return
    match expr:
        case Op("getitem", (Name() as base, Const(key))) if (
            target in s.b.entry_reads and not s.structures.is_dynamic(base)
        ):
            s.adj.contribute_part(base, key, seed)
        case Op("getitem", (base, index)):
            _getitem(s, base, index, seed)
        case Op("tuple" | "list", items):
            s.adj.contribute(Virtual(items), seed)
        case Op("copy", (value,)):
            s.adj.contribute(value, seed)
        case Attr(value, attr) if isinstance(s.kind(value), Object):
            field(s, target, value, attr, seed)
        case Attr(value, attr):
            function = function_of(expr, s.b.kinds)
            apply_rule(s, function, target, [value], (), seed, label=attr, owned=owned)
        case Call(Ref(_, cls), items) if makes_namedtuple(cls):
            s.adj.contribute(Virtual(items), seed)  # type: ignore[arg-type]  # no stars
        case Call(Ref(_, Half() as half), args):
            half_adjoint(s, target, half, [a for a in args if not isinstance(a, Star)], seed)
        case Call(func, args, kwargs):
            function = function_of(expr, s.b.kinds)
            apply_rule(s, function, target, args, kwargs, seed, label=str(func), owned=owned)
        case MethodCall(value, method, args, kwargs):
            function = function_of(expr, s.b.kinds)
            given = [value, *args]
            apply_rule(s, function, target, given, kwargs, seed, label=method, owned=owned)
        case MakeFunction() | Op():
            s.b.refuse(
                "an operation without a derivative rule carries a derivative", "see docs/rules.md"
            )
        case _:
            assert_never(expr)


def _getitem(s: State, base: Operand, index: Operand, seed: Val) -> None:
    """Reading an item: its adjoint goes to the same place of the base's."""
    if not isinstance(base, Name) or not s.is_active(base):
        return
    match s.kind(base):
        case Tuple(items) if isinstance(index, Const):
            s.adj.contribute_part(base, index.value % len(items), seed)
        case Tuple(items):
            tuple_item(s, base, len(items), index, seed)
        case List():
            list_item(s, base, index, seed)
        case Dict():
            dict_item(s, base, index, seed)
        case Array():
            read_array(s, base, index, seed)
        case _:
            s.b.refuse("an element of a container carries a derivative", "use an array or a tuple")

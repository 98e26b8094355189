"""Branches that the kinds do not decide: both are written, and what they leave is merged.

    if x > 0:                     if x > 0:
        pair = (x, 1.0)      ->       (nothing)
    else:                         else:
        pair = (-x, 2.0)              t = -x
                                  merge pair_0 = x | t, pair_1 = 1.0 | 2.0

Tuples are merged item by item and stay virtual; slots of containers are merged like variables.  Of two
lists it is decided while running which one the name stands for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from sourcead.ir.kinds import List, NoneKind, Py, Unknown, join
from sourcead.ir.nodes import (
    UNDEFINED,
    Block,
    Call,
    Const,
    If,
    Merge,
    Name,
    Operand,
    Ref,
    Stmt,
    Undefined,
)
from sourcead.ir.walk import binds, statements
from sourcead.transform.builder import Val, Virtual
from sourcead.transform.memory import Contents, Key
from sourcead.transform.specialise.absent import MAYBE, by_test, is_maybe, maybe_parts, told
from sourcead.transform.specialise.context import Context, Env, Unreached, slot_hint
from sourcead.transform.specialise.each_class import told_class
from sourcead.transform.specialise.either_function import either_function
from sourcead.transform.specialise.flags import close_guards, fails, is_unwinding
from sourcead.transform.specialise.function_objects import convert_held
from sourcead.transform.specialise.keys import key_operand
from sourcead.transform.specialise.whole_lists import read_at

__all__ = ["fork", "branch", "choose", "in_block", "merge", "merge_memory"]


Way = tuple[bool, list[Val]]


def branch(s: Context, statement: If, env: Env) -> bool:
    value = s.value(statement.test, env)
    asked = s.tested(value)
    decided = s.truth(asked)
    if decided is not None:
        taken = statement.then if decided else statement.orelse
        operands = [m.then if decided else m.orelse for m in statement.merges]
        reached = s.run(taken, env, operands)
        env.update((m.target, s.value(o, env)) for m, o in zip(statement.merges, operands))
        return reached
    merges, hints = statement.merges, [m.target.hint for m in statement.merges]

    test = _as_it_is_here(s, s.operand(asked))

    def arm(block: Block, operands: list[Operand]) -> Way:
        inside = dict(env)
        told(s, test, block is statement.then)
        told_class(s, test, block is statement.then)
        reached = s.run(block, inside, operands)
        found = [s.value(o, inside) if reached else UNDEFINED for o in operands]
        return reached, [by_test(v, value, block is statement.then) for v in found]

    reached, values = fork(
        s,
        test,
        lambda: arm(statement.then, [m.then for m in merges]),
        lambda: arm(statement.orelse, [m.orelse for m in merges]),
        hints,
    )
    env.update((m.target, v) for m, v in zip(merges, values))
    return reached


def _as_it_is_here(s: Context, test: Operand) -> Operand:
    """Whether a list has elements, where its derivative asks once more after the list has changed."""
    if s.derivative or not isinstance(test, Name) or not isinstance(s.kind(test), List):
        return test
    here = read_at(s)
    if here in s.copied:
        return s.emit(Call(Ref("bool", bool), (test,)), Py(bool))
    s.list_tests.setdefault(test, set()).add(here)
    return test


def fork(
    s: Context,
    test: Operand,
    then: Callable[[], Way],
    orelse: Callable[[], Way],
    hints: Sequence[str],
) -> Way:
    """Write `if test: then, else: orelse`; each arm says whether its end is reached, and its values there."""
    entry = s.memory.snapshot()
    s.memory.logs.append(set())
    s.forks += 1
    with s.block() as first:
        (then_reached, then_values), then_goes_on = _arm(s, then, len(hints))
    after_then = s.memory.snapshot()
    s.memory.restore(entry)
    with s.block() as second:
        (else_reached, else_values), else_goes_on = _arm(s, orelse, len(hints))
    s.forks -= 1
    stored = s.memory.logs.pop()
    merges: list[Merge] = []
    values = [
        s.merge(hint, a, b, merges, first, second)
        for hint, a, b in zip(hints, then_values, else_values)
    ]
    if then_goes_on and else_goes_on:
        merge_memory(s, after_then, stored, merges, first, second)
    elif else_goes_on:
        bring_out(s, second, first, lambda x: (UNDEFINED, x), merges)
    else:
        s.memory.restore(after_then)
        bring_out(s, first, second, lambda x: (x, UNDEFINED), merges)
    s.add(If(test, tuple(first), tuple(second), tuple(merges), s.origin))
    return then_reached or else_reached, values


def _arm(s: Context, way: Callable[[], Way], count: int) -> tuple[Way, bool]:
    """One arm, and whether anything goes on from it: behind it, or to a handler."""
    depth, present, possible = len(s.open), set(s.present), dict(s.possible)
    try:
        reached, values = way()
    except Unreached:
        reached, values = False, [UNDEFINED] * count
    finally:
        s.present, s.possible = present, possible
    values = close_guards(s, depth, values, reached)
    return (reached, values), reached or is_unwinding(s)


def merge(
    s: Context, hint: str, a: Val, b: Val, merges: list[Merge], then: list[Stmt], orelse: list[Stmt]
) -> Val:
    """One value out of two; tuples are merged item by item and stay virtual."""
    if a == b:
        return a
    maybe = _merged_with_none(s, hint, a, b, merges, then, orelse)
    if maybe is not None:
        return maybe
    left, right = parts(s, a, then), parts(s, b, orelse)
    if isinstance(a, Undefined) and right is not None:
        left = [UNDEFINED] * len(right)
    if isinstance(b, Undefined) and left is not None:
        right = [UNDEFINED] * len(left)
    if left is not None and right is not None and len(left) == len(right):
        items = tuple(
            s.merge(f"{hint}_{i}", x, y, merges, then, orelse)
            for i, (x, y) in enumerate(zip(left, right))
        )
        like = a if isinstance(a, Virtual) else b
        return Virtual(
            items,
            like.form if isinstance(like, Virtual) else "tuple",
            like.cls if isinstance(like, Virtual) else tuple,
        )
    function = either_function(s, hint, a, b, merges, then, orelse)
    if function is not None:
        return function
    kind = s.heap.cover(s.kind(a), s.kind(b))
    varied = s.holds_varied(a) or s.holds_varied(b)
    x, y = s.in_block(a, then), s.in_block(b, orelse)
    if varied and isinstance(kind, Unknown):
        convert_held(s, [a, b])
        s.refuse(
            f"`{hint}` holds a {s.kind(a)} on one branch and a {s.kind(b)} on the other, "
            "and carries a derivative",
            "give it one kind on both branches",
        )
    target = s.fresh(hint, kind, varied)
    s.share(target, x)
    s.share(target, y)
    merges.append(Merge(target, x, y))
    return target


def _merged_with_none(
    s: Context, hint: str, a: Val, b: Val, merges: list[Merge], then: list[Stmt], orelse: list[Stmt]
) -> Val | None:
    """One of two of which one may be None, the other a tuple that varies."""
    tuples = [v for v in (a, b) if isinstance(v, Virtual) and v.form in ("tuple", MAYBE)]
    nones = [v for v in (a, b) if isinstance(s.kind(v), NoneKind)]
    if (
        not tuples
        or not any(map(s.holds_varied, tuples))
        or not (nones or any(map(is_maybe, tuples)))
    ):
        return None
    like = tuples[0]
    count = len(like.items) - is_maybe(like)
    left, right = maybe_parts(s, a, count), maybe_parts(s, b, count)
    if left is None or right is None:
        return None
    hints = [f"has_{hint}", *(f"{hint}_{i}" for i in range(count))]
    items = tuple(
        s.merge(name, x, y, merges, then, orelse) for name, x, y in zip(hints, left, right)
    )
    return Virtual(items, MAYBE, like.cls)


def parts(s: Context, value: Val, block: list[Stmt]) -> list[Val] | None:
    """The items of a tuple; a list stays whole: whoever has it under another name may change it."""
    return None if isinstance(s.kind(value), List) else s.components(value, block)


def choose(
    s: Context,
    func: Name,
    index: Operand,
    options: list[tuple[Any, Val]],
    args: list[Any],
    kwargs: Any,
    hint: str,
) -> Val:
    """The call of one of several functions: `if index == key: ... elif ...`."""
    (key, function), *rest = options
    if isinstance(function, Undefined):
        message = (
            f"cannot access local variable '{func.hint}' where it is not associated with a value"
        )
        fails(s, UnboundLocalError, Const(message))
    if not rest:
        return s.call(function, args, kwargs, hint)
    test = s.operand(s.op("eq", [index, key_operand(key)]))
    _, (found,) = fork(
        s,
        test,
        lambda: (True, [s.call(function, args, kwargs, hint)]),
        lambda: (True, [choose(s, func, index, rest, args, kwargs, hint)]),
        [hint],
    )
    return found


def merge_memory(
    s: Context,
    after_then: dict[Name, Contents],
    stored: set[Key],
    merges: list[Merge],
    then: list[Stmt],
    orelse: list[Stmt],
) -> None:
    """What containers hold behind a branch: slots that it stores to are merged like variables."""
    after_else = s.memory.snapshot()
    merged: dict[Key, Val] = {}
    for name, slot in s.memory.differences(after_then, after_else):
        a, b = after_then[name].slots[slot], after_else[name].slots[slot]
        varied = s.is_varied(a) or s.is_varied(b)
        if UNDEFINED in (a, b) and after_then[name].form == "object":
            continue  # an attribute that may be there: its class says what reading it does
        if (name, slot) in stored and not (
            varied and isinstance(join(s.kind(a), s.kind(b)), Unknown)
        ):
            hint = slot_hint(name, slot)
            merged[name, slot] = s.merge(hint, a, b, merges, then, orelse)
    s.memory.join(after_then, after_else, merged)


def bring_out(
    s: Context,
    arm: list[Stmt],
    other: list[Stmt],
    sides: Callable[[Val], tuple[Val, Val]],
    merges: list[Merge],
) -> None:
    """Nothing goes on from the other arm: what containers hold is what they hold behind this one.

    Names of the arm are not visible behind it, so what is held gets a name by a merge.
    """
    bound = {name for statement in statements(tuple(arm)) for name in binds(statement)}
    moved: dict[Name, Val] = {}

    def out(value: Val, hint: str) -> Val:
        if isinstance(value, Virtual):
            items = tuple(out(item, hint) for item in value.items)
            return value if items == value.items else replace(value, items=items)
        if not isinstance(value, Name) or value not in bound:
            return value
        if value not in moved:
            then, orelse = sides(value)
            blocks = (arm, other) if then == value else (other, arm)
            moved[value] = s.merge(hint, then, orelse, merges, *blocks)
        return moved[value]

    for name, held in list(s.memory.contents.items()):
        slots = {slot: out(value, slot_hint(name, slot)) for slot, value in held.slots.items()}
        if slots != held.slots:
            s.memory.contents[name] = replace(held, slots=slots)
    for inner, outer in moved.items():
        known = s.memory.known(inner)
        if known is not None and isinstance(outer, Name):
            s.memory.contents[outer] = known


def in_block(s: Context, value: Val, block: list[Stmt]) -> Operand:
    """Make a virtual value an object at the end of an already written block."""
    if not isinstance(value, Virtual):
        return value
    s.open.append(block)
    try:
        return s.operand(value)
    finally:
        s.open.pop()

"""A variable that is None until it is set to a tuple: the tuple's items stay apart, beside a flag.

    best = None                                has = False
    for i in range(n):                         for i in range(n):
        v = f(i)                          ->       v = f(i)
        if best is None or v > best[0]:            if not has or v > best_0:
            best = v, i                                has, best_0, best_1 = True, v, i

The flag is known where the program has just asked for it; elsewhere a use of the tuple tests it, and
raises what Python does with None.
"""

from __future__ import annotations

from sourcead.ir.kinds import NoneKind
from sourcead.ir.nodes import UNDEFINED, Const, If, Merge, Name, Operand
from sourcead.transform.builder import Val, Virtual
from sourcead.transform.specialise.context import Context
from sourcead.transform.specialise.flags import fails

__all__ = [
    "MAYBE",
    "by_test",
    "definite",
    "flag_of",
    "is_maybe",
    "is_none",
    "made_object",
    "maybe_parts",
    "told",
]

MAYBE = "maybe"  # the form: the flag, then the items


def is_maybe(value: Val) -> bool:
    return isinstance(value, Virtual) and value.form == MAYBE


def maybe_parts(s: Context, value: Val, count: int) -> list[Val] | None:
    """The flag and `count` items of such a value, of a tuple, or of None; None where it is neither."""
    if value == UNDEFINED:
        return [UNDEFINED] * (count + 1)
    if isinstance(value, Virtual) and value.form == MAYBE:
        return list(value.items) if len(value.items) == count + 1 else None
    if isinstance(s.kind(value), NoneKind):
        return [Const(False), *[UNDEFINED] * count]
    if isinstance(value, Virtual) and value.form == "tuple" and len(value.items) == count:
        return [Const(True), *value.items]
    return None


def flag_of(s: Context, value: Virtual) -> Val:
    """Is there a tuple?"""
    flag = value.items[0]
    return Const(True) if flag in s.present else flag


def is_none(s: Context, value: Virtual, op: str) -> Val:
    """`value is None` or `value is not None`"""
    flag = flag_of(s, value)
    if op == "is_not":
        return flag
    answer = s.op("not_", [flag])
    if isinstance(answer, Name) and isinstance(flag, Name):
        s.negations[answer] = flag
    return answer


def told(s: Context, test: Operand, outcome: bool) -> None:
    """In this block it is known how a test ended."""
    if isinstance(test, Name):
        if outcome:
            s.present.add(test)
        elif test in s.negations:
            s.present.add(s.negations[test])


def by_test(value: Val, tested: Val, outcome: bool) -> Val:
    """What `value` is behind a test of `tested`: of `best and best[0] > x`, say."""
    if value != tested or not isinstance(value, Virtual) or value.form != MAYBE:
        return value
    return Virtual(value.items[1:], "tuple", value.cls) if outcome else Const(None)


def definite(s: Context, value: Val, doing: str) -> Val:
    """The tuple; where it may be None, that is tested while running. `doing`: what None cannot do."""
    if not isinstance(value, Virtual) or value.form != MAYBE:
        return value
    flag = flag_of(s, value)
    if flag != Const(True):
        s.fork(s.operand(flag), lambda: (True, []), lambda: fails(s, TypeError, Const(doing)), [])
        if not s.catches:
            told(s, s.operand(flag), True)
    return Virtual(value.items[1:], "tuple", value.cls)


def made_object(s: Context, value: Virtual) -> Operand:
    """The object itself, for what takes it as it is."""
    if s.is_varied(value):
        s.refuse(
            "a tuple that carries a derivative, or None, is handed on here as one value",
            "test it with `is None` before",
        )
    flag = flag_of(s, value)
    with s.block() as then:
        made = s.operand(Virtual(value.items[1:], "tuple", value.cls))
    if flag == Const(True):
        for statement in then:
            s.add(statement)
        return made
    target = s.fresh("t", s.heap.cover(s.kind(made), NoneKind()))
    s.add(If(s.operand(flag), tuple(then), (), (Merge(target, made, Const(None)),), s.origin))
    return target

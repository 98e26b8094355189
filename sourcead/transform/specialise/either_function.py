"""One of two functions, as a branch has it: `f = (lambda v: v * x) if x > 0 else (lambda v: v + x)`.

Behind the branch a number says which of them it is, what they capture goes with it, and a call of `f` is
written as a branch on that number.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sourcead.ir.kinds import Bound, Closure, NoneKind, Partial, Unknown, Value
from sourcead.ir.nodes import UNDEFINED, Const, Merge, Name, Operand, Ref, Stmt
from sourcead.ir.walk import binds, inner_binds, statements
from sourcead.transform.builder import Val, Virtual
from sourcead.transform.heap import LIVE, functions_in
from sourcead.transform.specialise.context import Context

__all__ = ["either_function", "is_no_function"]


def is_no_function(s: Context, value: Val) -> Val | None:
    """Is one of several functions, of which one may be None, that? None where it is not one of several."""
    if not isinstance(value, Name) or value not in s.choices:
        return None
    index, options = s.choices[value]
    tests = [
        s.op("eq", [index, Const(key)])
        if isinstance(s.kind(each), NoneKind)
        else _and(s, index, key, is_no_function(s, each))
        for key, each in options.items()
        if isinstance(key, int)
    ]
    asked = [t for t in tests if t is not None]
    if len(asked) > 1:
        s.refuse(
            "one of several functions of which more than one may be None is asked for",
            "let all of them be functions",
        )
    return asked[0] if asked else Const(False)


def _and(s: Context, index: Val, key: int, inner: Val | None) -> Val | None:
    if inner is None or inner == Const(False):
        return None
    chosen = s.operand(s.op("eq", [index, Const(key)]))
    found: list[Val]
    _, found = s.fork(chosen, lambda: (True, [inner]), lambda: (True, [Const(False)]), ["is_none"])
    return found[0]


def either_function(
    s: Context, hint: str, a: Val, b: Val, merges: list[Merge], then: list[Stmt], orelse: list[Stmt]
) -> Name | None:
    """One of two functions; None where these are something else."""
    functions = [_is_function(s, v) for v in (a, b)]
    absent = [_is_unbound(s, v) or isinstance(s.kind(v), NoneKind) for v in (a, b)]
    if a == b or not any(functions) or not all(f or n for f, n in zip(functions, absent)):
        return None
    s.heap.stored_functions.update(f for v in (a, b) for f in functions_in(s.kind(v)))
    if LIVE in s.heap.converted and all(isinstance(s.kind(v), Value) for v in (a, b)):
        return None  # `one_of.py`
    left = _Mover(
        s, _bound_in(then), lambda v, other: s.merge("held", v, other, merges, then, orelse)
    )
    right = _Mover(
        s, _bound_in(orelse), lambda v, other: s.merge("held", other, v, merges, then, orelse)
    )
    options = {0: left.function(a), 1: right.function(b)}
    if any(each is None for each in options.values()):
        return None
    which = s.merge(f"which_{hint}", Const(0), Const(1), merges, then, orelse)
    for key, mover in enumerate((left, right)):
        s.bound_if.update(
            (n, (s.operand(which), key)) for n in mover.moved.values() if isinstance(n, Name)
        )
        s.bound_if.update(mover.conditions)
    made = s.fresh(hint, Unknown(), s.holds_varied(a) or s.holds_varied(b))
    merges.append(Merge(made, s.in_block(a, then), s.in_block(b, orelse)))
    s.choices[made] = (s.operand(which), options)
    return made


def _is_unbound(s: Context, value: Val) -> bool:
    """Is it a variable that a branch does not bind?"""
    return value == UNDEFINED and not s.derivative


def _is_function(s: Context, value: Val) -> bool:
    if isinstance(value, Name) and value in s.choices:
        return True
    kind = s.kind(value)
    is_live = isinstance(kind, Value) and callable(kind.value) and not _is_error(kind.value)
    return is_live or isinstance(kind, (Closure, Bound, Partial))


def _is_error(value: Any) -> bool:
    return isinstance(value, type) and issubclass(value, BaseException)


def _bound_in(block: Sequence[Stmt]) -> set[Name]:
    everywhere = statements(tuple(block))
    return {name for each in everywhere for name in (*binds(each), *inner_binds(each))}


@dataclass(frozen=True)
class _Mover:
    """Brings what was made on one branch behind it."""

    s: Context
    inside: set[Name]
    merged: Callable[[Val, Val], Val]  # a value of the branch, and what there is on the other one
    moved: dict[Name, Any] = field(default_factory=dict)
    conditions: dict[Name, tuple[Operand, Any]] = field(default_factory=dict)  # of those moved
    indices: dict[Name, Operand] = field(default_factory=dict)

    def function(self, value: Any) -> Any:
        """The function, with what it captures as it is named behind the branch; None where that has no name there."""
        s = self.s
        if isinstance(value, Name) and value in s.choices:
            index, options = s.choices[value]
            place = self.index(index)
            moved = {key: self.function(each) for key, each in options.items()}
            if any(each is None for each in moved.values()):
                return None
            made = s.fresh(value.hint, Unknown(), True)
            s.choices[made] = (place, moved)
            return made
        kind = s.kind(value)
        match kind:
            case Closure(_, captured, defaults):
                held = [self.operand(v) for v in captured]
                given = [(n, self.operand(v)) for n, v in defaults]
                if None in held or any(v is None for _, v in given):
                    return None
                return s.fresh(
                    "function", replace(kind, captured=tuple(held), defaults=tuple(given))
                )
            case Bound(receiver, function):
                own = self.operand(receiver)
                return None if own is None else s.fresh("method", Bound(own, function))
            case Partial(inner, args, named):
                parts = [self.function(inner), *map(self.operand, args)]
                by_name = [(n, self.operand(v)) for n, v in named]
                if any(p is None for p in (*parts, *(v for _, v in by_name))):
                    return None
                return s.fresh("partial", Partial(parts[0], tuple(parts[1:]), tuple(by_name)))
            case NoneKind():
                return Const(None)
            case Value(value=live) if isinstance(value, Name):
                return Ref(value.hint, live)
            case _:
                return value

    def operand(self, value: Any) -> Any:
        """A value under the name that it has behind the branch; None for a variable that lives on the branch only."""
        match value:
            case Virtual(items):
                parts = [self.operand(v) for v in items]
                return None if any(p is None for p in parts) else replace(value, items=tuple(parts))
            case Name() if _is_function(self.s, value):
                return self.function(value)
            case Name() if value in self.inside:
                held = self.s.memory.known(value)
                return None if held is not None and held.form == "cell" else self.name(value)
            case _:
                return value

    def name(self, value: Name) -> Any:
        """A value of the branch under its name behind the branch."""
        if value not in self.moved:
            self.moved[value] = found = self.merged(value, UNDEFINED)
            condition = self.s.bound_if.get(value)
            if condition is not None and isinstance(found, Name):
                self.conditions[found] = self.index(condition[0]), condition[1]
        return self.moved[value]

    def index(self, value: Operand) -> Operand:
        """What tells which of several functions it is, behind the branch: none of them after the other one."""
        if not isinstance(value, Name) or value not in self.inside:
            return value
        if value not in self.indices:
            self.indices[value] = self.s.operand(self.merged(value, Const(-1)))
        return self.indices[value]

"""Tuples of values of which each is treated by its kind: the states of checkpointed loops, and their adjoints.

own(state)                     is      (u.copy(), s)          for an array u and a number s
with_zeros(dots, state)        is      (u_dot, 0.0)           where s has no tangent
"""

from __future__ import annotations

from typing import Any

from sourcead.ir.kinds import Array, NoneKind
from sourcead.ir.nodes import Const, Ref
from sourcead.runtime.checkpoints import own
from sourcead.runtime.lists import added, zeros_like
from sourcead.runtime.tangent_steps import states_added, with_zeros
from sourcead.transform.builder import Val, Virtual
from sourcead.transform.specialise.context import Context, Handler, Kwargs

__all__ = ["STATES"]


def _own(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    items = s.components(args[0])
    if items is None:
        return None
    return Virtual(tuple(_copy(s, v) if isinstance(s.kind(v), Array) else v for v in items))


def _copy(s: Context, value: Val) -> Val:
    return s.method(value, "copy", [], [], "t")


def _with_zeros(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    dots, values = _items(s, args[0]), s.components(args[1])
    if dots is None or values is None:
        return None
    dots = dots or [Const(None)] * len(values)
    return Virtual(tuple(_or_zero(s, d, v) for d, v in zip(dots, values)))


def _or_zero(s: Context, dot: Val, value: Val) -> Val:
    if isinstance(s.kind(dot), NoneKind):
        return s.call(Ref("zeros_like", zeros_like), [value], [], "t")
    return dot


def _states_added(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    left, right = _items(s, args[0]), _items(s, args[1])
    if left is None or right is None:
        return None
    if not left or not right:
        return args[0] if left else args[1]  # type: ignore[no-any-return]
    pairs = zip(left, right)
    return Virtual(tuple(s.call(Ref("added", added), list(pair), []) for pair in pairs))


def _items(s: Context, value: Val) -> list[Val] | None:
    """The items; none of None."""
    return [] if isinstance(s.kind(value), NoneKind) else s.components(value)


STATES: dict[Any, Handler] = {own: _own, with_zeros: _with_zeros, states_added: _states_added}

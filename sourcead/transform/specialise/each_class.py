"""An object that may be of several classes: what is asked of it is asked of each class.

    for layer in layers:                       for layer in layers:
        y = layer(y)                 ->            if type(layer) is Dense:
                                                       y = layer.w * y          # Dense.__call__
                                                   else:
                                                       y = layer.k + y          # Scale.__call__

Behind `isinstance(layer, Dense)` it is known which they can be.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sourcead.ir.kinds import Kind, Object, Py, Unknown, Value, is_optional
from sourcead.ir.nodes import Call, Const, Name, Op, Operand, Ref
from sourcead.ir.one_of import options_of
from sourcead.transform.builder import Val
from sourcead.transform.specialise.context import Context

__all__ = ["asked", "by_class", "is_of_class", "is_one_of_several", "possible", "told_class"]


def is_one_of_several(s: Context, value: Any) -> bool:
    """Is it an object whose class is known only while the program runs?"""
    kind = s.kind(value)
    return isinstance(kind, Object) and bool(options_of(kind.cls))


def possible(s: Context, value: Val) -> tuple[Any, ...]:
    """What it can be here, behind the tests around."""
    kind = s.kind(value)
    assert isinstance(kind, Object) and isinstance(value, Name)
    known: tuple[Any, ...] = s.possible.get(value, options_of(kind.cls))
    return known


def by_class(s: Context, value: Val, way: Callable[[Val], Val], hint: str) -> Val:
    """What `way` gives for the object, seen as one of each class."""
    return _by_options(s, value, possible(s, value), way, hint)


def _by_options(
    s: Context, value: Val, options: tuple[Any, ...], way: Callable[[Val], Val], hint: str
) -> Val:
    first, *rest = options
    if not rest:
        return way(seen_as(s, value, first))
    test = s.operand(is_option(s, value, first))

    def then() -> tuple[bool, list[Val]]:
        return True, [way(seen_as(s, value, first))]

    def orelse() -> tuple[bool, list[Val]]:
        return True, [_by_options(s, value, tuple(rest), way, hint)]

    found: list[Val]
    _, found = s.fork(test, then, orelse, [hint])
    return found[0]


def seen_as(s: Context, value: Val, option: Any) -> Val:
    """The object under a name by which it is of this class."""
    if isinstance(option, Value):
        return Ref(str(option), option.value)
    kind = s.kind(value)
    assert isinstance(kind, Object)
    name = s.emit(Op("copy", (s.operand(value),)), Object(option, kind.site), "t")
    if s.is_varied(value):
        s.varied.add(name)
    return name


def is_of_class(s: Context, value: Any, other: Kind) -> Val | None:
    """`type(obj) is Dense`, `obj is np.tanh`: None where it is no question of that kind."""
    if not isinstance(other, Value) or not isinstance(value, Name):
        return None
    made = s.definitions.get(value)
    if isinstance(made, Call) and made.func == Ref("type", type) and len(made.args) == 1:
        asked_of: Any = made.args[0]
        options: tuple[Any, ...] = (other.value,)
    else:
        asked_of, options = value, (other,)
    if not is_one_of_several(s, asked_of) or is_optional(s.kind(asked_of)):
        return None
    return asked(s, asked_of, lambda each: each in options)


def is_option(s: Context, value: Val, option: Any) -> Val:
    """`type(value) is Dense`, or `value is np.tanh`"""
    if isinstance(option, Value):
        asked: Operand = s.operand(value)
        wanted = Ref(str(option), option.value)
    else:
        asked = s.emit(Call(Ref("type", type), (s.operand(value),)), Unknown(), "cls")
        wanted = Ref(option.__name__, option)
    return s.emit(Op("is_", (asked, wanted)), Py(bool), "t")


# -- tests of the class -----------------------------------------------------------------------


def asked(s: Context, value: Val, answers: Callable[[Any], bool]) -> Val | None:
    """Whether it is of a class for which that holds: `isinstance`, `callable`, `hasattr`."""
    options = possible(s, value)
    yes = tuple(each for each in options if answers(each))
    if not yes or len(yes) == len(options):
        return Const(bool(yes))
    no = tuple(each for each in options if each not in yes)
    few, is_yes = (yes, True) if len(yes) <= len(no) else (no, False)
    found = is_option(s, value, few[0])
    for each in few[1:]:
        found = s.op("or_", [found, is_option(s, value, each)])
    answer = s.operand(found if is_yes else s.op("not_", [found]))
    if isinstance(answer, Name) and isinstance(value, Name):
        s.class_tests[answer] = value, yes, no
    return answer


def told_class(s: Context, test: Operand, outcome: bool) -> None:
    """In this block it is known how a test of a class ended."""
    if isinstance(test, Name) and test in s.class_tests:
        value, yes, no = s.class_tests[test]
        known = s.possible.get(value)
        left = yes if outcome else no
        s.possible[value] = left if known is None else tuple(each for each in known if each in left)

"""A function and its Wengert list do the same: same value, same exception, same side effects."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from sourcead.frontend.lower import lower
from sourcead.ir.check import check
from sourcead.ir.show import show
from tests.frontend import functions
from tests.frontend.functions import CASES
from tests.ir.interpreter import interpreted

RUNS = [
    pytest.param(function, args, id=f"{function.__name__}-{at}")
    for function, arguments in CASES
    for at, args in enumerate(arguments)
]


def outcome(function: Callable[..., Any], args: tuple[Any, ...]) -> tuple[str, Any]:
    """The value or exception of a call, with what it has made of its arguments and globals."""
    args = copy.deepcopy(args)
    functions.counter = 0
    try:
        value: Any = function(*args)
    except Exception as error:
        value = type(error), type(error.__cause__), message(error)
    return described((value, args, functions.counter))


def message(error: Exception) -> str:
    """What the user wrote; Python's own words differ from version to version."""
    own = (UnboundLocalError, NameError, TypeError)
    return "" if isinstance(error, own) or "unpack" in str(error) else str(error)


def described(value: Any) -> Any:
    """A text in which equal outcomes are equal, arrays by their content."""
    match value:
        case np.ndarray():
            return value.dtype, value.shape, value.tolist()
        case list() | tuple() | set():
            return type(value).__name__, [described(item) for item in value]
        case dict():
            return [(described(key), described(item)) for key, item in value.items()]
        case float() | int() | complex() | str() | bytes() | None:
            return type(value), repr(value)
    state = getattr(value, "__dict__", {})
    return type(value).__name__, described(dict(state)) if not callable(value) else None


@pytest.mark.parametrize("function, args", RUNS)
def test_the_list_does_what_the_function_does(function, args):
    lowered = check(lower(function))
    assert outcome(interpreted(lowered, function), args) == outcome(function, args)


@pytest.mark.parametrize("function", [function for function, _ in CASES], ids=lambda f: f.__name__)
def test_the_text_of_the_list_is_always_the_same(function):
    from sourcead.frontend.lower import _kept

    first = show(lower(function))
    _kept.cache_clear()
    assert show(lower(function)) == first

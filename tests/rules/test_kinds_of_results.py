"""What kind a rule's call is said to have is what it returns: a kind found by samples may be one of many.

(A result that is taken for empty has the derivative zero.)
"""

from __future__ import annotations

import importlib
import itertools
from typing import Any

import numpy as np
import pytest

pytest.importorskip("scipy")

from sourcead.analysis.shape_kinds import inferred_kind
from sourcead.ir.kinds import Array, Kind, Np, Py, Sym, Tuple
from sourcead.ir.nodes import Const
from sourcead.rules.registry import Rule, all_rules, lookup
from sourcead.signature import kind_of
from tests.rules.harness import Call, calls, describe, evaluate

for _module in importlib.import_module("sourcead.rules.scipy").MODULES:
    importlib.import_module(f"scipy.{_module}")
lookup(object())  # loads what is waiting

RULES = [r for r in all_rules() if r.form in ("general", "linear", "constant") and r.samples]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_the_kind_is_that_of_the_result(rule: Rule) -> None:
    for call in itertools.islice((c for c in calls(rule) if c.function is rule.functions[0]), 12):
        kind, sizes = stated(call)
        if kind is not None:
            y = evaluate(call)
            assert agrees(kind, y, sizes), f"{kind} of {call}: {describe(y)}"


def stated(call: Call) -> tuple[Any, dict[Sym, int]]:
    """The kind of the call's result, and how long the axes of its arguments are."""
    sizes: dict[Sym, int] = {}
    args = [_argument(a, f"a{i}", sizes) for i, a in enumerate(call.args)]
    named = {k: _argument(v, k, sizes) for k, v in call.kwargs.items()}
    if call.rule.kind is not None:
        return call.rule.kind(*args, **named), sizes
    return (inferred_kind(call.function, args, named) if call.rule.effects.pure else None), sizes


def _argument(value: Any, path: str, sizes: dict[Sym, int]) -> Any:
    if value is None or value is Ellipsis or type(value) in (bool, int, str):
        return Const(value)
    if _is_written_out(value):
        return Tuple(tuple(_argument(v, path, sizes) for v in value))
    kind = kind_of(value, path)
    _measure(kind, value, sizes)
    return kind


def _is_written_out(value: Any) -> bool:
    """Integers, or tuples of them, as they are written in a program."""
    within = type(value) in (tuple, list) and len(value) > 0
    return within and all(type(v) is int or v is Ellipsis or _is_written_out(v) for v in value)


def _measure(kind: Kind, value: Any, sizes: dict[Sym, int]) -> None:
    match kind:
        case Array(_, dims):
            sizes |= {d: n for d, n in zip(dims, value.shape) if isinstance(d, Sym)}
        case Tuple(items) if isinstance(value, tuple):
            for item, v in zip(items, value):
                _measure(item, v, sizes)


def agrees(kind: Any, value: Any, sizes: dict[Sym, int]) -> bool:
    match kind:
        case Array(dtype, dims):
            if not isinstance(value, np.ndarray) or value.ndim != len(dims):
                return False
            known = [sizes.get(d) if isinstance(d, Sym) else d for d in dims]
            fits = all(k is None or k == n for k, n in zip(known, value.shape))
            return fits and value.dtype == dtype
        case Np(dtype, exact):
            return not exact or (isinstance(value, np.generic) and value.dtype == dtype)
        case Py(cls, exact):
            return not exact or isinstance(value, cls) or value == 1  # `math.prod` of nothing
        case Tuple(items) if isinstance(value, tuple):
            return len(items) == len(value) and all(
                agrees(k, v, sizes) for k, v in zip(items, value)
            )
        case _:
            return True

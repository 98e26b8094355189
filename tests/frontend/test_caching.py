"""A lowered function is kept as long as its names mean the same."""

from __future__ import annotations

import math

from sourcead.frontend.lower import lower
from sourcead.ir.nodes import Call, Ref
from sourcead.ir.walk import expressions, operands

factor = 2.0
helper = math.sin


def uses_globals(x):
    return helper(x) * factor


def refs(function):
    return {
        operand.path: (operand.value, operand.live)
        for expr in expressions(function.body)
        for operand in operands(expr)
        if isinstance(operand, Ref)
    }


def test_the_same_function_is_lowered_once():
    assert lower(uses_globals) is lower(uses_globals)


def test_data_is_live_and_callables_are_not():
    assert refs(lower(uses_globals)) == {"helper": (math.sin, False), "factor": (2.0, True)}


def test_a_global_that_means_something_else_is_noticed(monkeypatch):
    before = lower(uses_globals)
    monkeypatch.setitem(globals(), "helper", math.cos)
    after = lower(uses_globals)
    assert after is not before
    assert refs(after)["helper"] == (math.cos, False)


def test_a_name_that_was_missing_is_noticed(monkeypatch):
    def f(x):
        return absent_so_far(x)  # noqa: F821

    calls = [e for e in expressions(lower(f).body) if isinstance(e, Call)]
    assert not isinstance(calls[0].func, Ref)
    monkeypatch.setitem(globals(), "absent_so_far", math.sin)
    assert refs(lower(f))["absent_so_far"] == (math.sin, False)


def test_closures_over_different_cells_are_told_apart():
    def make(g):
        return lambda x: g(x)

    first, second = make(math.sin), make(math.cos)
    assert refs(lower(first))["g"] == (math.sin, False)
    assert refs(lower(second))["g"] == (math.cos, False)


def test_bodies_that_are_equal_but_stand_elsewhere_keep_their_places():
    def one():
        return 1

    def other():
        return 1

    assert lower(one).origin.line != lower(other).origin.line


def test_annotations_come_along():
    def f(x: float, n: int = 3) -> float:
        return x

    assert set(lower(f).annotations) == {"x", "n", "return"}

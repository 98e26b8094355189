"""Everything that is wrong with a function in one message, and the way from the user's line to it."""

from __future__ import annotations

import ctypes
import math
import pickle
import string
import struct

import numpy as np
import pytest

import sourcead
from sourcead.errors import NoRule
from sourcead.frontend.lower import lower
from sourcead.ir.show import show
from sourcead.transform.left_out import leave_out


def offending_lines(function, *args):
    """The source lines that the refusal points at, in its order."""
    with pytest.raises(sourcead.SourceADError) as caught:
        sourcead.grad(function)(*args)
    lines = str(caught.value).splitlines()
    return [lines[i - 1].strip() for i, line in enumerate(lines) if set(line.strip()) == {"^"}]


def test_offences_that_kinds_decide_are_reported_together():
    def program(x):
        a = ctypes.c_double(x)
        b = struct.pack("d", x)
        return a.value * b[0] * x

    assert offending_lines(program, 0.7) == ["a = ctypes.c_double(x)", 'b = struct.pack("d", x)']


def test_what_follows_from_an_offence_is_none():
    def program(x):
        a = ctypes.c_double(x).value
        b = math.sin(a)
        c = pickle.dumps(b)
        return x if c else a

    assert offending_lines(program, 0.7) == ["a = ctypes.c_double(x).value"]


def test_offences_in_branches_and_loops():
    def program(x, n):
        total = 0.0
        for _ in range(n):
            total += ctypes.c_double(x).value
        if x > 0.5:
            y = struct.pack("d", x)
        else:
            y = pickle.dumps(x)
        return y

    assert offending_lines(program, 0.7, 3) == [
        "total += ctypes.c_double(x).value",
        'y = struct.pack("d", x)',
        "y = pickle.dumps(x)",
    ]


def test_offences_in_nested_functions():
    def program(x):
        def inner(v):
            first = pickle.dumps(v)
            return struct.pack("d", v), first

        return inner(x), ctypes.c_double(x)

    assert offending_lines(program, 0.7) == [
        "first = pickle.dumps(v)",
        'return struct.pack("d", v), first',
        "return inner(x), ctypes.c_double(x)",
    ]


def copied(value):
    return pickle.loads(pickle.dumps(value))


def test_the_way_to_a_callee_is_named():
    def program(x):
        return copied(x) * x

    with pytest.raises(NoRule) as caught:
        sourcead.grad(program)(0.7)
    (offence,) = caught.value.offences
    assert offence.place.function == "copied"
    assert [o.function for o in offence.calls] == ["program"]
    assert "called from" in str(caught.value)
    assert "in program: `return copied(x) * x`" in str(caught.value)


def test_what_is_deep_in_a_library_is_shown_at_the_users_line():
    def program(x):
        y = string.Template("$x").substitute(x=x)
        return float(y)

    with pytest.raises(sourcead.SourceADError) as caught:
        sourcead.grad(program)(0.7)
    (offence,) = caught.value.offences
    assert offence.place.text == 'y = string.Template("$x").substitute(x=x)'
    assert "which reaches" in str(caught.value)
    assert "string.py" in str(caught.value)


def test_every_offence_has_the_title_of_its_class():
    def program(x):
        a = pickle.dumps(x)
        b = np.ma.masked_less(x, 0.5)
        return a, b

    with pytest.raises(sourcead.SourceADError) as caught:
        sourcead.grad(program)(np.array([0.7]))
    titles = [line.split(":")[0] for line in str(caught.value).splitlines() if line[:1] != " "]
    assert titles == ["sourcead.NoRule", "sourcead.NotDifferentiable"]


def test_offences_with_their_way_are_pickled():
    def program(x):
        return copied(x)

    with pytest.raises(NoRule) as caught:
        sourcead.grad(program)(0.7)
    again = pickle.loads(pickle.dumps(caught.value))
    assert str(again) == str(caught.value)


# -- integers among floats ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "function, argument",
    [
        (lambda v: v[0] * v[1], [0.7, 2]),
        (lambda v: v["x"] * (v["n"] + 1), {"x": 0.7, "n": 2}),
        (lambda v: v["x"] * v["n"][0], {"x": 0.7, "n": [2, 3]}),
        (lambda v: v[0] * sum(v[1]), (0.7, [2, 3])),
        (lambda v: v[0] * float(v[1]), (0.7, 2)),
        (lambda v: v[0] * np.sum(v[1]), (0.7, np.arange(3))),
    ],
)
def test_an_integer_that_the_result_is_computed_from_is_refused(function, argument):
    with pytest.raises(sourcead.IntegerArgument, match="as a number"):
        sourcead.grad(function)(argument)
    with pytest.raises(sourcead.IntegerArgument, match="as a number"):
        sourcead.vjp(function, argument)


def repeated(v):
    y = 1.0
    for _ in range(v[1]):
        y = y * v[0]
    return y


@pytest.mark.parametrize(
    "function, argument, expected",
    [
        (repeated, [0.7, 3], [3 * 0.7**2, None]),
        (lambda v: v["x"] ** v["n"], {"x": 0.7, "n": 3}, {"x": 3 * 0.7**2, "n": None}),
        (lambda v: v["x"][v["n"]], {"x": [0.7, 1.5], "n": 1}, {"x": [0.0, 1.0], "n": None}),
    ],
)
def test_counts_exponents_and_indices_have_none(function, argument, expected):
    found = sourcead.grad(function)(argument)
    assert str(found) == str(expected) or found == pytest.approx(expected)


# -- leaving out -------------------------------------------------------------------------------------


def without(function, *texts):
    template = lower(function)
    places = {s.origin for s in template.body if s.origin.text in texts}
    return show(leave_out(template, places)).splitlines()[1:]


def test_what_is_stored_into_is_left_out():
    def program(x, u):
        a = x.first()
        u[0] = a
        b = u[1]  # noqa: F841
        return x.other()

    assert without(program, "a = x.first()") == ["    t = x.other()", "    return t"]


def test_what_a_loop_carries_is_left_out():
    def program(x):
        y, z = 1.0, 2.0
        w = x.first()
        for _ in range(3):
            y = y * w
            z = z + 1.0
        return z

    assert not any("y" in line.split() for line in without(program, "w = x.first()")[3:])

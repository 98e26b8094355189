"""Out of SSA: which versions share a printed variable, and where copies are printed."""

from __future__ import annotations

from textwrap import dedent

import pytest

from sourcead.ir.nodes import UNDEFINED, Function
from tests.emit.build import branch, call, carry, function, let, loop, merge, repeat, run, text
from tests.emit.interpret import interpret


def check(made: Function, expected: str, *args: object) -> None:
    """The text is as expected, and computes what the list says."""
    assert text(made) == dedent(expected).strip("\n")
    assert run(made, *args) == interpret(made, *args)


def test_versions_of_a_variable_share_its_name():
    made = function("x", let("x.1", "add", "x", 1.0), let("x.2", "mul", "x.1", "x.1"), result="x.2")
    check(made, "x = x + 1.0\nx = x * x\nreturn x", 3.0)


def test_an_old_version_that_is_read_later_keeps_its_value():
    made = function("x", let("x.1", "add", "x", 1.0), let("y", "mul", "x.1", "x"), result="y")
    check(made, "x_1 = x + 1.0\ny = x_1 * x\nreturn y", 3.0)


def test_a_swap_is_one_assignment():
    made = function(
        "a b",
        call("t", range, 3),
        loop("_", "t", [carry("a.1", "a", "b.1", "a.2"), carry("b.1", "b", "a.1", "b.2")]),
        let("t.1", "sub", "a.2", "b.2"),
        result="t.1",
    )
    expected = """
        for _ in range(3):
            a, b = b, a
        return a - b
    """
    check(made, expected, 5.0, 2.0)


def test_the_lost_copy_is_kept():
    """The value of the last but one turn, read behind the loop (Briggs et al., 1998)."""
    made = function(
        "x",
        call("t", range, 4),
        loop(
            "_",
            "t",
            [carry("x.1", "x", "x.2", "x.3"), carry("y.1", 0.0, "x.1", "y.2")],
            let("x.2", "add", "x.1", 1.0),
        ),
        result="y.2",
    )
    expected = """
        y = 0.0
        for _ in range(4):
            x_1 = x + 1.0
            y = x
            x = x_1
        return y
    """
    check(made, expected, 5.0)


def test_three_values_rotate():
    made = function(
        "a b c",
        call("t", range, 4),
        loop(
            "_",
            "t",
            [
                carry("a.1", "a", "b.1", "a.2"),
                carry("b.1", "b", "c.1", "b.2"),
                carry("c.1", "c", "a.1", "c.2"),
            ],
        ),
        let("t.1", "tuple", "a.2", "b.2", "c.2"),
        result="t.1",
    )
    expected = """
        for _ in range(4):
            a, b, c = b, c, a
        return a, b, c
    """
    check(made, expected, 1, 2, 3)


def test_copies_in_a_row_need_no_tuple():
    made = function(
        "a b",
        call("t", range, 2),
        loop(
            "i",
            "t",
            [carry("a.1", "a", "b.1", "a.2"), carry("b.1", "b", "i", "b.2")],
        ),
        let("t.1", "tuple", "a.2", "b.2"),
        result="t.1",
    )
    expected = """
        for i in range(2):
            a = b
            b = i
        return a, b
    """
    check(made, expected, 8, 9)


def test_a_carried_value_is_read_behind_the_loop():
    made = function(
        "x n",
        call("t", range, "n"),
        loop(
            "i",
            "t",
            [carry("total.1", 0.0, "total.2", "total.3")],
            let("t.1", "mul", "x", "i"),
            let("total.2", "add", "total.1", "t.1"),
        ),
        let("t.2", "add", "total.3", "x"),
        result="t.2",
    )
    expected = """
        total = 0.0
        for i in range(n):
            total = total + x * i
        return total + x
    """
    check(made, expected, 2.0, 4)


def test_the_start_value_of_a_loop_is_kept_if_it_is_read_behind_it():
    made = function(
        "x",
        call("t", range, 3),
        loop("_", "t", [carry("y.1", "x", "y.2", "y.3")], let("y.2", "mul", "y.1", "y.1")),
        let("t.1", "sub", "y.3", "x"),
        result="t.1",
    )
    expected = """
        y = x
        for _ in range(3):
            y = y * y
        return y - x
    """
    check(made, expected, 1.5)


def test_a_branch_that_binds_nothing_prints_nothing():
    made = function(
        "x",
        let("t", "gt", "x", 0.0),
        branch("t", [let("y", "mul", "x", 2.0)], [], merge("y.1", "y", UNDEFINED)),
        let("t.1", "gt", "x", 1.0),
        branch("t.1", [let("z", "add", "y.1", 1.0)], [], merge("z.1", "z", "x")),
        result="z.1",
    )
    expected = """
        if x > 0.0:
            y = x * 2.0
        if x > 1.0:
            z = y + 1.0
        else:
            z = x
        return z
    """
    check(made, expected, 3.0)
    assert run(made, -1.0) == -1.0


def test_a_variable_bound_in_a_loop_only_starts_undefined():
    made = function(
        "x",
        call("t", range, 2),
        loop("i", "t", [carry("y.1", UNDEFINED, "y.2", "y.3")], let("y.2", "mul", "x", "i")),
        result="y.3",
    )
    expected = """
        for i in range(2):
            y = x * i
        return y
    """
    check(made, expected, 3.0)


def test_reading_a_variable_that_was_never_bound_raises_as_python_does():
    made = function(
        "x",
        call("t", range, 0),
        loop("i", "t", [carry("y.1", UNDEFINED, "y.2", "y.3")], let("y.2", "mul", "x", "i")),
        result="y.3",
    )
    with pytest.raises(UnboundLocalError):
        run(made, 3.0)


def test_both_versions_of_a_merge_may_be_read_behind_it():
    made = function(
        "x",
        let("y", "mul", "x", 2.0),
        let("t", "gt", "x", 0.0),
        branch("t", [let("y.1", "add", "y", 1.0)], [], merge("y.2", "y.1", "y")),
        let("t.1", "tuple", "y", "y.2"),
        result="t.1",
    )
    expected = """
        y = x * 2.0
        if x > 0.0:
            y_1 = y + 1.0
        else:
            y_1 = y
        return y, y_1
    """
    check(made, expected, 3.0)


def test_in_place_operators_take_a_copy_of_the_name_if_they_have_to():
    made = function("x", let("x.1", "iadd", "x", 1.0), let("t", "sub", "x.1", "x"), result="t")
    check(made, "x_1 = x\nx_1 += 1.0\nreturn x_1 - x", 3.0)


def test_the_operand_of_an_in_place_operator_is_not_overwritten_by_that_copy():
    made = function(
        "x y",
        let("y.1", "iadd", "x", "y"),
        let("t", "mul", "y.1", "x"),
        result="t",
    )
    check(made, "y_1 = x\ny_1 += y\nreturn y_1 * x", 3.0, 5.0)


def test_names_avoid_what_the_text_calls():
    made = function(
        "x", let("range.1", "floordiv", "x", 2), call("t", range, "range.1"), result="t"
    )
    check(made, "range_1 = x // 2\nreturn range(range_1)", 7)


def test_a_loop_condition_reads_the_values_of_its_turn():
    made = function(
        "a",
        repeat(
            [let("t", "mul", "x.1", "x.1"), let("t.1", "lt", "t", "a")],
            "t.1",
            [carry("x.1", 0, "x.2", "x.3")],
            let("x.2", "add", "x.1", 1),
        ),
        result="x.3",
    )
    expected = """
        x = 0
        while x * x < a:
            x = x + 1
        return x
    """
    check(made, expected, 30)


def test_a_condition_that_needs_statements_is_evaluated_in_every_turn():
    made = function(
        "a",
        repeat(
            [let("y", "mul", "x.1", "x.1"), let("t.1", "lt", "y", "a")],
            "t.1",
            [carry("x.1", 0, "x.2", "x.3"), carry("z.1", 0, "y", "z.2")],
            let("x.2", "add", "x.1", 1),
        ),
        let("t.2", "tuple", "x.3", "z.2"),
        result="t.2",
    )
    expected = """
        x = 0
        z = 0
        while True:
            y = x * x
            if not y < a:
                break
            x = x + 1
            z = y
        return x, z
    """
    check(made, expected, 30)


def test_nested_loops_keep_their_values_apart():
    made = function(
        "x",
        call("t", range, 3),
        loop(
            "i",
            "t",
            [carry("s.1", 0.0, "s.4", "s.5")],
            call("t.1", range, 2),
            loop(
                "j",
                "t.1",
                [carry("s.2", "s.1", "s.3", "s.4")],
                let("t.2", "mul", "i", "j"),
                let("s.3", "add", "s.2", "t.2"),
            ),
        ),
        result="s.5",
    )
    expected = """
        s = 0.0
        for i in range(3):
            for j in range(2):
                s = s + i * j
        return s
    """
    check(made, expected, 1.0)


def test_the_number_in_a_name_depends_on_the_text_only():
    made = function(
        "x",
        let("t.7", "add", "x", 1.0),
        let("t.9", "mul", "t.7", "t.7"),
        let("t.11", "mul", "t.9", "t.7"),
        let("t.12", "add", "t.11", "t.9"),
        result="t.12",
    )
    expected = """
        t = x + 1.0
        t_1 = t * t
        return t_1 * t + t_1
    """
    check(made, expected, 2.0)

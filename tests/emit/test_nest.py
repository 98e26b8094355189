"""Which temporaries are printed inside the expression that reads them."""

from __future__ import annotations

from textwrap import dedent

import numpy as np
import pytest

import sourcead
from sourcead.ir.nodes import Call, MethodCall, Ref
from tests.emit.build import assign, branch, call, function, let, loop, merge, n, put, run, text
from tests.numeric import check


def shown(made, expected, **options):
    assert text(made, **options) == dedent(expected).strip("\n")


def opaque(value):
    return value


def test_a_temporary_that_is_read_once_is_printed_there():
    made = function(
        "x y",
        let("t", "mul", "x", "y"),
        call("t.1", np.sin, "t"),
        let("a", "add", "t.1", "x"),
        result="a",
    )
    shown(made, "a = numpy.sin(x * y) + x\nreturn a")


def test_a_temporary_that_is_read_twice_is_kept():
    made = function("x", let("t", "mul", "x", "x"), let("a", "add", "t", "t"), result="a")
    shown(made, "t = x * x\na = t + t\nreturn a")


def test_names_of_the_user_are_kept_unless_told_otherwise():
    made = function("x", let("a", "mul", "x", "x"), let("b", "add", "a", 1.0), result="b")
    shown(made, "a = x * x\nb = a + 1.0\nreturn b")
    shown(made, "return x * x + 1.0", may_nest=lambda name: True)


def test_calls_keep_their_order():
    made = function(
        "x",
        call("t", opaque, "x"),
        call("t.1", opaque, 1.0),
        let("a", "sub", "t.1", "t"),
        result="a",
    )
    name = f"{__name__}.opaque"
    shown(made, f"t = {name}(x)\na = {name}(1.0) - t\nreturn a")


def test_calls_that_are_evaluated_in_order_are_nested():
    made = function(
        "x",
        call("t", opaque, "x"),
        call("t.1", opaque, 1.0),
        let("a", "sub", "t", "t.1"),
        result="a",
    )
    name = f"{__name__}.opaque"
    shown(made, f"a = {name}(x) - {name}(1.0)\nreturn a")


@pytest.mark.parametrize(
    "between",
    [
        put("u", 0, 1.0),
        put("u", 0, 1.0, "add"),
        call("_", opaque, "u"),
        assign("_", MethodCall(n("u"), "sort", ())),
        let("u.1", "iadd", "u", 1.0),
    ],
)
def test_a_read_does_not_pass_a_write(between):
    made = function(
        "u x",
        let("t", "getitem", "u", 0),
        between,
        let("a", "add", "t", "x"),
        result="a",
    )
    assert text(made).startswith("t = u[0]\n")


def test_arithmetic_does_not_pass_a_write_because_operands_may_be_arrays():
    made = function(
        "u", let("t", "mul", "u", 2.0), put("u", 0, 1.0), let("a", "add", "t", 1.0), result="a"
    )
    u = np.ones(2)
    assert text(made) == "t = u * 2.0\nu[0] = 1.0\na = t + 1.0\nreturn a"
    assert run(made, u).tolist() == [3.0, 3.0]


def test_a_read_passes_other_reads():
    made = function(
        "u x",
        let("t", "getitem", "u", 0),
        let("y", "mul", "x", "x"),
        let("a", "add", "t", "y"),
        result="a",
    )
    shown(made, "y = x * x\na = u[0] + y\nreturn a")


def test_a_temporary_does_not_pass_an_assignment_to_what_it_reads():
    made = function(
        "x",
        let("t", "add", "x", 1.0),
        let("x.1", "mul", "x", 2.0),
        let("a", "sub", "x.1", "t"),
        result="a",
    )
    assert run(made, 5.0) == 4.0


def test_saving_on_a_list_of_its_own_is_no_write():
    made = function(
        "u",
        let("u_saved", "list"),
        let("t", "mul", "u", 2.0),
        let("t.1", "getitem", "u", 0),
        assign("_", MethodCall(n("u_saved"), "append", (n("t.1"),))),
        put("u", 0, "t"),
        assign("t.2", MethodCall(n("u_saved"), "pop", ())),
        result="t.2",
    )
    expected = """
        u_saved = []
        u_saved.append(u[0])
        u[0] = u * 2.0
        return u_saved.pop()
    """
    shown(made, expected)


def test_saving_on_a_list_that_is_known_elsewhere_is_a_write():
    made = function(
        "u",
        let("log", "list"),
        call("_.1", opaque, "log"),
        let("t", "getitem", "u", 0),
        assign("_", MethodCall(n("log"), "append", (n("u"),))),
        let("a", "add", "t", 1.0),
        result="a",
    )
    assert "t = u[0]\nlog.append(u)\n" in text(made)


def test_the_value_of_an_augmented_store_must_not_write():
    """`u[0] += f(u)` reads u[0] before it calls f."""
    made = function("u", call("t", opaque, "u"), put("u", 0, "t", "add"), result="u")
    shown(made, f"t = {__name__}.opaque(u)\nu[0] += t\nreturn u")


def test_slices_are_written_into_each_index():
    made = function(
        "u i",
        let("t", "slice", "i", -1, None),
        let("t.1", "slice", 2, None, None),
        let("t.2", "tuple", "t", "t.1"),
        let("t.3", "getitem", "u", "t.2"),
        put("u", "t", 0.0),
        put("u", "t.2", "t.3", "mul"),
        result="u",
    )
    expected = """
        t = u[i:-1, 2:]
        u[i:-1] = 0.0
        u[i:-1, 2:] *= t
        return u
    """
    shown(made, expected)


def test_a_slice_of_a_variable_that_changes_is_not_repeated():
    made = function(
        "u",
        call("t", range, 2),
        loop("i", "t", [], let("t.1", "slice", "i", None, None), put("u", "t.1", "i")),
        let("t.2", "slice", None, None, 2),
        let("a", "getitem", "u", "t.2"),
        let("b", "getitem", "a", "t.2"),
        result="b",
    )
    expected = """
        for i in range(2):
            u[i:] = i
        a = u[::2]
        b = a[::2]
        return b
    """
    shown(made, expected)


def test_long_lines_are_not_made():
    body = [let("t", "add", "a_rather_long_name", "another_rather_long_name")]
    for number in range(1, 8):
        body.append(let(f"t.{number}", "mul", f"t.{number - 1}", "another_rather_long_name"))
    made = function("a_rather_long_name another_rather_long_name", *body, result="t.7")
    lines = text(made).splitlines()
    assert len(lines) > 1
    assert all(len(line) <= 90 for line in lines)
    assert run(made, 2.0, 3.0) == 5.0 * 3.0**7


def test_and_or_and_ternaries_are_written_again():
    made = function(
        "x y",
        let("t", "gt", "x", 0.0),
        branch("t", [let("t.1", "gt", "y", 0.0)], [], merge("t.2", "t.1", "t")),
        branch("t.2", [let("t.3", "mul", "x", "y")], [let("t.4", "neg", "y")],
               merge("z", "t.3", "t.4")),
        branch("z", [], [let("t.5", "truediv", 1.0, "y")], merge("t.6", "z", "t.5")),
        result="t.6",
    )  # fmt: skip
    shown(made, "z = x * y if x > 0.0 and y > 0.0 else -y\nreturn z or 1.0 / y")
    assert (run(made, 2.0, 3.0), run(made, 0.0, 2.0), run(made, -1.0, -4.0)) == (6.0, -2.0, 4.0)


def test_chained_comparisons_are_written_again():
    made = function(
        "x",
        let("t", "lt", 0.0, "x"),
        branch("t", [let("t.1", "le", "x", 1.0)], [], merge("t.2", "t.1", "t")),
        result="t.2",
    )
    shown(made, "return 0.0 < x <= 1.0")


def test_what_is_always_evaluated_stays_outside_of_a_ternary():
    made = function(
        "x",
        call("t", opaque, 2.0),
        branch("x", [let("t.1", "add", "t", 1.0)], [], merge("t.2", "t.1", "x")),
        result="t.2",
    )
    shown(made, f"t = {__name__}.opaque(2.0)\nreturn x and t + 1.0")


def test_branches_with_effects_stay_branches():
    made = function(
        "x u",
        branch("x", [put("u", 0, "x"), let("t", "neg", "x")], [], merge("t.1", "t", "x")),
        result="t.1",
    )
    assert text(made).startswith("if x:\n    u[0] = x\n")


def test_a_call_of_a_function_that_is_read_live_may_do_anything():
    live = Ref("helper", opaque, live=True)
    made = function(
        "u",
        let("t", "getitem", "u", 0),
        assign("_", Call(live, ())),
        let("a", "add", "t", 1.0),
        result="a",
    )
    assert text(made).startswith("t = u[0]\nhelper()\n")


def differences(x):
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)


def test_what_the_forward_sweep_computes_for_one_line_moves_past_stores_into_new_adjoints():
    gradient = sourcead.grad(differences)
    x = np.array([0.3, -0.8, 1.2, 0.5])
    found = gradient(x)
    assert "200.0 * out_bar * (x[1:] - t ** 2)" in gradient.source
    for i in range(4):
        moved = x + 1e-30j * (np.arange(4) == i)
        assert abs(found[i] - differences(moved).imag / 1e-30) < 1e-12


def written_by_its_argument(x):
    y = np.sin(x)
    x *= 2.0
    return np.sum(y * x[::-1] * x)


def test_nothing_that_reads_an_argument_moves_past_a_store_into_it():
    x = np.array([0.3, -0.8, 1.2])
    found = sourcead.grad(written_by_its_argument)(x.copy())
    for i in range(3):
        moved = x + 1e-30j * (np.arange(3) == i)
        assert abs(found[i] - written_by_its_argument(moved).imag / 1e-30) < 1e-12


class Holder:
    def __init__(self, a):
        self.b = a[::-1]

    def take(self, v):
        self.b = v


def overwrite(a):
    a[1] = 0.5 * a[-2]


def view_of_a_handler(A):
    """The handler's view is printed inside the choice between the two, and so are its indices."""
    holder = Holder(A[0])
    try:
        overwrite(A.reshape(9)[1:4][::-1])
    except ValueError:
        holder.take(A[:, 1][::-1])
    return np.sum(np.cos(holder.b) * holder.b) + np.sum(np.cos(A) * A)


def test_indices_inside_a_choice():
    check(view_of_a_handler, np.arange(9.0).reshape(3, 3) * 0.1 - 0.3)

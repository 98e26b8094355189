"""Statements, signatures and comments as they are printed."""

from __future__ import annotations

import ast
import math
from textwrap import dedent

import numpy as np
import pytest

from sourcead.emit.load import load
from sourcead.emit.source import emit
from sourcead.frontend.lower import lower
from sourcead.ir.nodes import (
    Assign,
    Call,
    Const,
    Delete,
    Function,
    Name,
    Op,
    Param,
    Raise,
    Ref,
    Star,
    StoreAttr,
    Try,
    Unpack,
)
from tests.emit.build import (
    HERE,
    assign,
    at,
    branch,
    call,
    carry,
    function,
    let,
    loop,
    merge,
    n,
    put,
    run,
    text,
)
from tests.emit.interpret import interpret


def shown(made: Function, expected: str) -> None:
    assert text(made) == dedent(expected).strip("\n")


def body_of(primal) -> str:
    """The text of a lowered function, without its first line."""
    lines = emit(lower(primal), scope=primal.__globals__).text.splitlines()
    return dedent("\n".join(lines[1:]))


# -- as it was written -----------------------------------------------------------------------------


def branches(x, y):
    if x > 1.0:
        y = x
    elif x > 0.5 and y < 2.0:
        y = x * x
    else:
        y = -x
    return y


def breaks(x, n):
    for i in range(n):
        x = x * 1.5
        if x > 10.0:
            break
        if i % 2:
            print(i)
        else:
            x = x + 1.0
    return x


def continues(x, values):
    for name, (low, high) in values:
        if low > x:
            continue
        if high < x:
            break
        x = x + low
    return x


def early(x):
    if x > 1.0:
        return x * x
    if x > 0.0:
        y = -x
        return y
    return 0.5


def loops(x):
    while x > 1.0 and x != 5.0:
        x = x / 2.0
    while True:
        x = x + 1.0
        if x > 3.0:
            break
    return x


def stores(u, other):
    u[0], u[1:] = u[1], 0.0
    u[..., 0] += u[-1] * 2.0
    other.value = u
    other.count -= 1
    del u[0]
    return u


def texts(x, width):
    print(f"{x!r:>{width}} and {x:.3f}{{}}", end="")
    return {"a": x, "b": [x, width]}, {x}, (x,), -(1.0**x), (-1.0) ** x


def exceptions(x, lock):
    try:
        y = x.value
    except (AttributeError, KeyError) as error:
        print(error)
        raise ValueError("no value") from error
    else:
        y = y + 1.0
    with lock as held:
        y = y * held
    try:
        y = y + 1.0
    finally:
        print(y)
    return y


def lambdas(x):
    scale = x * 2.0
    return list(map(lambda value, by=scale: value * by + scale, [x]))


def definitions(x):
    total = 0.0

    def add(value, times=2):
        nonlocal total
        total = total + value * times * x

    add(x)
    add(x, times=3)
    return total


PRINTED = {
    branches: """
        if x > 1.0:
            y = x
        elif x > 0.5 and y < 2.0:
            y = x * x
        else:
            y = -x
        return y
    """,
    breaks: """
        for i in range(n):
            x = x * 1.5
            if x > 10.0:
                break
            if i % 2:
                print(i)
            else:
                x = x + 1.0
        return x
    """,
    continues: """
        for name, (low, high) in values:
            if low > x:
                continue
            if high < x:
                break
            x = x + low
        return x
    """,
    early: """
        if x > 1.0:
            return x * x
        if x > 0.0:
            y = -x
            return y
        return 0.5
    """,
    loops: """
        while x > 1.0 and x != 5.0:
            x = x / 2.0
        while True:
            x = x + 1.0
            if x > 3.0:
                break
        return x
    """,
    stores: """
        u[0] = u[1]
        u[1:] = 0.0
        u[..., 0] += u[-1] * 2.0
        other.value = u
        other.count -= 1
        del u[0]
        return u
    """,
    texts: """
        print(f'{x!r:>{width}} and {x:.3f}{{}}', end='')
        return {'a': x, 'b': [x, width]}, {x}, (x,), -1.0 ** x, (-1.0) ** x
    """,
    exceptions: """
        try:
            y = x.value
        except (AttributeError, KeyError) as error:
            print(error)
            raise ValueError('no value') from error
        else:
            y = y + 1.0
        with lock as held:
            y = y * held
        try:
            y = y + 1.0
        finally:
            print(y)
        return y
    """,
    lambdas: """
        scale = x * 2.0
        return list(map(lambda value, by=scale: value * by + scale, [x]))
    """,
    definitions: """
        total = 0.0
        def add(value, times=2):
            nonlocal total
            total = total + value * times * x
        add(x)
        add(x, times=3)
        return total
    """,
}


@pytest.mark.parametrize("primal", PRINTED, ids=lambda primal: primal.__name__)
def test_a_function_is_printed_as_it_was_written(primal):
    assert body_of(primal) == dedent(PRINTED[primal]).strip("\n")


@pytest.mark.parametrize(
    "primal, args",
    [
        (branches, [(2.0, 1.0), (0.7, 1.0), (0.7, 3.0), (-1.0, 0.0)]),
        (breaks, [(1.0, 5), (1.0, 1), (20.0, 3)]),
        (continues, [(2.0, [("a", (3.0, 5.0)), ("b", (1.0, 2.5)), ("c", (0.0, 0.0))])]),
        (early, [(2.0,), (0.5,), (-1.0,)]),
        (loops, [(9.0,), (5.0,)]),
        (texts, [(0.5, 7)]),
        (lambdas, [(1.5,)]),
        (definitions, [(1.5,)]),
    ],
)
def test_printed_functions_compute_the_same(primal, args):
    made = load(emit(lower(primal), scope=primal.__globals__), None, primal.__globals__)
    for each in args:
        assert made(*each) == primal(*each)


# -- forms that Python text does not lead to ---------------------------------------------------------


def test_a_condition_that_is_merged_becomes_a_break():
    made = function(
        "x",
        call("t", range, 9),
        loop(
            "i",
            "t",
            [carry("x.1", "x", "x.3", "x.4")],
            let("t.1", "gt", "x.1", 10.0),
            branch(
                "t.1",
                [],
                [let("x.2", "mul", "x.1", 2.0)],
                merge("broke", True, False),
                merge("x.3", "x.1", "x.2"),
            ),
            leave="broke",
        ),
        result="x.4",
    )
    expected = """
        for i in range(9):
            if x > 10.0:
                break
            x = x * 2.0
        return x
    """
    shown(made, expected)
    assert run(made, 3.0) == 12.0


def test_a_condition_that_is_read_behind_the_loop_is_kept():
    made = function(
        "x",
        call("t", range, 3),
        loop(
            "i",
            "t",
            [carry("broke.1", False, "broke.2", "broke.3")],
            let("t.1", "gt", "i", "x"),
            branch("t.1", [], [call("_", print, "i")], merge("broke.2", True, False)),
            leave="broke.2",
        ),
        result="broke.3",
    )
    expected = """
        broke = False
        for i in range(3):
            if i > x:
                broke = True
                break
            print(i)
            broke = False
        return broke
    """
    shown(made, expected)
    assert (run(made, 1), run(made, 5)) == (True, False)


def test_a_loop_is_left_by_the_condition_of_its_own_turn():
    made = function(
        "x",
        call("t", range, 9),
        loop(
            "i", "t", [carry("x.1", "x", "x.2", "x.3")], let("x.2", "sub", "x.1", "i"), leave="x.1"
        ),
        result="x.3",
    )
    assert [run(made, x) for x in (0, 1, 2)] == [interpret(made, x) for x in (0, 1, 2)]


def test_handlers_see_how_far_the_body_came():
    made = function(
        "x",
        let("y", "copy", 0.0),
        Try(
            (let("y.1", "copy", "x"), let("y.2", "truediv", 1.0, "x")),
            (),
            (),
            (call("_", print, "y.3"),),
            (n("y.4"),),
            (n("y.2"),),
            ((n("y.3"), n("y"), (n("y.1"), n("y.2"))),),
            HERE,
        ),
        result="y.4",
    )
    expected = """
        y = 0.0
        try:
            y = x
            y = 1.0 / x
        finally:
            print(y)
        return y
    """
    shown(made, expected)


def test_constants_keep_sign_and_type():
    made = function(
        "x",
        let("t", "pow", -2.0, "x"),
        let("t.1", "tuple", "t", -0.0, float("inf"), 1j, complex(1.0, -0.0), -3, b"a", None, ...),
        result="t.1",
    )
    got = run(made, 2)
    assert repr(got) == "(4.0, -0.0, inf, 1j, (1-0j), -3, b'a', None, Ellipsis)"
    assert math.isnan(run(function("x", let("t", "mul", float("nan"), "x"), result="t"), 1.0))


def test_values_that_are_no_literals_are_not_printed_as_such():
    with pytest.raises(TypeError, match="not a literal"):
        emit(function("x", let("t", "mul", "x", np.float64(2.0)), result="t"))


def test_calls_with_stars_and_keywords():
    func = Ref("max", max)
    made = function(
        "x items options",
        assign(
            "t",
            Call(func, (n("x"), Star(n("items"))), (("default", Const(0)), (None, n("options")))),
        ),
        result="t",
    )
    shown(made, "return max(x, *items, default=0, **options)")


def test_unpacking_with_a_star_and_of_nothing():
    made = function(
        "x",
        Unpack((n("a"), n("b"), n("c")), 1, n("x"), HERE),
        let("t", "tuple", "a", "b", "c"),
        result="t",
    )
    shown(made, "a, *b, c = x\nreturn a, b, c")
    shown(function("x", Unpack((), None, n("x"), HERE), Unpack((n("a"),), None, n("x"), HERE), result="a"),
          "[] = x\na, = x\nreturn a")  # fmt: skip


def test_attributes_and_items_are_deleted_and_assigned():
    made = function(
        "x",
        StoreAttr(n("x"), "value", Const(1.0), None, HERE),
        Delete(n("x"), None, "value", HERE),
        Delete(n("x"), Const(0), None, HERE),
    )
    shown(made, "x.value = 1.0\ndel x.value\ndel x[0]")


def test_nothing_is_returned_behind_a_raise():
    made = function("x", Raise(Ref("KeyError", KeyError), None, HERE))
    shown(made, "raise KeyError")


def test_a_function_without_statements_returns_none():
    shown(function("x"), "return None")


def test_cells_that_are_passed_on_are_objects():
    made = function(
        "x",
        let("c", "cell", "x"),
        call("_", print, "c"),
        let("t", "cell_get", "c"),
        result="t",
    )
    shown(made, "c = CellType(x)\nprint(c)\nreturn c.cell_contents")
    assert run(made, 2.5) == 2.5


# -- signature ---------------------------------------------------------------------------------------


def test_parameters_of_every_form():
    forms = ["positional", "positional", "normal", "args", "keyword", "keyword", "kwargs"]
    params = tuple(Param(Name(name, 0), form) for name, form in zip("abcdefg", forms, strict=True))
    emitted = emit(
        Function("f", params, (), Const(None), HERE),
        defaults={"c": 1.0, "e": "x", "f": [1]},
        header="grad(f)",
    )
    first = "def f(a, b, /, c=1.0, *d, e='x', f=..., **g):"
    assert emitted.text.splitlines()[0] == f"{first}  # grad(f)"
    made = load(emitted, defaults={"c": 1.0, "e": "x", "f": [1]})
    assert made.__defaults__ == (1.0,) and made.__kwdefaults__ == {"e": "x", "f": [1]}


def test_keyword_parameters_alone_have_a_star_before_them():
    params = (Param(Name("a", 0)), Param(Name("b", 0), "keyword"))
    assert emit(Function("f", params, (), Const(None), HERE)).text.startswith("def f(a, *, b):")


# -- comments ------------------------------------------------------------------------------------------


def test_statements_of_a_sweep_name_the_users_statement_once():
    first, second = at(4, "return math.sin(a) + x", "reverse"), at(3, "a = x * y", "reverse")
    made = function(
        "x y out_bar",
        let("a", "mul", "x", "y", origin=at(3, "a = x * y")),
        call("t", math.cos, "a", origin=first),
        let("a_bar", "mul", "out_bar", "t", origin=first),
        let("t.1", "mul", "a_bar", "y", origin=second),
        let("x_bar", "add", "out_bar", "t.1", origin=second),
        let("y_bar", "mul", "a_bar", "x", origin=second),
        let("t.2", "tuple", "x_bar", "y_bar"),
        result="t.2",
        name="f_grad",
    )
    emitted = emit(made, header="grad(f), x: float, y: float", defaults={"out_bar": 1.0})
    assert emitted.text == dedent(
        """\
        def f_grad(x, y, out_bar=1.0):            # grad(f), x: float, y: float
            a = x * y
            a_bar = out_bar * math.cos(a)         # return math.sin(a) + x
            x_bar = out_bar + a_bar * y           # a = x * y
            y_bar = a_bar * x
            return x_bar, y_bar
        """
    )
    assert {line: origin.line for line, origin in emitted.lines.items()} == {
        2: 3, 3: 4, 4: 3, 5: 3, 6: 3,
    }  # fmt: skip


def test_comments_stand_at_one_column_behind_the_longest_line():
    names = ["a", "a_name_that_is_rather_long_already", "b"]
    body = [
        let(f"{name}_bar", "add", "x", "y", origin=at(line, f"statement {line}", "reverse"))
        for line, name in enumerate(names)
    ]
    lines = text(function("x y", *body, result="a_bar")).splitlines()[:3]
    assert len({line.index("#") for line in lines}) == 1


def test_a_comment_that_would_be_too_far_right_stands_above():
    origin = at(3, "y = " + " + ".join(["a_long_name"] * 6), "reverse")
    made = function("x", let("y_" * 20, "mul", "x", 2.0, origin=origin), result="x")
    lines = text(made).splitlines()
    assert lines[0] == f"# {origin.text}"
    assert max(map(len, lines)) <= 106


def test_primal_statements_carry_no_comment():
    assert "#" not in text(
        function("x", let("y", "mul", "x", 2.0, origin=at(3, "y = 2 * x")), result="y")
    )


def test_every_line_is_valid_python_and_mapped():
    emitted = emit(lower(exceptions))
    ast.parse(emitted.text)
    assert set(emitted.lines) <= set(range(1, len(emitted.text.splitlines()) + 1))


def test_the_same_function_gives_the_same_text():
    assert emit(lower(exceptions)).text == emit(lower(exceptions)).text


def test_constants_of_folded_operations_need_no_parameter():
    made = function("", let("t", "add", 1.0, 2.0), put(Ref("log", {}), "t", 0.0), result="t")
    assert "def f():" in emit(made).text


def test_assignments_nobody_reads_are_statements():
    made = function(
        "x", Assign(n("_"), Op("getitem", (n("x"), Const(0))), HERE), let("y", "neg", "x")
    )
    shown(made, "x[0]\ny = -x")

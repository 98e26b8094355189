"""The traversal meets every operand, binding and block of every kind of statement."""

from __future__ import annotations

import pytest

from sourcead.frontend.lower import lower
from sourcead.ir.check import problems
from sourcead.ir.nodes import Assign, Const, For, If, Name, Op, Origin, Param, Try, While, With
from sourcead.ir.show import show
from sourcead.ir.walk import (
    binds,
    blocks,
    bound,
    expressions,
    free,
    inner_binds,
    map_blocks,
    operands,
    reads,
    rename,
    statements,
    substitute,
)
from tests.frontend.functions import CASES

LISTS = [lower(function) for function, _ in CASES]
lists = pytest.mark.parametrize("function", LISTS, ids=lambda f: f.name)


def first(function, kind):
    return next(stmt for stmt in statements(lower(function).body) if isinstance(stmt, kind))


@lists
def test_renaming_everything_and_back_changes_nothing(function):
    names = [param.name for param in function.params] + list(bound(function.body))
    there = {name: Name(f"renamed_{name.hint}", name.number) for name in names}
    back = {new: old for old, new in there.items()}
    renamed = rename(function, there)
    assert problems(renamed) == []
    assert not {name.hint for name in bound(renamed.body)} & {name.hint for name in names}
    assert show(rename(renamed, back)) == show(function)


@lists
def test_free_names_of_a_body_are_its_parameters(function):
    assert set(free(function.body)) <= {param.name for param in function.params}


@lists
def test_substituting_leaves_bindings_alone(function):
    params = [param.name for param in function.params]
    done = substitute(function, {name: Const(1) for name in params})
    assert bound(done.body) == bound(function.body)
    grouped = {
        n for s in statements(done.body) if isinstance(s, Try) for g in s.interrupted for n in g[2]
    }
    assert set(free(done.body)) <= grouped


@lists
def test_every_statement_has_its_place(function):
    for stmt in statements(function.body):
        assert stmt.origin.line > 0
        assert stmt.origin.text


def test_what_statements_read_and_bind():
    def f(xs, limit):
        total = 0.0
        for x in xs:
            total += x
            if total > limit:
                total = limit
        while total > 1.0:
            total /= 2.0
        with total as y:
            z = y
        return z

    def shown(names):
        return " ".join(map(str, names))

    loop, test, half, entered = (first(f, kind) for kind in (For, If, While, With))
    assert shown(reads(loop)) == "xs total total.4"
    assert shown(binds(loop)) == "total.5"
    assert shown(inner_binds(loop)) == "total.1 x"
    assert shown(free((loop,))) == "xs total limit"
    assert shown(reads(test)) == "t total.3 total.2"
    assert shown(binds(test)) == "total.4"
    assert shown(inner_binds(half)) == "total.6"
    assert shown(binds(entered)) == "y z"
    assert [len(block) for block in blocks(half)] == [1, 1]


def test_operands_of_every_kind_of_expression():
    def f(a, b, c):
        def g(x=b):
            return a + x

        h = a.b(c, *b, k=g, **c)
        return h.attr, abs(h)

    shown = [" ".join(map(str, operands(expr))) for expr in expressions(lower(f).body)]
    assert shown == ["a b", "a c b g c", "h", "abs h", "t t.1"]


def test_blocks_can_be_replaced():
    def f(x):
        if x:
            x = 1
        else:
            x = 2
        return x

    emptied = map_blocks(first(f, If), lambda block: ())
    assert blocks(emptied) == ((), ())


def test_interrupted_groups_follow_their_bindings_and_not_their_values():
    def f(x):
        y = 0
        try:
            y = x
            y = y + 1
        except ValueError:
            return y
        return y

    stmt = first(f, Try)
    ((seen, entry, names),) = stmt.interrupted
    same = substitute(stmt, dict.fromkeys(names, Const(5)))
    assert same.interrupted == stmt.interrupted
    other = Name("other", 0)
    assert rename(stmt, {names[0]: other}).interrupted == ((seen, entry, (other, *names[1:])),)


def test_the_order_is_that_of_execution():
    def f(x, n):
        for i in range(n):
            x = x + i
        return x

    function = lower(f)
    assert [str(name) for name in bound(function.body)] == ["t", "x.1", "i", "x.2", "x.3"]


def test_names_and_constants_are_told_apart_by_what_they_are():
    assert Const(0.0) != Const(-0.0)
    assert Const(1) != Const(True) != Const(1.0)
    copy = Assign(Name("a", 0), Op("copy", (Const(1),)), Origin.none())
    assert substitute(copy, {Name("a", 0): Const(2)}) == copy
    assert Param(Name("a", 0)) == Param(Name("a", 0))

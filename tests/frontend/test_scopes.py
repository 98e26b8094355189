"""Which variables are cells: those that can change after a nested function has been made."""

from __future__ import annotations

import textwrap

import gast
import pytest

from sourcead.frontend.scopes import Scope, assigned

CELLS = {
    "a parameter that stays": ("def f(x):\n    return lambda: x", ""),
    "bound once, before": ("def f(x):\n    y = x\n    return lambda: y", ""),
    "bound twice": ("def f(x):\n    y = x\n    y = 2\n    return lambda: y", "y"),
    "bound behind": ("def f(x):\n    g = lambda: y\n    y = 1\n    return g", "y"),
    "changed in place": ("def f(x):\n    x += 1\n    return lambda: x", "x"),
    "bound in a loop": ("def f(x):\n    for i in x:\n        g = lambda: i\n    return g", "i"),
    "bound on one branch": ("def f(x):\n    if x:\n        y = 1\n    return lambda: y", "y"),
    "bound and used on one branch": (
        "def f(x):\n    if x:\n        y = 1\n        return lambda: y",
        "",
    ),
    "calls itself": ("def f(x):\n    def g(): return g\n    return g", "g"),
    "written inside": ("def f(x):\n    def g():\n        nonlocal x\n        x = 1\n", "x"),
    "written further inside": (
        "def f(x):\n    def g():\n        def h():\n            nonlocal x\n            x = 1\n",
        "x",
    ),
    "used further inside": ("def f(x):\n    y = 1\n    return lambda: lambda: y", ""),
    "its own variable": ("def f(x):\n    x = 2\n    return lambda x: x", ""),
    "in a class": ("def f(x):\n    class C:\n        y = x\n    x = 2\n    return C", "x"),
}


def scope(text):
    return Scope.of(gast.parse(textwrap.dedent(text)).body[0])


@pytest.mark.parametrize("case", CELLS)
def test_cells(case):
    text, cells = CELLS[case]
    assert " ".join(sorted(scope(text).cells)) == cells


def test_names_from_outside():
    found = scope("""
        def f(a, /, b, *c, d, **e):
            global g
            nonlocal n
            g = n = a
            return [i + h for i in b if (w := i)] + [k(z) for z in c]
    """)
    assert found.free == ("h", "k", "n")
    assert found.params == (
        ("a", "positional"), ("b", "normal"), ("c", "args"), ("d", "keyword"), ("e", "kwargs"),
    )  # fmt: skip
    assert found.locals == frozenset("abcdew")


def test_variables_of_comprehensions_are_their_own():
    found = scope("def f(x):\n    return [lambda: i for i in x], [j for j in x]")
    assert found.comprehension_cells == frozenset("i")
    assert found.locals == frozenset("x")


def test_assigned_is_in_the_order_of_the_text():
    statements = gast.parse("b = 1\nfor a, c[d] in e:\n    del f\n    import g.h\n").body
    assert assigned(statements) == ("b", "a", "f", "g")

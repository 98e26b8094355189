"""The text form of the list, on functions that the frontend lowers."""

from __future__ import annotations

import contextlib
import textwrap

import numpy as np
import pytest

from sourcead.frontend.lower import lower
from sourcead.ir.show import show


def straight(x, y):
    a = x * y
    return np.sin(a) + -x


def branch(x):
    if x > 0.0:
        y = x
    else:
        y = 0.0
    return y


def loop(xs):
    total = 0.0
    for x in xs:
        if x < 0.0:
            break
        total += x
    return total


def condition(x):
    while abs(x) > 1.0:
        x /= 2.0
    return x


def attempt(x):
    y = 0.0
    try:
        y = 1.0 / x
    except ZeroDivisionError:
        print(y)
    return y


def effects(a, i, *rest, key=1, **named):
    a[i] += key
    a[1:, i] = rest
    a.size = f"{i!r:>3}"
    first, *others = a
    with contextlib.nullcontext(a) as b:
        del b[0]
    return {first: others, **named}


def closure(x):
    n = 0

    def add(y, z=2.0):
        nonlocal n
        n += x + y

    add(1.0)
    return n


def raising(x):
    assert x, "no"
    raise ValueError(x) from None


SHOWN = {
    straight: """
        def straight(x, y):
            a = x * y
            t = np.sin(a)
            t.1 = -x
            t.2 = t + t.1
            return t.2
    """,
    branch: """
        def branch(x):
            t = x > 0.0
            if t:
                y = x
            else:
                y.1 = 0.0
            y.2 = merge(y, y.1)
            return y.2
    """,
    loop: """
        def loop(xs):
            total = 0.0
            for x in xs:
                carry total.1 = total
                t = x < 0.0
                if t:
                    pass
                else:
                    total.2 = total.1 += x
                broke = merge(True, False)
                total.3 = merge(total.1, total.2)
                next total.1 = total.3
                exit if broke
            total.4 = after total.1
            return total.4
    """,
    condition: """
        def condition(x):
            while:
                carry x.1 = x
                t = abs(x.1)
                t.1 = t > 1.0
                test t.1
            do:
                x.2 = x.1 /= 2.0
                next x.1 = x.2
            x.3 = after x.1
            return x.3
    """,
    attempt: """
        def attempt(x):
            y = 0.0
            try:
                y.1 = 1.0 / x
            y.2 = interrupted(y, y.1)
            except ZeroDivisionError:
                _ = print(y.2)
                leave y.2
            y.3 = leaves(y.1)
            return y.3
    """,
    effects: """
        def effects(a, i, *rest, key, **named):
            a[i] += key
            t = slice(1, None, None)
            t.1 = (t, i)
            a[t.1] = rest
            t.2 = join('>3')
            t.3 = format(i, 'r', t.2)
            t.4 = join(t.3)
            a.size = t.4
            first, *others = unpack a
            t.5 = contextlib.nullcontext(a)
            with t.5 as b:
                del b[0]
            t.6 = {first: others}
            t.7 = dict_merge(t.6, named)
            return t.7
    """,
    closure: """
        def closure(x):
            n_cell = cell()
            cell n_cell = 0
            add = function add[n=cell n_cell, x=x](z=2.0)
            _ = add(1.0)
            n = cell_get(n_cell)
            return n
    """,
    raising: """
        def raising(x):
            if x:
                pass
            else:
                t = AssertionError('no')
                raise t
            t.1 = ValueError(x)
            raise t.1 from None
            return None
    """,
}


@pytest.mark.parametrize("function", SHOWN, ids=lambda f: f.__name__)
def test_the_text_is(function):
    assert show(lower(function)) == textwrap.dedent(SHOWN[function]).strip()


def test_forms_of_parameters():
    def keywords(a, /, b, *, c):
        return a

    assert show(lower(keywords)).startswith("def keywords(a, /, b, *, c):")


def test_nested_functions_show_what_they_capture_first():
    from sourcead.ir.nodes import MakeFunction
    from sourcead.ir.walk import expressions

    made = next(e for e in expressions(lower(closure).body) if isinstance(e, MakeFunction))
    assert show(made.template()).startswith("def add([n_cell], [x], y, z):")

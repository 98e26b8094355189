"""What is refused, with its place, cause and way out; all of a function at once."""

from __future__ import annotations

import contextlib

import pytest

from sourcead.errors import UnsupportedSyntax
from sourcead.frontend.lower import lower


def refusal(function):
    with pytest.raises(UnsupportedSyntax) as caught:
        lower(function)
    return str(caught.value)


def test_generators_and_coroutines():
    def generator(x):
        yield x

    def delegating(x):
        yield from x

    async def coroutine(x):
        return x

    async def waiting(x):
        async with x:
            return await x

    assert "`yield` makes this function a generator" in refusal(generator)
    assert "`yield from` makes" in refusal(delegating)
    assert "a coroutine is not transformed" in refusal(coroutine)
    assert "a coroutine is not transformed" in refusal(waiting)


def test_the_message_names_place_cause_and_way_out():
    def f(x):
        y = x + 1
        return (i for i in y)

    line = f.__code__.co_firstlineno + 2
    assert refusal(f) == (
        "sourcead.UnsupportedSyntax: "
        "a generator expression is evaluated piece by piece, while others run\n"
        f"  {__file__}:{line}, in f\n"
        "    return (i for i in y)\n"
        "           ^^^^^^^^^^^^^^\n"
        "  Write a list comprehension: `[...]`."
    )


def test_all_offences_come_in_one_error():
    def f(x):
        async def inside():
            pass

        try:
            yield x
        finally:
            return (i for i in x)  # noqa: B012

    with pytest.raises(UnsupportedSyntax) as caught:
        lower(f)
    assert [offence.cause.split()[0] for offence in caught.value.offences] == [
        "a",
        "`finally`",
        "`yield`",
        "a",
    ]


def test_generator_expressions_that_outlive_their_call():
    def returned(x):
        return (i for i in x)

    def binding(x, f):
        return f(last := i for i in x)  # noqa: F841

    def looping(x):
        for y in (lambda: i for i in x):  # noqa: B023
            return y

    assert "Write a list comprehension" in refusal(looping)
    assert "Write a list comprehension" in refusal(returned)
    assert "Write a list comprehension" in refusal(binding)


def test_patterns_that_are_not_transformed():
    def positional(x, cls):
        match x:
            case cls(1):
                return 1

    assert "Name the attributes" in refusal(positional)


def test_deleting_a_variable_that_others_see():
    def f(x):
        g = lambda: x  # noqa: F821
        del x
        return g

    assert "`x` is deleted while other functions see it" in refusal(f)


def test_suppress_that_is_imported_inside():
    def f(x):
        from contextlib import suppress

        with suppress(ValueError):
            return x
        return 1

    assert "import `suppress` at the top" in refusal(f)


def test_nested_functions_are_asked_when_they_are_lowered():
    def f(x):
        def rows():
            class Row:
                value = x

            return Row.value

        return rows()

    from sourcead.ir.nodes import MakeFunction
    from sourcead.ir.walk import expressions

    made = next(e for e in expressions(lower(f).body) if isinstance(e, MakeFunction))
    with pytest.raises(UnsupportedSyntax, match="class"):
        made.template()
    with contextlib.suppress(UnsupportedSyntax):
        made.template()

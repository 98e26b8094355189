"""`x, v = s` raises ValueError where s has more or fewer items, in derivatives as in the program."""

from __future__ import annotations

import numpy as np
import pytest

import sourcead


def product(s):
    x, v = s
    return x * v


def rows(p):
    total = 0.0
    for x, y in p:
        total += x * y
    return total


def passed_on(s):
    def inner(state):
        a, b, c = state
        return a * b + c

    return inner(s) + s[0]


WRONG = [
    (product, np.ones(3)),
    (product, np.ones(1)),
    (product, [1.0, 2.0, 3.0]),
    (rows, np.ones((2, 3))),
    (rows, [[1.0, 2.0], [3.0]]),
    (passed_on, np.ones(2)),
]


@pytest.mark.parametrize("f, given", WRONG)
@pytest.mark.parametrize("mode", ["grad", "value_and_grad", "jvp"])
def test_another_length_raises_what_the_program_raises(f, given, mode):
    with pytest.raises(ValueError, match="values to unpack"):
        f(given)
    made = {"jvp": lambda s: sourcead.jvp(f, (s,), (s,))}.get(mode) or getattr(sourcead, mode)(f)
    with pytest.raises(ValueError, match="values to unpack"):
        made(given)


@pytest.mark.parametrize("f, given", [(product, np.ones(2)), (rows, np.ones((3, 2)))])
def test_the_right_length_is_right(f, given):
    np.testing.assert_array_equal(sourcead.grad(f)(given), np.ones(given.shape))


def test_it_is_printed_as_unpacking():
    source = sourcead.grad(product).source_for(np.ones(2))
    assert "= s\n" in source
    assert "len(" not in source

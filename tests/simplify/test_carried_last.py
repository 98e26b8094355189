"""What a loop carries on is computed when the old value has been read for the last time, if nothing forbids it."""

import math

import numpy as np

import sourcead
from tests.numeric import check


def powers(x, n):
    y = x
    for _ in range(n):
        y = y * math.cos(x)
    return y


def swapped(x, y, n):
    """Each next value reads the other's present one: one of them has to wait."""
    for _ in range(n):
        x, y = x * y, y + x
    return x * y


def raising(x, n):
    """What may raise an exception stays where it is."""
    total = 0.0
    y = x
    for _ in range(n):
        z = 1.0 / y
        total = total + y
        y = z
    return total


def in_a_while_loop(x):
    y = x
    while y < 10.0:
        y = y * x + 1.0
    return y * y


def test_adjoints_need_no_copy_at_the_end_of_a_turn():
    source = sourcead.grad(powers).source_for(0.7, 3)
    assert "y_bar *= t" in source
    assert "y_bar_1" not in source


def test_the_second_order_agrees_with_reverse_over_reverse():
    twice = sourcead.grad(lambda x: sourcead.jvp(powers, (x, 3), (1.0, 0))[1])
    assert np.isclose(twice(0.7), sourcead.grad(sourcead.grad(powers))(0.7, 3))


def test_each_is_right():
    check(powers, 0.7, 3)
    check(swapped, 0.4, 1.1, 4)
    check(in_a_while_loop, 1.3)
    check(raising, 0.8, 3)
    for function, args in ((powers, (0.7, 3)), (swapped, (0.4, 1.1, 4)), (in_a_while_loop, (1.3,))):
        value, _ = sourcead.value_and_grad(function)(*args)
        assert value == function(*args)

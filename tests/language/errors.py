"""Exceptions that follow from the types alone: asked for, as it is done to find out what an argument is."""

# mypy: ignore-errors
from __future__ import annotations

from tests.language.registry import case


@case("exceptions: an operator that fails for the types", 0.7)
def operator_fails(x):
    total = 0.0
    for value in (x, None, "a", x * x, (x,)):
        try:
            total = total + value * 2.0
        except TypeError:
            total = total + x
    return total * x


@case("exceptions: len of a number", 0.7)
def length_of_a_number(x):
    try:
        n = len(x)
    except TypeError:
        n, x = 1, [x, x * x]
    return x[0] * n + x[1]


@case("exceptions: iteration, indexing and unpacking of a number", 0.7)
def number_as_a_sequence(x):
    try:
        iter(x)
    except TypeError:
        first = x * x
    try:
        second = x[0]
    except (TypeError, IndexError):
        second = 3.0 * x
    try:
        third, fourth = x
    except TypeError:
        third, fourth = x**3, first
    return first * second + third * fourth


@case("exceptions: attributes and methods that a number has not", 0.7)
def number_as_an_array(x):
    try:
        n = x.shape[0]
    except AttributeError:
        n = 3
    try:
        return n * x.dot(x)
    except AttributeError:
        return n * x * x


@case("exceptions: division by a zero that is written there", 0.7)
def divided_by_zero(x):
    try:
        return x / 0
    except ZeroDivisionError:
        return x * x


def product(a, b):
    return a * b


class Nothing:
    pass


@case("exceptions: calls with too few arguments, of a number, objects without operators", 0.7)
def wrong_calls(x):
    try:
        y = product(x)
    except TypeError:
        y = product(x, x)
    try:
        y = x()
    except TypeError:
        y = y * x
    try:
        return Nothing() * y
    except TypeError:
        return y * y


@case("exceptions: a number of values that does not fit", 0.7)
def values_that_do_not_fit(x):
    try:
        a, b = (x, x, x)
    except ValueError:
        a, b = x, x * x
    return a * b

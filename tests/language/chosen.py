"""Functions that are found while the program runs: in lists of a module or object, on branches, or not at all."""

# mypy: ignore-errors
from __future__ import annotations

import functools
import math

import numpy as np

from tests.language.registry import case


def square(x):
    return x * x


def cube(x):
    return x**3


class Layer:
    def __init__(self, w):
        self.w = w

    def __call__(self, x):
        return math.tanh(self.w * x)

    def scaled(self, x):
        return self.w * x * x


class Chain:
    def __init__(self, *functions):
        self.functions = list(functions)

    def __call__(self, x):
        for function in self.functions:
            x = function(x)
        return x


LAYER = Layer(2.0)
FUNCTIONS = [square, cube]
SEVERAL = [LAYER.scaled, square, LAYER]
WEIGHTED = [("square", square, 2.0), ("cube", cube, 3.0)]
CHAIN = Chain(square, LAYER, Chain(cube, LAYER.scaled))


@case("values: list of functions of a module, in a loop, by index, in a comprehension", 0.7, 1)
def functions_of_a_module(x, n):
    total = sum(f(x) for f in FUNCTIONS) + FUNCTIONS[n](x) * FUNCTIONS[-1](x)
    for i, f in enumerate(reversed(FUNCTIONS)):
        x = f(x) + i
    return total * x + functools.reduce(lambda value, f: f(value), FUNCTIONS, x)


@case("values: list of methods, functions and callable objects", 0.7)
def several_callables(x):
    return SEVERAL[0](x) + SEVERAL[1](x) * SEVERAL[2](x)


@case("values: list of tuples with functions", 0.7)
def tuples_with_functions(x):
    found = {}
    for name, function, weight in WEIGHTED:
        found[name] = weight * function(x)
    return found["square"] * found["cube"]


@case("values: list of functions in an object, nested", 0.7)
def chain_of_functions(x):
    return CHAIN(x) + Chain(square, Layer(x), lambda v: v * x)(x)


@case("closures: one of three, by branches", 0.7)
def one_of_three(x):
    y = x * x
    if x > 2.0:
        f = lambda v: v * y
    elif x > 0.5:
        z = y * x

        def f(v, k=z):
            return v * z + k
    else:
        f = square
    return f(x) * f(y)


@case("closures: one of two, chosen in each turn", np.array([0.7, -0.3]))
def chosen_in_each_turn(x):
    total = 0.0
    for v in x:
        f = (lambda t: t * v) if v > 0.0 else (lambda t: t * v * v)  # noqa: B023
        total = f(v) + functools.reduce(lambda a, b: a + f(b), x, total)
    return total


@case("closures: one of two partials, one of two methods, passed on", 0.7)
def one_of_two_partials(x):
    f = (
        functools.partial(lambda k, v: k * v, x * x)
        if x < 0.0
        else functools.partial(lambda k, v: k * v * v, x**3)
    )
    one, other = Layer(x), Layer(x * x)
    g = one.scaled if x < 0.0 else other.scaled
    return sum(map(f, [x, 2.0 * x])) * g(x)


@case("closures: None until set on a branch", 0.7)
def none_until_a_branch(x):
    f = g = None
    if x > 5.0:
        f = lambda v: v * x
    elif x > 0.1:
        f = lambda v: v * v * x
    if x > 5.0:
        g = square
    y = 3.0 * x if f is None else f(x)
    if g is not None:
        y = g(y)
    return y


@case("closures: a callback that may be None", 0.7)
def optional_callback(x):
    def run(v, f=None):
        if f is None:
            f = lambda t: t * v
        return f(v)

    return run(x) + run(x, cube) + run(x, lambda t: t * t)

"""One gradient, five ways: symbols, differences, dual numbers, a tape, source transformation.

The first four are whole implementations, as small as they can be: they know `+`, `*` and `sin`,
and are run by the same unmodified function (`np.sin` of an object calls its method `sin`).
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

import sourcead


def f(x, y):
    a = x * y
    return np.sin(a) * a + x


# -- 1. symbolic: an expression in, an expression out ------------------------------------------


@dataclass
class Expression:
    text: str
    by: Callable  # the name of a variable in, the derivative's expression out

    def __add__(self, other):
        text = f"({self.text} + {other.text})"
        return Expression(text, lambda name: self.by(name) + other.by(name))

    def __mul__(self, other):
        text = f"{self.text} * {other.text}"
        return Expression(text, lambda name: self.by(name) * other + self * other.by(name))

    def sin(self):
        slope = Expression(f"cos({self.text})", None)
        return Expression(f"sin({self.text})", lambda name: slope * self.by(name))


def variable(name):
    return Expression(name, lambda other: Expression(str(float(other == name)), None))


def symbolic(x, y):
    expression = f(variable("x"), variable("y"))
    texts = [expression.by(name).text for name in ("x", "y")]
    print("the derivative by x as an expression, before anybody simplifies it:\n")
    print(f"    {texts[0]}\n")
    return tuple(eval(text, {"sin": math.sin, "cos": math.cos, "x": x, "y": y}) for text in texts)


# -- 2. differences: the function itself, twice for each argument ------------------------------


def differences(x, y, h=6e-6):
    by_x = (f(x + h, y) - f(x - h, y)) / (2.0 * h)
    by_y = (f(x, y + h) - f(x, y - h)) / (2.0 * h)
    return by_x, by_y


# -- 3. dual numbers: each number carries its derivative along, once for each argument ---------


@dataclass
class Dual:
    value: float
    dot: float

    def __add__(self, other):
        return Dual(self.value + other.value, self.dot + other.dot)

    def __mul__(self, other):
        return Dual(self.value * other.value, self.dot * other.value + self.value * other.dot)

    def sin(self):
        return Dual(math.sin(self.value), math.cos(self.value) * self.dot)


def dual_numbers(x, y):
    return f(Dual(x, 1.0), Dual(y, 0.0)).dot, f(Dual(x, 0.0), Dual(y, 1.0)).dot


# -- 4. a tape: every operation is recorded while it runs, then the record is read backwards ---


class Taped:
    def __init__(self, value, tape, parents=()):
        self.value, self.bar, self.tape, self.parents = value, 0.0, tape, parents
        tape.append(self)

    def __add__(self, other):
        return Taped(self.value + other.value, self.tape, ((self, 1.0), (other, 1.0)))

    def __mul__(self, other):
        parents = ((self, other.value), (other, self.value))
        return Taped(self.value * other.value, self.tape, parents)

    def sin(self):
        return Taped(math.sin(self.value), self.tape, ((self, math.cos(self.value)),))


def taped(x, y):
    tape = []
    x, y = Taped(x, tape), Taped(y, tape)
    f(x, y).bar = 1.0
    for node in reversed(tape):
        for parent, partial in node.parents:
            parent.bar += partial * node.bar
    return x.bar, y.bar


# -- 5. source transformation: a function in, a function out; nothing is recorded --------------

transformed = sourcead.grad(f, argnums=(0, 1))


def main():
    x, y = 0.7, 1.3
    a = x * y
    exact = ((math.cos(a) * a + math.sin(a)) * y + 1.0, (math.cos(a) * a + math.sin(a)) * x)
    ways = (symbolic, differences, dual_numbers, taped, transformed)
    results = [way(x, y) for way in ways]
    titles = ("symbolic", "differences", "dual numbers", "tape", "source transformation")
    print(f"{'':22} {'df/dx':>16} {'df/dy':>16} {'error':>9}")
    for title, found in zip(titles, results):
        error = max(abs(one - right) for one, right in zip(found, exact))
        print(f"{title:22} {found[0]:16.12f} {found[1]:16.12f} {error:9.0e}")
    print("\nthe derivative as a function, written by sourcead:\n")
    print(transformed.source)


if __name__ == "__main__":
    main()

"""A function called within a call of itself, and what is taken over: generated constructors, constants among numbers."""

import math
from dataclasses import dataclass, field

import numpy as np

from tests.everyday.registry import program


def simpson(f, a, b, n=4):
    h = (b - a) / n
    total = f(a) + f(b)
    for i in range(1, n):
        total += (4 if i % 2 else 2) * f(a + i * h)
    return total * h / 3


@program(0.8, 0.4)
def double_integral(p, q):
    return simpson(lambda x: simpson(lambda y: math.exp(-p * x * y) * q, 0.0, x + p), 0.0, 1.0)


@program(0.8, 0.4)
def triple_integral(p, q):
    def over_z(x, y):
        return simpson(lambda z: math.sin(p * z + x) * y + q, 0.0, y, n=2)

    def over_y(x):
        return simpson(lambda y: over_z(x, y) ** 2, 0.0, x, n=2)

    return simpson(over_y, q, 1.0, n=2)


def secant(f, x, n=5):
    for _ in range(n):
        x = x - 1e-3 * f(x) / (f(x + 1e-3) - f(x))
    return x


@program(0.8, 0.4)
def root_within_a_root(p, q):
    return secant(lambda x: x * x - secant(lambda y: y * y - p - q * x, 1.0), 1.0)


@dataclass
class State:
    pos: float
    vel: float = 0.3
    tags: list = field(default_factory=list)

    def __post_init__(self):
        self.energy = 0.5 * self.vel**2 + math.cos(self.pos)


class Damped(State):
    """Not a dataclass itself: it is made by what was generated for its parent."""

    rate = 0.2

    def up(self):
        return self.pos * self.rate + self.energy


class Started(State):
    def __init__(self, a):
        super().__init__(a, vel=a * a)
        self.start = a


class Twice(Damped):
    def __post_init__(self):
        super().__post_init__()
        self.twice = 2.0 * self.energy


@dataclass
class Scaled(Damped):
    scale: float = 1.0

    def up(self):
        return super().up() * self.scale


class Both(Started, Damped):
    pass


@program(0.8, 0.4)
def generated_constructors_of_parents(x, y):
    damped, twice = Damped(x, y), Twice(y, vel=x)
    damped.tags.append(twice.twice)
    return damped.up() + Scaled(x, y, scale=x).up() * damped.tags[0]


@program(0.8, 0.4)
def generated_constructors_by_super(x, y):
    both = Both(x)
    return Started(y).energy * Started(x).start + both.up() * both.start


@program(0.8, 0.4)
def constants_among_what_is_sorted(x, y):
    low, middle, high = sorted([x, 0.7, y])
    ranked = sorted((y, x, 1), reverse=True)
    return low * middle + high * ranked[0] + sorted([x, y, 0.6], key=lambda v: -v)[1] * ranked[2]


@program(np.array([0.3, 0.8]), 0.4)
def a_constant_array_among_what_is_sorted(u, y):
    first, second = sorted([u, np.array([0.5, 0.5])], key=np.sum)
    return first[0] * y + second[1] ** 2


def risky(v):
    if v > 0.5:
        raise ValueError("too large")
    return v * v


@program(0.3, 0.4)
def else_changes_what_a_closure_sees(x, y):
    try:
        found = risky(x)
    except ValueError:
        found = y
    else:
        found = found + y * x

    def scaled(v):
        return v * found + 0.7

    return scaled(found)


@program(0.7, 0.4)
def handler_changes_what_a_closure_sees(x, y):
    try:
        found = risky(x)
    except ValueError:
        found = y * y
    else:
        found = found + y
    return (lambda v: v * found + 0.7)(x)


@program(0.8, 0.4)
def factors_that_are_nearly_inverses(x, y):
    weights = {"a": 1.0 / 0.3, "bb": 0.7 / 0.3, "ccc": 3.3333333333333335 * 0.7}
    return sum(w * math.sin(x * len(n)) * y for n, w in weights.items()) * 2.3333333333333335

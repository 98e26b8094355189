"""Running totals and runs of like items (`accumulate`, `groupby`), and the larger of two objects."""

import functools
import itertools
import math
import operator

import numpy as np

from tests.everyday.registry import program

R = np.array([0.1, 0.5, -0.2, 0.7, 0.3, 0.35])


@program(R)
def deepest_fall(r):
    value = list(itertools.accumulate(r, lambda a, b: a * (1 + b), initial=1.0))
    highest = list(itertools.accumulate(value, max))
    return max((p - e) / p for p, e in zip(highest, value))


@program(R)
def products_so_far(r):
    return list(itertools.accumulate([v * v + 0.1 for v in r], operator.mul))[3]


@program(R)
def largest_so_far(r):
    return sum(x * x for x in itertools.accumulate(r, func=max))


@program(R)
def totals_of_nothing(r):
    none = [v for v in r if v > 5]
    return sum(itertools.accumulate(none, initial=r[0] ** 2)) + sum(itertools.accumulate(none))


@program(R)
def totals_in_a_loop(r):
    s = 0.0
    for t in itertools.accumulate(r, initial=r[1]):
        s = s * 0.5 + t * t
    return s


@program(R)
def squares_of_runs(r):
    return sum(sum(run) ** 2 for _, run in itertools.groupby(r, key=lambda v: v > 0.2))


@program(R)
def runs_as_lists(r):
    total = 0.0
    for k, run in itertools.groupby(sorted(r), key=lambda v: round(v * 2)):
        values = list(run)
        total += k * math.prod(values) + len(values) * values[0]
    return total


@program(R)
def runs_by_name(r):
    found = {
        name: sum(x * x for x in run)
        for name, run in itertools.groupby(r, lambda v: "high" if v > 0.2 else "low")
    }
    return found["high"] + 3 * found["low"]


@functools.total_ordering
class Quantity:
    def __init__(self, value, unit):
        self.value = value
        self.unit = unit

    def __lt__(self, other):
        return self.value < other.value

    def __eq__(self, other):
        return self.value == other.value

    def __hash__(self):
        return hash(self.unit)

    def __add__(self, other):
        return Quantity(self.value + other.value, self.unit)


@program(R)
def larger_of_two_objects(r):
    a, b = Quantity(r[0], "m"), Quantity(r[1] * 2, "m")
    if a < b:
        a = a + b
    return max(a, b).value ** 2 + min(a, b, Quantity(r[2], "m")).value


@program(R)
def largest_of_objects(r):
    return max(Quantity(v, "m") for v in r).value ** 2

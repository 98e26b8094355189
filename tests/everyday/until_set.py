"""Variables that are None until they are set to a tuple, and functions that return one or None."""

import math
from typing import NamedTuple

import numpy as np

from tests.everyday.registry import program

X = np.array([0.3, 0.7, 1.1])


class State(NamedTuple):
    pos: float
    vel: float


@program(0.7)
def best_of_a_search(x):
    best = None
    for i in range(4):
        value = math.sin(x * i)
        if best is None or value > best[0]:
            best = (value, i)
    return best[0] * x + best[1]


@program(0.7)
def none_at_the_end_of_a_function(x):
    def grown(x, limit):
        for turn in range(5):
            if x > limit:
                return x, turn
            x = x * 1.5

    found = grown(x, 100.0)
    if found is None:
        found = grown(x, 2.0)
    if not found:
        return x
    other = grown(x, 1e9) or (x, x * x)
    value, turn = found
    return value * turn * other[1]


@program(X)
def previous_state(x):
    previous, total = None, 0.0
    for a in x:
        state = State(a * 2.0, a * a)
        if previous is not None:
            total += (state.pos - previous.pos) * previous.vel
            previous = previous._replace(vel=previous.vel * 0.5)
        if previous is None or previous.vel < state.vel:
            previous = state
    pos, vel = previous
    return total + pos * vel


@program(X)
def pairs_in_each_other(x):
    best = None
    for a in x:
        for b in x:
            cost = (a - b) ** 2
            if best and cost < best[0][0]:
                continue
            best = ((cost, a), b * cost)
    (cost, a), rest = best
    return cost * a + rest


@program(X)
def forgotten_on_the_way(x):
    held, total = None, 0.0
    for i, a in enumerate(x):
        if i == 2:
            held = None
        if held is None:
            held = (a, a * a)
        else:
            first, second = held
            total += first * second * a
            held = (second, first)
    return total + held[1]


@program(X)
def arrays_kept(x):
    kept = None
    for i in range(3):
        w = x * (i + 1.0)
        if kept is not None:
            before, size = kept
            w = w + before * size
        kept = (w, w.sum())
    return kept[0] @ x + kept[1]


@program(0.7)
def never_set(x):
    best = None
    for i in range(2):
        if x > 5.0:
            best = (x, i)
    try:
        return best[0]
    except TypeError as error:
        return x * x * len(str(error))

"""Tables of tuples, what is remembered under pairs, and draws of `random`."""

import math
import random

import numpy as np

from tests.everyday.registry import program

NEIGHBOURS = ((0, 1), (1, 2, 3), (2,), (0, 3))


@program(np.array([1.0, 2.0, 3.0, 4.0]))
def neighbours_in_tuples(x):
    total = 0.0
    for i in range(4):
        for j in NEIGHBOURS[i]:
            total += x[i] * x[j]
    return total


@program(np.array([1.0, 2.0, 3.0]))
def row_of_unlike_tuples(x):
    groups = ((0, 1), (1, 2, 0), (2,))
    total = 0.0
    for i in range(3):
        row = groups[i]
        total += x[i] * sum(x[j] for j in row) * len(row)
    return total


@program(np.array([1.3, 0.4]))
def numbers_of_numpy_under_pairs(x):
    def paths(v):
        memo = {}

        def go(i, j):
            if i == 0 or j == 0:
                return v
            if (i, j) not in memo:
                memo[i, j] = go(i - 1, j) * 0.5 + go(i, j - 1) * v
            return memo[i, j]

        return go(3, 3)

    return sum([paths(v) for v in x])


@program(np.array([1.3, 0.4]))
def uniform_draws_of_the_module(x):
    random.seed(3)
    total = 0.0
    for i in range(2):
        total += x[i] * random.random()
    return total**2


@program(np.array([1.3, 0.4]))
def draws_with_parameters(x):
    r = random.Random(3)
    return r.gauss(x[0], x[1]) ** 2 + random.Random(4).uniform(x[0], x[1]) ** 2


@program(np.array([1.3, 0.4]))
def waiting_times(x):
    rng = random.Random(3)
    time, total = 0.0, 0.0
    while time < 3.0:
        time += rng.expovariate(x[0])
        total += math.exp(-x[1] * time)
    return total


@program(np.array([1.3, 0.4]))
def chosen_and_shuffled(x):
    rng = random.Random(3)
    xs = [x[0], x[1], x[0] * x[1]]
    rng.shuffle(xs)
    for _ in range(4):
        xs[rng.randrange(3)] *= rng.choice([0.5, 2.0]) + 0.1 * rng.random()
    return rng.choice(xs) * sum(rng.sample(xs, 2)) + xs[0]


class Walker:
    def __init__(self, seed):
        self.rng = random.Random(seed)

    def step(self, p):
        return p + 0.1 * (self.rng.random() - 0.5) * p**2


@program(np.array([1.3, 0.4]))
def walker_with_a_generator(x):
    walker = Walker(5)
    for _ in range(3):
        x[0] = walker.step(x[0])
    return x[0] * x[1]


@program(1.7, np.array([0.2, 1.0, -0.5, 0.7]), 2)
def splines_by_recursion(t, c, order):
    knots = [0, 0, 0, 1, 2, 3, 3, 3]

    def basis(i, k):
        if k == 0:
            return 1.0 if knots[i] <= t < knots[i + 1] else 0.0
        total = 0.0
        if knots[i + k] != knots[i]:
            total += (t - knots[i]) / (knots[i + k] - knots[i]) * basis(i, k - 1)
        if knots[i + k + 1] != knots[i + 1]:
            total += (
                (knots[i + k + 1] - t) / (knots[i + k + 1] - knots[i + 1]) * basis(i + 1, k - 1)
            )
        return total

    return sum(c[i] * basis(i, order) for i in range(4)) ** 2


@program(np.array([60.0, 100.0, 120.0]), 5)
def packed_into_a_sack(values, room):
    weights = [1, 2, 3]

    def best(i, left):
        if i == len(weights):
            return 0.0
        skipped = best(i + 1, left)
        if weights[i] > left:
            return skipped
        return max(skipped, values[i] * 1.1 + best(i + 1, left - weights[i]))

    return best(0, room) ** 2

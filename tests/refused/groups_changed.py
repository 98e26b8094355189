"""The loop changes the list of which it goes over the groups."""

import itertools

import sourcead


def program(x):
    held = [x, 2.0 * x, 3.0]
    total = 0.0
    for _, group in itertools.groupby(held, key=lambda v: v > 1.0):  # error: NotDifferentiable
        total += sum(group)
        held[-1] = total
    return total


def call():
    sourcead.grad(program)(0.4)

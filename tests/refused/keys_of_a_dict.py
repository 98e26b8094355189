"""The keys of a dict carry derivatives: what is looked up by them is followed, they themselves are not."""

import sourcead


def program(x, y):
    weights = {x: 1.0, y: 2.0}
    total = 0.0
    for number, weight in weights.items():  # error: NotDifferentiable
        total += number * weight
    return total


def call():
    sourcead.grad(program)(0.7, 1.3)

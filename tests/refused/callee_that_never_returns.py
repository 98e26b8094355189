"""Every path of a function that is called ends in an exception: it is named, not its caller."""

import sourcead


def energy(x):
    raise NotImplementedError(f"no energy at {x}")


def step(x):
    return energy(x) + 1.0  # error: NotDifferentiable


def program(x):
    return step(2.0 * x)


def call():
    sourcead.grad(program)(1.0)

"""Every path of a function that is called ends in an exception: there is no gradient to show.

A call of the gradient raises what the program raises.
"""

import sourcead


def energy(x):
    raise NotImplementedError(f"no energy at {x}")


def step(x):
    return energy(x) + 1.0  # error: NeverReturns


def program(x):
    return step(2.0 * x)


def call():
    sourcead.grad(program).source_for(1.0)

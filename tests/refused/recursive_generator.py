"""How often a generator goes into itself is known only when it runs: it cannot be written out as a list."""

import sourcead


def powers(x, n):
    yield x
    if n > 0:
        yield from powers(x * x, n - 1)  # error: NotDifferentiable


def program(x, n):
    return sum(powers(x, n))


def call():
    sourcead.grad(program)(0.7, 3)

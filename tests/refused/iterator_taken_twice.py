"""An iterator is empty after the first loop over it; a derivative would read what is behind it again."""

import sourcead


def program(x, y):
    pairs = zip(x, y)  # error: NotDifferentiable
    total = 0.0
    for a, b in pairs:
        total += a * b
    for a, b in pairs:
        total += a
    return total


def call():
    sourcead.grad(program)([0.7, 0.2], [1.0, 2.0])

"""A function that a loop has put on a list is called by code that is not followed."""

import sourcead

KNOWN = []


def program(x, n):
    scale = []
    for i in range(n):
        scale.append(lambda v, k=x * i: v * k)
    total = sum([f(x) for f in scale])
    KNOWN.append(scale[0])  # error: NotDifferentiable
    return total


def call():
    sourcead.grad(program)(0.7, 3)

"""The derivative of a gradient as a linear map: what its tangents share is a list, which later turns change."""

import sourcead


def program(x, n=5):  # error: NotSeparable
    xs = [x * k * x for k in range(n)]
    xs[::2] = [x, x**2, x**3]
    first, *rest = xs
    return first * rest[0] * rest[1] + rest[2]


def call():
    sourcead.linearize(sourcead.grad(program), 1.0)

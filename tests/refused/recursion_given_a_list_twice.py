"""A function that calls itself is given one list as two arguments, of which it changes one."""

import sourcead


def doubled(a, b, n):
    if n == 0:
        return a[0] * b[0]
    a[0] = a[0] * 2.0
    return doubled(a, b, n - 1)


def program(x, n):
    xs = [x]
    return doubled(xs, xs, n)  # error: NotDifferentiable


def call():
    sourcead.grad(program)(1.0, 3)

"""A context manager whose generator has its `yield` in a branch."""

from contextlib import contextmanager

import sourcead


@contextmanager
def scaled(v):
    if v > 0.5:
        yield v * 2.0
    else:
        yield v


def program(x):
    with scaled(x) as w:  # error: NotDifferentiable
        return w * w


def call():
    sourcead.grad(program)(0.7)

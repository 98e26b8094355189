"""A context manager made of a generator that is entered by something else than `with`."""

from contextlib import ExitStack, contextmanager

import sourcead


@contextmanager
def scaled(v):
    yield v * 2.0


def program(x):
    with ExitStack() as stack:
        w = stack.enter_context(scaled(x))  # error: NotDifferentiable
    return w * w


def call():
    sourcead.grad(program)(0.7)

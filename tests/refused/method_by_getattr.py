"""A function that an object finds by `__getattr__`: what it is, is not known before the call."""
import numpy as np
import sourcead


class Backend:
    def __getattr__(self, name):
        return getattr(np, name)


backend = Backend()


def program(x):
    return backend.square(x) * x  # error: NoRule


def call():
    sourcead.grad(program)(0.7)

"""A method that calls itself is given an object that carries derivatives."""

import numpy as np

import sourcead


class Chain:
    def __init__(self, x):
        self.x = x

    def total(self, at):
        return 0.0 if at == len(self.x) else self.x[at] + self.total(at + 1)


def program(x):
    return Chain(x).total(0)  # error: NotDifferentiable


def call():
    sourcead.grad(program)(np.ones(3))

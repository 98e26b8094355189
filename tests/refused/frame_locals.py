"""Variables are read out of the frame, by names that no analysis sees."""

import sys

import sourcead


def program(x):
    y = x * x
    return sys._getframe().f_locals["y"] * y  # error: NotDifferentiable


def call():
    sourcead.grad(program)(0.7)

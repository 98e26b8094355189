"""Attributes that are set by names which no statement tells."""

import numpy as np

import sourcead


class Record:
    pass


def program(x):
    record = Record()
    for name, value in zip("abc", x):
        setattr(record, name, value)  # error: NotDifferentiable
    return record.a


def call():
    sourcead.grad(program)(np.ones(3))

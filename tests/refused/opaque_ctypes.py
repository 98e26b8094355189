"""A C object holds the value."""

import ctypes

import sourcead


def program(x):
    y = x * x
    return ctypes.c_double(y).value  # error: NoRule


def call():
    sourcead.grad(program)(0.7)

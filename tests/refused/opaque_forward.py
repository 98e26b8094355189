"""Forward mode refuses the same call."""

import ctypes

import sourcead


def program(x):
    return ctypes.c_double(x).value  # error: NoRule


def call():
    sourcead.jvp(program, (0.7,), (1.0,))

"""All offences of a function are reported at once."""

import ctypes
import struct

import sourcead


def program(x):
    a = ctypes.c_double(x).value  # error: NoRule
    b = struct.unpack("d", struct.pack("d", x * x))[0]  # error: NoRule
    return a * b


def call():
    sourcead.grad(program)(0.7)

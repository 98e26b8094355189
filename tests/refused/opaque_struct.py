"""A value goes through bytes and comes back: the dependency would be lost."""

import struct

import sourcead


def program(x):
    packed = struct.pack("d", x)  # error: NoRule
    return struct.unpack("d", packed)[0] * 2.0


def call():
    sourcead.grad(program)(0.7)

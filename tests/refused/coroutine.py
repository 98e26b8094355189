"""A coroutine has no value of its own to differentiate."""

import sourcead


async def program(x):  # error: UnsupportedSyntax
    return x * x


def call():
    sourcead.grad(program)(0.7)

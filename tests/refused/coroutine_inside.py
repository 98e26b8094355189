"""A coroutine among the callees."""

import asyncio

import sourcead


def program(x):
    async def square():  # error: UnsupportedSyntax
        return x * x

    return asyncio.run(square())


def call():
    sourcead.grad(program)(0.7)

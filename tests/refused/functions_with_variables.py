"""A loop puts functions on a list that have a variable each, which they assign."""

import sourcead


def program(x, n):
    def counting(k):
        count = 0

        def call(v):
            nonlocal count
            count += 1
            return v * k + count

        return call

    calls = []
    for i in range(n):
        calls.append(counting(x * i))
    total = 0.0
    for call in calls:
        total += call(total)  # error: NotDifferentiable
    return total


def call():
    sourcead.grad(program)(0.7, 3)

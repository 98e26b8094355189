"""An attribute of a local class that changes: the class would remember earlier calls."""

import sourcead


def program(x):
    class Spring:  # error: UnsupportedSyntax
        count = 0

        def energy(self, v):
            Spring.count += 1
            return v * v

    return Spring().energy(x)


def call():
    sourcead.grad(program)(0.7)

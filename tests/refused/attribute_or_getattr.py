"""An attribute that is there on some paths; on others `__getattr__` is asked."""

import sourcead


class Settings:
    def __init__(self, x, special):
        self.x = x
        if special:
            self.rate = 3.0 * x

    def __getattr__(self, name):
        return 5.0 * self.x


def program(x):
    return Settings(x, x > 0.0).rate ** 2  # error: NotDifferentiable


def call():
    sourcead.grad(program)(0.7)

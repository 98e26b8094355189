"""The class of an object is replaced while the program runs."""

import sourcead


class Rising:
    def value(self):
        return self.k * 2.0


class Falling(Rising):
    def value(self):
        return -self.k


def program(x):
    state = Rising()
    state.k = x
    total = state.value()
    state.__class__ = Falling  # error: NotDifferentiable
    return total + state.value()


def call():
    sourcead.grad(program)(0.7)

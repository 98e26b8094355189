"""An argument of a class derived from list whose instances have attributes: in forward mode, too."""

import sourcead


class Layers(list):
    def __init__(self, items):
        super().__init__(items)
        self.width = len(items)


def program(layers, x):  # error: NotDifferentiable
    return layers[0] * x


def call():
    sourcead.jvp(program, (Layers([2.0]), 0.7), ([1.0], 1.0))

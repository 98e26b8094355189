"""An argument of a class derived from list: in forward mode, too."""

import sourcead


class Layers(list):
    pass


def program(layers, x):  # error: NotDifferentiable
    return layers[0] * x


def call():
    sourcead.jvp(program, (Layers([2.0]), 0.7), ([1.0], 1.0))

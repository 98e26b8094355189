"""Rosenbrock's function by elements: a loop that reads single elements."""

import numpy as np

wrt = 0
full_scale = 400


def primal(x):
    total = 0.0
    for i in range(len(x) - 1):
        total += 100.0 * (x[i + 1] - x[i] ** 2) ** 2 + (1.0 - x[i]) ** 2
    return total


def make_args(scale):
    return (np.random.default_rng(0).normal(size=25 * scale),)


def hand_gradient(x):
    x = x.tolist()  # reading floats from a list is cheaper than reading them from an array
    x_bar = [0.0] * len(x)
    for i in range(len(x) - 1):
        a = x[i]
        t_bar = 200.0 * (x[i + 1] - a * a)
        x_bar[i] -= 2.0 * (t_bar * a + 1.0 - a)
        x_bar[i + 1] += t_bar
    return np.array(x_bar)


def autograd_primal(x):
    return primal(x)


def torch_primal(x):
    return primal(x)


def jax_primal(x):
    from jax import lax

    def turn(i, total):
        return total + 100.0 * (x[i + 1] - x[i] ** 2) ** 2 + (1.0 - x[i]) ** 2

    return lax.fori_loop(0, len(x) - 1, turn, 0.0)

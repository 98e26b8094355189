"""Rosenbrock's function on whole arrays."""

import numpy as np

wrt = 0
full_scale = 4000


def primal(x):
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)


def make_args(scale):
    return (np.random.default_rng(0).normal(size=25 * scale),)


def hand_gradient(x):
    a = x[:-1]
    t_bar = a * a
    np.subtract(x[1:], t_bar, out=t_bar)
    t_bar *= 200.0
    x_bar = np.zeros_like(x)
    x_bar[1:] = t_bar
    t_bar -= 1.0
    t_bar *= a
    t_bar += 1.0
    t_bar *= 2.0
    x_bar[:-1] -= t_bar
    return x_bar


def autograd_primal(x):
    import autograd.numpy as anp

    return anp.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)


def torch_primal(x):
    return (100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2).sum()


def jax_primal(x):
    import jax.numpy as jnp

    return jnp.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)

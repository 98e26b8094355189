"""Two floats in, a line of calculus, a float out: what remains is the cost of a call."""

import math

wrt = (0, 1)
full_scale = 1


def primal(x, y):
    a = x * y
    return math.sin(a) + a * math.exp(-x)


def make_args(scale):
    return 0.7, 1.3


def hand_gradient(x, y):
    a = x * y
    decay = math.exp(-x)
    a_bar = math.cos(a) + decay
    return a_bar * y - a * decay, a_bar * x


def autograd_primal(x, y):
    import autograd.numpy as anp

    a = x * y
    return anp.sin(a) + a * anp.exp(-x)


def torch_primal(x, y):
    import torch

    a = x * y
    return torch.sin(a) + a * torch.exp(-x)


def jax_primal(x, y):
    import jax.numpy as jnp

    a = x * y
    return jnp.sin(a) + a * jnp.exp(-x)

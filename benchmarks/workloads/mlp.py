"""A multi-layer perceptron: parameters as a list of pairs, squared error on a batch."""

import numpy as np

wrt = 0
full_scale = 20


def primal(params, x, y):
    for w, b in params[:-1]:
        x = np.tanh(x @ w + b)
    w, b = params[-1]
    return np.mean((x @ w + b - y) ** 2)


def make_args(scale):
    rng = np.random.default_rng(0)
    shapes = [(8, 32), (32, 32), (32, 2)]
    params = [(rng.normal(size=shape) / shape[0] ** 0.5, np.zeros(shape[1])) for shape in shapes]
    return params, rng.normal(size=(25 * scale, 8)), rng.normal(size=(25 * scale, 2))


def hand_gradient(params, x, y):
    inputs = [x]
    for w, b in params[:-1]:
        x = x @ w
        x += b
        np.tanh(x, out=x)
        inputs.append(x)
    w, b = params[-1]
    z_bar = x @ w
    z_bar += b
    z_bar -= y
    z_bar *= 2.0 / z_bar.size
    params_bar = [(x.T @ z_bar, z_bar.sum(axis=0))]
    for k in reversed(range(len(params) - 1)):
        x_bar = z_bar @ params[k + 1][0].T
        z_bar = inputs[k + 1]
        z_bar *= z_bar
        np.subtract(1.0, z_bar, out=z_bar)
        z_bar *= x_bar
        params_bar.append((inputs[k].T @ z_bar, z_bar.sum(axis=0)))
    return params_bar[::-1]


def autograd_primal(params, x, y):
    import autograd.numpy as anp

    for w, b in params[:-1]:
        x = anp.tanh(anp.dot(x, w) + b)
    w, b = params[-1]
    return anp.mean((anp.dot(x, w) + b - y) ** 2)


def torch_primal(params, x, y):
    import torch

    for w, b in params[:-1]:
        x = torch.tanh(torch.addmm(b, x, w))
    w, b = params[-1]
    return torch.nn.functional.mse_loss(torch.addmm(b, x, w), y)


def jax_primal(params, x, y):
    import jax.numpy as jnp

    for w, b in params[:-1]:
        x = jnp.tanh(x @ w + b)
    w, b = params[-1]
    return jnp.mean((x @ w + b - y) ** 2)

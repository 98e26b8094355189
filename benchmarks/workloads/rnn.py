"""A recurrent network over a sequence: a loop of small matrix-vector products."""

import numpy as np

wrt = (0, 1, 2, 3)
full_scale = 20


def primal(w_in, w_rec, b, w_out, xs, ys):
    h = np.zeros(len(b))
    loss = 0.0
    for x, y in zip(xs, ys):
        h = np.tanh(w_in @ x + w_rec @ h + b)
        error = w_out @ h - y
        loss += error @ error
    return loss / len(xs)


def make_args(scale):
    rng = np.random.default_rng(0)
    steps, n_in, n, n_out = 10 * scale, 4, 32, 3
    return (
        rng.normal(size=(n, n_in)) / n_in**0.5,
        rng.normal(size=(n, n)) / n**0.5,
        0.1 * rng.normal(size=n),
        rng.normal(size=(n_out, n)) / n**0.5,
        rng.normal(size=(steps, n_in)),
        rng.normal(size=(steps, n_out)),
    )


def hand_gradient(w_in, w_rec, b, w_out, xs, ys):
    h = np.zeros(len(b))
    hs, errors = [h], []
    for x, y in zip(xs, ys):
        z = w_in @ x
        z += w_rec @ h
        z += b
        h = np.tanh(z, out=z)
        hs.append(h)
        error = w_out @ h
        error -= y
        errors.append(error)
    h_bar = np.zeros(len(b))
    z_bars = []
    for t in reversed(range(len(xs))):
        error_bar, h = errors[t], hs[t + 1]
        error_bar *= 2.0 / len(xs)
        h_bar += error_bar @ w_out
        z_bar = 1.0 - h * h
        z_bar *= h_bar
        z_bars.append(z_bar)
        h_bar = z_bar @ w_rec
    z_bars, hs = np.array(z_bars[::-1]), np.array(hs)
    return z_bars.T @ xs, z_bars.T @ hs[:-1], z_bars.sum(axis=0), np.array(errors).T @ hs[1:]


def derived_gradient(w_in, w_rec, b, w_out, xs, ys):
    steps = len(xs)
    h = np.zeros((steps + 1, len(b)))  # row t + 1: the state after step t
    driven = xs @ w_in.T
    driven += b
    for t in range(steps):
        z = w_rec @ h[t]
        z += driven[t]
        np.tanh(z, out=h[t + 1])
    errors_bar = h[1:] @ w_out.T
    errors_bar -= ys
    errors_bar *= 2.0 / steps
    z_bar = errors_bar @ w_out
    slope = 1.0 - h[1:] ** 2
    h_bar = np.zeros(len(b))
    for t in reversed(range(steps)):
        row = z_bar[t]
        row += h_bar
        row *= slope[t]
        h_bar = row @ w_rec
    return z_bar.T @ xs, z_bar.T @ h[:-1], z_bar.sum(axis=0), errors_bar.T @ h[1:]


def autograd_primal(w_in, w_rec, b, w_out, xs, ys):
    import autograd.numpy as anp

    h = anp.zeros(len(b))
    loss = 0.0
    for x, y in zip(xs, ys):
        h = anp.tanh(anp.dot(w_in, x) + anp.dot(w_rec, h) + b)
        error = anp.dot(w_out, h) - y
        loss = loss + anp.dot(error, error)
    return loss / len(xs)


def torch_primal(w_in, w_rec, b, w_out, xs, ys):
    import torch

    h = torch.zeros_like(b)
    loss = 0.0
    for x, y in zip(xs, ys):
        h = torch.tanh(w_in @ x + w_rec @ h + b)
        error = w_out @ h - y
        loss += error @ error
    return loss / len(xs)


def jax_primal(w_in, w_rec, b, w_out, xs, ys):
    import jax.numpy as jnp
    from jax import lax

    def step(h, pair):
        x, y = pair
        h = jnp.tanh(w_in @ x + w_rec @ h + b)
        error = w_out @ h - y
        return h, error @ error

    return jnp.mean(lax.scan(step, jnp.zeros_like(b), (xs, ys))[1])

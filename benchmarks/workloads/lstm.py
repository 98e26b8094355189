"""A long short-term memory over a sequence: gates, concatenation and slices in a loop."""

import numpy as np

wrt = (0, 1, 2)
full_scale = 20


def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))


def primal(w, b, w_out, xs, ys):
    n = w_out.shape[1]
    h = np.zeros(n)
    c = np.zeros(n)
    loss = 0.0
    for x, y in zip(xs, ys):
        z = w @ np.concatenate((x, h)) + b
        kept = sigmoid(z[:n])
        entering = sigmoid(z[n : 2 * n])
        shown = sigmoid(z[2 * n : 3 * n])
        c = kept * c + entering * np.tanh(z[3 * n :])
        h = shown * np.tanh(c)
        error = w_out @ h - y
        loss += error @ error
    return loss / len(xs)


def make_args(scale):
    rng = np.random.default_rng(0)
    steps, n_in, n, n_out = 10 * scale, 4, 32, 3
    return (
        rng.normal(size=(4 * n, n_in + n)) / (n_in + n) ** 0.5,
        0.1 * rng.normal(size=4 * n),
        rng.normal(size=(n_out, n)) / n**0.5,
        rng.normal(size=(steps, n_in)),
        rng.normal(size=(steps, n_out)),
    )


def hand_gradient(w, b, w_out, xs, ys):
    n = w_out.shape[1]
    h, c = np.zeros(n), np.zeros(n)
    steps = []
    for x, y in zip(xs, ys):
        joined = np.concatenate((x, h))
        z = w @ joined
        z += b
        gates = np.negative(z[: 3 * n])
        np.exp(gates, out=gates)
        gates += 1.0
        np.reciprocal(gates, out=gates)
        kept, entering, shown = gates[:n], gates[n : 2 * n], gates[2 * n :]
        candidate = np.tanh(z[3 * n :])
        old, c = c, kept * c
        c += entering * candidate
        squashed = np.tanh(c)
        h = shown * squashed
        error = w_out @ h
        error -= y
        steps.append((joined, gates, candidate, old, squashed, h, error))
    h_bar, c_bar = np.zeros(n), np.zeros(n)
    inputs, z_bars, hs, error_bars = [], [], [], []
    for joined, gates, candidate, old, squashed, h, error_bar in reversed(steps):
        kept, entering, shown = gates[:n], gates[n : 2 * n], gates[2 * n :]
        error_bar *= 2.0 / len(xs)
        h_bar += error_bar @ w_out
        c_bar += h_bar * shown * (1.0 - squashed * squashed)
        z_bar = np.empty(4 * n)
        np.multiply(c_bar, old, out=z_bar[:n])
        np.multiply(c_bar, candidate, out=z_bar[n : 2 * n])
        np.multiply(h_bar, squashed, out=z_bar[2 * n : 3 * n])
        z_bar[: 3 * n] *= gates - gates * gates
        z_bar[3 * n :] = c_bar * entering * (1.0 - candidate * candidate)
        c_bar *= kept
        h_bar = (z_bar @ w)[len(joined) - n :]
        inputs.append(joined)
        z_bars.append(z_bar)
        hs.append(h)
        error_bars.append(error_bar)
    z_bars = np.array(z_bars)
    return z_bars.T @ np.array(inputs), z_bars.sum(axis=0), np.array(error_bars).T @ np.array(hs)


def derived_gradient(w, b, w_out, xs, ys):
    steps, n_in = xs.shape
    n = w_out.shape[1]
    inputs = np.zeros((steps + 1, n_in + n))  # row t: (x, h) that enter step t
    inputs[:-1, :n_in] = xs
    h = inputs[1:, n_in:]
    gates = np.empty((steps, 4 * n))
    cells = np.zeros((steps + 1, n))
    squashed = np.empty((steps, n))
    for t in range(steps):
        gate = np.matmul(w, inputs[t], out=gates[t])
        gate += b
        candidate = gate[3 * n :]
        np.tanh(candidate, out=candidate)
        opening = gate[: 3 * n]
        np.negative(opening, out=opening)
        np.exp(opening, out=opening)
        opening += 1.0
        np.reciprocal(opening, out=opening)
        cell = cells[t + 1]
        np.multiply(gate[:n], cells[t], out=cell)
        cell += gate[n : 2 * n] * candidate
        np.tanh(cell, out=squashed[t])
        np.multiply(gate[2 * n : 3 * n], squashed[t], out=h[t])
    errors_bar = h @ w_out.T
    errors_bar -= ys
    errors_bar *= 2.0 / steps
    w_out_bar = errors_bar.T @ h

    slopes = gates * gates  # of the sigmoids: s - s * s, of the candidates: 1 - g * g
    np.subtract(gates[:, : 3 * n], slopes[:, : 3 * n], out=slopes[:, : 3 * n])
    np.subtract(1.0, slopes[:, 3 * n :], out=slopes[:, 3 * n :])
    shown_slope = gates[:, 2 * n : 3 * n] * (1.0 - squashed * squashed)
    w_h = w[:, n_in:]
    h_bars = errors_bar @ w_out
    h_bar = np.zeros(n)
    c_bar = np.zeros(n)
    for t in reversed(range(steps)):
        gate, slope = gates[t], slopes[t]
        h_bar += h_bars[t]
        c_bar += h_bar * shown_slope[t]
        z_bar = slope  # row by row, the slopes turn into the adjoints of z
        z_bar[:n] *= c_bar * cells[t]
        z_bar[n : 2 * n] *= c_bar * gate[3 * n :]
        z_bar[2 * n : 3 * n] *= h_bar * squashed[t]
        z_bar[3 * n :] *= c_bar * gate[n : 2 * n]
        c_bar *= gate[:n]
        h_bar = z_bar @ w_h
    return slopes.T @ inputs[:-1], slopes.sum(axis=0), w_out_bar


def autograd_primal(w, b, w_out, xs, ys):
    import autograd.numpy as anp

    n = w_out.shape[1]
    h = anp.zeros(n)
    c = anp.zeros(n)
    loss = 0.0
    for x, y in zip(xs, ys):
        z = anp.dot(w, anp.concatenate((x, h))) + b
        gates = 1.0 / (1.0 + anp.exp(-z[: 3 * n]))
        c = gates[:n] * c + gates[n : 2 * n] * anp.tanh(z[3 * n :])
        h = gates[2 * n :] * anp.tanh(c)
        error = anp.dot(w_out, h) - y
        loss = loss + anp.dot(error, error)
    return loss / len(xs)


def torch_primal(w, b, w_out, xs, ys):
    import torch

    h = torch.zeros_like(w_out[0])
    c = torch.zeros_like(h)
    loss = 0.0
    for x, y in zip(xs, ys):
        kept, entering, shown, candidate = (w @ torch.cat((x, h)) + b).chunk(4)
        c = torch.sigmoid(kept) * c + torch.sigmoid(entering) * torch.tanh(candidate)
        h = torch.sigmoid(shown) * torch.tanh(c)
        error = w_out @ h - y
        loss += error @ error
    return loss / len(xs)


def jax_primal(w, b, w_out, xs, ys):
    import jax
    import jax.numpy as jnp

    def step(state, pair):
        h, c = state
        x, y = pair
        kept, entering, shown, candidate = jnp.split(w @ jnp.concatenate((x, h)) + b, 4)
        c = jax.nn.sigmoid(kept) * c + jax.nn.sigmoid(entering) * jnp.tanh(candidate)
        h = jax.nn.sigmoid(shown) * jnp.tanh(c)
        error = w_out @ h - y
        return (h, c), error @ error

    start = jnp.zeros(w_out.shape[1])
    return jnp.mean(jax.lax.scan(step, (start, start), (xs, ys))[1])

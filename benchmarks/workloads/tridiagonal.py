"""A tridiagonal system by Thomas' algorithm: element recurrences that overwrite their arrays."""

import numpy as np

wrt = (0, 1, 2, 3)
full_scale = 250


def primal(lower, diagonal, upper, x):
    n = len(x)
    for i in range(1, n):
        w = lower[i] / diagonal[i - 1]
        diagonal[i] -= w * upper[i - 1]
        x[i] -= w * x[i - 1]
    x[n - 1] /= diagonal[n - 1]
    for i in range(n - 2, -1, -1):
        x[i] = (x[i] - upper[i] * x[i + 1]) / diagonal[i]
    return np.sum(x**2)


def make_args(scale):
    rng = np.random.default_rng(0)
    n = 20 * scale
    return rng.random(n), 3.0 + rng.random(n), rng.random(n), rng.normal(size=n)


def hand_gradient(lower, diagonal, upper, x):
    n = len(x)
    lower, diagonal, upper, y = lower.tolist(), diagonal.tolist(), upper.tolist(), x.tolist()
    for i in range(1, n):
        w = lower[i] = lower[i] / diagonal[i - 1]  # from here on, `lower` holds the multipliers
        diagonal[i] -= w * upper[i - 1]
        y[i] -= w * y[i - 1]
    x = y.copy()
    x[n - 1] /= diagonal[n - 1]
    for i in range(n - 2, -1, -1):
        x[i] = (x[i] - upper[i] * x[i + 1]) / diagonal[i]

    upper_bar = [0.0] * n
    diagonal_bar = [0.0] * n
    y_bar = [2.0 * value for value in x]
    for i in range(n - 1):
        t_bar = y_bar[i] = y_bar[i] / diagonal[i]
        diagonal_bar[i] = -t_bar * x[i]
        upper_bar[i] = -t_bar * x[i + 1]
        y_bar[i + 1] -= t_bar * upper[i]
    t_bar = y_bar[n - 1] = y_bar[n - 1] / diagonal[n - 1]
    diagonal_bar[n - 1] = -t_bar * x[n - 1]

    lower_bar = [0.0] * n
    for i in range(n - 1, 0, -1):
        w, s_bar, t_bar = lower[i], diagonal_bar[i], y_bar[i]
        w_bar = -(s_bar * upper[i - 1] + t_bar * y[i - 1]) / diagonal[i - 1]
        lower_bar[i] = w_bar
        diagonal_bar[i - 1] -= w_bar * w
        upper_bar[i - 1] -= w * s_bar
        y_bar[i - 1] -= w * t_bar
    return np.array(lower_bar), np.array(diagonal_bar), np.array(upper_bar), np.array(y_bar)


def solve_on_lists(lower, diagonal, upper, x):
    n = len(x)
    diagonals, xs = [diagonal[0]], [x[0]]
    for i in range(1, n):
        w = lower[i] / diagonals[-1]
        diagonals.append(diagonal[i] - w * upper[i - 1])
        xs.append(x[i] - w * xs[-1])
    xs[-1] = xs[-1] / diagonals[-1]
    for i in range(n - 2, -1, -1):
        xs[i] = (xs[i] - upper[i] * xs[i + 1]) / diagonals[i]
    return xs


def autograd_primal(lower, diagonal, upper, x):
    import autograd.numpy as anp

    return anp.sum(anp.array(solve_on_lists(lower, diagonal, upper, x)) ** 2)


def torch_primal(lower, diagonal, upper, x):
    import torch

    columns = (lower.unbind(), diagonal.unbind(), upper.unbind(), x.unbind())
    return (torch.stack(solve_on_lists(*columns)) ** 2).sum()


def jax_primal(lower, diagonal, upper, x):
    import jax.numpy as jnp
    from jax import lax

    def eliminate(above, row):
        diagonal_above, x_above = above
        lower, diagonal, upper_above, x = row
        w = lower / diagonal_above
        reduced = diagonal - w * upper_above, x - w * x_above
        return reduced, reduced

    def substitute(below, row):
        diagonal, upper, x = row
        solution = (x - upper * below) / diagonal
        return solution, solution

    first = diagonal[0], x[0]
    rows = lower[1:], diagonal[1:], upper[:-1], x[1:]
    (last_diagonal, last_x), (diagonals, xs) = lax.scan(eliminate, first, rows)
    diagonals = jnp.concatenate((diagonal[:1], diagonals[:-1]))
    xs = jnp.concatenate((x[:1], xs[:-1]))
    last = last_x / last_diagonal
    _, solution = lax.scan(substitute, last, (diagonals, upper[:-1], xs), reverse=True)
    return jnp.sum(solution**2) + last**2

"""Poisson's equation by Gauss-Seidel sweeps: single elements read and written in nested loops."""

import numpy as np

wrt = (0, 1)
full_scale = 4


def primal(u, source, sweeps):
    n, m = u.shape
    for _ in range(sweeps):
        for i in range(1, n - 1):
            for j in range(1, m - 1):
                u[i, j] = 0.25 * (
                    u[i - 1, j] + u[i + 1, j] + u[i, j - 1] + u[i, j + 1] - source[i, j]
                )
    return np.sum(u**2)


def make_args(scale):
    rng = np.random.default_rng(0)
    n = 6 * scale + 2
    return rng.random((n, n)), rng.normal(size=(n, n)), 2 * scale


def hand_gradient(u, source, sweeps):
    n, m = u.shape
    u, source = u.tolist(), source.tolist()  # floats from lists are cheaper than from arrays
    for _ in range(sweeps):
        for i in range(1, n - 1):
            above, row, below, row_source = u[i - 1], u[i], u[i + 1], source[i]
            for j in range(1, m - 1):
                row[j] = 0.25 * (above[j] + below[j] + row[j - 1] + row[j + 1] - row_source[j])
    u_bar = [[2.0 * value for value in row] for row in u]
    source_bar = [[0.0] * m for _ in range(n)]
    for _ in range(sweeps):
        for i in range(n - 2, 0, -1):
            above_bar, row_bar, below_bar = u_bar[i - 1], u_bar[i], u_bar[i + 1]
            row_source_bar = source_bar[i]
            for j in range(m - 2, 0, -1):
                t_bar = 0.25 * row_bar[j]
                row_bar[j] = 0.0
                above_bar[j] += t_bar
                below_bar[j] += t_bar
                row_bar[j - 1] += t_bar
                row_bar[j + 1] += t_bar
                row_source_bar[j] -= t_bar
    return np.array(u_bar), np.array(source_bar)


def autograd_primal(u, source, sweeps):
    import autograd.numpy as anp

    n, m = u.shape
    rows = [[u[i, j] for j in range(m)] for i in range(n)]
    for _ in range(sweeps):
        for i in range(1, n - 1):
            for j in range(1, m - 1):
                around = rows[i - 1][j] + rows[i + 1][j] + rows[i][j - 1] + rows[i][j + 1]
                rows[i][j] = 0.25 * (around - source[i, j])
    return anp.sum(anp.array([anp.array(row) for row in rows]) ** 2)


def torch_primal(u, source, sweeps):
    n, m = u.shape
    u = u.clone()
    for _ in range(sweeps):
        for i in range(1, n - 1):
            for j in range(1, m - 1):
                u[i, j] = 0.25 * (
                    u[i - 1, j] + u[i + 1, j] + u[i, j - 1] + u[i, j + 1] - source[i, j]
                )
    return (u**2).sum()


def jax_primal(u, source, sweeps):
    import jax.numpy as jnp
    from jax import lax

    n, m = u.shape

    def column(j, state):
        i, u = state
        around = u[i - 1, j] + u[i + 1, j] + u[i, j - 1] + u[i, j + 1]
        return i, u.at[i, j].set(0.25 * (around - source[i, j]))

    def row(i, u):
        return lax.fori_loop(1, m - 1, column, (i, u))[1]

    def sweep(_, u):
        return lax.fori_loop(1, n - 1, row, u)

    return jnp.sum(lax.fori_loop(0, sweeps, sweep, u) ** 2)

"""Poisson's equation by red-black over-relaxation: slices with steps, written in a callee."""

import numpy as np

wrt = (0, 1, 2)
full_scale = 8


def residual(u, source, row, column):
    """The equation's error at every second point, starting at (row, column)."""
    return (
        u[row - 1 : -2 : 2, column:-1:2]
        + u[row + 1 :: 2, column:-1:2]
        + u[row:-1:2, column - 1 : -2 : 2]
        + u[row:-1:2, column + 1 :: 2]
        - 4.0 * u[row:-1:2, column:-1:2]
        - source[row:-1:2, column:-1:2]
    )


def relax(u, source, omega, row, column):
    u[row:-1:2, column:-1:2] += 0.25 * omega * residual(u, source, row, column)


def primal(u, source, omega, sweeps):
    for _ in range(sweeps):
        relax(u, source, omega, 1, 1)  # red
        relax(u, source, omega, 2, 2)
        relax(u, source, omega, 1, 2)  # black
        relax(u, source, omega, 2, 1)
    return np.sum(u**2)


def make_args(scale):
    rng = np.random.default_rng(0)
    n = 12 * scale + 2  # even: both colours have as many points
    return rng.random((n, n)), rng.normal(size=(n, n)), 1.5, 3 * scale


QUARTERS = ((1, 1), (2, 2), (1, 2), (2, 1))


def hand_gradient(u, source, omega, sweeps):
    residuals = []
    for _ in range(sweeps):
        for row, column in QUARTERS:
            r = residual(u, source, row, column)
            u[row:-1:2, column:-1:2] += 0.25 * omega * r
            residuals.append(r)
    u_bar = 2.0 * u
    source_bar = np.zeros_like(source)
    omega_bar = 0.0
    for _ in range(sweeps):
        for row, column in reversed(QUARTERS):
            points_bar = u_bar[row:-1:2, column:-1:2]
            omega_bar += 0.25 * np.einsum("ij,ij", points_bar, residuals.pop())
            r_bar = (0.25 * omega) * points_bar
            u_bar[row - 1 : -2 : 2, column:-1:2] += r_bar
            u_bar[row + 1 :: 2, column:-1:2] += r_bar
            u_bar[row:-1:2, column - 1 : -2 : 2] += r_bar
            u_bar[row:-1:2, column + 1 :: 2] += r_bar
            source_bar[row:-1:2, column:-1:2] -= r_bar
            r_bar *= 4.0
            points_bar -= r_bar
    return u_bar, source_bar, omega_bar


def autograd_primal(u, source, omega, sweeps):
    import autograd.numpy as anp

    i, j = np.indices(u.shape)
    inside = (i > 0) & (i < len(u) - 1) & (j > 0) & (j < len(u) - 1)
    colours = (inside & ((i + j) % 2 == 0), inside & ((i + j) % 2 == 1))
    for _ in range(sweeps):
        for points in colours:
            around = anp.roll(u, 1, 0) + anp.roll(u, -1, 0) + anp.roll(u, 1, 1) + anp.roll(u, -1, 1)
            u = u + points * (0.25 * omega * (around - 4.0 * u - source))
    return anp.sum(u**2)


def torch_primal(u, source, omega, sweeps):
    u = u.clone()
    for _ in range(sweeps):
        for row, column in QUARTERS:
            relax(u, source, omega, row, column)
    return (u**2).sum()


def jax_primal(u, source, omega, sweeps):
    import jax.numpy as jnp
    from jax import lax

    def sweep(_, u):
        for row, column in QUARTERS:
            change = 0.25 * omega * residual(u, source, row, column)
            u = u.at[row:-1:2, column:-1:2].add(change)
        return u

    return jnp.sum(lax.fori_loop(0, sweeps, sweep, u) ** 2)

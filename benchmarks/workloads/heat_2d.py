"""Heat equation on a plate with a conductivity field: a time loop of slices, in place."""

import numpy as np

wrt = (0, 1)
full_scale = 10


def primal(u, conductivity, steps):
    for _ in range(steps):
        u[1:-1, 1:-1] += conductivity * (
            u[2:, 1:-1] + u[:-2, 1:-1] + u[1:-1, 2:] + u[1:-1, :-2] - 4.0 * u[1:-1, 1:-1]
        )
    return np.sum(u**2)


def make_args(scale):
    rng = np.random.default_rng(0)
    n = 10 * scale
    return rng.random((n + 2, n + 2)), 0.1 + 0.1 * rng.random((n, n)), 5 * scale


def hand_gradient(u, conductivity, steps):
    laplacians = []
    inner = u[1:-1, 1:-1]
    for _ in range(steps):
        laplacian = u[2:, 1:-1] + u[:-2, 1:-1]
        laplacian += u[1:-1, 2:]
        laplacian += u[1:-1, :-2]
        laplacian -= 4.0 * inner
        laplacians.append(laplacian)
        inner += conductivity * laplacian
    u_bar = 2.0 * u
    inner_bar = u_bar[1:-1, 1:-1]
    conductivity_bar = np.zeros_like(conductivity)
    for laplacian in reversed(laplacians):
        laplacian *= inner_bar
        conductivity_bar += laplacian
        laplacian_bar = np.multiply(conductivity, inner_bar, out=laplacian)
        u_bar[2:, 1:-1] += laplacian_bar
        u_bar[:-2, 1:-1] += laplacian_bar
        u_bar[1:-1, 2:] += laplacian_bar
        u_bar[1:-1, :-2] += laplacian_bar
        laplacian_bar *= 4.0
        inner_bar -= laplacian_bar
    return u_bar, conductivity_bar


def autograd_primal(u, conductivity, steps):
    import autograd.numpy as anp

    for _ in range(steps):
        laplacian = u[2:, 1:-1] + u[:-2, 1:-1] + u[1:-1, 2:] + u[1:-1, :-2] - 4.0 * u[1:-1, 1:-1]
        u = u + anp.pad(conductivity * laplacian, 1, "constant")
    return anp.sum(u**2)


def torch_primal(u, conductivity, steps):
    u = u.clone()
    for _ in range(steps):
        u[1:-1, 1:-1] += conductivity * (
            u[2:, 1:-1] + u[:-2, 1:-1] + u[1:-1, 2:] + u[1:-1, :-2] - 4.0 * u[1:-1, 1:-1]
        )
    return (u**2).sum()


def jax_primal(u, conductivity, steps):
    import jax.numpy as jnp
    from jax import lax

    def step(_, u):
        laplacian = u[2:, 1:-1] + u[:-2, 1:-1] + u[1:-1, 2:] + u[1:-1, :-2] - 4.0 * u[1:-1, 1:-1]
        return u.at[1:-1, 1:-1].add(conductivity * laplacian)

    return jnp.sum(lax.fori_loop(0, steps, step, u) ** 2)

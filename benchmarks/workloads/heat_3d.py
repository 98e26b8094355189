"""Heat equation in a block: an in-place stencil that is linear, so its adjoint needs nothing saved."""

import numpy as np

wrt = 0
full_scale = 5


def primal(u, rate, steps):
    for _ in range(steps):
        u[1:-1, 1:-1, 1:-1] += rate * (
            u[2:, 1:-1, 1:-1]
            + u[:-2, 1:-1, 1:-1]
            + u[1:-1, 2:, 1:-1]
            + u[1:-1, :-2, 1:-1]
            + u[1:-1, 1:-1, 2:]
            + u[1:-1, 1:-1, :-2]
            - 6.0 * u[1:-1, 1:-1, 1:-1]
        )
    return np.sum(u**2)


def make_args(scale):
    return np.random.default_rng(0).random((6 * scale + 2,) * 3), 0.1, 4 * scale


def hand_gradient(u, rate, steps):
    inner = u[1:-1, 1:-1, 1:-1]
    flow = np.empty_like(inner)
    for _ in range(steps):
        np.add(u[2:, 1:-1, 1:-1], u[:-2, 1:-1, 1:-1], out=flow)
        flow += u[1:-1, 2:, 1:-1]
        flow += u[1:-1, :-2, 1:-1]
        flow += u[1:-1, 1:-1, 2:]
        flow += u[1:-1, 1:-1, :-2]
        flow *= rate
        inner *= 1.0 - 6.0 * rate
        inner += flow
    u_bar = 2.0 * u
    inner_bar = u_bar[1:-1, 1:-1, 1:-1]
    for _ in range(steps):
        flow_bar = np.multiply(rate, inner_bar, out=flow)
        inner_bar *= 1.0 - 6.0 * rate
        u_bar[2:, 1:-1, 1:-1] += flow_bar
        u_bar[:-2, 1:-1, 1:-1] += flow_bar
        u_bar[1:-1, 2:, 1:-1] += flow_bar
        u_bar[1:-1, :-2, 1:-1] += flow_bar
        u_bar[1:-1, 1:-1, 2:] += flow_bar
        u_bar[1:-1, 1:-1, :-2] += flow_bar
    return u_bar


def laplacian(u):
    return (
        u[2:, 1:-1, 1:-1]
        + u[:-2, 1:-1, 1:-1]
        + u[1:-1, 2:, 1:-1]
        + u[1:-1, :-2, 1:-1]
        + u[1:-1, 1:-1, 2:]
        + u[1:-1, 1:-1, :-2]
        - 6.0 * u[1:-1, 1:-1, 1:-1]
    )


def autograd_primal(u, rate, steps):
    import autograd.numpy as anp

    for _ in range(steps):
        u = u + anp.pad(rate * laplacian(u), 1, "constant")
    return anp.sum(u**2)


def torch_primal(u, rate, steps):
    u = u.clone()
    for _ in range(steps):
        u[1:-1, 1:-1, 1:-1] += rate * laplacian(u)
    return (u**2).sum()


def jax_primal(u, rate, steps):
    import jax.numpy as jnp
    from jax import lax

    def step(_, u):
        return u.at[1:-1, 1:-1, 1:-1].add(rate * laplacian(u))

    return jnp.sum(lax.fori_loop(0, steps, step, u) ** 2)

"""Gray-Scott reaction and diffusion: two fields written in place through views of their interiors."""

import numpy as np

wrt = (0, 1, 2, 3)
full_scale = 8


def laplacian(a):
    return a[:-2, 1:-1] + a[1:-1, :-2] + a[1:-1, 2:] + a[2:, 1:-1] - 4.0 * a[1:-1, 1:-1]


def primal(u, v, feed, kill, steps):
    u_inner, v_inner = u[1:-1, 1:-1], v[1:-1, 1:-1]
    for _ in range(steps):
        reaction = u_inner * v_inner * v_inner
        u_inner += 0.16 * laplacian(u) - reaction + feed * (1.0 - u_inner)
        v_inner += 0.08 * laplacian(v) + reaction - (feed + kill) * v_inner
    return np.sum(v_inner**2)


def make_args(scale):
    rng = np.random.default_rng(0)
    n = 12 * scale + 2
    u = np.ones((n, n))
    v = np.zeros((n, n))
    middle = slice(n // 2 - 3, n // 2 + 3)
    u[middle, middle] = 0.5
    v[middle, middle] = 0.25
    return u + 0.02 * rng.random((n, n)), v + 0.02 * rng.random((n, n)), 0.035, 0.065, 5 * scale


def hand_gradient(u, v, feed, kill, steps):
    u_inner, v_inner = u[1:-1, 1:-1], v[1:-1, 1:-1]
    saved = []
    for _ in range(steps):
        saved.append((u_inner.copy(), v_inner.copy()))
        reaction = u_inner * v_inner
        reaction *= v_inner
        u_change = 0.16 * laplacian(u)
        u_change -= reaction
        u_change += feed
        v_change = 0.08 * laplacian(v)
        v_change += reaction
        u_inner *= 1.0 - feed
        u_inner += u_change
        v_inner *= 1.0 - feed - kill
        v_inner += v_change
    u_bar = np.zeros_like(u)
    v_bar = np.zeros_like(v)
    u_inner_bar, v_inner_bar = u_bar[1:-1, 1:-1], v_bar[1:-1, 1:-1]
    v_inner_bar += 2.0 * v_inner
    feed_bar = kill_bar = 0.0
    for u, v in reversed(saved):
        decay_bar = np.einsum("ij,ij", v_inner_bar, v)
        kill_bar -= decay_bar
        feed_bar += u_inner_bar.sum() - np.einsum("ij,ij", u_inner_bar, u) - decay_bar
        reaction_bar = v_inner_bar - u_inner_bar
        reaction_bar *= v
        u_diffused_bar = 0.16 * u_inner_bar
        v_diffused_bar = 0.08 * v_inner_bar
        u_inner_bar *= 1.0 - feed - 4.0 * 0.16
        v *= reaction_bar
        u_inner_bar += v
        v_inner_bar *= 1.0 - feed - kill - 4.0 * 0.08
        reaction_bar *= 2.0
        reaction_bar *= u
        v_inner_bar += reaction_bar
        for bar, diffused_bar in ((u_bar, u_diffused_bar), (v_bar, v_diffused_bar)):
            bar[:-2, 1:-1] += diffused_bar
            bar[1:-1, :-2] += diffused_bar
            bar[1:-1, 2:] += diffused_bar
            bar[2:, 1:-1] += diffused_bar
    return u_bar, v_bar, feed_bar, kill_bar


def autograd_primal(u, v, feed, kill, steps):
    import autograd.numpy as anp

    for _ in range(steps):
        u_inner, v_inner = u[1:-1, 1:-1], v[1:-1, 1:-1]
        reaction = u_inner * v_inner * v_inner
        u_change = 0.16 * laplacian(u) - reaction + feed * (1.0 - u_inner)
        v_change = 0.08 * laplacian(v) + reaction - (feed + kill) * v_inner
        u = u + anp.pad(u_change, 1, "constant")
        v = v + anp.pad(v_change, 1, "constant")
    return anp.sum(v[1:-1, 1:-1] ** 2)


def torch_primal(u, v, feed, kill, steps):
    from torch.nn.functional import pad

    for _ in range(steps):
        u_inner, v_inner = u[1:-1, 1:-1], v[1:-1, 1:-1]
        reaction = u_inner * v_inner * v_inner
        u_change = 0.16 * laplacian(u) - reaction + feed * (1.0 - u_inner)
        v_change = 0.08 * laplacian(v) + reaction - (feed + kill) * v_inner
        u = u + pad(u_change, (1, 1, 1, 1))  # a write in place would spoil what `reaction` saved
        v = v + pad(v_change, (1, 1, 1, 1))
    return (v[1:-1, 1:-1] ** 2).sum()


def jax_primal(u, v, feed, kill, steps):
    import jax.numpy as jnp
    from jax import lax

    def step(_, state):
        u, v = state
        u_inner, v_inner = u[1:-1, 1:-1], v[1:-1, 1:-1]
        reaction = u_inner * v_inner * v_inner
        u_change = 0.16 * laplacian(u) - reaction + feed * (1.0 - u_inner)
        v_change = 0.08 * laplacian(v) + reaction - (feed + kill) * v_inner
        return u.at[1:-1, 1:-1].add(u_change), v.at[1:-1, 1:-1].add(v_change)

    u, v = lax.fori_loop(0, steps, step, (u, v))
    return jnp.sum(v[1:-1, 1:-1] ** 2)

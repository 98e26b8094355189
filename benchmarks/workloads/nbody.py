"""Gravitating bodies: all pairs at once, leapfrog steps that move positions and velocities in place."""

import numpy as np

wrt = (0, 1, 2)
full_scale = 8

SOFTENING = 0.1


def acceleration(x, mass):
    d = x[None, :, :] - x[:, None, :]
    r2 = np.sum(d**2, axis=2) + SOFTENING**2
    return np.sum(mass[None, :, None] * d / r2[:, :, None] ** 1.5, axis=1)


def primal(x, v, mass, dt, steps):
    a = acceleration(x, mass)
    for _ in range(steps):
        v += 0.5 * dt * a
        x += dt * v
        a = acceleration(x, mass)
        v += 0.5 * dt * a
    return 0.5 * np.sum(mass * np.sum(v**2, axis=1))


def make_args(scale):
    rng = np.random.default_rng(0)
    n = 8 * scale
    return (
        rng.normal(size=(n, 3)),
        0.1 * rng.normal(size=(n, 3)),
        rng.random(n) / n,
        0.01,
        5 * scale,
    )


def pull(x, mass):
    """The acceleration, and what its reverse sweep reads.

    By the program's own formula: it moves the caller's bodies, and a gradient leaves them where the program
    does, to the last bit.  (`r2 * np.sqrt(r2)` and one product with all weights are cheaper, and round otherwise.)
    """
    d = x[None, :, :] - x[:, None, :]
    r2 = np.sum(d**2, axis=2) + SOFTENING**2
    w = r2**1.5
    a = np.sum(mass[None, :, None] * d / w[:, :, None], axis=1)
    np.divide(mass, w, out=w)
    return a, (d, r2, w)


def pull_back(a_bar, saved, mass, x_bar, mass_bar):
    """Add to `x_bar` and `mass_bar` what `a_bar` gives them. Overwrites what was saved."""
    d, r2, w = saved
    w_bar = np.einsum("ik,ijk->ij", a_bar, d)
    w_bar *= w
    mass_bar += w_bar.sum(axis=0) / mass
    w_bar /= r2
    w_bar *= -3.0  # now twice the adjoint of r2
    d *= w_bar[:, :, None]
    d += w[:, :, None] * a_bar[:, None, :]  # now the adjoint of d
    x_bar += d.sum(axis=0)
    x_bar -= np.einsum("ijk->ik", d)


def hand_gradient(x, v, mass, dt, steps, pull=pull, pull_back=pull_back):
    a, saved = pull(x, mass)
    pulls = [saved]
    for _ in range(steps):
        v += 0.5 * dt * a
        x += dt * v
        a, saved = pull(x, mass)
        pulls.append(saved)
        v += 0.5 * dt * a
    mass_bar = 0.5 * np.einsum("ik,ik->i", v, v)
    v_bar = mass[:, None] * v
    x_bar = np.zeros_like(x)
    a_bar = np.zeros_like(x)
    for _ in range(steps):
        a_bar += 0.5 * dt * v_bar
        pull_back(a_bar, pulls.pop(), mass, x_bar, mass_bar)
        v_bar += dt * x_bar
        a_bar = 0.5 * dt * v_bar
    pull_back(a_bar, pulls.pop(), mass, x_bar, mass_bar)
    return x_bar, v_bar, mass_bar


def pull_by_products(x, mass):
    """The acceleration, and what its reverse sweep needs."""
    d = x[None, :, :] - x[:, None, :]
    r2 = np.einsum("ijk,ijk->ij", d, d)
    r2 += SOFTENING**2
    w = 1.0 / (r2 * np.sqrt(r2))
    m_w = mass * w
    a = m_w @ x
    a -= m_w.sum(axis=1)[:, None] * x
    return a, (x.copy(), r2, w)


def pull_back_by_products(a_bar, saved, mass, x_bar, mass_bar):
    """Add to `x_bar` and `mass_bar` what `a_bar` gives them; all by products of n by n matrices."""
    x, r2, w = saved
    w_bar = a_bar @ x.T
    w_bar -= np.einsum("ik,ik->i", a_bar, x)[:, None]
    mass_bar += np.einsum("ij,ij->j", w, w_bar)
    w_bar *= w
    w_bar /= r2
    w_bar *= -3.0 * mass  # now twice the adjoint of r2
    m_w = mass * w
    x_bar += m_w.T @ a_bar
    x_bar -= m_w.sum(axis=1)[:, None] * a_bar
    x_bar += (w_bar.sum(axis=0) + w_bar.sum(axis=1))[:, None] * x
    x_bar -= w_bar.T @ x
    x_bar -= w_bar @ x


def derived_gradient(x, v, mass, dt, steps):
    return hand_gradient(x, v, mass, dt, steps, pull_by_products, pull_back_by_products)


def autograd_primal(x, v, mass, dt, steps):
    import autograd.numpy as anp

    def acceleration(x):
        d = x[None, :, :] - x[:, None, :]
        r2 = anp.sum(d**2, axis=2) + SOFTENING**2
        return anp.sum(mass[None, :, None] * d / r2[:, :, None] ** 1.5, axis=1)

    a = acceleration(x)
    for _ in range(steps):
        v = v + 0.5 * dt * a
        x = x + dt * v
        a = acceleration(x)
        v = v + 0.5 * dt * a
    return 0.5 * anp.sum(mass * anp.sum(v**2, axis=1))


def torch_primal(x, v, mass, dt, steps):
    def acceleration(x):
        d = x[None, :, :] - x[:, None, :]
        r2 = (d**2).sum(dim=2) + SOFTENING**2
        return (mass[None, :, None] * d / r2[:, :, None] ** 1.5).sum(dim=1)

    a = acceleration(x)
    for _ in range(steps):
        v = v + 0.5 * dt * a
        x = x + dt * v
        a = acceleration(x)
        v = v + 0.5 * dt * a
    return 0.5 * (mass * (v**2).sum(dim=1)).sum()


def jax_primal(x, v, mass, dt, steps):
    import jax.numpy as jnp
    from jax import lax

    def acceleration(x):
        d = x[None, :, :] - x[:, None, :]
        r2 = jnp.sum(d**2, axis=2) + SOFTENING**2
        return jnp.sum(mass[None, :, None] * d / r2[:, :, None] ** 1.5, axis=1)

    def step(_, state):
        x, v, a = state
        v = v + 0.5 * dt * a
        x = x + dt * v
        a = acceleration(x)
        return x, v + 0.5 * dt * a, a

    _, v, _ = lax.fori_loop(0, steps, step, (x, v, acceleration(x)))
    return 0.5 * jnp.sum(mass * jnp.sum(v**2, axis=1))

"""An orbit by Runge-Kutta steps on three-vectors of floats: tuples through small functions."""

wrt = (0, 1, 2)
full_scale = 25


def acceleration(mu, r):
    x, y, z = r
    k = -mu / (x * x + y * y + z * z) ** 1.5
    return k * x, k * y, k * z


def moved(r, h, v):
    return r[0] + h * v[0], r[1] + h * v[1], r[2] + h * v[2]


def averaged(a, b, c, d):
    return tuple((a[i] + 2.0 * b[i] + 2.0 * c[i] + d[i]) / 6.0 for i in range(3))


def primal(mu, r, v, dt, steps, target):
    for _ in range(steps):
        a = acceleration(mu, r)
        v2 = moved(v, 0.5 * dt, a)
        a2 = acceleration(mu, moved(r, 0.5 * dt, v))
        v3 = moved(v, 0.5 * dt, a2)
        a3 = acceleration(mu, moved(r, 0.5 * dt, v2))
        v4 = moved(v, dt, a3)
        a4 = acceleration(mu, moved(r, dt, v3))
        r = moved(r, dt, averaged(v, v2, v3, v4))
        v = moved(v, dt, averaged(a, a2, a3, a4))
    return (r[0] - target[0]) ** 2 + (r[1] - target[1]) ** 2 + (r[2] - target[2]) ** 2


def make_args(scale):
    return 1.0, (1.0, 0.1, -0.2), (0.1, 0.9, 0.3), 0.02, 20 * scale, (0.5, 0.5, 0.0)


def pull_back(mu, r, a_bar):
    """What the adjoint of an acceleration gives to the position, and to mu."""
    x, y, z = r
    ax, ay, az = a_bar
    r2 = x * x + y * y + z * z
    k = -mu * r2**-1.5
    k_bar = ax * x + ay * y + az * z
    s = -3.0 * k * k_bar / r2
    return (k * ax + s * x, k * ay + s * y, k * az + s * z), k_bar * k / mu


def hand_gradient(mu, r, v, dt, steps, target):
    half, third, sixth = dt / 2.0, dt / 3.0, dt / 6.0
    positions = []
    for _ in range(steps):
        a = acceleration(mu, r)
        v2 = moved(v, half, a)
        r2 = moved(r, half, v)
        a2 = acceleration(mu, r2)
        v3 = moved(v, half, a2)
        r3 = moved(r, half, v2)
        a3 = acceleration(mu, r3)
        v4 = moved(v, dt, a3)
        r4 = moved(r, dt, v3)
        a4 = acceleration(mu, r4)
        positions.append((r, r2, r3, r4))
        r = moved(r, dt, averaged(v, v2, v3, v4))
        v = moved(v, dt, averaged(a, a2, a3, a4))
    mu_bar = 0.0
    r_bar = tuple(2.0 * (r[i] - target[i]) for i in range(3))
    v_bar = (0.0, 0.0, 0.0)
    for r, r2, r3, r4 in reversed(positions):
        rx, ry, rz = r_bar
        vx, vy, vz = v_bar
        (x4, y4, z4), mu4 = pull_back(mu, r4, (sixth * vx, sixth * vy, sixth * vz))
        # (u, p, q): the adjoints of v4, v3 and v2
        u4, p4, q4 = sixth * rx, sixth * ry, sixth * rz
        u3, p3, q3 = third * rx + dt * x4, third * ry + dt * y4, third * rz + dt * z4
        a3_bar = third * vx + dt * u4, third * vy + dt * p4, third * vz + dt * q4
        (x3, y3, z3), mu3 = pull_back(mu, r3, a3_bar)
        u2, p2, q2 = third * rx + half * x3, third * ry + half * y3, third * rz + half * z3
        a2_bar = third * vx + half * u3, third * vy + half * p3, third * vz + half * q3
        (x2, y2, z2), mu2 = pull_back(mu, r2, a2_bar)
        a_bar = sixth * vx + half * u2, sixth * vy + half * p2, sixth * vz + half * q2
        (x1, y1, z1), mu1 = pull_back(mu, r, a_bar)
        mu_bar += mu1 + mu2 + mu3 + mu4
        v_bar = (
            vx + u2 + u3 + 2.0 * u4 + half * x2,
            vy + p2 + p3 + 2.0 * p4 + half * y2,
            vz + q2 + q3 + 2.0 * q4 + half * z2,
        )
        r_bar = rx + x1 + x2 + x3 + x4, ry + y1 + y2 + y3 + y4, rz + z1 + z2 + z3 + z4
    return mu_bar, r_bar, v_bar


def autograd_primal(mu, r, v, dt, steps, target):
    return primal(mu, r, v, dt, steps, target)


def torch_primal(mu, r, v, dt, steps, target):
    return primal(mu, r, v, dt, steps, target)


def jax_primal(mu, r, v, dt, steps, target):
    import jax.numpy as jnp
    from jax import lax

    def acceleration(r):
        return -mu * r / jnp.sum(r * r) ** 1.5

    def step(_, state):
        r, v = state
        a = acceleration(r)
        v2 = v + 0.5 * dt * a
        a2 = acceleration(r + 0.5 * dt * v)
        v3 = v + 0.5 * dt * a2
        a3 = acceleration(r + 0.5 * dt * v2)
        v4 = v + dt * a3
        a4 = acceleration(r + dt * v3)
        r = r + dt * (v + 2.0 * v2 + 2.0 * v3 + v4) / 6.0
        return r, v + dt * (a + 2.0 * a2 + 2.0 * a3 + a4) / 6.0

    r, _ = lax.fori_loop(0, steps, step, (jnp.array(r), jnp.array(v)))
    return jnp.sum((r - jnp.array(target)) ** 2)

"""Stencils and sweeps over grids, in place."""

import numpy as np

from tests.programs.registry import program


@program(lambda rng: (3, rng.random(9), rng.random(9)), "a", "b", analytic=True)
def jacobi_1d(steps, a, b):
    for _ in range(1, steps):
        b[1:-1] = 0.33333 * (a[:-2] + a[1:-1] + a[2:])
        a[1:-1] = 0.33333 * (b[:-2] + b[1:-1] + b[2:])


@program(lambda rng: (3, rng.random((5, 6)), rng.random((5, 6))), "a", "b", analytic=True)
def jacobi_2d(steps, a, b):
    for _ in range(1, steps):
        b[1:-1, 1:-1] = 0.2 * (
            a[1:-1, 1:-1] + a[1:-1, :-2] + a[1:-1, 2:] + a[2:, 1:-1] + a[:-2, 1:-1]
        )
        a[1:-1, 1:-1] = 0.2 * (
            b[1:-1, 1:-1] + b[1:-1, :-2] + b[1:-1, 2:] + b[2:, 1:-1] + b[:-2, 1:-1]
        )


@program(lambda rng: (3, rng.random((4, 5, 4)), rng.random((4, 5, 4))), "a", "b", analytic=True)
def heat_3d(steps, a, b):
    for _ in range(1, steps):
        b[1:-1, 1:-1, 1:-1] = (
            0.125 * (a[2:, 1:-1, 1:-1] - 2.0 * a[1:-1, 1:-1, 1:-1] + a[:-2, 1:-1, 1:-1])
            + 0.125 * (a[1:-1, 2:, 1:-1] - 2.0 * a[1:-1, 1:-1, 1:-1] + a[1:-1, :-2, 1:-1])
            + 0.125 * (a[1:-1, 1:-1, 2:] - 2.0 * a[1:-1, 1:-1, 1:-1] + a[1:-1, 1:-1, :-2])
            + a[1:-1, 1:-1, 1:-1]
        )
        a[1:-1, 1:-1, 1:-1] = b[1:-1, 1:-1, 1:-1] * (1.0 + 0.1 * b[1:-1, 1:-1, 1:-1])


@program(lambda rng: (2, 5, rng.random((5, 5))), "a", analytic=True)
def seidel_2d(steps, n, a):
    for _ in range(steps):
        for i in range(1, n - 1):
            for j in range(1, n - 1):
                a[i, j] = (
                    a[i - 1, j - 1] + a[i - 1, j] + a[i - 1, j + 1]
                    + a[i, j - 1] + a[i, j] * a[i, j] + a[i, j + 1]
                    + a[i + 1, j - 1] + a[i + 1, j] + a[i + 1, j + 1]
                ) / 9.0  # fmt: skip


@program(
    lambda rng: (3, rng.random((5, 4)), rng.random((5, 4)), rng.random((5, 4)), rng.random(3)),
    "ex",
    "ey",
    "hz",
    analytic=True,
)
def fdtd_2d(steps, ex, ey, hz, source):
    for t in range(steps):
        ey[0, :] = source[t]
        ey[1:, :] -= 0.5 * (hz[1:, :] - hz[:-1, :])
        ex[:, 1:] -= 0.5 * (hz[:, 1:] - hz[:, :-1])
        hz[:-1, :-1] -= 0.7 * (ex[:-1, 1:] - ex[:-1, :-1] + ey[1:, :-1] - ey[:-1, :-1])


@program(lambda rng: (2, 6, rng.random((6, 6))), "u", analytic=True)
def adi(steps, n, u):
    v = np.empty(u.shape, dtype=u.dtype)
    p = np.empty(u.shape, dtype=u.dtype)
    q = np.empty(u.shape, dtype=u.dtype)
    dx, dy, dt = 1.0 / n, 1.0 / n, 1.0 / steps
    mul1, mul2 = 2.0 * dt / (dx * dx), 1.0 * dt / (dy * dy)
    a, b = -mul1 / 2.0, 1.0 + mul1
    d, e = -mul2 / 2.0, 1.0 + mul2
    for _ in range(steps):
        v[0, 1 : n - 1] = 1.0
        p[1 : n - 1, 0] = 0.0
        q[1 : n - 1, 0] = v[0, 1 : n - 1]
        for j in range(1, n - 1):
            p[1 : n - 1, j] = -a / (a * p[1 : n - 1, j - 1] + b)
            q[1 : n - 1, j] = (
                -d * u[j, 0 : n - 2]
                + (1.0 + 2.0 * d) * u[j, 1 : n - 1]
                - d * u[j, 2:n]
                - a * q[1 : n - 1, j - 1]
            ) / (a * p[1 : n - 1, j - 1] + b)
        v[n - 1, 1 : n - 1] = 1.0
        for j in range(n - 2, 0, -1):
            v[j, 1 : n - 1] = p[1 : n - 1, j] * v[j + 1, 1 : n - 1] + q[1 : n - 1, j]
        u[1 : n - 1, 0] = 1.0
        p[1 : n - 1, 0] = 0.0
        q[1 : n - 1, 0] = u[1 : n - 1, 0]
        for j in range(1, n - 1):
            p[1 : n - 1, j] = -d / (d * p[1 : n - 1, j - 1] + e)
            q[1 : n - 1, j] = (
                -a * v[0 : n - 2, j] + (1.0 + 2.0 * a) * v[1 : n - 1, j] - a * v[2:n, j]
                - d * q[1 : n - 1, j - 1]
            ) / (d * p[1 : n - 1, j - 1] + e)  # fmt: skip
        u[1 : n - 1, n - 1] = 1.0
        for j in range(n - 2, 0, -1):
            u[1 : n - 1, j] = p[1 : n - 1, j] * u[1 : n - 1, j + 1] + q[1 : n - 1, j]


@program(lambda rng: (rng.random((7, 6)), rng.uniform(0.1, 0.3, (7, 6))))
def hdiff(field, coefficient):
    """Horizontal diffusion with flux limiting, as in weather models."""
    lap = 4.0 * field[1:-1, 1:-1] - (
        field[2:, 1:-1] + field[:-2, 1:-1] + field[1:-1, 2:] + field[1:-1, :-2]
    )
    flux = lap[1:, 1:-1] - lap[:-1, 1:-1]
    flx = np.where(flux * (field[2:-1, 2:-2] - field[1:-2, 2:-2]) > 0, 0.0, flux)
    flux = lap[1:-1, 1:] - lap[1:-1, :-1]
    fly = np.where(flux * (field[2:-2, 2:-1] - field[2:-2, 1:-2]) > 0, 0.0, flux)
    return field[2:-2, 2:-2] - coefficient[2:-2, 2:-2] * (
        flx[1:, :] - flx[:-1, :] + fly[:, 1:] - fly[:, :-1]
    )


@program(
    lambda rng: (rng.random((3, 5)), rng.random((4, 6)), rng.random((3, 5)), rng.random((3, 5))),
    "tendency",
    analytic=True,
)
def vadv(tendency, wcon, stage, pos):
    """Vertical advection: a tridiagonal system per column, set up and solved in one sweep each way."""
    columns, levels = tendency.shape
    ccol = np.zeros((columns, levels), dtype=stage.dtype)
    dcol = np.zeros((columns, levels), dtype=stage.dtype)
    for k in range(levels):
        if k == 0:
            gcv = 0.25 * (wcon[1:, k + 1] + wcon[:-1, k + 1])
            cs = gcv * 0.5
            ccol[:, k] = gcv * 0.6
            bcol = 3.0 - ccol[:, k]
            correction = -cs * (stage[:, k + 1] - stage[:, k])
            dcol[:, k] = 3.0 * pos[:, k] + tendency[:, k] + correction
            divided = 1.0 / bcol
            ccol[:, k] = ccol[:, k] * divided
            dcol[:, k] = dcol[:, k] * divided
        elif k < levels - 1:
            gav = -0.25 * (wcon[1:, k] + wcon[:-1, k])
            gcv = 0.25 * (wcon[1:, k + 1] + wcon[:-1, k + 1])
            acol = gav * 0.6
            ccol[:, k] = gcv * 0.6
            bcol = 3.0 - acol - ccol[:, k]
            correction = -gav * 0.5 * (stage[:, k - 1] - stage[:, k]) - gcv * 0.5 * (
                stage[:, k + 1] - stage[:, k]
            )
            dcol[:, k] = 3.0 * pos[:, k] + tendency[:, k] + correction
            divided = 1.0 / (bcol - ccol[:, k - 1] * acol)
            ccol[:, k] = ccol[:, k] * divided
            dcol[:, k] = (dcol[:, k] - dcol[:, k - 1] * acol) * divided
        else:
            gav = -0.25 * (wcon[1:, k] + wcon[:-1, k])
            acol = gav * 0.6
            dcol[:, k] = (
                3.0 * pos[:, k] + tendency[:, k] - gav * 0.5 * (stage[:, k - 1] - stage[:, k])
            )
            divided = 1.0 / (3.0 - acol - ccol[:, k - 1] * acol)
            dcol[:, k] = (dcol[:, k] - dcol[:, k - 1] * acol) * divided
    for k in range(levels - 1, -1, -1):
        if k == levels - 1:
            data = dcol[:, k]
        else:
            data = dcol[:, k] - ccol[:, k] * data
        tendency[:, k] = 2.0 * (data - pos[:, k])


def build_up_b(rho, dt, dx, dy, u, v):
    b = np.zeros_like(u)
    b[1:-1, 1:-1] = rho * (
        1.0
        / dt
        * ((u[1:-1, 2:] - u[1:-1, 0:-2]) / (2.0 * dx) + (v[2:, 1:-1] - v[0:-2, 1:-1]) / (2.0 * dy))
        - ((u[1:-1, 2:] - u[1:-1, 0:-2]) / (2.0 * dx)) ** 2
        - 2.0
        * ((u[2:, 1:-1] - u[0:-2, 1:-1]) / (2.0 * dy) * (v[1:-1, 2:] - v[1:-1, 0:-2]) / (2.0 * dx))
        - ((v[2:, 1:-1] - v[0:-2, 1:-1]) / (2.0 * dy)) ** 2
    )
    return b


def pressure_poisson(turns, p, dx, dy, b):
    for _ in range(turns):
        pn = p.copy()
        p[1:-1, 1:-1] = (
            (pn[1:-1, 2:] + pn[1:-1, 0:-2]) * dy**2 + (pn[2:, 1:-1] + pn[0:-2, 1:-1]) * dx**2
        ) / (2.0 * (dx**2 + dy**2)) - dx**2 * dy**2 / (2.0 * (dx**2 + dy**2)) * b[1:-1, 1:-1]  # fmt: skip
        p[:, -1] = p[:, -2]
        p[0, :] = p[1, :]
        p[:, 0] = p[:, 1]
        p[-1, :] = 0.0


@program(
    lambda rng: (
        2,
        3,
        0.1 * rng.random((5, 5)),
        0.1 * rng.random((5, 5)),
        rng.random((5, 5)),
        1.1,
        0.1,
    ),
    "u",
    "v",
    "p",
    analytic=True,
)
def cavity_flow(steps, turns, u, v, p, rho, nu):
    dt, dx, dy = 0.01, 0.5, 0.5
    for _ in range(steps):
        un = u.copy()
        vn = v.copy()
        b = build_up_b(rho, dt, dx, dy, u, v)
        pressure_poisson(turns, p, dx, dy, b)
        u[1:-1, 1:-1] = (
            un[1:-1, 1:-1]
            - un[1:-1, 1:-1] * dt / dx * (un[1:-1, 1:-1] - un[1:-1, 0:-2])
            - vn[1:-1, 1:-1] * dt / dy * (un[1:-1, 1:-1] - un[0:-2, 1:-1])
            - dt / (2.0 * rho * dx) * (p[1:-1, 2:] - p[1:-1, 0:-2])
            + nu * dt / dx**2 * (un[1:-1, 2:] - 2.0 * un[1:-1, 1:-1] + un[1:-1, 0:-2])
        )
        v[1:-1, 1:-1] = (
            vn[1:-1, 1:-1]
            - un[1:-1, 1:-1] * dt / dx * (vn[1:-1, 1:-1] - vn[1:-1, 0:-2])
            - dt / (2.0 * rho * dy) * (p[2:, 1:-1] - p[0:-2, 1:-1])
            + nu * dt / dy**2 * (vn[2:, 1:-1] - 2.0 * vn[1:-1, 1:-1] + vn[0:-2, 1:-1])
        )
        u[0, :] = 0.0
        u[:, 0] = 0.0
        u[:, -1] = 0.0
        u[-1, :] = 1.0
        v[0, :] = v[-1, :] = 0.0
        v[:, 0] = v[:, -1] = 0.0


@program(lambda rng: (0.1, rng.random((4, 5)), 0.3, 0.01, 0.5), "u")
def channel_flow(tolerance, u, force, dt, nu):
    """Periodic in x, walls at top and bottom, until the change is small: a trip count that depends on values."""
    change, steps = 1.0, 0
    while change > tolerance:
        un = u.copy()
        u[1:-1, 1:-1] = (
            un[1:-1, 1:-1]
            + force * dt
            + nu * dt * (un[1:-1, 2:] - 2.0 * un[1:-1, 1:-1] + un[1:-1, :-2])
        )
        u[1:-1, -1] = (
            un[1:-1, -1] + force * dt + nu * dt * (un[1:-1, 0] - 2.0 * un[1:-1, -1] + un[1:-1, -2])
        )
        u[1:-1, 0] = (
            un[1:-1, 0] + force * dt + nu * dt * (un[1:-1, 1] - 2.0 * un[1:-1, 0] + un[1:-1, -1])
        )
        u[0, :] = 0.0
        u[-1, :] = 0.0
        change = (np.sum(u) - np.sum(un)) / np.sum(u) + 0.5 ** (steps + 1)
        steps += 1
    return steps


@program(lambda rng: (4, 0.2, rng.random(8)), "u", analytic=True)
def burgers_upwind(steps, ratio, u):
    """Periodic boundary by wrapped single elements, the rest by slices that overlap."""
    for _ in range(steps):
        last = u[-1]
        u[1:] -= ratio * u[1:] * (u[1:] - u[:-1])
        u[0] = u[0] - ratio * u[0] * (u[0] - last)


@program(
    lambda rng: (3, rng.random((4, 4)), rng.uniform(0.2, 0.4, (4, 4))), "temperature", analytic=True
)
def conduction_with_boundaries(steps, temperature, conductivity):
    """Mirrored boundaries by slices of the same array."""
    for _ in range(steps):
        temperature[0] = temperature[1]
        temperature[-1] = temperature[-2]
        temperature[:, 0] = 2.0 * temperature[:, 1] - temperature[:, 2]
        temperature[:, -1] = 0.5
        inner = temperature[1:-1, 1:-1]
        inner += (
            conductivity[1:-1, 1:-1]
            * (temperature[2:, 1:-1] + temperature[:-2, 1:-1] - 2.0 * inner)
            * inner
        )


@program(lambda rng: (2, 3, rng.random((4, 4)), rng.random((4, 4))), "now", "before", analytic=True)
def wave_with_swapped_buffers(steps, every, now, before):
    """Leapfrog: the roles of two arrays are swapped each turn."""
    for step in range(steps * every):
        before[1:-1, 1:-1] = (
            2.0 * now[1:-1, 1:-1] - before[1:-1, 1:-1]
            + 0.1 * (now[2:, 1:-1] + now[:-2, 1:-1] + now[1:-1, 2:] + now[1:-1, :-2] - 4.0 * now[1:-1, 1:-1])
        )  # fmt: skip
        if step % every == 0:
            before *= 0.9
        now, before = before, now

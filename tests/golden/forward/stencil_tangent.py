# mode: forward
# wrt: u
# at: np.linspace(0.1, 1.0, 6), 3
import numpy as np


def stencil_tangent(u, steps):
    for _ in range(steps):
        u[1:-1] += 0.1 * u[1:-1] * (u[2:] - 2.0 * u[1:-1] + u[:-2])
    return np.sum(u**2)
# output
def stencil_tangent_jvp(u, steps, u_dot):  # jvp(stencil_tangent), u: float64[:], steps: int
    u_dot = laid_out(u_dot, u)
    for _ in range(steps):
        t = 0.1 * u[1:-1]
        t_1 = u[2:] - 2.0 * u[1:-1] + u[:-2]
        t_2 = t * t_1
        # u[1:-1] += 0.1 * u[1:-1] * (u[2:] - 2.0 * u[1:-1] + u[:-2])
        t_dot = 0.1 * u_dot[1:-1] * t_1 + (u_dot[2:] - 2.0 * u_dot[1:-1] + u_dot[:-2]) * t
        u_dot[1:-1] += t_dot
        u[1:-1] += t_2
    return np.sum(u ** 2), np.sum(2.0 * u_dot * u)

# wrt: u
# at: np.linspace(0.1, 1.0, 6) ** 2, 3
import numpy as np


def heat_steps(u, steps):
    u = u.copy()
    for _ in range(steps):
        u[1:-1] += 0.1 * (u[2:] - 2.0 * u[1:-1] + u[:-2])
    return np.sum(u**2)
# output
def heat_steps_grad(u, steps, out_bar=1.0):  # grad(heat_steps), u: float64[:], steps: int
    u = u.copy()
    for _ in range(steps):
        u[1:-1] += 0.1 * (u[2:] - 2.0 * u[1:-1] + u[:-2])
    u_bar = 2.0 * out_bar * u             # return np.sum(u**2)
    for _ in range(steps):
        t_bar = u_bar[1:-1].copy()        # u[1:-1] += 0.1 * (u[2:] - 2.0 * u[1:-1] + u[:-2])
        t_bar_1 = 0.1 * t_bar
        u_bar[:-2] += t_bar_1
        u_bar[2:] += t_bar_1
        u_bar[1:-1] -= 0.2 * t_bar
    return u_bar

# mode: value
# wrt: u
# at: np.linspace(0.1, 1.0, 6), 3
import numpy as np


def diffuse(u, steps):
    for _ in range(steps):
        u[1:-1] += 0.1 * u[1:-1] * (u[2:] - 2.0 * u[1:-1] + u[:-2])
    return np.sum(u**2)
# output
def diffuse_value_and_grad(u, steps, out_bar=1.0):  # value_and_grad(diffuse), u: float64[:], steps: int
    u_undo = []
    for _ in range(steps):
        u_undo.append(u[1:-1].copy())
        u[1:-1] += 0.1 * u[1:-1] * (u[2:] - 2.0 * u[1:-1] + u[:-2])
    t = np.sum(u ** 2)
    u_final = u.copy()
    try:
        u_bar = 2.0 * out_bar * u         # return np.sum(u**2)
        for _ in range(steps):
            u[1:-1] = u_undo.pop()
            t_bar = u_bar[1:-1]           # u[1:-1] += 0.1 * u[1:-1] * (u[2:] - 2.0 * u[1:-1] + u[:-2])
            t_bar_1 = t_bar * (u[2:] - 2.0 * u[1:-1] + u[:-2])
            t_bar = t_bar * (0.1 * u[1:-1])
            u_bar[:-2] += t_bar
            u_bar[2:] += t_bar
            u_bar[1:-1] += 0.1 * t_bar_1 - 2.0 * t_bar
    finally:
        u[...] = u_final
    return t, u_bar

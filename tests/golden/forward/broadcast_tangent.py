# mode: forward
# wrt: A, r
# at: np.arange(6.0).reshape(2, 3), np.linspace(0.1, 1.0, 3)
import numpy as np


def broadcast_tangent(A, r):
    return np.sum((A - r) ** 2, axis=0)[1]
# output
def broadcast_tangent_jvp(A, r, A_dot, r_dot):  # jvp(broadcast_tangent), A: float64[:, :], r: float64[:]
    t = A - r
    return np.sum(t ** 2, axis=0)[1], np.sum(2.0 * (A_dot - r_dot) * t, axis=0)[1]

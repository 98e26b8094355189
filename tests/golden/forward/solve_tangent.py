# mode: forward
# wrt: A, b
# at: np.eye(3) * 2.0 + 0.1 * np.arange(9.0).reshape(3, 3), np.linspace(0.1, 1.0, 3)
import numpy as np


def solve_tangent(A, b):
    x = np.linalg.solve(A, b)
    return np.sum(x * x)
# output
def solve_tangent_jvp(A, b, A_dot, b_dot):  # jvp(solve_tangent), A: float64[:, :], b: float64[:]
    x = np.linalg.solve(A, b)
    moved = np.squeeze(A_dot @ x[:, None], -1)  # x = np.linalg.solve(A, b)
    x_dot = np.squeeze(np.linalg.solve(A, (b_dot - moved)[:, None]), -1)
    return np.sum(x * x), np.sum(2.0 * (x_dot * x))

# wrt: A, b
# at: np.eye(3) * 2.0 + 0.1 * np.arange(9.0).reshape(3, 3), np.linspace(0.1, 1.0, 3)
import numpy as np


def solve(A, b):
    x = np.linalg.solve(A, b)
    return np.sum(x * x)
# output
def solve_grad(A, b, out_bar=1.0):        # grad(solve), A: float64[:, :], b: float64[:]
    x = np.linalg.solve(A, b)
    x_bar = 2.0 * out_bar * x             # return np.sum(x * x)
    b_bar = np.linalg.solve(A.T, x_bar)   # x = np.linalg.solve(A, b)
    A_bar = -np.outer(b_bar, x)
    return A_bar, b_bar

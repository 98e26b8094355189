# mode: forward
# wrt: A, x
# at: np.arange(6.0).reshape(2, 3), np.linspace(0.1, 1.0, 3)
import numpy as np


def product_tangent(A, x):
    y = np.tanh(A @ x)
    return np.sum(y * y)
# output
def product_tangent_jvp(A, x, A_dot, x_dot):  # jvp(product_tangent), A: float64[:, :], x: float64[:]
    y = np.tanh(A @ x)
    y_dot = (A_dot @ x + A @ x_dot) * (1.0 - y * y)  # y = np.tanh(A @ x)
    return np.sum(y * y), np.sum(2.0 * (y_dot * y))

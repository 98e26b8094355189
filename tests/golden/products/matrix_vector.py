# wrt: A, x
# at: np.arange(6.0).reshape(2, 3), np.linspace(0.1, 1.0, 3)
import numpy as np


def matrix_vector(A, x):
    y = A @ x
    return np.sum(y * y)
# output
def matrix_vector_grad(A, x, out_bar=1.0):  # grad(matrix_vector), A: float64[:, :], x: float64[:]
    y = A @ x
    y_bar = 2.0 * out_bar * y             # return np.sum(y * y)
    A_bar = np.outer(y_bar, x)            # y = A @ x
    x_bar = y_bar @ A
    return A_bar, x_bar

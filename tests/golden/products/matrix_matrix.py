# wrt: A, B
# at: np.arange(6.0).reshape(2, 3), np.arange(12.0).reshape(3, 4) / 10.0
import numpy as np


def matrix_matrix(A, B):
    return np.sum(np.sin(A @ B))
# output
def matrix_matrix_grad(A, B, out_bar=1.0):  # grad(matrix_matrix), A: float64[:, :], B: float64[:, :]
    t_bar = out_bar * np.cos(A @ B)       # return np.sum(np.sin(A @ B))
    A_bar = t_bar @ B.T
    B_bar = A.T @ t_bar
    return A_bar, B_bar

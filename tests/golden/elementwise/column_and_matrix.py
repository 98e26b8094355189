# wrt: A, c
# at: np.arange(6.0).reshape(2, 3), np.array([[0.5], [1.5]])
import numpy as np


def column_and_matrix(A, c):
    return np.sum(A * c)
# output
def column_and_matrix_grad(A, c, out_bar=1.0):  # grad(column_and_matrix), A: float64[:, :], c: float64[:, 1]
    A_bar = np.broadcast_to(out_bar, A.shape) * c  # return np.sum(A * c)
    c_bar = (out_bar * A).sum(axis=1, keepdims=True)
    return A_bar, c_bar

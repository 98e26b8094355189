# wrt: A, r
# at: np.arange(6.0).reshape(2, 3), np.linspace(0.1, 1.0, 3)
import numpy as np


def row_and_matrix(A, r):
    return np.sum((A - r) ** 2)
# output
def row_and_matrix_grad(A, r, out_bar=1.0):  # grad(row_and_matrix), A: float64[:, :], r: float64[:]
    A_bar = 2.0 * out_bar * (A - r)       # return np.sum((A - r) ** 2)
    r_bar = -A_bar.sum(axis=0)
    return A_bar, r_bar

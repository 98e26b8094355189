# wrt: A
# at: np.arange(6.0).reshape(2, 3)
import numpy as np


def axis_zero(A):
    return np.sum(np.sum(A, axis=0) ** 2)
# output
def axis_zero_grad(A, out_bar=1.0):       # grad(axis_zero), A: float64[:, :]
    # return np.sum(np.sum(A, axis=0) ** 2)
    A_bar = np.broadcast_to(2.0 * out_bar * np.sum(A, axis=0), A.shape).copy()
    return A_bar

# wrt: A
# at: np.arange(6.0).reshape(2, 3)
import numpy as np


def axis_one(A):
    s = A.sum(axis=1)
    return np.dot(s, s)
# output
def axis_one_grad(A, out_bar=1.0):        # grad(axis_one), A: float64[:, :]
    s = A.sum(axis=1)
    s_bar = 2.0 * out_bar * s                                # return np.dot(s, s)
    A_bar = np.broadcast_to(s_bar[:, None], A.shape).copy()  # s = A.sum(axis=1)
    return A_bar

# wrt: A
# at: np.arange(6.0).reshape(2, 3)
import numpy as np


def centred(A):
    d = A - np.mean(A, axis=0, keepdims=True)
    return np.sum(d * d * d)
# output
def centred_grad(A, out_bar=1.0):         # grad(centred), A: float64[:, :]
    d = A - np.mean(A, axis=0, keepdims=True)
    d_bar = 3.0 * out_bar * (d * d)       # return np.sum(d * d * d)
    A_bar = d_bar - d_bar.sum(axis=0, keepdims=True) / A.shape[0]  # d = A - np.mean(A, axis=0, keepdims=True)
    return A_bar

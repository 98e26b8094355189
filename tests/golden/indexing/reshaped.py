# wrt: x
# at: np.linspace(0.1, 1.0, 6)
import numpy as np


def reshaped(x):
    A = x.reshape(2, 3)
    return np.sum(A[0] * A[1])
# output
def reshaped_grad(x, out_bar=1.0):        # grad(reshaped), x: float64[:]
    A = x.reshape(2, 3)
    A_bar = np.zeros_like(A)                   # return np.sum(A[0] * A[1])
    A_bar[0] = out_bar * A[1]
    A_bar[1] = out_bar * A[0]
    x_bar = np.reshape(A_bar, x.shape).copy()  # A = x.reshape(2, 3)
    return x_bar

# wrt: x
# at: np.linspace(0.1, 1.0, 5), 0.5
import numpy as np


def linear_scan(x, c):
    A = x.copy()
    for i in range(1, len(A)):
        A[i] += c * A[i - 1]
    return np.sum(A * A)
# output
def linear_scan_grad(x, c, out_bar=1.0):  # grad(linear_scan), x: float64[:], c: float
    A = x.tolist()
    n = len(A)
    for i in range(1, n):
        A[i] += c * A[i - 1]
    A = np.array(A)
    A_bar = (2.0 * out_bar * A).tolist()  # return np.sum(A * A)
    for i in reversed(range(1, n)):       # for i in range(1, len(A)):
        A_bar[i - 1] += A_bar[i] * c      # A[i] += c * A[i - 1]
    return np.array(A_bar)

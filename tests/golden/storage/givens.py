# wrt: A
# at: np.array([[4.0, 1.0, 0.5], [1.0, 3.0, 0.2], [0.5, 0.2, 2.0]])
import math

import numpy as np


def givens(A):
    A = A.copy()
    n = A.shape[0]
    for j in range(n):
        for i in range(n - 1, j, -1):
            r = math.hypot(A[i - 1, j], A[i, j])
            c, s = A[i - 1, j] / r, A[i, j] / r
            upper = c * A[i - 1] + s * A[i]
            A[i] = c * A[i] - s * A[i - 1]
            A[i - 1] = upper
    return np.sum(np.abs(np.diag(A)))
# output
def givens_grad(A, out_bar=1.0):          # grad(givens), A: float64[:, :]
    A_1 = A.copy()
    n = A_1.shape[0]
    saved = []
    for j in range(n):
        for i in range(n - 1, j, -1):
            r = math.hypot(A_1[i - 1, j], A_1[i, j])
            c = A_1[i - 1, j] / r
            s = A_1[i, j] / r
            upper = c * A_1[i - 1] + s * A_1[i]
            t = A_1[i].copy()
            A_1[i] = c * A_1[i] - s * A_1[i - 1]
            saved.append((s, c, r, A_1[i - 1].copy(), t))
            A_1[i - 1] = upper
    A_bar = on_diagonal(out_bar * np.sign(np.diag(A_1)), A.shape, 0)  # return np.sum(np.abs(np.diag(A)))
    for j in reversed(range(n)):                 # for j in range(n):
        for i in reversed(range(n - 1, j, -1)):  # for i in range(n - 1, j, -1):
            s, c, r, t, t_1 = saved.pop()
            A_1[i - 1] = t
            upper_bar = A_bar[i - 1].copy()      # A[i - 1] = upper
            A_bar[i - 1] = 0.0
            A_1[i] = t_1
            t_bar = A_bar[i].copy()              # A[i] = c * A[i] - s * A[i - 1]
            A_bar[i] = 0.0
            t_bar_1 = t_bar @ A_1[i - 1]
            A_bar[i - 1] -= t_bar * s
            c_bar = t_bar @ A_1[i]
            A_bar[i] += t_bar * c
            s_bar = upper_bar @ A_1[i]    # upper = c * A[i - 1] + s * A[i]
            s_bar -= t_bar_1
            A_bar[i] += upper_bar * s
            c_bar += upper_bar @ A_1[i - 1]
            A_bar[i - 1] += upper_bar * c
            t_bar = s_bar / r             # c, s = A[i - 1, j] / r, A[i, j] / r
            A_bar[i, j] += t_bar
            t_bar_1 = c_bar / r
            r_bar = -(t_bar * s) - t_bar_1 * c
            A_bar[i - 1, j] += t_bar_1
            t_bar = r_bar / (1.0 if r == 0.0 else r) * A_1[i - 1, j]  # r = math.hypot(A[i - 1, j], A[i, j])
            A_bar[i, j] += r_bar / (1.0 if r == 0.0 else r) * A_1[i, j]
            A_bar[i - 1, j] += t_bar
    return A_bar

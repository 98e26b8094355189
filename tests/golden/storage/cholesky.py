# wrt: A
# at: np.array([[4.0, 1.0, 0.5], [1.0, 3.0, 0.2], [0.5, 0.2, 2.0]])
import math

import numpy as np


def cholesky(A):
    n = A.shape[0]
    L = np.zeros((n, n))
    for i in range(n):
        for j in range(i):
            L[i, j] = (A[i, j] - L[i, :j] @ L[j, :j]) / L[j, j]
        L[i, i] = math.sqrt(A[i, i] - L[i, :i] @ L[i, :i])
    return np.sum(np.log(np.diag(L)))
# output
def cholesky_grad(A, out_bar=1.0):        # grad(cholesky), A: float64[:, :]
    A_list = A.tolist()
    n = A.shape[0]
    L = np.zeros((n, n))
    for i in range(n):
        A_row = A_list[i]
        for j in range(i):
            L[i, j] = (A_row[j] - L[i, :j] @ L[j, :j]) / L[j, j]
        L[i, i] = math.sqrt(A_row[i] - L[i, :i] @ L[i, :i])
    L_bar = on_diagonal(out_bar / np.diag(L), L.shape, 0)  # return np.sum(np.log(np.diag(L)))
    A_bar = np.zeros_like(A).tolist()                      # for i in range(n):
    for i in reversed(range(n)):
        # L[i, i] = math.sqrt(A[i, i] - L[i, :i] @ L[i, :i])
        t, t_bar = L[i, i], L_bar[i, i]
        L_bar[i, i] = 0.0
        t_bar = unless_zero(t_bar, 0.5 / t)
        L_bar[i, :i] += 2.0 * (-t_bar * L[i, :i])
        A_bar_row = A_bar[i]
        A_bar_row[i] += t_bar
        for j in reversed(range(i)):         # for j in range(i):
            t, t_bar = L[i, j], L_bar[i, j]  # L[i, j] = (A[i, j] - L[i, :j] @ L[j, :j]) / L[j, j]
            L_bar[i, j] = 0.0
            t_bar /= L[j, j]
            L_bar[j, j] -= t_bar * t
            t_bar_1 = -t_bar
            t_bar_2 = t_bar_1 * L[i, :j]
            L_bar[i, :j] += t_bar_1 * L[j, :j]
            L_bar[j, :j] += t_bar_2
            A_bar_row[j] += t_bar
    return np.array(A_bar).reshape(A.shape)

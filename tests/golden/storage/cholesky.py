# wrt: A
# at: np.array([[4.0, 1.0, 0.5], [1.0, 3.0, 0.2], [0.5, 0.2, 2.0]])
# order: 1
# whose storage `np.diag(L)` shows is decided while running, in a table by memory.
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
    t = A.shape[0]
    L = np.zeros((t, t))
    saved = []
    saved_1 = []
    for i in range(t):
        for j in range(i):
            t_1 = (A[i, j] - L[i, :j] @ L[j, :j]) / L[j, j]
            saved_1.append((t_1, L[i, j]))
            L[i, j] = t_1
        t_1 = math.sqrt(A[i, i] - L[i, :i] @ L[i, :i])
        saved.append((t_1, L[i, i]))
        L[i, i] = t_1
    t_1 = np.diag(L)
    shadows = Shadows()
    t_2 = out_bar / t_1                   # return np.sum(np.log(np.diag(L)))
    t_bar = shadows.of(t_1)
    t_bar += t_2
    t_1 = on_diagonal(shadows.take_apart(t_1, L), L.shape, 0)
    L_bar = shadows.of(L)
    L_bar += t_1
    A_bar = np.zeros_like(A)              # for i in range(n):
    for i in reversed(range(t)):
        t, t_1 = saved.pop()
        L[i, i] = t_1
        L_bar = shadows.of(L)             # L[i, i] = math.sqrt(A[i, i] - L[i, :i] @ L[i, :i])
        t_1 = L_bar[i, i]
        L_bar[i, i] = 0.0
        t_bar = unless_zero(t_1, 0.5 / t)
        t_bar_1 = -t_bar
        t = L[i, :i]
        t_1 = t_bar_1 * t                 # L[i, i] = math.sqrt(A[i, i] - L[i, :i] @ L[i, :i])
        t_2 = L[i, :i]
        t_3 = t_bar_1 * t_2               # L[i, i] = math.sqrt(A[i, i] - L[i, :i] @ L[i, :i])
        t_bar_1 = shadows.of(t_2)
        t_bar_1 += t_1
        t_bar_1 = shadows.of(t)
        t_bar_1 += t_3
        A_bar[i, i] += t_bar
        for j in reversed(range(i)):      # for j in range(i):
            t, t_1 = saved_1.pop()
            L[i, j] = t_1
            L_bar = shadows.of(L)         # L[i, j] = (A[i, j] - L[i, :j] @ L[j, :j]) / L[j, j]
            t_1 = L_bar[i, j]
            L_bar[i, j] = 0.0
            t_bar = t_1 / L[j, j]
            t = t_bar * t
            L_bar = shadows.of(L)
            L_bar[j, j] -= t
            t_bar_1 = -t_bar
            t = L[j, :j]
            t_1 = t_bar_1 * t             # L[i, j] = (A[i, j] - L[i, :j] @ L[j, :j]) / L[j, j]
            t_2 = L[i, :j]
            t_3 = t_bar_1 * t_2           # L[i, j] = (A[i, j] - L[i, :j] @ L[j, :j]) / L[j, j]
            t_bar_1 = shadows.of(t_2)
            t_bar_1 += t_1
            t_bar_1 = shadows.of(t)
            t_bar_1 += t_3
            A_bar[i, j] += t_bar
    L_bar = shadows.take(L)               # L = np.zeros((n, n))
    return A_bar

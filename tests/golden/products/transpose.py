# wrt: A
# at: np.arange(6.0).reshape(2, 3)
import numpy as np


def transpose(A):
    G = A.T @ A
    return np.trace(G) + G[0, 1]
# output
def transpose_grad(A, out_bar=1.0):       # grad(transpose), A: float64[:, :]
    t = A.T
    G = t @ A
    G_bar = np.zeros_like(G)              # return np.trace(G) + G[0, 1]
    G_bar[0, 1] = out_bar
    t_1, t_2 = G.shape
    G_bar += out_bar * np.eye(t_1, t_2, k=0, dtype=np.float64)
    t_bar = t.T @ G_bar                   # G = A.T @ A
    A_bar = np.zeros_like(A)
    A_bar_1 = A_bar.T
    A_bar_1 += G_bar @ A.T
    A_bar += t_bar
    return A_bar

# wrt: A
# at: np.arange(6.0).reshape(2, 3)
import numpy as np


def transpose(A):
    G = A.T @ A
    return np.trace(G) + G[0, 1]
# output
def transpose_grad(A, out_bar=1.0):       # grad(transpose), A: float64[:, :]
    G = A.T @ A
    G_bar = np.zeros_like(G)              # return np.trace(G) + G[0, 1]
    G_bar[0, 1] = out_bar
    t, t_1 = G.shape
    G_bar += out_bar * np.eye(t, t_1, k=0, dtype=np.float64)
    A_bar = A @ (G_bar.T + G_bar)         # G = A.T @ A
    return A_bar

# wrt: A
# at: np.array([[0.3, 1.1], [0.7, -0.4], [0.2, 0.9]])
import numpy as np


def gram(A):
    return np.sum(np.exp(A.T @ A))
# output
def gram_grad(A, out_bar=1.0):            # grad(gram), A: float64[:, :]
    t_bar = out_bar * np.exp(A.T @ A)     # return np.sum(np.exp(A.T @ A))
    A_bar = A @ (t_bar.T + t_bar)
    return A_bar

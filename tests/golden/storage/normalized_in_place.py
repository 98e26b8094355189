# wrt: w
# at: np.linspace(0.1, 1.0, 6).reshape(2, 3), np.linspace(-1.0, 1.0, 8).reshape(4, 2), np.eye(4, 3)
import numpy as np


def normalized_in_place(w, x, y):
    p = np.exp(x @ w)
    p /= np.sum(p, axis=1, keepdims=True)
    return -np.sum(y * np.log(p))
# output
# grad(normalized_in_place), w: float64[:, :], x: float64[:, :], y: float64[:, :]
def normalized_in_place_grad(w, x, y, out_bar=1.0):
    p = np.exp(x @ w)
    t = np.sum(p, axis=1, keepdims=True)
    p_1 = p / t
    p_bar = -out_bar * y / p_1            # return -np.sum(y * np.log(p))
    t_bar = p_bar / t                     # p /= np.sum(p, axis=1, keepdims=True)
    p_bar[...] = t_bar - (t_bar * p / t).sum(axis=1, keepdims=True)
    w_bar = x.T @ (p_bar * p)             # p = np.exp(x @ w)
    return w_bar

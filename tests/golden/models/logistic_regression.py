# wrt: w, b
# at: np.linspace(-0.5, 0.5, 3), 0.1, np.arange(12.0).reshape(4, 3) / 10.0, np.array([0.0, 1.0, 1.0, 0.0])
import numpy as np


def logistic_regression(w, b, X, y):
    z = X @ w + b
    p = 1.0 / (1.0 + np.exp(-z))
    return -np.mean(y * np.log(p) + (1.0 - y) * np.log(1.0 - p))
# output
# grad(logistic_regression), w: float64[:], b: float, X: float64[:, :], y: float64[:]
def logistic_regression_grad(w, b, X, y, out_bar=1.0):
    z = X @ w + b
    t = np.exp(-z)
    p = 1.0 / (1.0 + t)
    t_bar = np.divide(-out_bar, y.size)   # return -np.mean(y * np.log(p) + (1.0 - y) * np.log(1.0 - p))
    p_bar = t_bar * y / p - t_bar * (1.0 - y) / (1.0 - p)
    z_bar = p_bar * (p * p) * t           # p = 1.0 / (1.0 + np.exp(-z))
    w_bar = z_bar @ X                     # z = X @ w + b
    b_bar = float(z_bar.sum())
    return w_bar, b_bar

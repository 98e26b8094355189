# wrt: W1, b1, W2
# at: np.arange(6.0).reshape(3, 2) / 10.0, np.array([0.1, -0.2]), np.array([0.3, 0.7]), np.arange(12.0).reshape(4, 3) / 10.0, np.linspace(0.0, 1.0, 4)
import numpy as np


def mlp(W1, b1, W2, X, y):
    hidden = np.tanh(X @ W1 + b1)
    error = hidden @ W2 - y
    return np.mean(error**2)
# output
# grad(mlp), W1: float64[:, :], b1: float64[:], W2: float64[:], X: float64[:, :], y: float64[:]
def mlp_grad(W1, b1, W2, X, y, out_bar=1.0):
    hidden = np.tanh(X @ W1 + b1)
    error = hidden @ W2 - y
    error_bar = 2.0 * np.divide(out_bar, error.size) * error   # return np.mean(error**2)
    W2_bar = error_bar @ hidden                                # error = hidden @ W2 - y
    t_bar = np.outer(error_bar, W2) * (1.0 - hidden * hidden)  # hidden = np.tanh(X @ W1 + b1)
    b1_bar = t_bar.sum(axis=0)
    W1_bar = X.T @ t_bar
    return W1_bar, b1_bar, W2_bar

# wrt: x
# at: np.array([0.3, 1.5, 0.7])
import numpy as np


def largest(x):
    return np.max(x) * np.min(x)
# output
def largest_grad(x, out_bar=1.0):         # grad(largest), x: float64[:]
    t = np.max(x)
    t_1 = np.min(x)
    picked = x == t_1                     # return np.max(x) * np.min(x)
    ties = np.sum(picked, keepdims=True, dtype=np.float64)
    x_bar = picked * (out_bar * t / ties)
    picked = x == t
    ties = np.sum(picked, keepdims=True, dtype=np.float64)
    x_bar += picked * (out_bar * t_1 / ties)
    return x_bar

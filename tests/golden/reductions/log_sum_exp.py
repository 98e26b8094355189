# wrt: x
# at: np.array([0.3, 1.5, 0.7])
import numpy as np


def log_sum_exp(x):
    top = np.max(x)
    return top + np.log(np.sum(np.exp(x - top)))
# output
def log_sum_exp_grad(x, out_bar=1.0):     # grad(log_sum_exp), x: float64[:]
    top = np.max(x)
    t = np.exp(x - top)
    return out_bar / np.sum(t) * t

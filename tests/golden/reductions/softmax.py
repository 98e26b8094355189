# wrt: x
# at: np.array([0.3, 1.5, 0.7]), np.array([0.0, 1.0, 0.0])
import numpy as np


def softmax(x, target):
    e = np.exp(x - np.max(x))
    p = e / np.sum(e)
    return -np.sum(target * np.log(p))
# output
def softmax_grad(x, target, out_bar=1.0):  # grad(softmax), x: float64[:], target: float64[:]
    t = np.max(x)
    e = np.exp(x - t)
    t_1 = np.sum(e)
    p = e / t_1
    p_bar = -out_bar * target / p         # return -np.sum(target * np.log(p))
    e_bar = p_bar / t_1                   # p = e / np.sum(e)
    e_bar -= e_bar @ p
    t_bar = e_bar * e                     # e = np.exp(x - np.max(x))
    picked = x == t
    ties = np.sum(picked, keepdims=True, dtype=np.float64)
    x_bar = t_bar + picked * (-t_bar.sum() / ties)
    return x_bar

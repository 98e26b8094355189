# wrt: x
# at: np.array([0.3, 1.5, 0.7]), np.array([0.0, 1.0, 0.0])
import numpy as np


def softmax(x, target):
    e = np.exp(x - np.max(x))
    p = e / np.sum(e)
    return -np.sum(target * np.log(p))
# output
def softmax_grad(x, target, out_bar=1.0):  # grad(softmax), x: float64[:], target: float64[:]
    e = np.exp(x - np.max(x))
    t = np.sum(e)
    p = e / t
    p_bar = -out_bar * target / p         # return -np.sum(target * np.log(p))
    e_bar = p_bar / t                     # p = e / np.sum(e)
    e_bar -= e_bar @ p
    return e_bar * e

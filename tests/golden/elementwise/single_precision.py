# wrt: x
# at: np.linspace(0.1, 1.0, 4, dtype=np.float32)
import numpy as np


def single_precision(x):
    return np.sum(np.tanh(x) * x)
# output
def single_precision_grad(x, out_bar=1.0):  # grad(single_precision), x: float32[:]
    t = np.tanh(x)
    t_bar = np.broadcast_to(out_bar, x.shape).astype(np.float32)  # return np.sum(np.tanh(x) * x)
    x_bar = t_bar * t
    x_bar += t_bar * x * (1.0 - t * t)
    return x_bar

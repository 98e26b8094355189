# wrt: x
# at: np.array([-1.0, 0.5, 2.0])
import numpy as np


def relu(x):
    return np.sum(np.maximum(x, 0.0) ** 2)
# output
def relu_grad(x, out_bar=1.0):            # grad(relu), x: float64[:]
    t_bar = 2.0 * out_bar * np.maximum(x, 0.0)  # return np.sum(np.maximum(x, 0.0) ** 2)
    return np.where(x == 0.0, 0.5 * t_bar, np.where(x > 0.0, t_bar, 0.0))

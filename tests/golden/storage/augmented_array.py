# wrt: x, y
# at: np.linspace(0.1, 1.0, 3), np.linspace(1.0, 2.0, 3)
import numpy as np


def augmented_array(x, y):
    z = x * y
    z += x
    z *= y
    return np.sum(z)
# output
def augmented_array_grad(x, y, out_bar=1.0):  # grad(augmented_array), x: float64[:], y: float64[:]
    z = x * y
    z += x
    z_bar = np.full(x.shape, out_bar)     # z *= y
    y_bar = z_bar * z
    z_bar *= y
    x_bar = z_bar + z_bar * y             # z = x * y
    y_bar += z_bar * x
    return x_bar, y_bar

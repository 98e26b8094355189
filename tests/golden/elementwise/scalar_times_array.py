# wrt: a, x
# at: 0.5, np.linspace(0.1, 1.0, 4)
import numpy as np


def scalar_times_array(a, x):
    return np.sum((a * x + 1.0) ** 2)
# output
def scalar_times_array_grad(a, x, out_bar=1.0):  # grad(scalar_times_array), a: float, x: float64[:]
    t_bar = 2.0 * out_bar * (a * x + 1.0)  # return np.sum((a * x + 1.0) ** 2)
    x_bar = t_bar * a
    a_bar = float(t_bar @ x)
    return a_bar, x_bar

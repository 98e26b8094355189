# mode: forward
# wrt: x
# at: np.linspace(0.1, 1.0, 4)
import math

import numpy as np


def elements_tangent(x):
    y = np.empty(len(x))
    for i in range(len(x)):
        y[i] = math.sin(x[i])
    return np.sum(y)
# output
def elements_tangent_jvp(x, x_dot):       # jvp(elements_tangent), x: float64[:]
    y = np.empty(len(x))
    y_dot = np.zeros_like(y)              # y = np.empty(len(x))
    for i in range(len(x)):
        t = x[i]
        t_dot = x_dot[i]                  # y[i] = math.sin(x[i])
        t_1 = math.sin(t)
        t_dot = t_dot * math.cos(t)       # y[i] = math.sin(x[i])
        y_dot[i] = t_dot
        y[i] = t_1
    y_dot = np.sum(y_dot)                 # return np.sum(y)
    return np.sum(y), y_dot

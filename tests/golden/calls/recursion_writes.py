# wrt: x
# at: np.array([0.4, -1.1, 0.9, 0.3])
# order: 1
# the reverse half of a recursive function that writes its arguments has no derivative.
import numpy as np


def prefix_products(y, i):
    if i < len(y):
        y[i] *= y[i - 1]
        prefix_products(y, i + 1)


def recursion_writes(x):
    y = np.sin(x)
    prefix_products(y, 1)
    return np.sum(y * x)
# output
def prefix_products_forward(y, i):
    t = i < len(y)
    if t:
        t_1 = i - 1
        t_2, t_3 = y[t_1], y[i]
        y[i] *= t_2
        saved = prefix_products_forward(y, i + 1)[1]
    else:
        t_1 = None
        t_2 = None
        saved = None
        t_3 = None
    return None, (t, saved, y, i, t_3, t_2, t_1)


def prefix_products_reverse(saved, out_bar, y_bar):
    t, saved, y, i, t_1, t_2, t_3 = saved
    if t:                                            # if i < len(y):
        prefix_products_reverse(saved, None, y_bar)  # prefix_products(y, i + 1)
        y[i] = t_1
        t_bar, t = y_bar[i], y[i]                    # y[i] *= y[i - 1]
        y_bar[i] = t_bar * t_2
        y_bar[t_3] += t_bar * t
    return ()


def recursion_writes_grad(x, out_bar=1.0):  # grad(recursion_writes), x: float64[:]
    y = np.sin(x)
    saved = prefix_products_forward(y, 1)[1]
    y_bar = out_bar * x                          # return np.sum(y * x)
    x_bar = out_bar * y
    prefix_products_reverse(saved, None, y_bar)  # prefix_products(y, 1)
    x_bar += y_bar * np.cos(x)                   # y = np.sin(x)
    return x_bar

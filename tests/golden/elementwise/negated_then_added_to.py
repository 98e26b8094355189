# wrt: a, b
# at: np.linspace(0.1, 1.0, 3), np.linspace(1.0, 2.0, 3)
import numpy as np


def negated_then_added_to(a, b):
    p = a + b
    q = p * b
    s = a * a
    r = b - p  # p_bar starts as -r_bar, and is added to before it goes on to a and b
    return np.sum(r * b) + np.sum(q) + np.sum(s)
# output
# grad(negated_then_added_to), a: float64[:], b: float64[:]
def negated_then_added_to_grad(a, b, out_bar=1.0):
    p = a + b
    r = b - p
    r_bar = out_bar * b                   # return np.sum(r * b) + np.sum(q) + np.sum(s)
    b_bar = out_bar * r
    # r = b - p  # p_bar starts as -r_bar, and is added to before it goes on to a and b
    b_bar += r_bar
    a_bar = 2.0 * out_bar * a             # s = a * a
    p_bar = out_bar * b - r_bar           # q = p * b
    b_bar += out_bar * p
    a_bar += p_bar                        # p = a + b
    b_bar += p_bar
    return a_bar, b_bar

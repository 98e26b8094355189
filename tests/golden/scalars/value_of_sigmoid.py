# mode: value
# wrt: x
# at: 0.3
import math


def value_of_sigmoid(x):
    return 1.0 / (1.0 + math.exp(-x))
# output
def value_of_sigmoid_value_and_grad(x, out_bar=1.0):  # value_and_grad(value_of_sigmoid), x: float
    t = math.exp(-x)
    t_1 = 1.0 / (1.0 + t)
    return t_1, out_bar * (t_1 * t_1) * t

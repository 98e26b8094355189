# wrt: x
# at: 1.5
import math


def twice(f, v):
    return f(f(v))


def function_argument(x):
    return twice(math.sin, x)
# output
def function_argument_grad(x, out_bar=1.0):  # grad(function_argument), x: float
    t_bar = out_bar * math.cos(math.sin(x))  # return f(f(v))
    x_bar = t_bar * math.cos(x)
    return x_bar

# wrt: x
# at: 1.5
import math


def twice(f, v):
    return f(f(v))


def function_argument(x):
    return twice(math.sin, x)
# output
def function_argument_grad(x, out_bar=1.0):  # grad(function_argument), x: float
    x_bar = out_bar * math.cos(math.sin(x)) * math.cos(x)  # return f(f(v))
    return x_bar

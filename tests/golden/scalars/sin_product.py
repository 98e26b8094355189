# wrt: x, y
# at: 2.0, 3.0
import math


def sin_product(x, y):
    a = x * y
    return math.sin(a) + x
# output
def sin_product_grad(x, y, out_bar=1.0):  # grad(sin_product), x: float, y: float
    a = x * y
    a_bar = out_bar * math.cos(a)                  # return math.sin(a) + x
    x_bar, y_bar = out_bar + a_bar * y, a_bar * x  # a = x * y
    return x_bar, y_bar

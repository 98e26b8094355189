# mode: forward
# wrt: x, y
# at: 2.0, 3.0
import math


def sin_product_tangent(x, y):
    a = x * y
    return math.sin(a) + x
# output
def sin_product_tangent_jvp(x, y, x_dot, y_dot):  # jvp(sin_product_tangent), x: float, y: float
    a = x * y
    a_dot = x_dot * y + y_dot * x         # a = x * y
    return math.sin(a) + x, a_dot * math.cos(a) + x_dot

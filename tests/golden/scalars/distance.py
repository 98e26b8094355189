# mode: value
# wrt: x, y
# at: 3.0, 4.0
import math


def distance(x, y):
    return math.hypot(x, y) + abs(x - y)
# output
def distance_value_and_grad(x, y, out_bar=1.0):  # value_and_grad(distance), x: float, y: float
    t = math.hypot(x, y)
    t_1 = x - y
    x_bar = out_bar * ((t_1 > 0.0) - (t_1 < 0.0))  # return math.hypot(x, y) + abs(x - y)
    y_bar = -x_bar
    if t:
        t_0 = out_bar * x / t
        t_1_1 = out_bar * y / t
    else:
        t_0, t_1_1 = 0.0, 0.0
    x_bar += t_0
    y_bar += t_1_1
    return t + abs(t_1), (x_bar, y_bar)

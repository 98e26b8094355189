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
    t_bar = out_bar * ((t_1 > 0.0) - (t_1 < 0.0))  # return math.hypot(x, y) + abs(x - y)
    x_bar = t_bar + over_length(out_bar, t) * x
    y_bar = over_length(out_bar, t) * y - t_bar
    return t + abs(t_1), (x_bar, y_bar)

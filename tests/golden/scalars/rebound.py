# wrt: x
# at: 1.2
import math


def rebound(x):
    x = x * x
    x = math.sin(x)
    x *= 3.0
    return x
# output
def rebound_grad(x, out_bar=1.0):         # grad(rebound), x: float
    x_1 = x * x
    x_bar = 3.0 * out_bar                 # x *= 3.0
    x_bar *= math.cos(x_1)                # x = math.sin(x)
    x_bar = 2.0 * x_bar * x               # x = x * x
    return x_bar

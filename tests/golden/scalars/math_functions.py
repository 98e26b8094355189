# wrt: x
# at: 0.6
import math


def math_functions(x):
    return math.exp(-x * x) * math.log(1.0 + x) + math.sqrt(x) * math.tanh(x)
# output
def math_functions_grad(x, out_bar=1.0):  # grad(math_functions), x: float
    t = -x
    t_1 = math.exp(t * x)
    t_2 = 1.0 + x
    t_3 = math.sqrt(x)
    t_4 = math.tanh(x)
    # return math.exp(-x * x) * math.log(1.0 + x) + math.sqrt(x) * math.tanh(x)
    x_bar = out_bar * t_3 * (1.0 - t_4 * t_4) + 0.5 * (out_bar * t_4) / t_3
    x_bar = x_bar + out_bar * t_1 / t_2 + 2.0 * (out_bar * math.log(t_2) * t_1 * t)
    return x_bar

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
    t_3 = math.log(t_2)
    t_4 = math.sqrt(x)
    t_5 = math.tanh(x)
    # return math.exp(-x * x) * math.log(1.0 + x) + math.sqrt(x) * math.tanh(x)
    t_bar = out_bar * t_5
    t_bar_1 = out_bar * t_4
    x_bar = t_bar_1 * (1.0 - t_5 * t_5)
    x_bar += 0.5 * t_bar / t_4
    t_bar = out_bar * t_3
    t_bar_1 = out_bar * t_1
    t_bar_1 = t_bar_1 / t_2
    x_bar += t_bar_1
    t_bar = t_bar * t_1
    t_bar_1 = t_bar * x
    x_bar += t_bar * t
    x_bar -= t_bar_1
    return x_bar

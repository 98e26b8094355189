# wrt: params
# at: {"w": 0.5, "b": 0.1}, 2.0
import math


def dict_parameter(params, x):
    return math.tanh(params["w"] * x + params["b"])
# output
def dict_parameter_grad(params, x, out_bar=1.0):  # grad(dict_parameter), params: dict[unknown], x: float
    t = math.tanh(params['w'] * x + params['b'])
    t_bar = out_bar * (1.0 - t * t)       # return math.tanh(params["w"] * x + params["b"])
    params_bar = {'w': t_bar * x, 'b': t_bar}
    return params_bar

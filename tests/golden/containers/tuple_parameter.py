# wrt: p
# at: (0.5, 1.5)
def tuple_parameter(p):
    x, y = p
    return (1.0 - x) ** 2 + 100.0 * (y - x * x) ** 2
# output
def tuple_parameter_grad(p, out_bar=1.0):  # grad(tuple_parameter), p: (float, float)
    t = p[0]
    t_bar = 200.0 * out_bar * (p[1] - t * t)  # return (1.0 - x) ** 2 + 100.0 * (y - x * x) ** 2
    t_bar_1 = -(2.0 * t_bar * t) - 2.0 * out_bar * (1.0 - t)
    return t_bar_1, t_bar

# wrt: p
# at: (0.5, 1.5)
def tuple_parameter(p):
    x, y = p
    return (1.0 - x) ** 2 + 100.0 * (y - x * x) ** 2
# output
def tuple_parameter_grad(p, out_bar=1.0):  # grad(tuple_parameter), p: (float, float)
    x = p[0]
    t_bar = 200.0 * out_bar * (p[1] - x * x)  # return (1.0 - x) ** 2 + 100.0 * (y - x * x) ** 2
    x_bar = -(2.0 * t_bar * x) - 2.0 * out_bar * (1.0 - x)
    return x_bar, t_bar

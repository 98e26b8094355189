# wrt: x, y
# at: 1.5, 0.7
def quotient(x, y):
    return x / y - y / (x + 2.0)
# output
def quotient_grad(x, y, out_bar=1.0):     # grad(quotient), x: float, y: float
    t = x + 2.0
    t_1 = out_bar / t                     # return x / y - y / (x + 2.0)
    t_2 = out_bar / y
    x_bar = t_1 * (y / t) + t_2
    y_bar = -t_1 - t_2 * (x / y)
    return x_bar, y_bar

# wrt: x, y
# at: 1.5, 0.7
def quotient(x, y):
    return x / y - y / (x + 2.0)
# output
def quotient_grad(x, y, out_bar=1.0):     # grad(quotient), x: float, y: float
    t = x + 2.0
    t_bar, t_bar_1 = out_bar / t, out_bar / y  # return x / y - y / (x + 2.0)
    x_bar = t_bar * (y / t) + t_bar_1
    y_bar = -t_bar - t_bar_1 * (x / y)
    return x_bar, y_bar

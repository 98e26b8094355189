# wrt: x, y
# at: 1.5, 0.7
def quotient(x, y):
    return x / y - y / (x + 2.0)
# output
def quotient_grad(x, y, out_bar=1.0):     # grad(quotient), x: float, y: float
    t = x / y
    t_1 = x + 2.0
    t_bar = -out_bar                      # return x / y - y / (x + 2.0)
    y_bar = -(out_bar / t_1)
    x_bar = -(t_bar * (y / t_1) / t_1)
    x_bar += out_bar / y
    y_bar -= out_bar * t / y
    return x_bar, y_bar

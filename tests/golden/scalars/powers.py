# wrt: x, y
# at: 1.3, 2.5
def powers(x, y):
    return x**2 + x**y + 2.0**y
# output
def powers_grad(x, y, out_bar=1.0):       # grad(powers), x: float, y: float
    t = x ** y
    y_bar = out_bar * (2.0 ** y * math.log(2.0))  # return x**2 + x**y + 2.0**y
    t_1 = power_slope(x, y)
    t = t * log_or_zero(x)
    y_bar += out_bar * t
    x_bar = out_bar * t_1 + 2.0 * out_bar * x
    return x_bar, y_bar

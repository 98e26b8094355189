# wrt: x, y
# at: 1.3, 2.5
def powers(x, y):
    return x**2 + x**y + 2.0**y
# output
def powers_grad(x, y, out_bar=1.0):       # grad(powers), x: float, y: float
    t = x ** y
    t_bar = out_bar * (t * math.log(x) if x else 0.0)  # return x**2 + x**y + 2.0**y
    y_bar = out_bar * (2.0 ** y * math.log(2.0)) + t_bar
    x_bar = out_bar * (y * x ** (y - 1.0) if y else 0.0) + 2.0 * out_bar * x
    return x_bar, y_bar

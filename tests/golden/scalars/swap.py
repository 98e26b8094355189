# wrt: x, y
# at: 1.5, 0.5
def swap(x, y):
    x, y = y, x * x
    return x * y
# output
def swap_grad(x, y, out_bar=1.0):         # grad(swap), x: float, y: float
    y_1 = x * x
    y_bar, y_bar_1 = out_bar * y_1, out_bar * y  # return x * y
    x_bar = 2.0 * y_bar_1 * x                    # x, y = y, x * x
    return x_bar, y_bar

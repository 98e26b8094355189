# wrt: x
# at: 0.5
def clipped(x):
    y = x * x
    if y > 1.0:
        y = 1.0
    return 3.0 * y
# output
def clipped_grad(x, out_bar=1.0):         # grad(clipped), x: float
    y = x * x
    y_bar = 3.0 * out_bar                 # return 3.0 * y
    y_bar = 0.0 if y > 1.0 else y_bar     # if y > 1.0:
    x_bar = 2.0 * y_bar * x               # y = x * x
    return x_bar

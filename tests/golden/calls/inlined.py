# wrt: x, y
# at: 1.5, 0.5
def square(v):
    return v * v


def inlined(x, y):
    return square(x) + 3.0 * square(x - y)
# output
def inlined_grad(x, y, out_bar=1.0):      # grad(inlined), x: float, y: float
    x_bar = 6.0 * out_bar * (x - y)       # return v * v
    y_bar = -x_bar                        # return square(x) + 3.0 * square(x - y)
    x_bar += 2.0 * out_bar * x            # return v * v
    return x_bar, y_bar

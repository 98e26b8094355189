# wrt: x
# at: 0.4
def piecewise(x):
    if x < 0.0:
        return 0.0
    elif x < 1.0:
        return x * x
    return 2.0 * x - 1.0
# output
def piecewise_grad(x, out_bar=1.0):       # grad(piecewise), x: float
    if x < 0.0:
        x_bar = 0.0
    elif x < 1.0:
        x_bar = 2.0 * out_bar * x         # return x * x
    else:                                 # elif x < 1.0:
        x_bar = 2.0 * out_bar             # return 2.0 * x - 1.0
    return x_bar

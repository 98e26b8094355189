# wrt: x
# at: 0.5
def ternary(x):
    return x * x if x > 0.0 else 0.1 * x
# output
def ternary_grad(x, out_bar=1.0):         # grad(ternary), x: float
    if x > 0.0:                           # return x * x if x > 0.0 else 0.1 * x
        x_bar = 2.0 * out_bar * x
    else:
        x_bar = 0.1 * out_bar
    return x_bar

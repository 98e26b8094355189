# wrt: x
# at: 1.5
def closure(x):
    def scaled(v):
        return x * v

    return scaled(2.0) + scaled(x)
# output
def closure_grad(x, out_bar=1.0):         # grad(closure), x: float
    x_bar = 2.0 * out_bar * x + 2.0 * out_bar  # return x * v
    return x_bar

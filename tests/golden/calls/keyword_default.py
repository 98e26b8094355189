# wrt: x
# at: 1.5
def damped(v, rate=0.5, *, power=2):
    return rate * v**power


def keyword_default(x):
    return damped(x) + damped(x, power=3) + damped(x, rate=x)
# output
def keyword_default_grad(x, out_bar=1.0):  # grad(keyword_default), x: float
    x_bar = out_bar * x ** 2 + 2.0 * (out_bar * x) * x + 1.5 * out_bar * x ** 2  # return rate * v**power
    x_bar += out_bar * x
    return x_bar

# wrt: x
# at: 1.5
def local_lambda(x):
    f = lambda v: v * v + x
    return f(x) * f(2.0)
# output
def local_lambda_grad(x, out_bar=1.0):    # grad(local_lambda), x: float
    t_bar = out_bar * (4.0 + x)                              # return f(x) * f(2.0)
    x_bar = out_bar * (x * x + x) + t_bar + 2.0 * t_bar * x  # f = lambda v: v * v + x
    return x_bar

# wrt: x
# at: 0.8
def polynomial(x):
    return 3.0 * x**3 - 2.0 * x**2 + x - 7.0
# output
def polynomial_grad(x, out_bar=1.0):      # grad(polynomial), x: float
    x_bar = out_bar - 4.0 * out_bar * x + 9.0 * out_bar * x ** 2  # return 3.0 * x**3 - 2.0 * x**2 + x - 7.0
    return x_bar

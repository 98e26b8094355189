# wrt: x
# at: np.linspace(0.1, 1.0, 5)
def element(x):
    return x[0] * x[1] + x[-1] ** 2
# output
def element_grad(x, out_bar=1.0):         # grad(element), x: float64[:]
    x_bar = np.zeros(x.shape)             # return x[0] * x[1] + x[-1] ** 2
    x_bar[-1] = 2.0 * out_bar * x[-1]
    x_bar[1] += out_bar * x[0]
    x_bar[0] += out_bar * x[1]
    return x_bar

# wrt: x
# at: np.linspace(0.1, 1.0, 4)
def comprehension(x):
    return sum([v * v for v in x])
# output
def comprehension_grad(x, out_bar=1.0):   # grad(comprehension), x: float64[:]
    x_bar = np.zeros(x.shape)             # return sum([v * v for v in x])
    t_bar = 2.0 * out_bar
    for i in reversed(range(len(x))):
        x_bar[i] += t_bar * x[i]
    return x_bar

# wrt: x, y
# at: np.linspace(0.1, 1.0, 3), np.linspace(1.0, 2.0, 3)
def dot_by_elements(x, y):
    total = 0.0
    for i in range(len(x)):
        total += x[i] * y[i]
    return total
# output
def dot_by_elements_grad(x, y, out_bar=1.0):  # grad(dot_by_elements), x: float64[:], y: float64[:]
    x, y = x.tolist(), y.tolist()
    x_bar, y_bar = [0.0] * len(x), [0.0] * len(y)  # for i in range(len(x)):
    for i in reversed(range(len(x))):
        y_bar[i] += out_bar * x[i]                 # total += x[i] * y[i]
        x_bar[i] += out_bar * y[i]
    return np.array(x_bar), np.array(y_bar)

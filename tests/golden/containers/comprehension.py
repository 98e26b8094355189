# wrt: x
# at: np.linspace(0.1, 1.0, 4)
def comprehension(x):
    return sum([v * v for v in x])
# output
def comprehension_grad(x, out_bar=1.0):   # grad(comprehension), x: float64[:]
    t = []
    n = len(x)
    for i in range(n):
        t_1 = x[i]
        t.append(t_1 * t_1)
    t_bar = zeros_like(t)                 # return sum([v * v for v in x])
    add_items(t_bar, (out_bar,) * len(t))
    x_bar = np.zeros(x.shape)
    for i in reversed(range(n)):
        t_bar_1 = 2.0 * t_bar.pop() * x[i]
        x_bar[i] += t_bar_1
    return x_bar

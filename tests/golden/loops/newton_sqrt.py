# wrt: a
# at: 2.0
def newton_sqrt(a):
    x = a
    while abs(x * x - a) > 1e-12:
        x = 0.5 * (x + a / x)
    return x
# output
def newton_sqrt_grad(a, out_bar=1.0):     # grad(newton_sqrt), a: float
    x_saved = []
    x = a
    while abs(x * x - a) > 1e-12:
        x_saved.append(x)
        x = 0.5 * (x + a / x)
    x_bar, a_bar = out_bar, 0.0
    for x in reversed(x_saved):           # while abs(x * x - a) > 1e-12:
        x_bar = 0.5 * x_bar               # x = 0.5 * (x + a / x)
        t_bar = x_bar / x
        a_bar += t_bar
        x_bar -= t_bar * (a / x)
    a_bar += x_bar                        # while abs(x * x - a) > 1e-12:
    return a_bar

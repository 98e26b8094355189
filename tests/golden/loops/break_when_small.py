# wrt: x
# at: 0.5
def break_when_small(x):
    total = 0.0
    term = x
    for k in range(1, 50):
        if abs(term) < 1e-9:
            break
        total += term
        term = -term * x / k
    return total
# output
def break_when_small_grad(x, out_bar=1.0):  # grad(break_when_small), x: float
    saved = []
    term = x
    for k in range(1, 50):
        if abs(term) < 1e-09:
            break
        t = -term
        saved.append((k, t))
        term = t * x / k
    term_bar, x_bar = 0.0, 0.0
    for _ in range(len(saved)):           # for k in range(1, 50):
        k, t = saved.pop()
        t_bar = term_bar / k              # term = -term * x / k
        x_bar += t_bar * t
        term_bar = out_bar - t_bar * x    # total += term
    x_bar += term_bar                     # for k in range(1, 50):
    return x_bar

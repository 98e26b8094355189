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
    saved, saved_1 = [], []
    term = x
    for k in range(1, 50):
        if abs(term) < 1e-09:
            break
        saved.append(k)
        t = -term
        saved_1.append(t)
        term = t * x / k
    term_bar, x_bar = 0.0, 0.0
    for _ in range(len(saved)):           # for k in range(1, 50):
        k = saved.pop()
        t_bar = term_bar / k              # term = -term * x / k
        x_bar += t_bar * saved_1.pop()
        term_bar = out_bar - t_bar * x    # total += term
    x_bar += term_bar                     # for k in range(1, 50):
    return x_bar

# wrt: x
# at: 0.3, 8
def branch_in_loop(x, n):
    for _ in range(n):
        if x > 0.5:
            x = 2.0 - 2.0 * x
        else:
            x = 2.0 * x
    return x
# output
def branch_in_loop_grad(x, n, out_bar=1.0):  # grad(branch_in_loop), x: float, n: int
    saved = []
    for _ in range(n):
        t = x > 0.5
        saved.append(t)
        if t:
            x = 2.0 - 2.0 * x
        else:
            x = 2.0 * x
    x_bar = out_bar
    for t in reversed(saved):             # for _ in range(n):
        if t:                             # if x > 0.5:
            x_bar = -2.0 * x_bar          # x = 2.0 - 2.0 * x
        else:                             # if x > 0.5:
            x_bar = 2.0 * x_bar           # x = 2.0 * x
    return x_bar

# wrt: x
# at: 0.7, 6
def linear_recurrence(x, n):
    y = x
    for _ in range(n):
        y = 0.5 * y + 1.0
    return y
# output
def linear_recurrence_grad(x, n, out_bar=1.0):  # grad(linear_recurrence), x: float, n: int
    y_bar = out_bar
    for _ in range(n):
        y_bar = 0.5 * y_bar               # y = 0.5 * y + 1.0
    return y_bar

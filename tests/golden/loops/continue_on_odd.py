# wrt: x
# at: 0.5, 6
def continue_on_odd(x, n):
    total = 0.0
    for k in range(n):
        if k % 2 == 1:
            continue
        total += x**k
    return total
# output
def continue_on_odd_grad(x, n, out_bar=1.0):  # grad(continue_on_odd), x: float, n: int
    x_bar = 0.0
    for k in reversed(range(n)):                                 # for k in range(n):
        if k % 2 != 1:                                           # if k % 2 == 1:
            x_bar += out_bar * (k * x ** (k - 1) if k else 0.0)  # total += x**k
    return x_bar

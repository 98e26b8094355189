# wrt: x
# at: 0.7, 5
def geometric(x, n):
    total = 0.0
    term = 1.0
    for _ in range(n):
        total += term
        term *= x
    return total
# output
def geometric_grad(x, n, out_bar=1.0):    # grad(geometric), x: float, n: int
    term_saved = []
    term = 1.0
    for _ in range(n):
        term_saved.append(term)
        term = term * x
    term_bar, x_bar = 0.0, 0.0
    for term in reversed(term_saved):      # for _ in range(n):
        x_bar += term_bar * term           # term *= x
        term_bar = term_bar * x + out_bar  # total += term
    return x_bar

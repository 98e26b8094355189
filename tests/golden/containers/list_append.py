# wrt: x
# at: 0.7, 4
def list_append(x, n):
    terms = []
    for k in range(n):
        terms.append(x**k)
    return sum(terms)
# output
def list_append_grad(x, n, out_bar=1.0):  # grad(list_append), x: float, n: int
    x_bar = 0.0
    for k in reversed(range(n)):                             # for k in range(n):
        x_bar += out_bar * (k * x ** (k - 1) if k else 0.0)  # terms.append(x**k)
    return x_bar

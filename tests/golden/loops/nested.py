# wrt: x
# at: 0.7, 3, 4
def nested(x, n, m):
    total = 0.0
    for i in range(n):
        row = 1.0
        for j in range(m):
            row *= x + i * j
        total += row
    return total
# output
def nested_grad(x, n, m, out_bar=1.0):    # grad(nested), x: float, n: int, m: int
    row_saved = []
    for i in range(n):
        row = 1.0
        for j in range(m):
            row_saved.append(row)
            row = row * (x + i * j)
    x_bar = 0.0
    for i in reversed(range(n)):          # for i in range(n):
        row_bar = out_bar
        for j in reversed(range(m)):      # for j in range(m):
            row = row_saved.pop()
            x_bar += row_bar * row        # row *= x + i * j
            row_bar *= x + i * j
    return x_bar

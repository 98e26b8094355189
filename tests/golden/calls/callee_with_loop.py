# wrt: x
# at: 1.1
def power(v, n):
    out = 1.0
    for _ in range(n):
        out *= v
    return out


def callee_with_loop(x):
    return power(x, 3) + power(x, 5)
# output
def callee_with_loop_grad(x, out_bar=1.0):  # grad(callee_with_loop), x: float
    out_saved = []
    out = 1.0
    for _ in range(3):
        out_saved.append(out)
        out = out * x
    out_saved_1 = []
    out = 1.0
    for _ in range(5):
        out_saved_1.append(out)
        out = out * x
    out_bar_1, x_bar = out_bar, 0.0
    for out in reversed(out_saved_1):     # for _ in range(n):
        x_bar += out_bar_1 * out          # out *= v
        out_bar_1 *= x
    for out in reversed(out_saved):       # for _ in range(n):
        x_bar += out_bar * out            # out *= v
        out_bar *= x
    return x_bar

# mode: forward
# wrt: x
# at: 0.7, 5
def loop_tangent(x, n):
    total = 0.0
    term = 1.0
    for _ in range(n):
        total += term
        term *= x
    return total
# output
def loop_tangent_jvp(x, n, x_dot):        # jvp(loop_tangent), x: float, n: int
    total = 0.0
    term = 1.0
    total_dot = 0.0
    term_dot = 0.0
    for _ in range(n):
        total = total + term
        total_dot += term_dot                   # total += term
        term_dot = term_dot * x + x_dot * term  # term *= x
        term = term * x
    return total, total_dot

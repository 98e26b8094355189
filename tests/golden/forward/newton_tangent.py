# mode: forward
# wrt: a
# at: 2.0
def newton_tangent(a):
    x = a
    while abs(x * x - a) > 1e-12:
        x = 0.5 * (x + a / x)
    return x
# output
def newton_tangent_jvp(a, a_dot):         # jvp(newton_tangent), a: float
    x = a
    x_dot = a_dot
    while abs(x * x - a) > 1e-12:
        t = a / x
        x_dot = 0.5 * (x_dot + (a_dot / x - x_dot * t / x))  # x = 0.5 * (x + a / x)
        x = 0.5 * (x + t)
    return x, x_dot

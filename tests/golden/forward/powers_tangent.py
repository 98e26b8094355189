# mode: forward
# wrt: x
# at: 1.3
def powers_tangent(x):
    return x**3 + 2.0**x
# output
def powers_tangent_jvp(x, x_dot):         # jvp(powers_tangent), x: float
    t = x ** 3
    t_dot = 3 * x_dot * x ** 2            # return x**3 + 2.0**x
    t_1 = 2.0 ** x
    t_dot_1 = x_dot * (t_1 * log_or_zero(2.0))
    return t + t_1, t_dot + t_dot_1

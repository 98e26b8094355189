# mode: forward
# wrt: x
# at: 1.3
def powers_tangent(x):
    return x**3 + 2.0**x
# output
def powers_tangent_jvp(x, x_dot):         # jvp(powers_tangent), x: float
    t = 2.0 ** x
    return x ** 3 + t, 3 * x_dot * x ** 2 + x_dot * (t * math.log(2.0))

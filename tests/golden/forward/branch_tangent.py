# mode: forward
# wrt: x
# at: 0.5
def branch_tangent(x):
    if x > 0.0:
        y = x * x
    else:
        y = -x
    return y
# output
def branch_tangent_jvp(x, x_dot):         # jvp(branch_tangent), x: float
    if x > 0.0:
        y = x * x
        y_dot = 2.0 * (x_dot * x)         # y = x * x
    else:
        y = -x
        y_dot = -x_dot                    # y = -x
    return y, y_dot

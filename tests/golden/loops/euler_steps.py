# wrt: y, k
# at: 1.0, 0.4, 10
import math


def euler_steps(y, k, n):
    h = 1.0 / n
    for i in range(n):
        y = y + h * (math.cos(i * h) - k * y * y)
    return y
# output
def euler_steps_grad(y, k, n, out_bar=1.0):  # grad(euler_steps), y: float, k: float, n: int
    h = 1.0 / n
    y_saved = []
    for i in range(n):
        y_saved.append(y)
        y = y + h * (math.cos(i * h) - k * y * y)
    y_bar, k_bar = out_bar, 0.0
    for y in reversed(y_saved):           # for i in range(n):
        t_bar = y_bar * h                 # y = y + h * (math.cos(i * h) - k * y * y)
        k_bar -= t_bar * y * y
        y_bar -= 2.0 * (t_bar * (k * y))
    return y_bar, k_bar

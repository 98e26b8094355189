# wrt: x
# at: 1.3, 5
def power(x, n):
    if n == 0:
        return 1.0
    half = power(x, n // 2)
    return half * half * x if n % 2 else half * half


def recursion(x, n):
    return x * power(x, n)
# output
def power_forward(x, n):
    t = n == 0
    if t:
        t_3 = 1.0
        half = None
        saved = None
        t_1 = None
        t_2 = None
    else:
        half, saved = power_forward(x, n // 2)
        t_1 = n % 2
        if t_1:
            t_2 = half * half
            t_3 = t_2 * x
        else:
            t_3 = half * half
            t_2 = None
    return t_3, (t, t_1, x, t_2, half, saved)


def power_reverse(saved, out_bar):
    t, t_1, x, t_2, half, saved = saved
    if t:                                 # if n == 0:
        x_bar = 0.0
    else:
        if t_1:                           # return half * half * x if n % 2 else half * half
            x_bar = out_bar * t_2
            half_bar = 2.0 * (out_bar * x) * half
        else:
            half_bar = 2.0 * out_bar * half
            x_bar = 0.0
        x_bar += power_reverse(saved, half_bar)[0]  # half = power(x, n // 2)
    return x_bar,


def recursion_grad(x, n, out_bar=1.0):    # grad(recursion), x: float, n: int
    t, saved = power_forward(x, n)
    x_bar = out_bar * t + power_reverse(saved, out_bar * x)[0]  # return x * power(x, n)
    return x_bar

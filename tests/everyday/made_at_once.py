"""Arrays that one operation has made together, where it is open which of them is written later."""

import numpy as np

from tests.everyday.registry import program

X = np.array([[0.3, 0.7], [0.2, -0.4]])
W = np.arange(4.0).reshape(2, 2) + 0.5


def one_written(x, a, b):
    y = a
    if x[0, 0] > 0.0:
        y = b
    y[0] *= x[0, 1]
    return (np.sin(a) * 1.3).sum() + (b**2).sum()


@program(X)
def factor_written(x):
    q, r = np.linalg.qr(x)
    return one_written(x, q, r)


@program(X)
def whole_factor_written(x):
    q, r = np.linalg.qr(x)
    y = q if x[0, 0] > 0.0 else r
    y *= x[0, 1]
    return (q * W).sum() + (r**2).sum() * r[0, 1]


@program(X)
def parts_of_modf(x):
    fraction, whole = np.modf(x * 1.3)
    return one_written(x, whole, fraction)


@program(X)
def parts_of_divmod(x):
    whole, rest = np.divmod(x * 1.3 + 2.0, 0.7)
    return one_written(x, whole, rest)


@program(X)
def grids(x):
    a, b = np.meshgrid(np.sin(x[0]), x[1])
    return one_written(x, a, b)


@program(X)
def slopes(x):
    a, b = np.gradient((2.0 * x) ** 3)
    return one_written(x, a, b)


@program(X)
def singular_values_and_another(x):
    _, s, _ = np.linalg.svd(x)
    return one_written(x, s, x[0] * 2.0)


@program(X)
def steps_of_qr(x):
    a = x * 1.0
    for k in range(3):
        q, r = np.linalg.qr(a)
        a = r if k == 1 else r @ q
        a[0, 1] *= x[0, 1]
    return (a * W).sum()


@program(X)
def kept_factor(x):
    kept = None
    for k in range(3):
        q, r = np.linalg.qr(x + k)
        if kept is None:
            kept = r
        else:
            kept[0] *= r[0]
            if k == 1:
                kept = q
    return (kept * W).sum()

"""Arrays that tuples, lists, dicts and objects hold, written through what holds them."""

import numpy as np

from tests.everyday.registry import program

A = np.array([0.3, -1.2, 0.7])
B = np.array([1.0, 2.0, 3.0])


def pair():
    return A.copy(), B.copy()


@program(pair(), 0.5)
def item_of_tuple(t, s):
    t[0][1] *= s
    return np.sum(t[0] * t[1])


@program(pair(), 0.5)
def tuple_in_a_callee(t, s):
    def g(u):
        u[0][2] *= u[1][0]

    g(t)
    g(t)
    return np.sum(t[0] * t[1]) * s


@program(pair(), 0.5)
def any_item_of_tuple(t, s):
    for i in range(2):
        t[i][1] *= s
    return np.sum(t[0] * t[1])


@program(list(pair()), 0.5)
def any_item_of_list(xs, s):
    for i in range(2):
        xs[i][1] *= s
    return np.sum(xs[0] * xs[1])


@program(*pair(), 0.5)
def list_of_arguments(a, b, s):
    xs = [a, b]
    for i in range(2):
        xs[i][1] *= s
    return np.sum(xs[0] * xs[1])


@program(*pair(), 0.5)
def computed_keys(a, b, s):
    d = {0: a * 2, 1: b * 3}
    for i in range(2):
        d[i][1] *= s
    return np.sum(d[0] * d[1])


@program({0: A.copy(), 1: B.copy()}, 0.5)
def computed_keys_of_argument(d, s):
    for i in range(2):
        d[i][1] *= s
    return np.sum(d[0] * d[1])


@program(*pair(), 0.5)
def any_item_of_made_tuple(a, b, s):
    t = (a * 2, b * 3)
    for i in range(2):
        t[i][1] *= s
    return np.sum(t[0] * t[1])


@program({0: A.copy(), 1: B.copy()}, 0.5)
def entries_rebound(d, s):
    for i in range(2):
        d[i] = d[i] * s
    return np.sum(d[0] * d[1])


class Holder:
    def __init__(self):
        self.a, self.b = pair()
        self.inner = {"u": np.full(3, 0.4)}


@program(Holder(), 0.5)
def undone_in_attributes(o, s):
    o.a *= o.b * s
    o.inner["u"][:] = o.inner["u"] ** 2 * o.a
    o.b[1:] = o.inner["u"][1:] ** 2
    return np.sum(o.a * o.b * o.inner["u"])


@program([pair(), pair()[::-1]], 0.5)
def list_of_tuples(xs, s):
    for u in xs:
        u[0][1] *= s * u[1][0]
    return np.sum(xs[0][0] * xs[0][1]) + np.sum(xs[1][0])


@program({"p": pair(), "q": A.copy()}, 0.5)
def dict_of_tuples(d, s):
    d["p"][0][1] = d["q"][0] * d["p"][0][1] * s

    def h(v):
        v[1][:] = v[0] ** 2 * v[1]

    h(d["p"])
    return np.sum(d["p"][0] * d["p"][1] * d["q"])


@program(list(pair()), 0.5)
def loop_over_held(xs, s):
    for q in xs:
        q *= q * s
    for i, q in enumerate(xs):
        q[i] = q[2] ** 2
    return np.sum(xs[0] * xs[1])


@program(*pair(), 0.5)
def tuple_rebuilt(a, b, s):
    def make():
        return a * 2, b * s

    t = make()
    u = t
    t[0][0] *= u[1][1]
    for i in range(3):
        t = (t[1], t[0]) if i < 2 else t
        t[0][i] *= u[0][1]
    return np.sum(t[0] * u[1])


@program(*pair(), 0.5)
def list_of_made_tuples(a, b, s):
    h = []
    for i in range(3):
        w = a * (i + s)
        h.append((w, b * s))
        w[0] *= 2.0
        h[-1][1][1] *= w[2]
    h[0][0][2] = h[2][1][1] ** 2
    return sum(np.sum(p * q) for p, q in h)


@program([[A.copy(), B.copy()], [B.copy(), A.copy(), A.copy()]], 0.5)
def lists_of_lists(xs, s):
    for r in xs:
        for q in r:
            q[1] *= s * q[0]
    return np.sum(xs[0][0] * xs[1][2])


@program(np.linspace(-1.0, 1.0, 5))
def made_in_a_dict(x):
    d = {}
    for i in range(3):
        d[i] = x * (i + 1.0)
    for i in range(3):
        d[i][1:] *= x[0]
    return np.sum(d[0] * d[1] * d[2])


@program({"w": A.copy(), "b": [0.5, 2.0]}, 1.5)
def read_only(d, s):
    total = 0.0
    for i in range(2):
        total += d["w"][i] * d["w"][i + 1] * d["b"][i] ** 2
    return total * s


@program([A.copy(), B.copy()])
def read_in_a_loop(xs):
    total = 0.0
    for v in xs:
        total += np.sum(v * v)
    return total


@program(A.copy())
def read_by_elements(x):
    total = 0.0
    for i in range(2):
        total += x[i] * x[i + 1]
    return total


@program(np.linspace(-1.0, 1.0, 5), 1.0)
def number_or_array_in_a_loop(x, s):
    y = x[0] * s if s > 2 else x * 2
    total = 0.0
    for i in range(3):
        for _ in range(2):
            total = total + y * x[i] * y
    return np.sum(total)

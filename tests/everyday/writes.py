"""Everything of NumPy's that writes places, parts and masks; class patterns."""

import numpy as np

from tests.everyday.registry import program

X = np.random.default_rng(0).normal(size=5)
M = np.random.default_rng(1).normal(size=(3, 4))


@program(X)
def put_repeat(u):
    u = u * 1.0
    np.put(u, [1, 0, 2], u[2:4])
    return np.sum(u * np.arange(1, 6))


@program(X, M)
def put_more(u, m):
    m = m.copy()
    np.put(m, [1, 5, 9], u)
    m.put([0, 1], u[3] ** 2)
    return (m**2 * np.arange(12).reshape(3, 4)).sum()


@program(X, M)
def place_(u, m):
    m = m.copy()
    np.place(m, m > 0, u)
    return (m**2 * np.arange(12).reshape(3, 4)).sum()


@program(X, M)
def putmask_(u, m):
    m = m.copy()
    np.putmask(m, m > 0, m**2)
    return (m**2 * np.arange(12).reshape(3, 4)).sum() * u[0]


@program(X, M)
def putmask_rep(u, m):
    m = m.copy()
    np.putmask(m, m > 0, u)
    return (m**2 * np.arange(12).reshape(3, 4)).sum()


@program(X)
def real_imag(x):
    z = np.zeros(5, complex)
    z.real = x
    z.imag = x[::-1] ** 2
    z.imag[1] *= 3
    z.real[::2] += z.imag[::2]
    return np.abs(z * z).sum()


@program(X)
def out_where_writes(x):
    out = np.full(5, 2.0)
    np.sqrt(x, out=out, where=x > 0)
    np.divide(x, x[0], out=out, where=out > 1)
    np.multiply(out, x, out=out)
    return (out**2).sum()


@program(X)
def copyto_where(x):
    y = np.zeros(5)
    np.copyto(y, x**2, where=x < 0)
    np.copyto(y[1:3], x[0])
    np.fill_diagonal(np.zeros((2, 2)), x[0])
    return (y * x).sum()


@program(X)
def local_namedtuple_writes(x):
    import collections

    P = collections.namedtuple("P", "a b")
    p = P(x[0], b=x[1])
    return p.a * p.b**2


class Shape:
    pass


class Circle(Shape):
    __match_args__ = ("r",)

    def __init__(self, r):
        self.r = r


class Rect(Shape):
    def __init__(self, w, h):
        self.w, self.h = w, h


def area(s):
    match s:
        case Circle(r):
            return np.pi * r * r
        case Rect(w=w, h=h) if w > h:
            return w * h * 2
        case Rect(w=w, h=h):
            return w * h
        case Shape():
            return 0.0
        case float() | int():
            return s**2
        case [a, b, *rest]:
            return a * b + sum(rest)
        case {"k": k, **others}:
            return k * len(others)
        case None:
            return 1.0
        case str() as name:
            return float(len(name))


@program(X)
def patterns(x):
    return (
        area(Circle(x[0])) * area(Rect(x[1], x[2]))
        + area(Rect(x[2] + 9, x[1]))
        + area(Shape())
        + area([x[0], x[3], x[4], x[1]])
        + area({"k": x[2], "m": 2})
        + area(None)
        + area("ab")
        + area(float(x[0]))
    )


@program(X, np.array([True, False, True, True, False]))
def selected_into_the_operand(x, mask):
    u = x + 2.0
    np.sqrt(u, out=u, where=mask)
    np.divide(u, x[::-1], out=u, where=mask)
    np.add(u, 1.0, out=u, where=u > 1.0)
    return np.sum(u**2)


@program(np.random.default_rng(2).normal(size=(3, 3)))
def picked_by_two_lists(A):
    rows = [i for i in range(3)]
    columns = [2 - i for i in range(3)]
    B = A**2
    return np.sum((B[rows, columns] + np.ones((2, 3))) * A[0, 0]) + np.sum(B[rows, columns])


@program(np.random.default_rng(2).normal(size=2))
def added_at_pairs_of_places(w):
    L = np.zeros((3, 3))
    for (i, j), v in zip([(0, 1), (1, 2)], w):
        L[[i, j], [i, j]] += v**2
        L[i, j] -= v
    return np.sum(L**2)

"""Constructs of the language and of NumPy in one small program each: patterns, parts of arrays, iterators."""

from __future__ import annotations

import collections
import dataclasses
import functools
import itertools
import math
import operator
from typing import Any

import numpy as np

from tests.everyday.registry import program

# mypy: disable-error-code="no-untyped-def"


def vector(*values: float) -> Any:
    return np.array(values, float)


@program(0.7)
def local_namedtuple(x):
    Pt = collections.namedtuple("Pt", "x y")
    p = Pt(x, x**2)
    return p.x * p.y + p._replace(x=2.0 * x).x


@program({"kind": "quad", "a": 0.7, "b": 1.3})
def match_mapping(p):
    match p:
        case {"kind": "lin", "a": a}:
            return a
        case {"kind": "quad", "a": a, "b": b}:
            return a * b**2
    return 0.0


@program({"a": 0.7, "b": 1.3, "c": 2.0})
def match_rest(p):
    match p:
        case {"a": a, **rest}:
            return a * rest["b"] * rest["c"]
    return 0.0


@dataclasses.dataclass
class Circle:
    r: float


@dataclasses.dataclass
class Rect:
    w: float
    h: float


def area(s):
    match s:
        case Circle(r):
            return math.pi * r**2
        case Rect(w, h=h):
            return w * h
        case _:
            raise TypeError


@program(0.7)
def match_class(x):
    return area(Circle(x)) + area(Rect(x, 2 * x))


@program(0.7)
def match_seq(x):
    t = 0.0
    for cmd in [("move", x), ("scale", x, 2.0), ("stop",), ("many", 1.0, x, 3.0)]:
        match cmd:
            case ("move", d):
                t += d
            case ("scale", d, f):
                t *= d * f
            case ["stop"]:
                pass
            case (str() as name, *rest):
                t += sum(rest) * len(name)
    return t


@program(0.7)
def match_guard(x):
    match x:
        case float(v) if v > 1.0:
            return v
        case float(v) if v < 0.0 or v > 0.5:
            return v**2
        case int() | float():
            return 3 * x


@program(vector(1.0, 2.0, 3.0, 4.0))
def flat_write(x):
    u = np.zeros((2, 2))
    u.flat[:] = x
    u.flat[1] = x[0] * x[3]
    u.flat[[0, 2]] = x[:2] ** 2
    return np.sum(u**2) + u.flat[3] * x[0]


@program(vector(1.0, 2.0, 3.0, 4.0))
def flat_read(x):
    m = (x**2).reshape(2, 2)
    t = 0.0
    for v in m.flat:
        t += v * v
    return t + m.flat[2] + np.sum(m.flat[1:3])


@program(vector(1.0, 2.0, 3.0))
def real_imag_write(x):
    z = np.zeros(3, complex)
    z.real = x
    z.imag = x**2
    z.imag[1] = x[0]
    return np.sum(np.abs(z) ** 2 * x)


@program(vector(1.0, 2.0, 3.0))
def real_aug(x):
    z = x + 1j * x**2
    z.real += x
    z.imag *= 2.0
    return np.sum(np.abs(z) ** 2)


@program(vector(1.0, 2.0, 3.0))
def mul_at(x):
    u = np.ones(3) * x
    np.multiply.at(u, [0, 0, 2], x)
    return np.sum(u)


@program(vector(1.0, 2.0, 3.0))
def div_at(x):
    u = x**3
    np.divide.at(u, [0, 1], x[:2])
    return np.sum(u)


@program(vector(1.0, 2.0, 3.0))
def max_at(x):
    u = np.zeros(3)
    np.maximum.at(u, [0, 0, 2, 1], np.concatenate([x, x[:1]]))
    return np.sum(u**2)


@program(vector(1.0, 2.0, 3.0))
def put_(x):
    u = np.zeros(5)
    np.put(u, [0, 3], x[:2])
    u.put([1], x[2])
    return np.sum(u**2)


@program(vector(1.0, 2.0, 3.0))
def out_where(x):
    r = np.zeros(3)
    np.divide(1.0, x, out=r, where=x > 1.5)
    return np.sum(r * x)


@program(vector(1.0, 2.0, 3.0))
def out_where2(x):
    return np.sum(np.log(x, out=np.zeros_like(x), where=x > 1.5)) + np.sum(
        np.sqrt(x, where=x > 0.0, out=np.ones(3))
    )


@program(vector(1.0, 2.0, 3.0))
def star_array(x):
    def f(a, b, c):
        return a * b + c

    return f(*x) + f(*(x**2))


@program(vector(1.0, 2.0, 3.0))
def star_array2(x):
    a, *r = x
    first, second, third = x * 2
    return a * sum(r) + first * third


@program(vector(1.0, 2.0, 3.0, 4.0))
def splits_of_arrays(x):
    a, b = np.split(x, 2)
    c, d, e = np.array_split(x, 3)
    f, g = np.hsplit(x.reshape(2, 2), 2)
    return np.sum(a * b) + c[0] * d[0] * e[0] + np.sum(f * g)


@program(vector(1.0, 2.0, 3.0, 4.0))
def splits_loop(x):
    t = 0.0
    for part in np.array_split(x, 3):
        t += np.sum(part) ** 2
    for p, q in zip(np.split(x, [1, 3]), np.split(x**2, [2, 3])):
        t += np.sum(p) * np.sum(q)
    return t


@program(vector(1.0, 2.0, 3.0, 4.0))
def itools_of_arrays(x):
    t = 0.0
    for a, b in itertools.combinations(x, 2):
        t += a * b
    for a, b in itertools.permutations(x, 2):
        t += a * b**2
    for a, b in itertools.product(x[:2], x[2:]):
        t += a * b
    for a, b in itertools.pairwise(x):
        t += (b - a) ** 2
    for a in itertools.accumulate(x):
        t += a**2
    for a in itertools.accumulate(x, operator.mul):
        t += a
    for a in itertools.accumulate(x, lambda p, q: p * q + 1.0):
        t += a
    for a in itertools.chain(x, x * 2):
        t += a**2
    for a in itertools.chain.from_iterable([x, x[:2]]):
        t += a**2
    for a in itertools.islice(x, 1, 3):
        t += a**2
    for a in itertools.islice(x, 2):
        t += a**3
    for a, b in itertools.zip_longest(x, x[:2], fillvalue=1.5):
        t += a * b
    t += sum(map(lambda a, b: a * b, x, x[1:]))
    return t


@program(0.7)
def comb_list(x):
    l = [x, x**2, 2.0 * x]
    return (
        sum(a * b for a, b in itertools.combinations(l, 2))
        + sum(math.prod(c) for c in itertools.combinations_with_replacement(l, 2))
        + sum(math.prod(p) for p in itertools.product(l, repeat=2))
    )


@program(vector(1.0, 3.0, 2.0))
def reduce_of_arrays(x):
    return (
        functools.reduce(lambda a, b: a * b + 1.0, x)
        + functools.reduce(operator.mul, list(x), 2.0)
        + functools.reduce(lambda a, b: a if a > b else b, x)
    )


@program(vector(1.0, 3.0, 2.0))
def sorting_of_arrays(x):
    l = sorted(x, key=lambda v: -v)
    m = sorted([(v, i) for i, v in enumerate(x)], reverse=True)
    return l[0] * l[2] ** 2 + m[0][0] * m[1][0] ** 3


@program(vector(1.0, 2.0, 3.0))
def im_mul(x):
    z = x + 1j * x**2
    z.imag *= 2.0
    return np.sum(np.abs(z) ** 2)


@program(vector(1.0, 2.0, 3.0))
def im_cplx(x):
    z = x + 1j * x**2
    z[...] = z.real + 1j * (z.imag * 2.0)
    return np.sum(np.abs(z) ** 2)


@program(vector(1.0, 2.0, 3.0))
def im_cplx2(x):
    z = x + 1j * x**2
    w = z.real + 1j * (z.imag * 2.0)
    return np.sum(np.abs(w) ** 2)


@program(vector(1.0, 2.0, 3.0))
def im_cplx3(x):
    z = x + 1j * x**2
    z[...] = 2 * z
    return np.sum(np.abs(z) ** 2)


@program(vector(1.0, 2.0, 3.0))
def im_cplx4(x):
    z = x + 1j * x**2
    z[...] = np.real(z) + 2j * np.imag(z)
    return np.sum(np.abs(z) ** 2)


@program(vector(1.0, 2.0, 3.0))
def im_elem(x):
    z = x + 1j * x**2
    w = z.imag
    z[0] = z[1] * x[2]
    return (
        np.sum(w * x)
        + w[0] * w[1]
        + np.sum(w[[0, 0, 2]])
        + np.sum(w[1:] ** 2)
        + np.sum(np.abs(z) ** 2)
    )


@program(vector(1.0, 2.0, 3.0))
def im_elem2(x):
    z = x + 1j * x**2
    t = 0.0
    for i in range(3):
        z.imag[i] += x[i]
        z.real[i] = x[i] ** 2
        t += z[i].imag * z.imag[i]
        z[i] = z[i] * z[i]
    return t + np.sum(np.abs(z) ** 2)


@program(vector(1.0, 2.0, 3.0))
def step_pde(x):
    psi = np.exp(1j * x) * x
    for k in range(3):
        dens = psi.real**2 + psi.imag**2
        psi *= np.exp(-0.1j * dens)
        psi[1:] += 0.1j * psi[:-1]
        psi.imag[0] = 0.5 * x[0]
    return np.sum(psi.imag**3) + np.sum(psi.real)

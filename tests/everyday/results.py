"""Results that are lists, dicts, named tuples and dataclasses, also of what is written."""

from collections import namedtuple
from dataclasses import dataclass

import numpy as np

from tests.everyday.registry import program

X = np.array([0.3, -1.2, 0.7, 1.5])


Q = namedtuple("Q", "a b")


@program(X, 0.5)
def sum_in_loop(x, s):
    t = 0.0
    for i in range(4):
        t = t * s + sum([x[j] * s for j in range(i + 1)]) ** 2
    return t


@program(X, 0.5)
def named_tuple(x, s):
    return Q(x * s, s**2)


@program(X, 0.5)
def tuple_of_both(x, s):
    return (x * s, s**2)


@program(X, 0.5)
def list_of_both(x, s):
    return [x * s, s**2]


@program(X, 0.5)
def dict_of_both(x, s):
    return {"a": x * s, "b": s**2}


@program(X, 0.5)
def list_appended(x, s):
    r = []
    for i in range(4):
        r.append(x[i] * s)
    return r


@program(X, 0.5)
def dict_written(x, s):
    r = {}
    r["a"] = x * s
    r["b"] = s
    r["a"][0] *= s
    return r


@dataclass
class D:
    a: np.ndarray
    b: float = 1.0


@program(X, 0.5)
def dataclass_made(x, s):
    d = D(x * s, s)
    d.a[0] *= s
    return d


@program(D(X.copy(), 0.4), 0.5)
def dataclass_to_dataclass(d, s):
    d.a[1:] *= d.b
    d.b = d.b**2 * s
    return D(d.a * s, d.b * s)


@program(X, 0.5)
def nested(x, s):
    return {"p": {"w": x * s, "b": s}, "q": [s, x[0]], "r": (x, D(x**2, s))}


@program(X, 0.5)
def tup_dict(x, s):
    d = {}
    for i in range(3):
        d[i] = x[i] * s
    return (d, x * s)


@program(X, 0.5)
def dict_arrays(x, s):
    d = {}
    for i in range(3):
        d[i] = x * s
    for i in range(3):
        d[i][i] *= x[0]
    return d


@program({"a": X.copy(), "b": 0.5}, 0.5)
def dict_update(d, s):
    new = {}
    for k, v in d.items():
        new[k] = v - 0.1 * s * v**2
    return new


@program({"a": X.copy(), "b": X * 2}, 0.5)
def dict_inplace(d, s):
    for k in d:
        d[k][1:] *= s
    return d


@program(X, 0.5)
def dc_alias(x, s):
    d = D(x * s, s)
    e = D(d.a, d.b * 2)
    d.a[1] = s
    return (d, e)


@program(X, 0.5)
def lst_objs(x, s):
    return [D(x * s, s), D(x, 2 * s)]


@program(X, 0.5)
def lst_objs2(x, s):
    r = []
    for i in range(3):
        r.append(D(x * i, s))
    return r


@program({"a": X.copy(), "b": X * 2}, 0.5)
def argument_returned(d, s):
    d["a"][1:] *= s
    return d


@program({"a": X.copy(), "b": X * 2}, 0.5)
def di2_again(d, s):
    for k in ("a", "b"):
        d[k][1:] *= s
    return d


@program({"a": X.copy(), "b": X * 2}, 0.5)
def entries_written(d, s):
    for k in ("a", "b"):
        d[k][1:] *= s
    return d["a"] * d["b"]


@program({"a": X.copy(), "b": X * 2}, 0.5)
def entry_written(d, s):
    for k in ("a", "b"):
        d[k][1:] *= s
    return np.sum(d["a"])


@program([X.copy(), X * 2], 0.5)
def list_returned(d, s):
    for k in (0, 1):
        d[k][1:] *= s
    return d


@program(X, 0.5)
def array_returned(d, s):
    d[1:] *= s
    return d


@program(X, 0.5)
def appended_then_written(x, s):
    u = x * s
    xs = []
    xs.append(u)
    u[1:] *= s
    return xs


@program(X, 0.5)
def elements_written(x, s):
    xs = []
    for i in range(3):
        xs.append(x * i)
    for v in xs:
        v[1:] *= s
    return xs


@program(X, 0.5)
def elements_new(x, s):
    xs = []
    for i in range(3):
        xs.append(x * i * s)
    return xs


@program(X, 0.5)
def views_in_a_dict(x, s):
    u = x * s
    d = {"u": u, "v": u[1:]}
    u[1:] *= s
    return d


@program(X, 0.5)
def list_of_pairs_made(x, s):
    xs = [(x * i, s * i) for i in range(3)]
    return xs


@program(X, 0.5)
def array_twice(x, s):
    u = x * s
    t = (u, [u])
    u[1:] *= s
    return t


@program(X, 0.5)
def pairs_then_written(x, s):
    u = x * s
    xs = [(u, s)]
    xs.append((u, s))
    u[1:] *= s
    return xs


@program(X, 0.5)
def pairs_written_in_a_loop(x, s):
    xs = []
    for i in range(len(x)):
        xs.append((x * i, s * i))
    for u, v in xs:
        u[1:] *= s
    return xs

"""Lists, dicts and objects that carry derivatives: built, changed, shared, nested; in both modes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tests.numeric import check
from tests.refusals import right_or_refused

PROGRAMS: dict[str, tuple[Callable[..., Any], tuple[Any, ...]]] = {}


def at(*args: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """The point at which a program is differentiated."""

    def register(program: Callable[..., Any]) -> Callable[..., Any]:
        assert program.__name__ not in PROGRAMS
        PROGRAMS[program.__name__] = program, args
        return program

    return register


class Spring:
    def __init__(self, k, w=None):
        self.k = k
        self.w = w


class Pair:
    def __init__(self, k):
        self.inner = Spring(k)
        self.other = Spring(2 * k, np.array([k, k + 1]))


U = np.array([0.7, 0.3, 0.9])

# -- lists -----------------------------------------------------------------------------------


@at(0.7)
def copy_list(x):
    xs = [x * i for i in range(1, 4)]
    ys = list(xs)
    xs[0] = x**2
    return ys[0] * xs[0] + sum(ys)


@at(0.7)
def alias_list(x):
    xs = [x, x * x]
    ys = xs
    ys.append(x**3)
    for i in range(len(xs)):
        xs[i] = xs[i] * 2 + x
    return sum(ys) * ys[-1]


@at(0.7, 5)
def loop_alias(x, n):
    xs = []
    ys = xs
    for i in range(n):
        ys.append(x**i)
        if i % 2:
            xs.append(ys[-1] * x)
    t = 0.0
    for v in xs:
        t = t * x + v
    return t


@at(0.7, 5)
def slices(x, n):
    xs = []
    for i in range(n):
        xs.append(x**i)
    ys = xs[1:4]
    ys[0] = ys[0] * 3
    zs = xs[::-1]
    return sum(ys) * zs[0] + zs[2]


@at(0.7, 5)
def plus(x, n):
    xs = []
    for i in range(n):
        xs.append(x**i)
    ys = xs + [x, x * 2]
    zs = xs * 2
    t = 0.0
    for v in ys:
        t = t * x + v
    for v in zs:
        t = t * x + v
    return t


@at(0.7, 5)
def insert(x, n):
    xs = [x]
    for i in range(n):
        xs.insert(0, xs[-1] * x + i)
    xs.insert(2, x)
    t = 0.0
    for v in xs:
        t = t * x + v
    return t


@at(0.7, 5)
def insert_neg(x, n):
    xs = [x, x**2]
    for i in range(n):
        xs.insert(-1, xs[-2] * x + i)
    ys = xs
    t = 0.0
    for v in ys:
        t = t * x + v
    return t


@at(0.7, 5)
def pops(x, n):
    xs = [x**i for i in range(n + 3)]
    t = 0.0
    for i in range(n):
        t = t * x + xs.pop(0)
    while len(xs) > 1:
        t = t * x + xs.pop()
    ys = xs
    return t * ys[0]


@at(0.7, 6)
def deletes(x, n):
    xs = []
    for i in range(n):
        xs.append(x**i)
    del xs[1]
    del xs[-2]
    t = 0.0
    for v in xs:
        t = t * x + v
    return t


@at(0.7, 6)
def del_slice(x, n):
    xs = []
    for i in range(n):
        xs.append(x**i)
    del xs[1:3]
    t = 0.0
    for v in xs:
        t = t * x + v
    return t


@at(0.7, 4)
def nested(x, n):
    rows = []
    for i in range(n):
        row = []
        for j in range(n):
            row.append(x ** (i + j))
        rows.append(row)
    rows[0] = rows[1]
    rows[0][0] = x * 7
    t = 0.0
    for r in rows:
        for v in r:
            t = t * x + v
    return t


@at([[0.1, 0.2], [0.3, 0.4]])
def nested_arg(rows):
    keep = rows[0]
    rows[0] = rows[1]
    rows[0][1] *= 3
    t = 0.0
    for r in rows:
        for v in r:
            t = t * 0.5 + v**2
    return t * keep[0]


@at([[0.1, 0.2], [0.3, 0.4]])
def nested_arg_read(rows):
    t = 0.0
    for r in rows:
        for v in r:
            t = t * 0.5 + v**2
    return t


@at([0.1, 0.2, 0.3])
def list_arg_alias(xs):
    ys = xs
    ys[0] = ys[1] * 2
    xs.append(xs[0] * xs[2])
    return ys[3] * xs[0]


@at([0.1, 0.2, 0.3])
def list_arg_build(xs):
    for i in range(3):
        xs.append(xs[i] * xs[-1])
    return xs[-1] + xs[0]


@at(U)
def rows_arr(u):
    rows = []
    for i in range(3):
        rows.append(u * i)
    keep = rows[0]
    rows[0] = rows[1]
    rows[0][0] = 5 * u[1]
    return sum(np.sum(r**2) for r in rows) + np.sum(keep * u)


@at(U)
def rows_inplace(u):
    rows = [u * 1.0, u * 2.0]
    a = rows[0]
    for i in range(4):
        rows[i % 2] += rows[(i + 1) % 2] * u
        a *= 1.1
    return np.sum(rows[0] * rows[1])


@at(0.7)
def tuples(x):
    xs = []
    for i in range(4):
        xs.append((x**i, i * x))
    ys = xs
    t = 0.0
    for a, b in ys:
        t = t * x + a * b
    return t


@at(0.7)
def extend(x):
    xs = [x]
    ys = [x**2]
    for i in range(4):
        ys.append(x * i)
    xs.extend(ys)
    xs += ys
    t = 0.0
    for v in xs:
        t = t * x + v
    return t


@at(0.7)
def list_in_dict(x):
    d = {"a": []}
    for i in range(4):
        d["a"].append(x**i)
    t = 0.0
    for v in d["a"]:
        t = t * x + v
    return t


@at(0.7)
def list_in_dict_dyn(x):
    d = {}
    for i in range(4):
        d.setdefault(i % 2, []).append(x**i)
    t = 0.0
    for k in d:
        for v in d[k]:
            t = t * x + v
    return t


@at(0.7)
def sorted_list(x):
    xs = []
    for i in range(4):
        xs.append((x - 0.5) * (-1) ** i * (i + 1))
    xs.sort()
    return xs[0] * xs[1] + xs[3]


@at(0.7)
def clear_list(x):
    xs = []
    for i in range(4):
        xs.append(x * i)
    s = sum(xs)
    xs.clear()
    xs.append(s * x)
    return xs[0]


@at(0.7)
def nparr(x):
    xs = []
    ys = xs
    for i in range(4):
        ys.append(x**i)
    return np.sum(np.array(xs) ** 2 * np.arange(4.0))


@at(0.7)
def dict_pop(x):
    d = {"a": x, "b": x * x}
    t = 0.0
    for k in list(d):
        t = t * x + d.pop(k)
    return t


@at(0.7)
def dict_pop2(x):
    d = {}
    for i in range(4):
        d[i] = x**i
    t = d.pop(2) * x
    t += d.pop(9, x**5)
    return t * d[1]


@at(0.7)
def dict_items(x):
    d = {}
    for i in range(4):
        d[i] = x**i
    t = 0.0
    for k, v in d.items():
        t = t * x + k * v
    for v in d.values():
        t = t * x + v
    return t


@at(0.7)
def dict_update(x):
    d = {}
    for i in range(4):
        d[i] = x**i
    d.update({1: x * 3, 7: x})
    return d[1] * d[7] + d[3]


@at(0.7)
def dict_setdefault(x):
    d = {}
    for i in range(6):
        d[i % 3] = d.setdefault(i % 3, x) * x + i
    return d[0] * d[1] * d[2]


@at(0.7)
def dict_get(x):
    d = {}
    for i in range(6):
        d[i % 3] = d.get(i % 3, x) * x + i
    return d[0] * d[1] * d[2]


@at(0.7)
def dict_del(x):
    d = {}
    for i in range(4):
        d[i] = x**i
    del d[1]
    d[1] = x * 5
    return d[1] * d[2]


@at(0.7)
def dict_aug(x):
    d = {}
    for i in range(3):
        d[i] = x**i
    for i in range(6):
        d[i % 3] += x * i
    for i in range(6):
        d[i % 3] *= x
    return d[0] * d[1] + d[2]


@at(0.7)
def dict_copy(x):
    d = {}
    for i in range(3):
        d[i] = x**i
    e = dict(d)
    e[0] = x * 3
    return d[0] + e[0] * e[1]


@at(0.7)
def list_mul_alias(x):
    rows = [[x * 2] * 2] * 2
    rows[0][0] = x**3
    return rows[1][0] * rows[0][1]


# -- dicts and objects -----------------------------------------------------------------------


@at(Pair(0.7))
def obj_nested(a):
    return a.inner.k * 3.0 * a.other.k


@at(Pair(0.7))
def obj_nested_arr(a):
    return np.sum(a.other.w**2) * a.inner.k


@at({"x": {"y": 0.7, "w": np.array([0.1, 0.4])}})
def dict_nested(a):
    return a["x"]["y"] * 3.0 + np.sum(a["x"]["w"] ** 2)


@at({"x": {"y": [0.7, 0.3]}})
def dict_nested_list(a):
    return a["x"]["y"][0] * a["x"]["y"][1]


@at({"x": Spring(0.7)})
def dict_obj(a):
    return a["x"].k ** 2


@at([{"w": 0.3}, {"w": 0.4}])
def list_of_dicts(ps):
    t = 0.0
    for p in ps:
        t += p["w"] ** 2
    return t


@at([Spring(0.3), Spring(0.4)])
def list_of_objs(ps):
    t = 0.0
    for p in ps:
        t += p.k**3
    return t


@at([Spring(0.3), Spring(0.4)])
def list_of_objs_i(ps):
    t = 0.0
    for i in range(len(ps)):
        t += ps[i].k ** 3 * i + ps[i].k
    return t


@at([Spring(0.3), Spring(0.4)])
def list_of_objs_upd(ps):
    for p in ps:
        p.k = p.k * 2.0
    return ps[0].k * ps[1].k


@at(0.7, {"w": 0.3}, {"w": 0.4})
def dict_branch(x, a, b):
    d = a if x > 0 else b
    return d["w"] ** 2 * x


@at(0.7, Spring(0.3), Spring(0.4))
def obj_branch(x, a, b):
    d = a if x > 0 else b
    return d.k**2 * x


@at(0.7, Spring(0.3), Spring(0.4))
def obj_swap_loop(x, a, b):
    t = 0.0
    for i in range(3):
        t = t * x + a.k
        a, b = b, a
    return t


@at(0.7, {"k": 0.3}, {"k": 0.4})
def dict_swap_loop(x, a, b):
    t = 0.0
    for i in range(3):
        t = t * x + a["k"]
        a, b = b, a
    return t


@at(0.7)
def made_dict_branch(x):
    if x > 0:
        d = {"a": x, "b": x * x}
    else:
        d = {"a": 2 * x, "b": x}
    return d["a"] * d["b"]


@at(0.7)
def made_obj_branch(x):
    if x > 0:
        d = Spring(x)
    else:
        d = Spring(2 * x)
    return d.k**2


@at(0.7)
def made_nested(x):
    d = {"a": {"b": x * x}}
    return d["a"]["b"] * 2


@at(0.7)
def made_obj_nested(x):
    d = Pair(x)
    return d.inner.k * d.other.k * np.sum(d.other.w)


@at(0.7)
def made_list_objs(x):
    ps = [Spring(x * i) for i in range(1, 4)]
    return sum(p.k**2 for p in ps)


@at(0.7)
def made_list_objs_loop(x):
    ps = []
    for i in range(20):
        ps.append(Spring(x * i))
    t = 0.0
    for p in ps:
        t += p.k**2
    return t


@at((({"w": 0.3}, Spring(0.4)), 0.5))
def tuple_of(p):
    (d, o), z = p
    return d["w"] * o.k * z


@at(0.7)
def func_dict(x):
    def mk(x):
        return {"a": x, "b": [x * 2]}

    d = mk(x * x)
    return d["a"] * d["b"][0]


@at({"a": {"w": np.ones(2)}, "b": {"w": np.ones(2) * 2}})
def dict_items_nested(p):
    t = 0.0
    for name, layer in p.items():
        t = t + np.sum(layer["w"] ** 2)
    return t


@at({"a": {"w": np.ones(2)}, "b": {"w": np.ones(2) * 2}})
def dict_upd_nested(p):
    for name in p:
        p[name]["w"] = p[name]["w"] * 2.0
    return np.sum(p["a"]["w"] * p["b"]["w"])


@at({"a": {"w": np.ones(2)}, "b": {"w": np.ones(2) * 2}})
def dict_inplace_nested(p):
    p["a"]["w"] *= 3.0
    return np.sum(p["a"]["w"] * p["b"]["w"])


@at(Pair(0.7))
def obj_nested_store(a):
    a.inner.k = a.inner.k**2
    return a.inner.k * a.other.k


@at(Pair(0.7))
def obj_nested_ref(a):
    a.inner = a.other
    return a.inner.k * a.other.k


@at(Pair(0.7))
def obj_nested_alias(a):
    i = a.inner
    i.k = i.k * 2
    return a.inner.k * 3.0


@pytest.mark.parametrize("mode", ["reverse", "forward"])
@pytest.mark.parametrize("name", PROGRAMS)
def test_derivative(name: str, mode: str) -> None:
    program, args = PROGRAMS[name]
    with right_or_refused():
        check(program, *args, modes=[mode])

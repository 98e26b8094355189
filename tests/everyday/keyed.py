"""Dicts of which the keys are known only while the program runs."""

import numpy as np

from tests.everyday.registry import program

X = np.array([0.3, -1.2, 0.7, 1.5])


@program(X, 0.5)
def key_get(x, s):
    d = {}
    for i in range(6):
        k = i % 4
        d[k] = d.get(k, 0.0) + x[k] * s**i
    return sum(d.values()) + d[1] ** 2


@program(X, 0.5)
def key_setdefault(x, s):
    d = {}
    for i in range(6):
        d.setdefault(i % 3, []).append(x[i % 4] * s)
    return sum(sum(v) ** 2 for v in d.values())


@program(X, 0.5)
def key_items(x, s):
    d = {str(i): x[i] for i in range(4)}
    t = 0.0
    for k, v in d.items():
        t += v * int(k) * s
    for k in d:
        t += d[k] ** 2
    for k in sorted(d.keys()):
        t *= d[k] + 1.0
    return t


@program(X, 0.5)
def key_popped(x, s):
    d = {i: x[i] * s for i in range(4)}
    t = 0.0
    for i in range(4):
        if i in d:
            t += d.pop(i) ** 2
        if i == 1:
            d[7] = t
    return t + d.pop(7) + d.pop(99, s)


@program(X, 0.5)
def key_update(x, s):
    d = {i: x[i] for i in range(3)}
    e = {i: x[i] * s for i in range(1, 4)}
    d.update(e)
    return sum(v**2 for v in d.values())


@program(X, 0.5)
def key_merge(x, s):
    d = {i: x[i] for i in range(3)}
    e = {i: x[i] * s for i in range(1, 4)}
    f = {**d, **e}
    g = d | e
    return sum(v**2 for v in f.values()) + g[2]


@program(X, 0.5)
def key_update_kw(x, s):
    d = {"a": x[0]}
    d.update(b=x[1] * s, a=d["a"] ** 2)
    d.update({"c": s})
    return d["a"] * d["b"] * d["c"]


@program(X, 0.5)
def key_arrays(x, s):
    d = {}
    for i in range(3):
        d[i] = x * i
    for i in range(3):
        d[i][i] *= s
    for i in range(3):
        d[(i + 1) % 3] += d[i] ** 2
    return sum(np.sum(v) for v in d.values())


@program(X, 0.5)
def key_tuplekeys(x, s):
    g = {}
    for i in range(2):
        for j in range(2):
            g[i, j] = x[2 * i + j] * s
    for i in range(2):
        for j in range(2):
            g[i, j] += g[(i + 1) % 2, j] ** 2
    return sum(g.values())


@program(X, 0.5)
def key_memo(x, s):
    memo = {}

    def fib(n):
        if n in memo:
            return memo[n]
        r = x[0] if n < 2 else fib(n - 1) * s + fib(n - 2)
        memo[n] = r
        return r

    return fib(6)


@program(X, 0.5)
def key_popitem(x, s):
    d = {i: x[i] * s for i in range(4)}
    t = 1.0
    while d:
        k, v = d.popitem()
        t = t * v + k
    return t


@program(X, 0.5)
def key_clear_copy(x, s):
    d = {i: x[i] * s for i in range(4)}
    e = d.copy()
    d.clear()
    d[0] = s
    return sum(e.values()) * d[0] + len(d)


@program(X, 0.5)
def key_del(x, s):
    d = {i: x[i] * s for i in range(4)}
    for i in range(0, 4, 2):
        del d[i]
    return sum(v**2 for v in d.values())


@program({"a": 0.3, "b": 1.2}, 0.5)
def key_arg_items(d, s):
    t = 0.0
    for k, v in d.items():
        t += v**2 * s
    for k in list(d):
        d[k] = d[k] * t
    return sum(d.values())


@program({"a": 0.3, "b": 1.2}, 0.5)
def key_arg_get(d, s):
    t = 0.0
    for k in ("a", "b", "c"):
        t += d.get(k, s) ** 2
    return t


@program(X, 0.5)
def key_nested(x, s):
    d = {}
    for i in range(4):
        d.setdefault(i % 2, {})[i] = x[i] * s
    return sum(v**2 for e in d.values() for v in e.values())


@program(X, 0.5)
def key_comp(x, s):
    d = {i: x[i] for i in range(4)}
    e = {k: v * s for k, v in d.items() if k}
    return sum(v**2 for v in e.values()) + max(e.values())


@program(X, 0.5)
def key_fromkeys(x, s):
    d = dict.fromkeys(range(3), s)
    for i in range(3):
        d[i] *= x[i]
    return sum(d.values())


@program(X, 0.5)
def key_zip(x, s):
    d = dict(zip("abcd", x))
    e = {"a": s, "b": d["c"]}
    return d["a"] * d["d"] * e["b"] * e["a"]


@program(X, 0.5)
def view_seen_later(x, s):
    d = {"a": x[0]}
    v = d.values()
    d["b"] = x[1] * s
    return sum(v) ** 2


@program(X, 0.5)
def views_seen_later(x, s):
    d = {}
    for i in range(2):
        d[i] = x[i]
    v = d.values()
    it = d.items()
    ks = d.keys()
    d[3] = x[1] * s
    t = sum(v) ** 2
    for k, w in it:
        t += k * w
    return t * len(ks)


@program(X, 0.5)
def view_of_a_rebound_entry(x, s):
    d = {}
    for i in range(2):
        d[i] = x[i]
    v = d.values()
    d[1] = x[1] * s
    return sum(v) ** 2


@program(X, 0.5)
def write_in_loop(x, s):
    d = {}
    for i in range(4):
        d[i] = x[i]
    for k, v in d.items():
        d[k] = v * s + d[(k + 1) % 4] ** 2
    return sum(d.values())


@program(X, 0.5)
def values_arrays_written(x, s):
    d = {}
    for i in range(3):
        d[i] = x * i
    for v in d.values():
        v[1:] *= s
        v *= v[0] + x[1]
    for k, v in d.items():
        v += k * d[0]
    return sum(np.sum(v) for v in d.values())


class Body:
    def __init__(self, m):
        self.m = m
        self.v = np.zeros(2)

    def kick(self, o):
        self.v += o.m * self.v[::-1] + self.m


@program(X, 0.5)
def dict_of_objects(x, s):
    d = {}
    for i in range(3):
        d[i] = Body(x[i] * s)
    for i in d:
        for j in d:
            if i != j:
                d[i].kick(d[j])
    for b in d.values():
        b.m = b.m * np.sum(b.v)
    return sum(b.m for b in d.values())


@program({"a": 0.3, "b": 1.2}, 0.5)
def arg_pop(d, s):
    t = d.pop("a") * s
    d["c"] = t * d["b"]
    for k in list(d):
        d[k] *= t
    return sum(d.values())


@program({"a": X.copy(), "b": X * 2}, 0.5)
def arg_arrays(d, s):
    for k in d:
        d[k][1:] *= s
    for k, v in d.items():
        v[0] = v[1] * v[2]
    d["c"] = d["a"] * d["b"]
    return sum(np.sum(v**2) for v in d.values())


@program({"a": X.copy(), "b": X * 2}, 0.5)
def entry_of_argument_or_new(d, s):
    k = "a" if s > 0 else "b"
    u = d.get(k)
    u[1] *= s
    w = d.get("zz")
    if w is None:
        w = d.setdefault("zz", u * s)
    w[0] *= 2 * s
    return np.sum(u * w)


@program({"a": {"w": X.copy(), "b": 0.3}, "c": {"w": X * 2, "b": 1.3}}, 0.5)
def layers(ps, s):
    h = s
    for name, l in ps.items():
        h = np.tanh(np.sum(l["w"] * h) + l["b"])
    for l in ps.values():
        l["w"] -= 0.1 * h * l["w"]
    return h + sum(np.sum(l["w"]) for l in ps.values())


@program(X, 0.5)
def graph(x, s):
    adj = {0: [1, 2], 1: [2], 2: [3], 3: []}
    dist = {0: 0.0}
    for u in range(4):
        for v in adj[u]:
            w = dist[u] + x[v] ** 2 * s
            if v not in dist or w < dist[v]:
                dist[v] = w
    return dist[3] * dist[1]


@program(X, 0.5)
def in_loop_made(x, s):
    t = 0.0
    for i in range(4):
        d = {}
        for j in range(i + 1):
            d[j] = x[j] * s + t
        t = sum(d.values())
        for j in list(d):
            t *= d.pop(j) + 1
    return t


@program(X, 0.5)
def maxmin(x, s):
    d = {}
    for i in range(3):
        d[i] = x[i] * s
    k = max(d, key=d.get)
    return d[k] * min(d.values()) + sorted(d.values())[1]


@program(X, 0.5)
def ziptwo(x, s):
    d = dict(zip(range(4), x))
    e = {k: v * s for k, v in zip(d.keys(), d.values())}
    return sum(d[k] * e[k] for k in d)


@program(X, 0.5)
def default_array(x, s):
    d = {}
    for i in range(5):
        d[i % 2] = d.get(i % 2, np.zeros(4)) + x * i
    return np.sum(d[0] * d[1])


@program(X, 0.5)
def default_inplace(x, s):
    d = {}
    for i in range(5):
        b = d.setdefault(i % 2, np.zeros(4))
        b += x * i * s
        b[i % 4] *= b[1]
    return np.sum(d[0] * d[1])


# -- views that have a name -----------------------------------------------------------------------


@program(0.7)
def views_seen_before_and_after_a_store(x):
    d = {"a": x, "b": x * x}
    items, values = d.items(), d.values()
    s = sum(values)
    d["c"] = s * x
    d["a"] = d["a"] * 2.0
    for _, v in items:
        s += v * v
    return s + sum(values) * len(values)


@program({"a": 0.3, "b": 0.5})
def view_of_what_a_loop_changes(d):
    items = d.items()
    for _ in range(3):
        for k, v in items:
            d[k] = v * v * 0.9
    return sum(v for k, v in items)


@program(0.7, 3)
def view_of_a_dict_that_grows(x, n):
    d = {}
    items = d.items()
    for i in range(n):
        d[i] = x * (i + 1)
        for k, v in items:
            d[k] = v * x
    del d[0]
    return sum(k * v for k, v in items) + len(items)


@program({"a": 0.3, "b": 0.5})
def view_passed_on_twice(d):
    def total(values):
        return sum(v * v for v in values) + max(values)

    values = d.values()
    return total(values) * total(values) + ("a" in d.keys()) * sum(values)


@program(np.array([0.3, 0.2]))
def holdings_by_name(x):
    target = {"A": x[0], "B": x[1]}
    held = dict.fromkeys(target, 0.0)
    cash = 10.0
    for _ in range(3):
        for name, gain in zip(held, [0.1, 0.2]):
            held[name] *= 1.0 + gain
        total = cash + sum(held.values())
        for name, weight in target.items():
            trade = weight * total - held[name]
            held[name] += trade
            cash -= trade + 0.1 * abs(trade)
    return cash + sum(held.values()) ** 2


@program(np.array([0.3, 0.2]))
def entries_beside_an_array(x):
    d = dict.fromkeys("ab", 0.0)
    for key, value in zip(d, x):
        d[key] = value**2
    total = 0.0
    for (_, entry), value in zip(d.items(), x):
        total += entry * value
    return total * d["a"]

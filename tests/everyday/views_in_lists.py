"""Views of one array in copied, joined, sorted and filtered lists: what is written later is seen in all of them."""

# ruff: noqa: C411, C417  (as people write it)

import numpy as np

from tests.everyday.registry import program

X = np.random.default_rng(0).normal(size=5)
M = np.random.default_rng(1).normal(size=(3, 4))


@program(X)
def views_list(x):
    x = x.copy()
    total = 0.0
    cs = [x[i : i + 2] for i in range(0, len(x), 2)]
    for c in cs:
        total += c.sum() ** 2
        x[-1] = total
    return total


@program(X)
def views_list2(x):
    x = x.copy()
    total = 0.0
    cs = []
    for i in range(0, len(x), 2):
        cs.append(x[i : i + 2])
    for c in cs:
        total += c.sum() ** 2
        x[-1] = total
    return total


@program(X)
def rec_list(x):
    x = x.copy()
    total = 0.0
    cs = [x[i : i + 2] for i in range(0, 5, 2)]
    for i in range(3):
        total += cs[i].sum() ** 2
        x[4] = total
    return total


@program(X)
def views_list_copy(x):
    x = x.copy()
    total = 0.0
    cs = list([x[i : i + 2] for i in range(0, len(x), 2)])
    for c in cs:
        total += c.sum() ** 2
        x[-1] = total
    return total


def ch(x, n):
    r = []
    for i in range(0, len(x), n):
        r.append(x[i : i + n])
    return r


@program(X)
def views_list_call(x):
    x = x.copy()
    total = 0.0
    for c in ch(x, 2):
        total += c.sum() ** 2
        x[-1] = total
    return total


def parts(x):
    return [x[i : i + 2] for i in range(0, len(x), 2)]


@program(X)
def vl_copy(x):
    x = x.copy()
    total = 0.0
    cs = parts(x).copy()
    for c in cs:
        total += c.sum() ** 2
        x[-1] = total
    return total


@program(X)
def vl_plus(x):
    x = x.copy()
    total = 0.0
    cs = parts(x) + parts(x[::-1])
    for c in cs:
        total += c.sum() ** 2
        x[-1] = total
    return total


@program(X)
def vl_extend(x):
    x = x.copy()
    total = 0.0
    cs = []
    cs.extend(parts(x))
    for c in cs:
        total += c.sum() ** 2
        x[-1] = total
    return total


@program(X)
def vl_iadd(x):
    x = x.copy()
    total = 0.0
    cs = []
    cs += parts(x)
    for c in cs:
        total += c.sum() ** 2
        x[-1] = total
    return total


@program(X)
def vl_tuple(x):
    x = x.copy()
    total = 0.0
    cs = tuple(parts(x))
    for c in cs:
        total += c.sum() ** 2
        x[-1] = total
    return total


@program(X)
def vl_slice(x):
    x = x.copy()
    total = 0.0
    cs = parts(x)[1:]
    for c in cs:
        total += c.sum() ** 2
        x[-1] = total
    return total


@program(X)
def vl_rev(x):
    x = x.copy()
    total = 0.0
    cs = list(reversed(parts(x)))
    for c in cs:
        total += c.sum() ** 2
        x[-2] = total
    return total


@program(X)
def vl_sorted(x):
    x = x.copy()
    total = 0.0
    cs = sorted(parts(x), key=len)
    for c in cs:
        total += c.sum() ** 2
        x[-1] = total
        x[0] = total**2
    return total


@program(X)
def vl_filter(x):
    x = x.copy()
    total = 0.0
    cs = list(filter(lambda c: len(c) > 0, parts(x)))
    for c in cs:
        total += c.sum() ** 2
        x[-1] = total
    return total


@program(X)
def vl_map(x):
    x = x.copy()
    total = 0.0
    cs = list(map(lambda c: c[:2], parts(x)))
    for c in cs:
        total += c.sum() ** 2
        x[-1] = total
    return total


@program(X)
def vl_zip(x):
    x = x.copy()
    total = 0.0
    cs = list(zip(parts(x), parts(x[::-1])))
    for c, d in cs:
        total += c.sum() * d.sum()
        x[-1] = total
    return total


@program(X)
def vl_enum(x):
    x = x.copy()
    total = 0.0
    cs = list(enumerate(parts(x)))
    for i, d in cs:
        total += d.sum() ** (i + 1)
        x[-1] = total
    return total


@program(X)
def vl_mul(x):
    x = x.copy()
    total = 0.0
    cs = parts(x) * 2
    for c in cs:
        total += c.sum() ** 2
        x[-1] = total
    return total


@program(X)
def vl_star(x):
    x = x.copy()
    total = 0.0
    cs = [*parts(x), x[1:3]]
    for c in cs:
        total += c.sum() ** 2
        x[-1] = total
    return total


@program(X)
def vl_nested(x):
    x = x.copy()
    total = 0.0
    cs = [list(parts(x)), parts(x)[:]]
    for d in cs:
        for c in list(d):
            total += c.sum() ** 2
            x[-1] = total
    return total


@program(X)
def vl_sorted2(x):
    x = x.copy()
    total = 0.0
    cs = sorted([x[:2], x[2:4], x[3:]], key=len)
    for c in cs:
        total += c.sum() ** 2
        x[-1] = total
        x[0] = total**2
    return total


@program(X)
def vl_sorted3(x):
    x = x.copy()
    total = 0.0
    cs = sorted(zip([2, 1, 3], parts(x)), key=lambda p: p[0])
    for k, c in cs:
        total += k * c.sum() ** 2
        x[-1] = total
        x[0] = total**2
    return total

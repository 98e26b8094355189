"""Lists of lists: as matrices, given to NumPy, beside arrays, sorted, unpacked with a star."""

# ruff: noqa: RUF017  (as people write it)

import copy
import itertools
import math
from dataclasses import dataclass

import numpy as np

from tests.everyday.registry import program

X = np.array([0.3, 0.7, 1.1, 0.9])
M = np.array([[0.3, 0.7], [1.1, -0.4], [0.2, 0.8]])


def squares(x):
    return [[v, v * v] for v in x]


# -- out of arrays ------------------------------------------------------------------------------


@program(M)
def element_of_tolist(x):
    t = x.tolist()
    return t[0][1] * t[2][0] + x.tolist()[0][1] * 2.0


@program(M)
def sums_over_tolist(x):
    total = sum(sum(row) for row in x.tolist())
    for row in x.tolist():
        for v in row:
            total += v * v
    return total + sum(v**3 for row in x.tolist() for v in row)


@program(M)
def tolist_written(x):
    t = x.tolist()
    t[0][0] *= 3.0
    t[1][0] = t[0][0] * t[2][1]
    return t[0][0] + t[1][0] * t[1][1]


@program(X)
def tolist_made_longer(x):
    t = x.tolist()
    t.append(t[0] * 2.0)
    first = t.pop(0)
    rows = np.outer(x, x).tolist()
    rows[0].append(first)
    return sum(v * v for v in t) + sum(v * v * v for row in rows for v in row)


@program(X)
def tolist_of_three_axes(x):
    t = np.stack([np.outer(x, x)] * 2).tolist()
    return t[1][0][2] + sum(v for p in t for r in p for v in r)


@program(X)
def tolist_given_back(x):
    rows = np.outer(x, x).tolist()
    rows[0][1] = 0.0
    made = np.array([np.array([[v, 1.0], [0.0, v]]).tolist() for v in x])
    return np.linalg.norm(rows) + made.sum() * sum(rows, [])[1]


# -- into arrays --------------------------------------------------------------------------------


@program(X)
def rows_appended(x):
    rows = []
    for v in x:
        row = []
        for k in range(3):
            row.append(v**k)
        rows.append(row)
    return np.sum(np.array(rows)) + rows[1][2] * rows[3][1]


@program(X)
def columns_of_rows(x):
    rows = []
    for v in x:
        rows.append([v, v * v])
    a = np.array(rows)
    return np.sum(a[:, 1]) * a[0, 0] + rows[1][1] + np.asarray(rows).T[1].prod()


@program(X)
def matrix_filled_by_loops(x):
    a = [[0.0] * 2 for _ in range(2)]
    for i in range(2):
        for j in range(2):
            a[i][j] = x[i] * x[j + 1] + (i == j)
    return np.linalg.det(np.array(a)) + np.sum((np.eye(2) + a) ** 2)


@program(X)
def aliased_rows(x):
    a = [[0.0] * 3] * 2
    a[0][1] = x[2]
    return np.sum(np.array(a) ** 2)


@program(X)
def rows_that_grow_later(x):
    a = [[0.0] * 3 for _ in range(len(x))]
    for i, v in enumerate(x):
        a[i][1] = v * v
    s = np.sum(np.array(a) ** 2)
    a.append([s, s, s])
    return np.sum(np.array(a) ** 2)


@program(X)
def whole_numbers_beside_active(x):
    rows = [[1, 0] for v in x]
    for r, v in zip(rows, x):
        r[1] = v
    fitted, *_ = np.linalg.lstsq(np.array(rows), x**3, rcond=None)
    return np.sum(np.array(rows)[:, 1] ** 2) + fitted[1]


@program(X)
def reductions_of_rows(x):
    a = squares(x)
    return np.sum(a) + np.mean(a, axis=0)[1] ** 2 + np.max(a) * np.shape(a)[0] + np.vstack(a)[1, 1]


@program(X)
def three_levels(x):
    t = [[[v * w for v in x] for w in x] for _ in range(2)]
    t[0][1][2] *= 2
    return np.einsum("ijk->", np.array(t) ** 2)


@program(X)
def rows_of_arrays(x):
    rows = [[v * x, x] for v in x]
    return np.sum(np.array(rows)[:, 0] ** 2) + np.concatenate([squares(x), squares(x)]).prod()


@program(X)
def rows_in_a_dict(x):
    d = {"a": [[v, v] for v in x]}
    return np.sum(np.asarray(d["a"]) ** 2)


@program(X)
def lists_in_tuples(x):
    rows = [(v, [v * v, v]) for v in x]
    return sum(np.sum(np.array(b)) * a for a, b in rows)


@program(X)
def products_with_rows(x):
    rows = squares(x)
    return np.trace(np.dot(np.transpose(rows), rows))


# -- beside arrays ------------------------------------------------------------------------------


@program(X)
def list_beside_array(x):
    xs = [v * v for v in x]
    return (
        np.sum(np.ones(4) * xs) + np.dot(xs, x) + (xs - x)[1] + (2.0 * np.asarray(xs))[2] + x @ xs
    )


@program(X)
def rows_beside_array(x):
    rows = squares(x)
    return np.sum(np.ones((2, 4)) @ rows) + np.sum(np.ones((4, 2)) * rows)


@program(X)
def tuple_beside_array(x):
    return np.sum(np.arange(2.0) * (x[0], x[1] ** 2)) + np.sum((x[2], x[3]) - np.ones(2))


@program(X)
def rows_stored_into_array(x):
    rows = squares(x)
    b = np.zeros((4, 2))
    b[:, :] = rows
    b += rows
    a = np.ones(4)
    a[1:3] = [v * v for v in x][:2]
    return np.sum(b**2) * np.sum(a)


# -- which of them ------------------------------------------------------------------------------


@dataclass
class Particle:
    mass: float
    charge: float

    def energy(self):
        return self.mass * self.charge**2


@program(X)
def largest_row(x):
    rows = squares(x)
    b = max(rows, key=lambda r: r[1])
    rows.pop(2)
    rows.append([x[0] * 5, 2.0])
    b[0] *= 3
    return b[0] * max(rows)[0] + sorted(rows)[1][1] + min(rows, key=lambda r: -r[1])[0]


@program(X)
def rows_sorted_in_place(x):
    rows = squares(x)
    rows.sort(key=lambda r: -r[0])
    return rows[0][1] * rows[1][0]


@program(X)
def largest_object(x):
    ps = [Particle(v, v * v) for v in x]
    best = max(ps, key=lambda p: p.mass)
    ps.sort(key=lambda p: -p.charge)
    worst = min(ps, key=Particle.energy)
    return best.charge * worst.mass + sorted(ps, key=lambda p: p.mass)[1].energy()


@program(X)
def largest_dict_written(x):
    ps = [{"m": v, "q": v * v} for v in x]
    best = max(ps, key=lambda p: p["m"])
    best["q"] *= 2.0
    return sum(p["q"] for p in ps)


@program(X)
def largest_array(x):
    arrays = [v * x for v in x]
    b = max(arrays, key=np.sum)
    return b[0] * sorted(arrays, key=lambda a: -a[0])[1][2]


@program(X)
def keys_that_hold_a_value(x):
    a = x[1] * 2
    xs = [v * v for v in x]
    s = sorted(xs, key=lambda v: abs(v - a))
    order = sorted(range(4), key=lambda i: xs[i] * a)
    m = max(xs, key=lambda v: v * a)
    n = min(range(4), key=lambda i: -xs[i])
    xs.sort(key=lambda v: -v * a)
    return s[0] * xs[order[1]] * m * xs[n]


@program(X)
def rows_copied_deeply(x):
    rows = squares(x)
    twice = [rows[0], rows[1], rows[0]]
    copied = copy.deepcopy(rows)
    copied[0][0] = 1.0
    again = copy.deepcopy(twice)
    again[0][1] *= 2.0
    return sum(map(sum, copied)) + rows[0][0] + again[2][1] * twice[2][1]


# -- with a star --------------------------------------------------------------------------------


def volume(first, *sides):
    total = first
    for side in sides:
        total *= side
    return total + len(sides)


@program(X)
def lengths_of_rows(x):
    return (
        sum(math.hypot(*r) for r in squares(x))
        + math.hypot(*x)
        + math.hypot(*x.tolist())
        + sum(math.hypot(*row) for row in np.outer(x, x))
    )


@program(X)
def star_of_unknown_length(x):
    rows = [[v, v * v, 2 * v] for v in x]
    return sum(volume(*r) for r in rows) + volume(x[0], *x) + volume(x[0], x[1], *x) + volume(*x)


@program(X)
def star_of_two(x):
    return sum(math.atan2(*r) + np.arctan2(*r) + math.pow(*r) for r in squares(x))


@program(X)
def largest_of_a_star(x):
    return max(*x) + min(*[v * v for v in x])


@program(X)
def transposed_by_zip(x):
    rows = squares(x)
    total = 0.0
    for c in zip(*rows):
        total += c[0] * c[-1]
    for i, c in enumerate(zip(*rows)):
        total += i * sum(c)
    a, b = zip(*rows)
    columns = list(map(list, zip(*rows)))
    return total + a[0] * b[1] + sum(columns[0]) * sum(columns[1])


@program(X)
def columns_of_records(x):
    records = [(v, v * v, f"{i}") for i, v in enumerate(x)]
    xs, ys, _ = zip(*records)
    points = [np.array([v, v * v]) for v in x]
    u, w = zip(*points)
    return np.sum(np.array(xs) * np.array(ys)) + np.dot(u, w)


@program(X)
def rows_one_after_the_other(x):
    rows = squares(x)
    return sum(v * v for v in itertools.chain.from_iterable(rows)) * sum(rows, [])[2]

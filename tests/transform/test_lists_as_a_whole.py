"""Lists whose elements are lists, arrays or objects: read as a whole, chosen on a branch, changed while they are iterated.

Each program is compared with differences in both modes; none may be refused.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import sourcead
from tests.numeric import check

Program = Callable[[Any], Any]
PROGRAMS: list[Program] = []
X = np.array([0.71, 0.33, 0.25])


def program(function: Program) -> Program:
    PROGRAMS.append(function)
    return function


# -- read as a whole by a rule ---------------------------------------------------------------------


@program
def rows_are_filled_and_joined(x):
    rows = [np.zeros(3) for _ in range(3)]
    for k in range(3):
        for j in range(3):
            rows[k][j] = x[k] * x[j] + (rows[k - 1][j] if k else 0.0)
    return (np.concatenate(rows) ** 2).sum() + np.vstack(rows)[2, 1]


@program
def arrays_are_written_after_they_were_appended(x):
    steps = []
    for i in range(3):
        v = x * x[i]
        steps.append(v)
        v[0] = v[1] * v[0]
    return (np.stack(steps) ** 2).sum()


@program
def arrays_are_written_by_another_name_between_two_reads(x):
    steps = [x * 1.0]
    alias = steps
    for i in range(3):
        v = steps[-1] * x[i]
        v[0] = v[1] * v[0]
        alias.append(v)
    steps[1][1] *= x[0]
    table = np.array(alias)
    steps[1][1] *= x[0]
    return (table**2).sum() * steps[1][1]


@program
def one_array_twice(x):
    a = x * 2
    both = [a] * 2
    both.append(x * x)
    both[0][0] *= x[1]
    return (np.array(both) ** 2).sum() * both[1][1]


@program
def rows_of_numbers(x):
    rows = [[x[0], x[1]], [x[1], x[2]], [x[2], x[0]]]
    rows[0], rows[2] = rows[2], rows[0]
    rows[0][0] *= x[1]
    table = np.array(rows)
    rows[0][0] *= x[1]
    rows.append(rows[0])
    return (table**2).sum() + rows[0][0] + np.sum(rows)


@program
def rows_that_are_replaced_later(x):
    rows = [[x[0], x[1]], [x[1], x[2]]]
    rows[0][0] *= x[1]
    table = np.array(rows)
    rows[0] = [x[2], x[2]]
    rows[0], rows[1] = rows[1], rows[0]
    return (table**2).sum() + rows[0][0]


@program
def comprehensions_in_comprehensions(x):
    n = len(x)
    a = [[x[i] * x[j] for j in range(n)] for i in range(n)]
    for i in range(n):
        a[i][i] += a[i - 1][i] * 2.0
    return np.linalg.det(np.array(a) + np.eye(n))


@program
def lists_of_lists_of_lists(x):
    s = [[[x[0]], [x[1]]], [[x[2]], [x[0]]]]
    s[0][0][0] *= x[1]
    s[1], s[0] = s[0], s[1]
    return (np.array(s) ** 3).sum()


@program
def blocks(x):
    rows = []
    for i in range(2):
        row = []
        for j in range(2):
            v = np.outer(x, x[i] * x)
            row.append(v)
            v[1] *= x[j]
        rows.append(row)
    return (np.block(rows) ** 2).sum()


@program
def lists_meet_arrays(x):
    rows = []
    for i in range(3):
        rows.append([x[i], x[0], 1.0])
    rows[0][0] *= x[1]
    u = np.zeros((3, 3))
    u[:] = rows
    u[1:] += rows[1:]
    return (rows @ x).sum() + ((np.ones((3, 3)) * x[1] + rows) ** 2).sum() * u[1, 1]


@program
def windows(x):
    window = []
    total = 0.0
    for i in range(6):
        window.append(x[i % 3] * (i + 1))
        if len(window) > 3:
            window.pop(0)
        total += sum(window) / len(window) * max(window) + np.array(window)[0] * x[0]
    return total


@program
def windows_of_arrays(x):
    window = []
    total = 0.0
    for i in range(6):
        v = x * (i + 1)
        window.append(v)
        if len(window) > 3:
            del window[0]
        v[0] *= total
        total += np.mean(window) + np.stack(window)[0, 1] ** 2
    return total


def joined_squares(rows, w):
    for r in rows:
        r[0] *= w
    for k in range(len(rows)):
        rows[k][1] += rows[k - 1][0] * w
    return (np.concatenate(rows) ** 2).sum()


@program
def a_callee_writes_the_arrays_of_a_list(x):
    return joined_squares([x * 2.0, x * x], x[1])


@program
def constant_arrays_receive_what_varies(x):
    rows = [np.ones(2) for _ in range(len(x))]
    for i in range(len(x)):
        rows[i][0] = x[i] * x[0]
    return (np.array(rows) ** 3).sum()


# -- picked and put in order -----------------------------------------------------------------------


@program
def rows_are_sorted_in_place(x):
    rows = [[x[0], x[1]], [x[1], x[2]], [x[2], x[0]]]
    rows.sort(key=lambda p: p[0] ** 2 + p[1] ** 2)
    rows[0][1] *= x[2]
    return rows[0][0] * rows[1][1] + rows[2][0] * rows[0][1]


@program
def sorted_rows_are_the_same_rows(x):
    rows = [[x[0], x[1]], [x[1], x[2]], [x[2], x[0]]]
    ordered = sorted(rows, key=lambda r: r[1], reverse=True)
    ordered[0][0] *= x[1]
    ordered[1] = [x[1], x[2]]
    return ordered[1][0] * rows[1][1] + rows[2][0] * rows[0][0]


@program
def arrays_are_sorted_and_picked(x):
    found = [x * 1.0, x * x, x[::-1].copy()]
    found.sort(key=lambda p: p[0] ** 2 + p[1] ** 2)
    best = max(found, key=lambda p: p[1])
    best[0] *= x[2]
    found[0][0] *= x[1]
    return best[0] * found[1][1] + found[0][0]


class Body:
    def __init__(self, v):
        self.v = v


@program
def objects_are_sorted_and_picked(x):
    bodies = [Body(v) for v in x]
    bodies.sort(key=lambda b: b.v)
    bodies[0].v *= x[1]
    best = min(bodies, key=lambda b: -b.v)
    best.v *= x[2]
    return bodies[0].v * bodies[1].v ** 2 + best.v


@program
def the_best_of_a_population(x):
    found = [[v, v * x[0]] for v in x]
    for _ in range(3):
        best = min(found, key=lambda p: (p[0] - 0.3) ** 2 + p[1])
        for p in found:
            if p is not best:
                p[0] = p[0] + 0.3 * (best[0] - p[0])
                p[1] *= 0.9
    return sum(p[0] * p[1] for p in found)


# -- one of two --------------------------------------------------------------------------------------


@program
def lists_of_one_length(x):
    a, b = [x[0]], [x[1]]
    one = a if x[0] > 0 else b
    a.append(x[2] * x[2])
    one[0] = one[0] * x[1]
    return sum(one) * (2.0 if one is a else 3.0) + sum(b) * isinstance(one, list)


@program
def a_list_in_a_dict(x):
    a, b = [x[0]], [x[1]]
    held = {"one": a if x[0] > 0 else b}
    a[0] = a[0] * x[1]
    return sum(held["one"])


@program
def numbers_go_to_one_of_two_lists(x):
    low, high = [], []
    for v in x:
        out = high if v > 0.3 else low
        out.append(v * v)
    out[0] *= x[1]
    return sum(high) * 2 - sum(low) * high[0]


@program
def lists_are_swapped_in_a_loop(x):
    now, before = [x[0], x[1]], [x[2], x[1]]
    for _ in range(3):
        now, before = before, now
        now[0] = now[0] * x[1] + before[1]
        now.append(before[0] * x[0])
    return sum(now) + before[0] * before[-1]


@program
def one_of_two_nested_lists(x):
    a, b = [[x[0]], [x[1]]], [[x[2]], [x[0]]]
    one = a if x[0] > 0.1 else b
    one[0][0] *= x[1]
    one[1].append(one[0][0])
    return sum(map(sum, a)) + sum(map(sum, b)) * x[0]


@program
def one_of_two_lists_of_arrays(x):
    a, b = [x * 2, x * x], [x + 1, x]
    one = a if x[0] > 0.1 else b
    one[0][0] *= x[1]
    one[1] = one[0] * x
    return sum(v.sum() for v in a) + sum(v.sum() for v in b) * x[0]


def picked(a, b, is_first):
    if is_first:
        return a
    return b


@program
def a_callee_returns_one_of_two(x):
    a, b = [x[0]], [x[1]]
    one = picked(a, b, x[2] > 0)
    one.append(x[2] * x[0])
    one[0] += x[1]
    return sum(a) + 2 * sum(b)


@program
def the_best_so_far_or_none(x):
    best = None
    for i in range(3):
        found = [x[i], x[i] * x[0]]
        if best is None or found[0] > best[0]:
            best = found
    best.append(best[0] * best[1])
    return sum(best)


# -- made longer while a loop runs -------------------------------------------------------------------


@program
def the_next_front_is_made_of_this_one(x):
    front = [x[0]]
    for _ in range(3):
        following = []
        for j, v in enumerate(front, 1):
            following.append(v * x[1] * j)
            if j == 3:
                break
            following.append(v + x[2])
        front = following
    return sum(front)


@program
def a_list_grows_while_it_is_iterated(x):
    found = [x[0], x[1]]
    for v in found:
        if v > 0.2 and len(found) < 9:
            found.append(v * x[2] * 2)
    return sum(found)


@program
def a_list_shrinks_while_it_is_iterated(x):
    found = [x[0], x[1], x[2], x[0] * x[1]]
    total = 0.0
    for v in found:
        total += v * v
        found.pop()
    return total


@program
def paths(x):
    found = [[x[0]]]
    for _ in range(2):
        longer = []
        for p in found:
            for s in (x[1], x[2]):
                longer.append(p + [p[-1] * s])
        found = longer
    return sum(sum(p) for p in found)


# -- nested functions that are handed on ---------------------------------------------------------------


@program
def keys_see_variables_as_they_are_now(x):
    rows = [[x[0], x[1], 1.0], [x[1], x[2], x[0]], [2.0, x[0], x[1]]]
    det = 1.0
    for k in range(3):
        p = max(range(k, 3), key=lambda i: abs(rows[i][k]))
        if p != k:
            rows[k], rows[p] = rows[p], rows[k]
            det = -det
        det *= rows[k][k]
        for i in range(k + 1, 3):
            m = rows[i][k] / rows[k][k]
            for j in range(k, 3):
                rows[i][j] -= m * rows[k][j]
    return det


@program
def a_key_whose_variable_is_rebound(x):
    k = 0

    def distance(i):
        return abs(x[i] - k)

    k = 1
    p = max(range(3), key=distance)
    k = 2
    q = min(range(3), key=distance)
    order = sorted(range(3), key=lambda i: (x[i] - x[k]) ** 2)
    return x[p] * x[q] * x[order[1]]


@pytest.mark.parametrize("mode", ["reverse", "forward"])
@pytest.mark.parametrize("function", PROGRAMS, ids=[f.__name__ for f in PROGRAMS])
def test_right(function: Program, mode: str) -> None:
    check(function, X.copy(), modes=[mode])


def matrices_are_written_after_their_product(x):
    found = []
    for i in range(len(x)):
        found.append(np.outer(x, x * x[i]) + np.eye(3))
    total = np.linalg.multi_dot(found).sum()
    found[0][0, 0] = 5.0 * x[0]
    return total * total + found[0].sum()


def test_arrays_of_a_list_that_a_derivative_needs_are_not_written_later() -> None:
    check(matrices_are_written_after_their_product, X.copy(), modes=["forward"])
    with pytest.raises(sourcead.NotDifferentiable, match="and they are written later"):
        sourcead.grad(matrices_are_written_after_their_product)(X.copy())


def rows_of_an_argument(rows, w):
    rows[0][0] *= rows[1][1] * w
    return (np.stack(rows) ** 2).sum()


def test_arrays_that_an_argument_holds_are_written_before_they_are_read() -> None:
    rows = [np.array([1.0, 2.0]), np.array([3.0, 4.0])]
    found = sourcead.grad(rows_of_an_argument, argnums=(0, 1))(rows, 1.5)
    # (r00 r11 w)^2 + r01^2 + r10^2 + r11^2
    assert np.allclose(found[0][0], [2 * 36 / 1.0, 4.0])
    assert np.allclose(found[0][1], [6.0, 8.0 + 2 * 36 / 4.0])
    assert np.isclose(found[1], 2 * 36 / 1.5)

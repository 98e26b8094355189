"""Second derivatives of programs that change lists, deques, tuples and objects in lists."""

from collections import deque

import numpy as np
import pytest

import sourcead

X, STEP = 0.7, 1e-3


class Body:
    def __init__(self, place, speed, mass):
        self.place, self.speed, self.mass = place, speed, mass

    def move(self, dt):
        self.place = self.place + dt * self.speed


def bodies_that_attract_each_other(x, n=3):
    bodies = [Body(x * k, 0.1 * k, 1.0 + k) for k in range(n)]
    for _ in range(2):
        for i in range(len(bodies)):
            for j in range(len(bodies)):
                if i != j:
                    distance = bodies[j].place - bodies[i].place
                    bodies[i].speed += 0.1 * bodies[j].mass * distance**2
        for body in bodies:
            body.move(0.1)
    return sum(body.place**2 for body in bodies)


def bodies_in_a_display(x):
    bodies = [Body(x, 0.0, 1.0), Body(2.0 * x, 0.1, 1.0)]
    for i in range(2):
        bodies[i].speed += bodies[i].place ** 2
    for body in bodies:
        body.move(0.5)
    return bodies[0].place * bodies[1].place


def objects_sorted(x, n=3):
    bodies = [Body(x * k, 0.1 * k, 1.0 + k) for k in range(n)]
    bodies.sort(key=lambda body: -body.place)
    return bodies[0].place * bodies[1].place


def slices_read(x, n=4):
    xs = [x * k * x for k in range(n)]
    return sum(xs[1:3]) * sum(xs[::2])


def slices_stored(x, n=5):
    xs = [x * k * x for k in range(n)]
    xs[::2] = [x, x**2, x**3]
    first, *rest = xs
    return first * rest[0] * rest[1] + rest[2]


def slice_of_another_length(x, n=3):
    xs = [x * k for k in range(n)]
    xs[1:2] = [x, x * x]
    del xs[0]
    return xs[0] * xs[1] * xs[2]


def deleted_slice(x, n=5):
    xs = [x * k * x for k in range(n)]
    del xs[1:3]
    return xs[0] + xs[1] * xs[2]


def cleared(x, n=3):
    xs = [x * k for k in range(1, n)]
    xs.clear()
    xs.append(x * x)
    xs += [x] * n
    return xs[0] * xs[1] * xs[2]


def inserted_into_one_of_two(x, n=5):
    xs = [x]
    ys = xs
    for k in range(n):
        ys = ys + [ys[-1] * x]
        xs.insert(0, ys[k])
        if k == 2:
            xs = xs[1:]
    return sum(a * b for a, b in zip(xs, ys))


def rotated(x, n=3):
    window = deque([x, x * x, x**3], maxlen=3)
    for _ in range(n):
        window.rotate(1)
        window.append(window[0] * x)
    return sum(window)


def rows_of_rows(x, n=3):
    rows = [[x * i * j for j in range(n)] for i in range(n)]
    for i in range(1, n):
        for j in range(1, n):
            rows[i][j] = rows[i][j] + rows[i - 1][j - 1] * x
    rows[0], rows[1] = rows[1], rows[0]
    return sum(sum(row) for row in rows) * rows[0][1]


def product_of_rows(x, n=3):
    rows = [[x * i + j for j in range(n)] for i in range(n)]
    columns = [[rows[i][j] for i in range(n)] for j in range(n)]
    made = []
    for row in rows:
        made.append([sum(a * b for a, b in zip(row, column)) for column in columns])
    return made[0][1] * made[2][2]


def tuple_repeated(x, n=3):
    both = (x, x * x) * n
    return sum(both) * both[1]


def tuple_of_a_list(x, n=3):
    xs = tuple([x * k for k in range(n)])
    return sum(xs) * xs[1]


def tuples_in_a_list(x, n=3):
    items = [(1, x), (0, x * x)]
    for i in range(n):
        items.append((i, x**2 * (i + 1)))
    del items[0]
    items[1:3] = [(5, x**3)]
    items.reverse()
    p = items.pop(1)
    items.insert(0, (p[0], p[1] * x))
    items.sort(key=lambda item: item[0], reverse=True)
    return sum(k * v**2 for k, v in items) + items[1][1] * items[0][1]


def arrays_in_a_list(x, n=3):
    rows = [np.full(2, x * k) for k in range(n)]
    rows.sort(key=lambda row: row[0])
    rows.reverse()
    rows[0] *= x
    last = rows.pop()
    rows.insert(0, last + x)
    return np.sum(rows[0] * rows[1] * rows[2])


PROGRAMS = [
    bodies_that_attract_each_other, bodies_in_a_display, objects_sorted, slices_read, slices_stored,
    slice_of_another_length, deleted_slice, cleared, inserted_into_one_of_two, rotated, rows_of_rows,
    product_of_rows, tuple_repeated, tuple_of_a_list, arrays_in_a_list, tuples_in_a_list,
]  # fmt: skip


def second_difference(f, x, step=STEP):
    """Richardson's extrapolation of central second differences: an error of the fourth order."""

    def central(h):
        return (f(x + h) - 2.0 * f(x) + f(x - h)) / h**2

    return (4.0 * central(step) - central(2.0 * step)) / 3.0


@pytest.mark.parametrize("f", PROGRAMS, ids=lambda f: f.__name__)
def test_second_derivatives(f):
    expected = second_difference(f, X)
    np.testing.assert_allclose(sourcead.hessian(f)(X), expected, rtol=1e-6, atol=1e-7)
    np.testing.assert_allclose(sourcead.grad(sourcead.grad(f))(X), expected, rtol=1e-6, atol=1e-7)


def test_a_hessian_whose_tangent_keeps_no_linear_map_takes_reverse_sweeps():
    """What `linearize` refuses of the gradient, `hessian` does by reverse mode over reverse."""
    with pytest.raises(sourcead.NotSeparable):
        sourcead.linearize(sourcead.grad(slices_stored), X)
    np.testing.assert_allclose(
        sourcead.hessian(slices_stored)(X), second_difference(slices_stored, X), rtol=1e-6
    )

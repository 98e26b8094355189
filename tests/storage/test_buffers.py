"""Arrays of a module, written through a view or a callee, and read again under another name or in a callee."""

import functools

import numpy as np
import pytest

import sourcead
from tests.refusals import right_or_refused

buffer = np.zeros(3)
table = np.zeros((2, 3))
named = {"w": np.zeros(3)}


class Workspace:
    shared = np.zeros(3)

    def get(self, n):
        return self.shared[:n]


workspace = Workspace()


def of_module(n):
    return buffer[:n]


def chosen(n):
    return buffer if n > 2 else table[0]


@functools.lru_cache
def remembered(n):
    return np.zeros(n)


def sum_of_squares():
    return np.sum(buffer**2)


def sum_of_named():
    return np.sum(named["w"] ** 2)


def put(value):
    buffer[0] = value


def through_a_slice(x):
    part = buffer[:2]
    part[0] = x
    return np.sum(buffer**2)


def through_rows(x):
    for row in table:
        row[1] = x
    return np.sum(table**2) / 2.0


def through_the_transpose(x):
    table.T[1] = x
    return np.sum(table**2) / 2.0


def through_reshape(x):
    buffer.reshape(3, 1)[0, 0] = x
    return np.sum(buffer**2)


def by_copyto(x):
    np.copyto(buffer[:1], x)
    return np.sum(buffer**2)


def by_out(x):
    np.multiply(x, np.ones(1), out=buffer[:1])
    return np.sum(buffer**2)


def by_two_views(x):
    one, other = buffer[:2], buffer[:1]
    one[0] = x
    return np.sum(other**2)


def taken_twice(x):
    of_module(2)[0] = x
    return np.sum(of_module(3) ** 2)


def taken_on_a_branch(x):
    chosen(3)[0] = x
    return np.sum(buffer**2)


def read_in_a_callee(x):
    buffer[0] = x
    return sum_of_squares()


def read_before_and_after(x):
    before = sum_of_squares()
    put(x)
    return sum_of_squares() - before + np.sum(of_module(3) ** 2) - np.sum(buffer**2)


def written_and_read_in_callees(x):
    put(x)
    return sum_of_squares()


def entry_read_in_a_callee(x):
    named["w"][0] = x
    return sum_of_named()


class Solver:
    def __init__(self, n):
        self.work = np.zeros(n)
        self.parts = {"low": np.zeros(n)}

    def buffer(self):
        return self.work

    def part(self, name):
        return self.parts[name][:1]

    def total(self):
        return np.sum(self.work**2) + np.sum(self.parts["low"] ** 2)


def of_an_object_made_here(x):
    solver = Solver(3)
    solver.buffer()[0] = x
    return solver.total()


def of_an_object_read_at_once(x):
    solver = Solver(3)
    solver.buffer()[:2][0] = x
    return np.sum(solver.work**2)


def part_of_an_object(x):
    solver = Solver(2)
    solver.part("low")[0] = x
    return solver.total()


def of_an_array_made_here(x):
    a = np.zeros(3)

    def whole(b=a):
        return b

    whole()[0] = x
    np.asarray(a)[1:] = 0.0
    return np.sum(a**2)


def unchanged(a):
    return a


def given_back(x):
    a = np.zeros(3)
    unchanged(a)[0] = x
    return np.sum(unchanged(a) ** 2)


def of_a_class(x):
    workspace.get(2)[0] = x
    return np.sum(workspace.get(3) ** 2)


FOLLOWED = (
    through_a_slice, through_rows, through_the_transpose, through_reshape, by_copyto, by_out, by_two_views,
    taken_twice, taken_on_a_branch, read_in_a_callee, read_before_and_after, written_and_read_in_callees,
    entry_read_in_a_callee, of_an_object_made_here, of_an_object_read_at_once, part_of_an_object,
    of_an_array_made_here, given_back, of_a_class,
)  # fmt: skip


def of_a_cache(x):
    remembered(2)[0] = x
    return np.sum(remembered(2) ** 2)


@pytest.fixture(autouse=True)
def empty():
    for array in (*kept(), remembered(2)):
        array[...] = 0.0


@pytest.mark.parametrize("f", FOLLOWED, ids=[f.__name__ for f in FOLLOWED])
def test_followed(f):
    """Each is `x**2`, in what it leaves behind as well."""
    np.testing.assert_allclose(sourcead.grad(f)(0.7), 1.4, rtol=1e-14)
    left = [array.copy() for array in kept()]
    empty_all()
    assert f(0.7) == pytest.approx(0.49, rel=1e-14)
    for mine, its in zip(left, kept()):
        np.testing.assert_array_equal(mine, its)
    empty_all()
    with right_or_refused():
        np.testing.assert_allclose(sourcead.jvp(f, (0.7,), (1.0,))[1], 1.4, rtol=1e-14)


def kept():
    return buffer, table, named["w"], Workspace.shared


def empty_all():
    for array in kept():
        array[...] = 0.0


def test_an_array_that_a_cache_keeps_is_refused():
    with pytest.raises(sourcead.NotDifferentiable, match="a cache keeps"):
        sourcead.grad(of_a_cache)(0.7)


# -- arrays that are made by functions without a rule -------------------------------------------------


def made(n, like):
    return like.zeros(n)


@functools.wraps(made)
def wrapped(*args):
    return made(*args, np)


class At:
    """As array libraries have it: `at(x).set(v)` writes into x or into a copy."""

    def __init__(self, x):
        self.x = x

    def set(self, value):
        x = self.x
        if not x.flags.writeable:
            x = np.asarray(x, copy=True)
        x[0] = value
        return x


def wrapped_and_written(x):
    d = wrapped(3)
    d[0] = x
    return np.sum(d**2)


def written_by_an_object(x):
    d = At(wrapped(3)).set(x)
    return np.sum(d**2)


@pytest.mark.parametrize("f", [wrapped_and_written, written_by_an_object], ids=["plain", "object"])
def test_made_in_a_callee(f):
    np.testing.assert_allclose(sourcead.grad(f)(0.7), 1.4, rtol=1e-14)
    np.testing.assert_allclose(sourcead.jvp(f, (0.7,), (1.0,))[1], 1.4, rtol=1e-14)


# -- callees that cannot be followed, and read what carries a derivative --------------------------------


async def later():
    return 1


def sum_by_text():
    return np.sum(buffer ** eval("2"))


def sum_behind_unknown_code():
    later().close()
    return sum(v * v for v in buffer)


def read_by_text(x):
    buffer[0] = x
    return sum_by_text() * 1.0 + x


def read_behind_unknown_code(x):
    buffer[0] = x
    return sum_behind_unknown_code() + x


@pytest.mark.parametrize(
    "f", [read_by_text, read_behind_unknown_code], ids=["by_text", "behind_unknown_code"]
)
def test_what_cannot_be_followed_is_refused(f):
    with pytest.raises(sourcead.SourceADError, match=r"by their names|cannot be followed"):
        sourcead.grad(f)(0.7)

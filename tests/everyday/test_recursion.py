"""Derivatives of derivatives of functions that call themselves, and their linear maps."""

from __future__ import annotations

import copy
import math

import numpy as np
import pytest

import sourcead
from tests.everyday import (
    recursion,
    recursion_containers,
    recursion_storage,
    recursion_taken_over,
    recursion_writes,
)
from tests.everyday.registry import PROGRAMS, Program
from tests.numeric import check, directional
from tests.refusals import right_or_refused
from tests.sampling import in_turn

X = np.array([0.7, -0.4, 1.2, 0.9])
V = np.array([0.3, 1.0, -0.5, 0.2])
NOT_FOLLOWED = {
    # what is written is not an argument but a variable of the module
    "table_written", "table_written2", "table_written3", "counted", "logged", "totalled",
    # objects that are changed
    "counted_on_an_object",
    # arguments that are written
    "use_inplace", "use_inplace_again", "use_fft_in_place", "use_halve", "use_fib",
}  # fmt: skip
OF_LISTS_AND_DICTS = {  # to the first order
    "squares_of_a_list", "list_filled_by_recursion", "sorted_by_recursion", "sorted_by_merging",
    "list_made_by_recursion", "products_of_permutations", "backtracking", "remembered",
    "remembered_by_two", "entries_changed_by_recursion", "method_with_state", "object_and_array_changed",
    "list_in_a_namedtuple", "frozen_object", "object_that_stores_in_its_own_way",
}  # fmt: skip
RECURSIVE = {
    name: p
    for name, p in PROGRAMS.items()
    if p.function.__module__
    in (recursion.__name__, recursion_containers.__name__, recursion_storage.__name__)
    and name not in OF_LISTS_AND_DICTS
    and name not in NOT_FOLLOWED
}


WRITING = [
    pytest.param(p, id=name)
    for name, p in PROGRAMS.items()
    if p.function.__module__ == recursion_writes.__name__ and name != "written_arg_list"
]


def is_number(value: object) -> bool:
    return isinstance(value, float) or (isinstance(value, np.ndarray) and value.dtype.kind == "f")


@pytest.mark.parametrize("program, mode", in_turn(RECURSIVE, ["reverse", "forward"]))
def test_derivative_of_the_gradient(program: Program, mode: str) -> None:
    numbers = tuple(i for i, a in enumerate(program.args) if is_number(a))
    gradient = sourcead.grad(program.function, numbers[0])
    direction = np.random.default_rng(0).normal(size=np.shape(program.args[numbers[0]]))

    def along(*args):
        return np.sum(gradient(*args) * direction)

    check(along, *copy.deepcopy(program.args), argnums=numbers, modes=[mode], rtol=1e-6)


@pytest.mark.parametrize("program", WRITING)
def test_derivative_of_the_gradient_of_what_writes(program: Program) -> None:
    with right_or_refused():
        test_derivative_of_the_gradient(program, "reverse")


@pytest.mark.parametrize("program", WRITING)
def test_linear_map_of_what_writes(program: Program) -> None:
    with right_or_refused():
        test_linear_map(program)


@pytest.mark.parametrize("program", RECURSIVE.values(), ids=RECURSIVE)
def test_linear_map(program: Program) -> None:
    args = copy.deepcopy(program.args)
    numbers = tuple(i for i, a in enumerate(args) if is_number(a))
    rng = np.random.default_rng(1)
    directions = {i: rng.normal(size=np.shape(args[i]))[()] for i in numbers}

    def of_numbers(*values):
        full = list(copy.deepcopy(args))
        for i, value in zip(numbers, values):
            full[i] = value
        return program.function(*full)

    at = sourcead.linearize(program.function, *copy.deepcopy(args), argnums=numbers)
    found = at[1](*directions.values())
    expected = directional(of_numbers, [args[i] for i in numbers], list(directions.values()))
    np.testing.assert_allclose(found, expected.value, rtol=1e-7, atol=1e-9)


def polynomial(x, p, n):
    return p if n == 0 else math.sin(x) + polynomial(x * p, p, n - 1) * p * x


def f(x, p):
    return polynomial(x, p, 3) * x


def test_another_argument_than_the_gradient_is_of() -> None:
    slope = sourcead.grad(f, 0)
    for mode in ("reverse", "forward"):
        check(slope, 0.7, 1.1, argnums=(1,), modes=[mode], rtol=1e-7)
        check(slope, 0.7, 1.1, argnums=(0, 1), modes=[mode], rtol=1e-7)


@pytest.mark.parametrize("order", [2, 3, 4])
def test_of_high_order(order: int) -> None:
    def power(x, n):
        return x if n <= 1 else x * power(x, n - 1)

    def fifth(x):
        return power(x, 5) if x > 0.0 else power(x, 4)

    derivative = fifth
    for _ in range(order):
        derivative = sourcead.grad(derivative)
    exact = math.perm(5, order) * 1.3 ** (5 - order)
    np.testing.assert_allclose(derivative(1.3), exact, rtol=1e-13)


def merge_sort(x):
    if len(x) < 2:
        return x
    a, b = merge_sort(x[: len(x) // 2]), merge_sort(x[len(x) // 2 :])
    out = np.empty(len(x))
    i = j = 0
    for k in range(len(x)):
        if j >= len(b) or (i < len(a) and a[i] <= b[j]):
            out[k] = a[i]
            i += 1
        else:
            out[k] = b[j]
            j += 1
    return out


def of_sorted(x):
    """The array that the recursion returns is written piece by piece, and read again in the gradient."""
    y = merge_sort(np.sin(x))
    return np.sum(y**3 * np.arange(1.0, 5.0)) * y[0]


def test_hessian_over_an_array_that_the_recursion_made() -> None:
    exact = np.stack([_difference(sourcead.grad(of_sorted), X, e) for e in np.eye(4)])
    np.testing.assert_allclose(sourcead.hessian(of_sorted)(X), exact, rtol=1e-7, atol=1e-8)
    product = sourcead.hvp(of_sorted)(X, V)
    np.testing.assert_allclose(product, exact @ V, rtol=1e-7, atol=1e-8)


def _difference(gradient, x, direction):
    return np.array(
        [directional(lambda u, k=k: gradient(u)[k], (x,), (direction,)).value for k in range(4)]
    )


def test_pullback_of_a_gradient_may_be_called_again() -> None:
    gradient = sourcead.grad(of_sorted)
    value, pull = sourcead.vjp(gradient, X)
    first, other, again = pull(V)[0], pull(X)[0], pull(V)[0]
    np.testing.assert_allclose(value, gradient(X))
    np.testing.assert_array_equal(first, again)
    np.testing.assert_allclose(first @ X, other @ V, rtol=1e-10)


def test_linear_map_of_a_gradient() -> None:
    _, push = sourcead.linearize(sourcead.grad(of_sorted), X)
    np.testing.assert_allclose(push(V), sourcead.hvp(of_sorted)(X, V), rtol=1e-10)
    np.testing.assert_array_equal(push(V), push(V))


def test_a_gradient_taken_inside_a_recursion() -> None:
    def cubes(x, n):
        return x**3 if n == 0 else x * cubes(x, n - 1)

    slope = sourcead.grad(cubes)

    def descend(x, n):
        return x if n == 0 else descend(x - 0.1 * slope(x, n), n - 1)

    def start(x, n):
        return descend(x, n) * x

    for mode in ("reverse", "forward"):
        check(start, 0.6, 3, argnums=(0,), modes=[mode], rtol=1e-7)


# -- lists that are given by what they hold, and may not be told from the caller's -------------------


def given_twice(x, n):
    def go(a, b, k):
        if k == 0:
            return a[0] * b[0]
        a[0] = a[0] * x
        return go(a, b, k - 1)

    xs = [x, 2.0 * x]
    return go(xs, xs, n)


def returned_and_changed(x, n):
    def go(a, k):
        if k == 0:
            return a
        a.append(x * k)
        return go(a, k - 1)

    xs = [x]
    ys = go(xs, n)
    ys[0] = ys[0] * 3.0
    return sum(xs)


def kept(x, n):
    known = []

    def go(a, k):
        known.append(a)
        return a[0] if k == 0 else go(a, k - 1) * x

    xs = [x]
    r = go(xs, n)
    xs[0] = x * 5.0
    return r + known[0][0]


def asked_whether_it_is_the_same(x, n):
    xs = [x]
    same = xs

    def go(a, k):
        if a is same:
            a = list(a)
        a.append(x)
        return sum(a) if k == 0 else go(a, k - 1)

    return go(xs, n) + len(xs)


def replaced_in_an_object(x, n):
    class_ = recursion_containers.Walker(x)

    def go(k):
        if k == 0:
            return 0.0
        class_.seen = [x * k] + class_.seen
        return class_.seen[0] + go(k - 1)

    return go(n) + sum(class_.seen)


SAME = [
    given_twice, returned_and_changed, kept, asked_whether_it_is_the_same, replaced_in_an_object,
]  # fmt: skip


@pytest.mark.parametrize("function", SAME, ids=lambda f: f.__name__)
def test_a_list_that_must_be_the_very_one_is_refused(function) -> None:
    with pytest.raises(sourcead.NotDifferentiable):
        sourcead.grad(function)(0.7, 3)


def powers_of(k):
    def p(x, n):
        return x if n == 0 else k * p(x, n - 1) * x

    return p


doubled, tripled = powers_of(2.0), powers_of(3.0)


def of_two_functions(x, n):
    return doubled(x, n) + tripled(x, n)


def test_functions_of_one_code_over_different_variables() -> None:
    check(of_two_functions, 0.7, 3, argnums=(0,))


@pytest.mark.parametrize(
    "f", recursion_taken_over.IN_USE, ids=[f.__name__ for f in recursion_taken_over.IN_USE]
)
def test_an_array_that_is_returned_as_it_was_given(f):
    with right_or_refused():
        check(f, np.array([0.3, 0.7, 1.1]), 0.4, 2, argnums=(0, 1))

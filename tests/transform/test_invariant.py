"""Extrema that are taken out of numbers and put back: they have no derivative of their own, and cost nothing.

Each program is compared with differences in both modes; what the generated gradient looks for tells whether
the extremum was left out.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import sourcead
from tests.numeric import check

Program = Callable[[Any], Any]
X = np.array([[0.3, -1.2, 0.8], [1.5, 0.4, -0.6], [-0.2, 0.9, 0.1], [0.7, -0.3, 1.1]])
W = np.array([[1.0, -0.5, 2.0], [0.3, 0.8, -1.0], [0.6, 1.7, 0.2], [-0.9, 0.4, 1.3]])


def log_sum_exp(a):
    m = np.max(a, axis=-1, keepdims=True)
    return (W[:, 0] * (m[..., 0] + np.log(np.sum(np.exp(a - m), axis=-1)))).sum()


def softmax(a):
    e = np.exp(a - a.max(axis=1, keepdims=True))
    return (W * (e / e.sum(axis=1, keepdims=True))).sum()


def softmax_of_columns(a):
    columns = a.T
    e = np.exp(columns - np.max(columns, 0))
    return (W.T * (e / np.sum(e, 0)) ** 2).sum()


def log_softmax(a):
    t = a - np.max(a, axis=1)[:, None]
    return (W * (t - np.log(np.exp(t).sum(1, keepdims=True)))).sum()


def at_a_temperature(a):
    m = a.max()
    return m + 2.0 * np.log(np.exp((a - m) / 2.0).sum())


def norm_without_overflow(a):
    m = np.abs(a).max()
    return m * np.sqrt(np.sum((a / m) ** 2))


def of_two_numbers(a):
    x, y = a[0, 0], a[1, 1]
    m = max(x, y)
    return m + math.log(math.exp(x - m) + math.exp(y - m))


INVARIANT: list[Program] = [
    log_sum_exp, softmax, softmax_of_columns, log_softmax, at_a_temperature, norm_without_overflow, of_two_numbers,
]  # fmt: skip


def sums_along_the_axis_of_the_maxima(a):
    m = np.max(a, axis=1, keepdims=True)
    return np.log(np.exp(a - m).sum(axis=0)).sum()


def also_looks_at_the_maxima(a):
    m = np.max(a, axis=1, keepdims=True)
    e = np.exp(a - m)
    return (W * e / e.sum(axis=1, keepdims=True)).sum() + (m**2).sum()


def puts_back_twice_as_much(a):
    m = a.max()
    return 2.0 * m + np.log(np.exp(a - m).sum())


def puts_back_to_other_rows(a):
    m = np.max(a, axis=1, keepdims=True)
    e = np.exp(a[1:] - m[:-1])
    return (W[1:] * e / e.sum(axis=1, keepdims=True)).sum() + np.log(np.exp(a - m[:1])).sum()


def rows_meet_columns(a):
    b = a[:3]
    m = np.max(b, axis=1)
    return (W[:3] * (np.exp(b - m[:, None]) / np.exp(b[:, :1] - m))).sum()


def writes_into_the_differences(a):
    e = a - a.max(axis=1, keepdims=True)
    e[0] *= 2.0
    return (W * np.exp(e) / np.exp(e).sum(axis=1, keepdims=True)).sum()


VARYING: list[Program] = [
    sums_along_the_axis_of_the_maxima, also_looks_at_the_maxima, puts_back_twice_as_much, puts_back_to_other_rows,
    rows_meet_columns, writes_into_the_differences,
]  # fmt: skip


def looks_for_the_extremum(program: Program) -> bool:
    source = sourcead.grad(program).source_for(X)
    return "==" in source or ">=" in source


@pytest.mark.parametrize("program", INVARIANT, ids=lambda p: p.__name__)
def test_an_extremum_on_which_nothing_depends_is_left_out(program):
    check(program, X)
    assert not looks_for_the_extremum(program)


@pytest.mark.parametrize("program", VARYING, ids=lambda p: p.__name__)
def test_an_extremum_on_which_something_depends_is_not(program):
    check(program, X)
    assert looks_for_the_extremum(program)


def test_elements_that_are_equally_large():
    """Where the maximum itself has no derivative, what does not depend on it still has one."""
    p = np.full(3, 1.0 / 3.0)

    def program(a):
        e = np.exp(a - np.max(a))
        return (e / np.sum(e))[0]

    g = sourcead.grad(program)
    np.testing.assert_allclose(g(np.zeros(3)), p[0] * (np.eye(3)[0] - p), rtol=1e-14)
    jacobian_of_gradient = sourcead.jacobian(g)(np.zeros(3))
    d = np.eye(3)[0] - p
    hessian = p[0] * (np.outer(d, d) - np.diag(p) + np.outer(p, p))
    np.testing.assert_allclose(jacobian_of_gradient, hessian, atol=1e-15)

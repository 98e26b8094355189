"""What is stored where a branch raises or an exception is caught: behind it, slots hold what they held there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tests.numeric import check
from tests.storage.agreement import agree


class Model:
    def __init__(self, x: Any) -> None:
        self.x = x


def overwritten_by_a_constant(u, x):
    u = u.copy()
    try:
        u[0] = 2.0
        if x > 1.0:
            raise ValueError
        u[1] = 3.0
    except ValueError:
        u[2] = 1.0
    return np.sum(u * u)


def filled_before_it_fails(u, x):
    u = u.copy()
    try:
        u.fill(2.0)
        float("not a number")
    except ValueError:
        u[1] = x
    return np.sum(u * u * np.arange(4) * x)


def popped_before_it_fails(u, x):
    xs = [x, u[0]]
    try:
        y = xs.pop()
        if x > 1.0:
            raise ValueError
    except ValueError:
        xs.append(x * x)
        y = x
    return sum(xs) * y


def attribute_set_before_it_fails(u, x):
    model = Model(x)
    try:
        model.x = 3.0 * u[0]
        float("not a number")
    except ValueError:
        model.x = model.x * 2.0
    return model.x * x


def fails(values: Any) -> None:
    raise ValueError


def appended_by_the_handler(u, x):
    xs = [x, 2.0]
    try:
        fails(u.reshape(2, 2))
    except ValueError:
        xs.append(0.2 * x * x)
    return 1.6 * xs[2]


def appended_where_it_does_not_raise(u, x):
    xs = [x, 2.0]
    if x < 5.0:
        xs.append(0.2 * x * x)
    else:
        raise ValueError
    return 1.6 * xs[2]


def stored_where_it_does_not_raise(u, x):
    model = Model(u)
    if x > 0.0:
        model.y = x * x
        model.z = [x, 2.0]
        model.z.append(model.y * model.x[1])
    else:
        raise ValueError
    return model.y * model.z[2] * model.z[0]


PROGRAMS = [
    overwritten_by_a_constant,
    filled_before_it_fails,
    popped_before_it_fails,
    attribute_set_before_it_fails,
    appended_by_the_handler,
    appended_where_it_does_not_raise,
    stored_where_it_does_not_raise,
]


@pytest.mark.parametrize("x", [0.7, 1.3])
@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.__name__)
def test_interrupted(program: Callable[..., Any], x: float) -> None:
    args = (np.array([0.4, 0.8, 1.2, 0.6]), x)
    check(program, *args)
    agree(program, args)

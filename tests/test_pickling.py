"""Decorated functions and derivatives go to other processes, and come back as they were."""

from __future__ import annotations

import copy
import math
import pickle

import numpy as np
import pytest

import sourcead


@sourcead.differentiate(argnums=("x", "y"))
def spring(x, y=2.0):
    return math.sin(x) * y


@sourcead.differentiate(mode="forward")
def falling(x):
    return math.exp(-x) * x


def energy(x):
    return np.sum(x**3)


class Well:
    def __init__(self, depth):
        self.depth = depth

    @sourcead.differentiate
    def potential(self, x):
        return -self.depth / math.cosh(x)


def sent(value):
    return pickle.loads(pickle.dumps(value))


def test_a_decorated_function_is_found_by_its_name():
    assert sent(spring) is spring
    assert copy.deepcopy(spring) is spring


def test_gradients_of_decorated_functions():
    expected = (2.0 * math.cos(0.5), math.sin(0.5))
    assert sent(spring.grad)(0.5) == pytest.approx(expected)
    assert sent(spring.value_and_grad)(0.5)[1] == pytest.approx(expected)
    assert sent(falling.grad)(0.5) == pytest.approx(0.5 * math.exp(-0.5))


@pytest.mark.parametrize("make", [sourcead.grad, sourcead.jacobian, sourcead.hessian])
def test_derivatives_of_plain_functions(make):
    x = np.array([1.0, -2.0])
    np.testing.assert_array_equal(sent(make(energy))(x), make(energy)(x))


def test_hessian_times_vector():
    x, v = np.array([1.0, -2.0]), np.array([0.5, 1.0])
    np.testing.assert_allclose(sent(sourcead.hvp(energy))(x, v), 6 * x * v)


def test_methods_take_their_object_along():
    well = Well(3.0)
    slope = 3.0 * math.tanh(0.4) / math.cosh(0.4)
    assert sent(well.potential)(0.4) == well.potential(0.4)
    assert sent(well.potential).grad(0.4) == pytest.approx(slope)
    assert sent(well.potential.grad)(0.4) == pytest.approx(slope)


def test_what_has_no_name_is_refused_by_pickle():
    with pytest.raises((pickle.PicklingError, AttributeError)):
        pickle.dumps(sourcead.differentiate(lambda x: x * x))

"""The numerical references are right to the error that they state, and say where they are not."""

import cmath
import math

import numpy as np
import pytest

from sourcead.differences import complex_step, derivative, richardson

ANALYTIC = {
    "sin": (lambda t: np.sin(1.0 + t), math.cos(1.0)),
    "exp of a large number": (lambda t: np.exp(20.0 * (1.0 + t)), 20.0 * math.exp(20.0)),
    "polynomial": (lambda t: (t - 3.0) ** 4, -108.0),
    "quotient": (lambda t: 1.0 / (1.0 + t), -1.0),
    "constant": (lambda t: 4.0 + 0.0 * t, 0.0),
    "linear": (lambda t: 3.0 * t, 3.0),
    "small number": (lambda t: 1e-12 * np.cos(1.0 + t), -1e-12 * math.sin(1.0)),
}


@pytest.mark.parametrize("name", ANALYTIC)
def test_differences_keep_the_error_that_they_state(name):
    function, exact = ANALYTIC[name]
    estimate = richardson(function)
    assert abs(estimate.value - exact) <= estimate.error + 1e-300
    assert estimate.error <= 1e-9 * max(abs(exact), abs(function(0.0)))


@pytest.mark.parametrize("name", ANALYTIC)
def test_the_complex_step_gives_all_digits(name):
    function, exact = ANALYTIC[name]
    assert complex_step(function) == pytest.approx(exact, rel=4e-16)
    assert derivative(function).value == pytest.approx(exact, rel=4e-16)


def test_steps_outside_of_the_domain_are_left_out():
    estimate = richardson(lambda t: math.log(0.01 + t))
    assert abs(estimate.value - 100.0) <= estimate.error < 1e-4


def test_a_kink_beside_the_point_is_told_from_the_slope_at_the_point():
    estimate = richardson(lambda t: abs(t - 0.01))
    assert abs(estimate.value + 1.0) <= estimate.error < 1e-10


def test_a_jump_has_an_error_of_the_size_of_the_jump():
    assert richardson(lambda t: float(t > 1e-9)).error > 1.0


def test_a_function_that_is_not_deterministic_has_a_large_error():
    rng = np.random.default_rng(0)
    assert richardson(lambda t: t + rng.standard_normal()).error > 1e-2


@pytest.mark.parametrize(
    "function",
    [
        lambda t: abs(2.0 + t) ** 2,  # takes complex numbers without being analytic
        lambda t: (2.0 + t).real ** 2,
        lambda t: math.pow(2.0 + t, 2.0),  # does not take them
        lambda t: float(np.array([2.0 + t])[0]) ** 2,  # drops the imaginary part with a warning
        lambda t: (2.0 + t) ** 2 if t.imag == 0 else cmath.exp(t),
    ],
)
def test_a_complex_step_is_not_believed_against_differences(function):
    estimate = derivative(function)
    assert abs(estimate.value - 4.0) <= estimate.error < 1e-8

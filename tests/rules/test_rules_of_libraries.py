"""Rules for functions of compiled libraries, whose own derivatives are such functions too."""

from __future__ import annotations

import ctypes
import ctypes.util
import warnings
from typing import Any

import numpy as np
import pytest

import sourcead
from sourcead.testing import check_grad

LIBRARY = ctypes.CDLL(ctypes.util.find_library("m") or None)
for name, count in (("sin", 1), ("cos", 1), ("fma", 3)):
    getattr(LIBRARY, name).restype = ctypes.c_double
    getattr(LIBRARY, name).argtypes = [ctypes.c_double] * count
c_sin, c_cos, c_fma = LIBRARY.sin, LIBRARY.cos, LIBRARY.fma
cube = np.frompyfunc(lambda v: v**3, 1, 1)


def wave(t):
    return c_sin(t)


@sourcead.rule(wave)
def wave_adjoint(y_bar, y, t):
    return y_bar * c_cos(t)


def opaque_wave(t):
    return c_sin(t)


@sourcead.rule(opaque_wave)
def opaque_adjoint(y_bar, y, t):
    return c_fma(y_bar, c_cos(t), 0.0)


def sloped_wave(t):
    return c_sin(t)


@sourcead.rule(sloped_wave, form="elementwise")
def slope(y, t):
    return c_cos(t)


def cubes(x, scale=2.0):
    return scale * cube(x).astype(float)


@sourcead.rule(cubes, wrt=("x", "scale"))
def cubes_adjoint(y_bar, y, x, scale=2.0):
    return y_bar * scale * 3.0 * x**2, np.sum(y_bar * x**3)


def solution(a, b):
    return np.array(np.linalg.solve(a, b).tolist())


@sourcead.rule(solution)
def solution_adjoint(y_bar, y, a, b):
    b_bar = np.linalg.solve(a.T, y_bar)
    return -np.outer(b_bar, y), b_bar


def missing(function: Any, *args: Any) -> list[str]:
    """What `check_grad` says it has not compared."""
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        check_grad(lambda *values: function(*values) * values[0], *args)
    return [str(each.message).partition(" of ")[0] for each in said]


def test_the_derivative_may_be_a_compiled_function() -> None:
    second = ["reverse mode over reverse mode", "forward mode over reverse mode"]
    assert missing(wave, 0.7) == second
    assert missing(sloped_wave, 0.7) == second
    assert missing(opaque_wave, 0.7) == ["forward mode", *second]


def test_what_is_asked_for_by_name_is_not_left_out() -> None:
    check_grad(opaque_wave, 0.7, modes=["reverse"], order=1)
    for modes, order in ((["forward"], 1), (["reverse"], 2)):
        with pytest.raises(sourcead.NoRule, match=r"c_fma|c_cos"):
            check_grad(opaque_wave, 0.7, modes=modes, order=order)


def test_forward_mode_and_second_derivatives_follow_from_a_reverse_rule() -> None:
    x = np.array([0.3, -0.2, 0.5])
    assert missing(cubes, x) == missing(lambda x: cubes(x, scale=3.0), x) == []
    a = np.array([[2.0, 0.3], [0.1, 1.5]])
    assert missing(lambda b, a: solution(a, b), x[:2], a) == []
    np.testing.assert_allclose(
        sourcead.hessian(lambda x: np.sum(cubes(x)))(x), np.diag(12.0 * x), rtol=1e-14
    )


def test_the_parameters_of_a_rule_are_checked() -> None:
    for form in ("reverse", "elementwise"):
        with pytest.raises(ValueError, match="`y_bar` stands"):

            @sourcead.rule(lambda t: c_sin(t), form=form)
            def turned(y, t, y_bar):
                return y_bar * c_cos(t)


def test_a_rule_holds_for_the_function_itself() -> None:
    """Not only for its calls: its own source would have another derivative."""

    def steps(t):
        return np.floor(t) * 1.0

    @sourcead.rule(steps)
    def straight_through(y_bar, y, t):
        return y_bar

    assert sourcead.grad(steps)(1.5) == sourcead.value_and_grad(steps)(1.5)[1] == 1.0
    assert sourcead.jvp(steps, (1.5,), (2.0,)) == (1.0, 2.0)
    x = np.array([0.3, -0.2])
    np.testing.assert_allclose(sourcead.jacobian(cubes)(x), np.diag(6.0 * x**2), rtol=1e-14)
    np.testing.assert_allclose(sourcead.jacobian(cubes, "scale")(x, 3.0), x**3, rtol=1e-14)

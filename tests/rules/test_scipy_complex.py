"""SciPy's functions at complex numbers: the derivative is right (JAX's convention), or it is refused.

Every rule whose function takes the numbers of its samples turned into the complex plane; the references are
differences in random complex directions.
"""

from __future__ import annotations

import importlib
import itertools
import warnings
from collections.abc import Iterator

import numpy as np
import pytest

pytest.importorskip("scipy")

from scipy import integrate, interpolate, linalg, signal, stats

import sourcead
from sourcead.rules.registry import Rule, all_rules, lookup
from tests.numeric import check
from tests.rules.compiled import differentiable, first_order, turned
from tests.rules.harness import Call, calls, leaves, stated_in

for _module in importlib.import_module("sourcead.rules.scipy").MODULES:
    importlib.import_module(f"scipy.{_module}")
lookup(object())  # loads what is waiting

RULES = [
    rule
    for rule in all_rules()
    if rule.form in ("elementwise", "linear", "general")
    and rule.functions
    and stated_in(rule).startswith("sourcead.rules.scipy")
    and (rule.form == "elementwise" or rule.samples)
]
TAKING = [rule for rule in RULES if rule.also.get("complex", "") is not None]


def complex_calls(rule: Rule) -> Iterator[Call]:
    rng = np.random.default_rng(3)
    for call in itertools.islice(calls(rule), 30):
        if call.function is rule.functions[0] and leaves(list(call.args)):
            with np.errstate(all="ignore"), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                try:
                    given = turned(call, rng) if differentiable(call) else None
                except Exception:  # SciPy, at numbers that it does not take
                    continue
            if given is not None:
                yield given


@pytest.mark.parametrize("part", [0, pytest.param(1, marks=pytest.mark.slow)])
def test_derivatives_at_complex_numbers_are_right(part: int) -> None:
    """Of a rule's first call: half of the rules, the other half by the marker `slow`."""
    tried = [c for rule in TAKING[part::2] for c in itertools.islice(complex_calls(rule), 1)]
    assert len(tried) > 40
    for call in tried:
        first_order(call)


def test_whole_families_are_refused():
    """Of `optimize` and `spatial`, too, where complex numbers would give a real slope."""
    refused = {rule.name for rule in RULES} - {rule.name for rule in TAKING}
    assert {"pinv", "svd", "lfilter", "norm_logpdf", "cdist", "interpn", "newton"} <= refused


X = np.arange(6.0)
Y = np.random.default_rng(0).normal(size=6) + 1j * np.random.default_rng(1).normal(size=6)
SPLINE, LINES = interpolate.CubicSpline(X, Y), interpolate.interp1d(X, Y)


def of_complex_ordinates(t):
    return np.sum(np.abs(SPLINE(t**2)) ** 2) + np.sum(np.abs(LINES(t)))


def on_a_grid(y):
    return np.abs(integrate.simpson(y, x=X)) + np.abs(signal.hilbert(y.real)[1])


def test_real_points_of_complex_splines_and_complex_ordinates_on_real_points():
    check(of_complex_ordinates, np.array([0.3, 1.2, 2.1]))
    check(on_a_grid, Y)


@pytest.mark.parametrize(
    "program",
    [
        lambda y: np.abs(interpolate.CubicSpline(X, y)(2.3)),
        lambda y: np.abs(interpolate.interp1d(X, y)(2.3)),
        lambda y: np.sum(np.abs(integrate.solve_ivp(lambda t, u: 1j * u, (0.0, 1.0), y).y)),
        lambda y: np.abs(stats.gmean(y)),
        lambda y: np.sum(np.abs(linalg.pinv(np.outer(y, y)))),
    ],
    ids=["CubicSpline", "interp1d", "solve_ivp", "gmean", "pinv"],
)
def test_what_is_known_for_real_numbers_only_is_refused(program):
    for derivative in (sourcead.grad(program), lambda y: sourcead.jvp(program, (y,), (y,))):
        with pytest.raises(sourcead.NoRule, match="at complex numbers is not known"):
            derivative(Y)

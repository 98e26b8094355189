"""Rules of operators, builtins, `math` and `cmath`, called directly."""

from __future__ import annotations

import cmath
import importlib
import inspect
import math
import operator
from dataclasses import replace

import numpy as np
import pytest

import sourcead
from sourcead.rules.registry import all_rules, lookup
from sourcead.runtime.polygamma import digamma, polygamma
from tests.rules.agreement import compare
from tests.rules.harness import active, calls, evaluate, stated_in

importlib.import_module("sourcead.rules.python")


ELSEWHERE = ("sourcead.rules.python.implicit", "sourcead.rules.python.checkpoints")
"""Rules of functions that are passed functions: these have tests of their own."""

RULES = [
    rule
    for rule in all_rules()
    if stated_in(rule).startswith("sourcead.rules.python") and stated_in(rule) not in ELSEWHERE
    if rule.formula is None  # those have no parts of their own: see `test_compiled`
]
ELEMENTWISE = [rule for rule in RULES if rule.form == "elementwise"]


def fitting_calls(rule):
    """`math` takes numbers only, and an optional argument is left out, not given as None."""
    scalar = rule.form == "elementwise" and rule.effects.returns == "scalar"
    for call in calls(rule):
        call = replace(call, args=tuple(arg for arg in call.args if arg is not None))
        if not scalar or not any(isinstance(arg, np.ndarray) for arg in call.args):
            yield call


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_forward_reverse_and_differences_agree(rule):
    rng = np.random.default_rng(1)
    assert sum(compare(call, rng) for call in fitting_calls(rule)) > 0


VARIANTS = [
    (rule, name) for rule in ELEMENTWISE for name in rule.also if name in ("scalar", "complex")
]


@pytest.mark.parametrize("rule, variant", VARIANTS, ids=lambda v: getattr(v, "name", v))
def test_variants_of_partials_agree_with_differences(rule, variant):
    rng = np.random.default_rng(2)
    tested = 0
    for call in fitting_calls(replace(rule, partials=rule.also[variant])):
        if variant == "complex":
            call = replace(
                call, args=tuple(a + 1j * rng.normal(size=np.shape(a)) for a in call.args)
            )
        elif any(isinstance(arg, np.ndarray) for arg in call.args):
            continue
        tested += compare(call, rng)
    assert tested > 0


@pytest.mark.parametrize("function", [operator.truediv, np.divide])
def test_reciprocals(function):
    partials = lookup(function).also["reciprocal"]
    for x in (0.7, -3.0, 1e200, 0.5 - 2.0j):
        assert partials(1.0 / x, 1.0, x)[1] == pytest.approx(-1.0 / (x * x) if abs(x) < 1e9 else 0)


EXPONENTS = [-2, -1, 0, 1, 2, 3, 0.5, 1.5, -0.5, 2.0]


@pytest.mark.parametrize("function", [operator.pow, pow, math.pow])
@pytest.mark.parametrize("n", EXPONENTS)
def test_powers_with_a_constant_exponent(function, n):
    partial = lookup(function).also["constant_exponent"]
    for x in (0.7, 2.0):
        assert partial(x**n, x, n) == pytest.approx(n * x ** (n - 1), rel=1e-15)


@pytest.mark.parametrize("n", EXPONENTS)
def test_powers_of_numbers_with_an_exponent_that_has_no_derivative(n):
    partial = lookup(operator.pow).also["inactive_exponent"]
    for x in (0.7, 2.0):
        assert partial(x**n, x, n) == pytest.approx(n * x ** (n - 1), rel=1e-15)
    assert partial(1.0, 0.0, 0) == 0.0


@pytest.mark.parametrize("function", [operator.pow, pow])
def test_powers_are_differentiable_at_zero_wherever_the_limit_is_finite(function):
    rule = lookup(function)
    for partials in (rule.partials, rule.also["scalar"]):
        assert partials(1.0, 0.0, 0.0) == (0.0, 0.0)
        assert partials(0.0, 0.0, 1.0) == (1.0, 0.0)
        assert partials(0.0, 0.0, 2.5) == (0.0, 0.0)
    x, n = np.array([0.0, 0.0, 2.0]), np.array([0.0, 3.0, 3.0])
    np.testing.assert_allclose(rule.partials(x**n, x, n)[0], [0.0, 0.0, 12.0])
    np.testing.assert_allclose(rule.partials(x**n, x, n)[1], [0.0, 0.0, 8.0 * np.log(2.0)])


def test_abs_has_slope_zero_at_zero():
    rule = lookup(abs)
    assert rule is lookup(operator.abs)
    assert (
        rule.partials(0.0, 0.0)
        == rule.also["scalar"](0.0, 0.0)
        == lookup(math.fabs).partials(0.0, 0.0)
        == 0
    )
    assert rule.partials(0.0, 0j) == 0.0


def test_distances_have_slope_zero_at_zero():
    assert lookup(math.hypot).reverse(1.0, 0.0, 0.0, 0.0) == (0.0, 0.0)
    assert lookup(math.hypot).reverse(1.0, 0.0, 0.0, 0.0, 0.0) == (0.0, 0.0, 0.0)
    assert lookup(math.hypot).forward(0.0, 0.0, 0.0, coordinates_dot=(1.0, 2.0)) == 0.0
    assert lookup(math.dist).reverse(1.0, 0.0, [1.0, 2.0], [1.0, 2.0]) == ((0.0, 0.0), (0.0, 0.0))
    assert lookup(math.dist).forward(0.0, [1.0], [1.0], p_dot=(1.0,), q_dot=None) == 0.0


@pytest.mark.parametrize("function", [max, min])
def test_a_tie_goes_to_the_operand_that_python_picks(function):
    reverse = lookup(function).reverse
    assert reverse(3.0, 1.0, 1.0, 1.0)[0] == (3.0, 0.0)
    assert reverse(3.0, 1.0, 1.0, 1.0, 1.0)[0] == (3.0, 0.0, 0.0)
    assert reverse(3.0, 1.0, [1.0, 1.0])[0] == ((3.0, 0.0),)
    assert reverse(3.0, 1.0, 1.0, 1.0, key=abs)[0] == (3.0, 0.0)


def test_math_has_no_function_without_a_rule():
    missing = [
        name
        for module in (math, cmath)
        for name, function in vars(module).items()
        if inspect.isbuiltin(function) and lookup(function) is None
    ]
    assert missing == []


@pytest.mark.parametrize("x", [0.01, 0.5, 1.0, 3.3, 20.0, 1e5, -0.5, -2.3, -7.7, -100.25])
def test_polygamma_agrees_with_scipy(x):
    special = pytest.importorskip("scipy.special")
    assert digamma(x) == pytest.approx(float(special.digamma(x)), rel=1e-13, abs=1e-14)
    for n in range(1, 6):
        if x > 0.0:  # SciPy's is for positive arguments
            assert polygamma(n, x) == pytest.approx(float(special.polygamma(n, x)), rel=1e-13)


def test_polygamma_of_negative_arguments_satisfies_the_recurrence():
    for n in range(5):
        for x in (-0.3, -1.5, -2.9, -4.25):
            step = (-1) ** n * math.factorial(n) / x ** (n + 1)
            assert polygamma(n, x + 1.0) == pytest.approx(
                polygamma(n, x) + step, rel=1e-12, abs=1e-12
            )


def test_polygamma_raises_at_its_poles():
    for x in (0.0, -3.0):
        with pytest.raises(ZeroDivisionError):
            polygamma(1, x)


def test_gamma_has_its_slope_on_every_branch():
    rng = np.random.default_rng(4)
    for function in (math.gamma, math.lgamma):
        call = next(iter(fitting_calls(lookup(function))))
        for x in (-2.5, -0.5, 0.1, 6.0):
            assert compare(replace(call, args=(x,)), rng)


def test_results_that_do_not_vary_have_no_derivative():
    for function in (round, int, len, isinstance, math.floor, operator.lt, operator.floordiv):
        assert lookup(function).form == "constant"
    assert not lookup(print).effects.pure


def test_every_rule_is_called_on_active_values():
    for rule in RULES:
        assert any(active(call) and evaluate(call) is not None for call in fitting_calls(rule)), (
            rule.name
        )


def test_abs_of_complex_values_through_the_compiler():
    x = np.array([0.3, -1.2])

    def modulus(x):
        return abs(x + 2j * x[::-1]).sum()

    expected = [
        x[i] / abs(x[i] + 2j * x[1 - i]) + 4 * x[i] / abs(x[1 - i] + 2j * x[i]) for i in (0, 1)
    ]
    np.testing.assert_allclose(sourcead.grad(modulus)(x), expected, rtol=1e-14)

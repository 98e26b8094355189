"""Rules of SciPy's functions, called directly: forward against reverse, both against differences."""

from __future__ import annotations

import importlib
import math
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("scipy")

from scipy import linalg, special

import sourcead
from sourcead.rules.registry import Rule, all_rules, lookup
from sourcead.runtime.scipy_asymptotic import kolmogorov_slope
from sourcead.runtime.scipy_gamma import zeta_in_x
from sourcead.runtime.scipy_incomplete import betainc_in_parameters, gammainc_in_a
from tests.rules.agreement import compare
from tests.rules.harness import Call, active, calls, evaluate, leaves, stated_in, with_values

MODULES = importlib.import_module("sourcead.rules.scipy").MODULES
for module in MODULES:
    importlib.import_module(f"scipy.{module}")
lookup(object())  # loads what is waiting


def family(rule: Rule) -> str:
    """The module of SciPy that its functions are from."""
    return stated_in(rule).removeprefix("sourcead.rules.scipy.").split(".")[0]


RULES = [
    rule
    for rule in all_rules()
    if stated_in(rule).startswith("sourcead.rules.scipy") and rule.functions
]
ITERATIVE = dict.fromkeys(
    ["newton", "fsolve", "fixed_point", "quad", "odeint", "cg", "minres", "gmres", "bicgstab"], 1e-5
)
SPECIAL = [rule for rule in RULES if family(rule) == "special"]


def identity(rule):
    return f"{family(rule)}-{rule.name}"


# Results and arguments that are objects: these rules are tested in programs.
IN_PROGRAMS = {
    "optimize": "test_scipy_functions_passed",
    "integrate": "test_scipy_functions_passed",
    "sparse_matrices": "test_scipy_sparse",
    "grids": "test_scipy_grids",
    "interpolants": "test_scipy_interpolants",
    "linear_programs": "test_scipy_linear_programs",
    "operators": "test_scipy_operators",
    "radial": "test_scipy_radial",
    "scattered": "test_scipy_scattered",
    "splines": "test_scipy_interpolants",
    "sparse_parts": "test_scipy_sparse_parts",
    "stats": "test_scipy_families",
}
WITH_CALLS = [
    rule for rule in RULES if rule.form == "elementwise" or any(True for _ in calls(rule))
]
DIRECT = [rule for rule in WITH_CALLS if rule.partials or rule.reverse]
FORMULAS = [rule for rule in WITH_CALLS if rule not in DIRECT]


def test_rules_without_samples_are_tested_in_programs():
    rest = [rule for rule in RULES if rule not in WITH_CALLS]
    for rule in rest:
        assert family(rule) in IN_PROGRAMS, rule.name


@pytest.mark.parametrize("rule", DIRECT, ids=identity)
def test_forward_reverse_and_differences_agree(rule):
    rng = np.random.default_rng(1)
    chosen = list(calls(rule))
    if family(rule) == "stats" and rule.form == "elementwise":
        chosen = chosen[::5]  # a call takes 0.1 ms; five and the number of variants are coprime
    rtol = ITERATIVE.get(rule.name, 1e-7)
    assert sum(compare(call, rng, rtol) for call in chosen) > 0


@pytest.mark.parametrize("rule", FORMULAS, ids=identity)
def test_a_formula_has_the_value_of_its_function(rule):
    """Its derivatives are those of the compiled code (`test_scipy_registry`)."""
    for call in calls(rule):
        found, value = rule.formula(*call.args, **call.kwargs), evaluate(call)
        for one, other in zip(leaves(found), leaves(value), strict=True):
            assert np.shape(one) == np.shape(other), call
            assert_close(one, other, call, BY_DIFFERENCES.get(rule.name, 1e-9))


BY_DIFFERENCES = {"curve_fit": 1e-6}  # SciPy's covariance follows from differences of the model


def assert_close(found, value, call, precision):
    size = np.max(np.abs(value), initial=0.0)
    rtol = 1e-6 if np.asarray(value).dtype in (np.float32, np.complex64) else precision
    np.testing.assert_allclose(found, value, rtol, atol=1e-12 * (size + 1e-3), err_msg=str(call))


# ---- special: complex arguments, points where formulas are 0 / 0, wide ranges -----------------

HOLOMORPHIC = [
    rule
    for rule in SPECIAL
    if rule.form == "elementwise" and rule.also.get("complex", 0) is not None
]


@pytest.mark.parametrize("rule", HOLOMORPHIC, ids=identity)
def test_partials_at_complex_arguments(rule):
    """A function that takes complex numbers has the right partial there."""
    rng = np.random.default_rng(3)
    rule = replace(rule, partials=rule.also.get("complex", rule.partials))
    for call in calls(rule):
        turned = {n: v + 1j * rng.uniform(0.1, 0.3, np.shape(v)) for n, v in active(call).items()}
        call = with_values(call, turned)
        try:
            evaluate(call)
        except (TypeError, ValueError):
            continue  # real arguments only
        compare(call, rng, rtol=1e-6)


SINGULAR_FORMS = [
    (special.rgamma, (0.0,), (1.0,)),
    (special.rgamma, (-1.0,), (-1.0,)),
    (special.rgamma, (-4.0,), (24.0,)),
    (special.xlogy, (0.0, 2.0), (np.log(2.0), 0.0)),
    (special.xlogy, (0.0, 0.0), (-np.inf, 0.0)),
    (special.xlog1py, (0.0, -1.0), (-np.inf, 0.0)),
    (special.rel_entr, (0.0, 2.0), (-np.inf, 0.0)),
    (special.kl_div, (0.0, 0.0), (-np.inf, 1.0)),
    (special.boxcox, (2.0, 0.0), (0.5, 0.5 * np.log(2.0) ** 2)),
    (special.boxcox, (0.0, 2.0), (0.0, 0.25)),
    (special.boxcox1p, (1.0, 0.0), (0.5, 0.5 * np.log(2.0) ** 2)),
    (special.inv_boxcox, (1.0, 0.0), (np.e, -0.5 * np.e)),
    (special.j1, (0.0,), (0.5,)),
    (special.i1, (0.0,), (0.5,)),
    (special.i1e, (0.0,), (0.5,)),
    (special.beip, (0.0,), (0.5,)),
    (special.spence, (1.0,), (-1.0,)),
    (special.exprel, (0.0,), (0.5,)),
    (special.ellipk, (0.0,), (np.pi / 8,)),
    (special.ellipe, (0.0,), (-np.pi / 8,)),
    (special.lambertw, (0.0,), (1.0,)),
    (special.log_ndtr, (-1e8,), (1e8,)),
    (special.dawsn, (1e5,), (-0.5e-10,)),
    (special.erfcx, (1e5,), (-1e-10 / np.sqrt(np.pi),)),
    (special.binom, (3.0, 0.0), (0.0, special.psi(4.0) - special.psi(1.0))),
    (special.gammainc, (2.0, 0.0), (0.0, 0.0)),
    (special.betainc, (2.0, 3.0, 0.0), (0.0, 0.0, 0.0)),
    (special.betainc, (2.0, 3.0, 1.0), (0.0, 0.0, 0.0)),
]


@pytest.mark.parametrize("function, args, expected", SINGULAR_FORMS)
def test_slopes_where_a_plain_formula_divides_zero_by_zero(function, args, expected):
    with np.errstate(all="ignore"):
        slopes = lookup(function).partials(function(*args), *args)
    slopes = slopes if isinstance(slopes, tuple) else (slopes,)
    np.testing.assert_allclose(slopes[: len(expected)], expected, rtol=2e-10, atol=1e-15)


@pytest.mark.parametrize("n", [0, 1, 2, 5])
def test_polynomials_have_a_slope_at_the_ends(n):
    for x in (-1.0, 1.0):
        slope = lookup(special.eval_legendre).partials(None, n, x)
        assert slope == pytest.approx(0.5 * n * (n + 1) * x ** (n + 1))
        assert lookup(special.eval_chebyt).partials(None, n, x) == pytest.approx(
            n * n * x ** (n + 1)
        )


def test_logsumexp_of_nothing_but_zeros_has_slope_zero():
    a = np.array([-np.inf, -np.inf])
    a_bar, _ = lookup(special.logsumexp).reverse(1.0, -np.inf, a)
    np.testing.assert_array_equal(a_bar, [0.0, 0.0])


def relative(found, expected):
    return abs(found - float(expected)) / (abs(float(expected)) + 1e-290)


@pytest.mark.parametrize("a", [0.01, 0.5, 1.0, 3.0, 30.0, 400.0])
def test_the_incomplete_gamma_function_in_a_wide_range(a):
    mpmath = pytest.importorskip("mpmath")
    with mpmath.workdps(40):
        for quotient in (0.01, 0.3, 0.9, 1.1, 2.0, 5.0):
            x = a * quotient
            exact = mpmath.diff(
                lambda s, x=x: mpmath.gammainc(s, 0, x, regularized=True),
                a,
                h=mpmath.mpf(10) ** -14,
            )
            if abs(exact) > 1e-250:
                assert relative(gammainc_in_a(a, x), exact) < 1e-9, (a, x)


@pytest.mark.parametrize(
    "a, b", [(0.1, 0.2), (0.5, 3.0), (2.0, 2.0), (40.0, 3.0), (3.0, 40.0), (200.0, 300.0)]
)
def test_the_incomplete_beta_function_in_a_wide_range(a, b):
    mpmath = pytest.importorskip("mpmath")
    h = mpmath.mpf(10) ** -14
    with mpmath.workdps(40):
        for x in (0.001, 0.1, 0.4, 0.5, 0.9, 0.999):
            in_a, in_b = betainc_in_parameters(a, b, x)
            exact_a = mpmath.diff(
                lambda s, x=x: mpmath.betainc(s, b, 0, x, regularized=True), a, h=h
            )
            exact_b = mpmath.diff(
                lambda s, x=x: mpmath.betainc(a, s, 0, x, regularized=True), b, h=h
            )
            if abs(exact_a) > 1e-250:
                assert relative(in_a, exact_a) < 1e-9, x
                assert relative(in_b, exact_b) < 1e-9, x


@pytest.mark.parametrize("s", [1.01, 1.5, 3.0, 12.0, 60.0])
def test_the_slope_of_the_zeta_function(s):
    mpmath = pytest.importorskip("mpmath")
    for q in (0.3, 1.0, 7.0):
        assert relative(zeta_in_x(s, q), mpmath.zeta(s, q, derivative=1)) < 1e-12


@pytest.mark.parametrize("x", [0.1, 0.3, 0.79, 0.81, 1.5, 3.0])
def test_the_slope_of_kolmogorovs_distribution(x):
    def value(x):
        return 1 - 2 * sum((-1) ** (k - 1) * math.exp(-2 * k * k * x * x) for k in range(1, 200))

    slope = kolmogorov_slope(x)
    assert slope == pytest.approx((value(x - 1e-6) - value(x + 1e-6)) / 2e-6, rel=1e-7, abs=1e-9)


# ---- linalg: points where formulas divide zero by zero ----------------------------------------


def test_the_determinant_has_a_slope_at_singular_matrices():
    reverse = lookup(linalg.det).reverse
    np.testing.assert_allclose(
        reverse(1.0, 0.0, np.diag([2.0, 3.0, 0.0])), np.diag([0.0, 0.0, 6.0])
    )
    np.testing.assert_allclose(reverse(1.0, 0.0, np.zeros((2, 2))), np.zeros((2, 2)))


def test_equal_singular_values_do_no_harm_to_their_sum():
    a = np.eye(3)
    u, s, vh = linalg.svd(a)
    a_bar = lookup(linalg.svd).reverse((None, np.ones(3), None), (u, s, vh), a)
    np.testing.assert_allclose(a_bar, np.eye(3), atol=1e-15)


def test_vectors_of_equal_eigenvalues_with_their_values_are_no_numbers():
    """f(A) = trace(G V exp(w) V.T) at A = 2 I: its derivative exp(2) G is not in the adjoints of w and V."""
    g = np.array([[1.0, 0.5, 0.2], [0.5, -1.0, 0.3], [0.2, 0.3, 2.0]])
    w, v = np.array([2.0, 2.0, 2.0]), np.eye(3)
    v_bar = 2.0 * g @ v * np.exp(w)
    w_bar = np.exp(w) * np.diag(v.T @ g @ v)
    a_bar, _ = lookup(linalg.eigh).reverse((w_bar, v_bar), (w, v), 2.0 * np.eye(3))
    assert np.isnan(a_bar).any()


def test_norms_have_slope_zero_at_zero():
    reverse = lookup(linalg.norm).reverse
    for ord in (None, 1, 2, 3, np.inf):
        np.testing.assert_array_equal(reverse(1.0, 0.0, np.zeros(3), ord), np.zeros(3))
    for ord in (None, "fro", 1, np.inf, 2):
        assert np.all(np.isfinite(reverse(1.0, 0.0, np.zeros((2, 2)), ord)))


@pytest.mark.parametrize("ord", [np.inf, -np.inf])
def test_ties_of_a_largest_entry_share_equally(ord):
    np.testing.assert_array_equal(
        lookup(linalg.norm).reverse(1.0, 2.0, np.array([2.0, -2.0]), ord), [0.5, -0.5]
    )


def test_triangles_that_are_not_read_get_no_adjoint():
    a, b = np.array([[4.0, 1.0], [9.0, 3.0]]), np.array([1.0, 2.0])
    x = linalg.solve(a, b, assume_a="pos")
    a_bar, _ = lookup(linalg.solve).reverse(np.ones(2), x, a, b, assume_a="pos")
    assert a_bar[1, 0] == 0.0 and a_bar[0, 1] != 0.0
    a_bar, _ = lookup(linalg.solve_triangular).reverse(np.ones(2), x, a, b, unit_diagonal=True)
    assert a_bar[1, 0] == a_bar[0, 0] == a_bar[1, 1] == 0.0 and a_bar[0, 1] != 0.0


def test_stacks_are_refused_where_a_rule_is_written_for_one_matrix():
    a = np.stack([np.eye(3)] * 3)
    with pytest.raises(NotImplementedError):
        lookup(linalg.solve).reverse(np.ones((3, 3)), np.ones((3, 3)), a, np.ones(3))
    with pytest.raises(NotImplementedError):
        lookup(linalg.qr).reverse((a, a), (a, a), a)


def test_stacks_of_matrices_where_rules_take_them():
    rng = np.random.default_rng(5)
    a = rng.normal(size=(2, 3, 3)) + 4.0 * np.eye(3)
    p = a @ np.swapaxes(a, -1, -2) + np.diag([0.0, 20.0, 40.0])
    for function, args in (
        (linalg.inv, (a,)),
        (linalg.det, (a,)),
        (linalg.solve, (a, rng.normal(size=(2, 3, 2)))),
        (linalg.cholesky, (p,)),
        (linalg.svdvals, (a,)),
        (linalg.eigh, (p,)),
        (linalg.pinv, (a[:, :2],)),
        (linalg.sinm, (0.1 * a,)),
        (linalg.sqrtm, (a,)),
        (linalg.solve_sylvester, (a, a, p)),
    ):
        try:
            function(*args)
        except ValueError:  # SciPy takes no stacks before 1.15
            continue
        assert compare(Call(lookup(function), function, args, {}), rng)


# ---- loading -------------------------------------------------------------------------------


def test_rules_import_nothing_of_scipy_until_it_is_used():
    program = (
        "import sys, sourcead.rules.scipy as rules; from sourcead.rules.registry import lookup\n"
        "lookup(object()); assert not [m for m in sys.modules if m.startswith('scipy')]\n"
        "from scipy import special; assert lookup(special.erf).form == 'elementwise'\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def log_sum(u):
    return np.logaddexp(u[0], u[1]) + special.logsumexp(u) + special.logsumexp(u, b=ONLY_THE_FIRST)


ONLY_THE_FIRST = np.array([1.0, 0.0])


@pytest.mark.parametrize("second", [1000.0, 1800.0])
def test_sums_of_exponentials_that_overflow(second):
    """A summand of weight zero has no part, were it ever so large."""
    share = 0.5 if second == 1000.0 else 0.0
    point = np.array([1000.0, second])
    expected = np.array([2.0 * share + 1.0, 2.0 * (1.0 - share)])
    np.testing.assert_allclose(sourcead.grad(log_sum)(point), expected, rtol=1e-12)
    _, out_dot = sourcead.jvp(log_sum, (point,), (np.array([1.0, 3.0]),))
    np.testing.assert_allclose(out_dot, expected @ [1.0, 3.0], rtol=1e-12)

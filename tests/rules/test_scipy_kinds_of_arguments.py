"""SciPy's elementwise rules on every kind of argument, and distributions at the ends of their supports and beyond.

Each rule is compiled for some of the kinds, the next rule for the next ones; `-m slow` takes all.
"""

from __future__ import annotations

import importlib
import inspect
from typing import Any

import numpy as np
import pytest

pytest.importorskip("scipy")

from scipy import stats

import sourcead
from sourcead.rules.registry import Rule, all_rules, lookup
from tests.rules.compiled import differentiable, first_order
from tests.rules.harness import Call, draw, stated_in

for _module in ("special", "stats"):
    importlib.import_module(f"scipy.{_module}")
lookup(object())  # loads what is waiting

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")

RULES = [
    rule
    for rule in all_rules()
    if stated_in(rule).startswith(("sourcead.rules.scipy.special", "sourcead.rules.scipy.stats"))
    if rule.form == "elementwise" and rule.functions
]

KINDS: dict[str, Any] = {
    "number": lambda drawn, i: drawn("scalar"),
    "NumPy's number": lambda drawn, i: np.float64(drawn("scalar")),
    "0-d": lambda drawn, i: drawn(()),
    "empty": lambda drawn, i: np.zeros((0, 2)),
    "strided": lambda drawn, i: drawn((4, 6))[::2, ::-3],
    "list": lambda drawn, i: [drawn("scalar"), drawn("scalar")],
    "stretched": lambda drawn, i: drawn((3, 1) if i % 2 else (2,)),
    "single": lambda drawn, i: np.asarray(drawn((3,)), np.float32),
    "mixed": lambda drawn, i: np.asarray(drawn((2,)), np.float32) if i else drawn("scalar"),
}


def called(rule: Rule, kind: str) -> Call:
    """A call of the rule's first function with required arguments of one kind."""
    rng = np.random.default_rng(3)
    parameters = [
        p
        for p in list(inspect.signature(rule.partials).parameters.values())[1:]
        if p.default is p.empty and p.kind is not p.KEYWORD_ONLY
    ]
    pair = isinstance(rule.domain, tuple) and not isinstance(rule.domain[0], (int, float))
    domains = rule.domain if pair else (rule.domain,)
    args: list[Any] = []
    for i, (parameter, domain) in enumerate(zip(parameters, domains)):
        if parameter.name not in rule.wrt:
            fixed = domain[:2][-1] if isinstance(domain, list) else draw(domain, "scalar", rng)
            args.append(fixed)
        else:
            args.append(KINDS[kind](lambda shape, d=domain: draw(d, shape, rng), i))
    return Call(rule, rule.functions[0], tuple(args), {})


def cases(step: int) -> list[Any]:
    return [
        pytest.param(rule, kind, id=f"{rule.name}-{kind}")
        for number, rule in enumerate(RULES)
        for k, kind in enumerate(KINDS)
        if (number + k) % step == 0
    ]


@pytest.mark.parametrize("rule, kind", cases(9))
def test_every_kind_of_argument(rule, kind):
    call = called(rule, kind)
    if differentiable(call):
        first_order(call)


@pytest.mark.slow
@pytest.mark.parametrize("rule, kind", cases(1))
def test_all_kinds_of_arguments(rule, kind):
    test_every_kind_of_argument(rule, kind)


# ---- the ends of supports ------------------------------------------------------------------------

SHAPES: dict[str, tuple[float, ...]] = {
    "norm": (), "t": (3.0,), "gamma": (2.5,), "beta": (2.0, 3.0), "chi2": (3.0,), "expon": (), "uniform": (),
    "laplace": (), "cauchy": (), "logistic": (), "lognorm": (0.8,), "pareto": (2.5,), "weibull_min": (1.7,),
    "gumbel_r": (), "halfnorm": (), "truncnorm": (-1.0, 1.5), "invgamma": (2.5,), "f": (3.0, 4.0),
}  # fmt: skip
METHODS = ("pdf", "logpdf", "cdf", "logcdf", "sf", "logsf")
COVERED = [
    (name, method)
    for name in SHAPES
    for method in METHODS
    if lookup(getattr(getattr(stats, name), method)) is not None
    if not method.endswith("pdf") or np.isfinite(getattr(stats, name).a)
]


@pytest.mark.parametrize("name, method", COVERED)
def test_beyond_the_ends_every_slope_is_zero(name, method):
    """Of likelihoods of intervals: `norm.cdf(np.inf, m, s) - norm.cdf(x, m, s)`."""
    distribution, shapes = getattr(stats, name), SHAPES[name]
    function = getattr(distribution, method)
    low, high = distribution.support(*shapes)
    points = np.array([-np.inf, low - 1.0, high + 1.0, np.inf])
    if method.endswith("pdf"):
        points = np.where(
            np.isinf(points), 2.0 * high - low if np.isfinite(high) else low - 2.0, points
        )

    parameters = (*shapes, 0.0, 1.0)
    program = WRITTEN[len(parameters)](function)
    _, pullback = sourcead.vjp(program, points, *parameters)
    for bar in pullback(np.ones(4))[1:]:
        np.testing.assert_array_equal(bar, 0.0)
    still = np.zeros(4)
    _, tangent = sourcead.jvp(program, (points, *parameters), (still, *[1.0] * len(parameters)))
    np.testing.assert_array_equal(tangent, still)


WRITTEN = {
    2: lambda f: lambda x, a, b: f(x, a, b),
    3: lambda f: lambda x, a, b, c: f(x, a, b, c),
    4: lambda f: lambda x, a, b, c, d: f(x, a, b, c, d),
}
EDGES = np.array([-np.inf, -1.0, 0.5, np.inf])


def of_intervals(m, s):
    return np.sum(np.log(np.diff(stats.norm.cdf(EDGES, m, s))))


def test_a_likelihood_of_intervals_that_are_open_to_one_side():
    point, step = (0.2, 1.3), 1e-5
    found = sourcead.grad(of_intervals, (0, 1))(*point)
    by_m = (of_intervals(0.2 + step, 1.3) - of_intervals(0.2 - step, 1.3)) / (2.0 * step)
    by_s = (of_intervals(0.2, 1.3 + step) - of_intervals(0.2, 1.3 - step)) / (2.0 * step)
    np.testing.assert_allclose(found, (by_m, by_s), rtol=1e-8)
    hessian = sourcead.hessian(of_intervals, (0, 1))(*point)
    ahead = sourcead.grad(of_intervals, (0, 1))(0.2, 1.3 + step)
    behind = sourcead.grad(of_intervals, (0, 1))(0.2, 1.3 - step)
    rate = (np.array(ahead) - np.array(behind)) / (2.0 * step)
    np.testing.assert_allclose(np.array(hessian)[:, 1], rate, rtol=1e-7)
    along = sourcead.grad(lambda s: sourcead.grad(of_intervals, 1)(0.2, s))
    np.testing.assert_allclose(along(1.3), rate[1], rtol=1e-7)


def test_a_keyword_that_the_rule_does_not_know_is_refused_by_its_name():
    def density(x):
        return np.sum(stats.multivariate_normal.logpdf(x, cov=np.eye(3), allow_singular=True))

    with pytest.raises(sourcead.NoRule, match="does not handle the keyword `allow_singular`"):
        sourcead.grad(density)(np.ones(3))

"""Distributions whose slopes are those of a formula at loc 0 and scale 1: all methods of each, in all parameters.

The points are quantiles inside, where neither a density nor a distribution function is near its ends.
"""

from __future__ import annotations

import inspect

import numpy as np
import pytest

pytest.importorskip("scipy")

from scipy import stats

import sourcead
from sourcead.rules.registry import lookup
from sourcead.rules.scipy.stats.families import FIXED, METHODS, UNSTATED
from tests.numeric import check

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")

DISTRIBUTIONS: dict[str, tuple[float, ...]] = {
    "alpha": (1.3,), "anglit": (), "arcsine": (), "argus": (1.2,), "betaprime": (2.0, 3.0), "bradford": (1.5,),
    "burr": (2.0, 1.5), "burr12": (2.0, 1.5), "chi": (3.0,), "cosine": (), "crystalball": (2.0, 3.0),
    "dgamma": (1.5,), "dweibull": (1.5,), "erlang": (2.0,), "exponnorm": (1.5,), "exponpow": (1.5,),
    "exponweib": (1.5, 2.0), "f": (3.0, 4.0), "fatiguelife": (1.2,), "fisk": (2.0,), "foldcauchy": (1.5,),
    "foldnorm": (1.5,), "genexpon": (1.0, 2.0, 1.5), "genextreme": (0.2,), "gengamma": (2.0, 1.5),
    "genhalflogistic": (0.5,), "genlogistic": (1.5,), "gennorm": (1.5,), "genpareto": (0.2,), "gibrat": (),
    "gompertz": (1.2,), "gumbel_l": (), "halfcauchy": (), "halfgennorm": (1.5,), "halflogistic": (),
    "halfnorm": (), "hypsecant": (), "invgamma": (2.5,), "invgauss": (1.5,), "invweibull": (1.5,),
    "jf_skew_t": (2.0, 3.0), "johnsonsb": (1.0, 2.0), "johnsonsu": (1.0, 2.0), "kappa3": (1.5,),
    "laplace_asymmetric": (1.5,), "levy": (), "levy_l": (), "loggamma": (1.5,), "loglaplace": (1.5,),
    "loguniform": (0.5, 3.0), "lomax": (2.0,), "maxwell": (), "mielke": (2.0, 3.0), "moyal": (), "nakagami": (1.5,),
    "powerlaw": (1.5,), "powerlognorm": (1.5, 0.8), "powernorm": (1.5,), "rayleigh": (), "rdist": (2.5,),
    "recipinvgauss": (1.2,), "rice": (1.5,), "semicircular": (), "skewcauchy": (0.3,), "skewnorm": (1.5,),
    "trapezoid": (0.3, 0.7), "triang": (0.4,), "truncexpon": (2.0,), "truncnorm": (-1.0, 2.0),
    "truncpareto": (2.0, 5.0), "truncweibull_min": (1.5, 0.5, 3.0), "wald": (), "weibull_max": (1.5,),
    "wrapcauchy": (0.3,),
}  # fmt: skip
IN_SOME_PARAMETERS: dict[str, tuple[float, ...]] = {
    "dpareto_lognorm": (0.3, 1.0, 2.0, 3.0), "gausshyper": (1.5, 2.0, 1.0, 0.5), "genhyperbolic": (0.5, 1.5, 0.5),
    "geninvgauss": (1.5, 2.0), "kappa4": (0.1, 0.2), "kstwobign": (), "landau": (), "ncf": (3.0, 4.0, 1.0),
    "nct": (4.0, 0.5), "ncx2": (3.0, 1.0), "norminvgauss": (2.0, 0.5), "pearson3": (0.5,),
    "rel_breitwigner": (1.5,), "tukeylambda": (0.3,), "vonmises": (1.5,), "vonmises_line": (1.5,),
}  # fmt: skip
"""Those of which not every slope is known: in x, loc and scale."""

COUNTS: dict[str, tuple[float, ...]] = {
    "bernoulli": (0.3,), "betabinom": (5, 1.5, 2.0), "betanbinom": (5, 4.0, 2.0), "binom": (5, 0.4),
    "boltzmann": (0.7, 6), "dlaplace": (0.8,), "geom": (0.4,), "logser": (0.6,), "nbinom": (3.5, 0.4),
    "planck": (0.5,), "poisson": (2.3,), "skellam": (2.0, 1.5), "yulesimon": (2.5,), "zipf": (2.5,),
}  # fmt: skip

LOWER = np.array([0.25, 0.7])


def points(name: str) -> np.ndarray:
    """Two, at loc 0.1 and scale 1.2."""
    shapes = {**DISTRIBUTIONS, **IN_SOME_PARAMETERS}[name]
    return getattr(stats, name).ppf(LOWER, *shapes) * 1.2 + 0.1


def all_of(name: str):
    """Sums of all methods: as functions of points, and of shapes, loc and scale."""
    d = getattr(stats, name)

    def of_points(x, p):
        weighted = 0.3 * d.logcdf(x, *p) + 0.2 * d.logsf(x, *p) - d.cdf(x, *p) + 0.5 * d.sf(x, *p)
        return np.sum(d.logpdf(x, *p) + 2.0 * d.pdf(x, *p) + weighted)

    def quantiles(q, p):
        return np.sum(d.ppf(q, *p) + 0.5 * d.isf(q, *p) ** 2)

    return of_points, quantiles


def twice(f, x, p):
    """The Hessian along a direction, against the differences of gradients."""
    gradient = sourcead.grad(f, (0, 1))
    x_dot, p_dot = 0.3 + 0.0 * x, tuple(0.4 + 0.1 * i for i in range(len(p)))

    def at(step):
        x_bar, p_bar = gradient(x + step * x_dot, tuple(a + step * b for a, b in zip(p, p_dot)))
        return np.append(x_bar, p_bar)

    x_bar, p_bar = sourcead.hvp(f, (0, 1))(x, p, (x_dot, p_dot))
    around = (at(1e-5) - at(-1e-5)) / 2e-5
    np.testing.assert_allclose(np.append(x_bar, p_bar), around, rtol=1e-5, atol=1e-6)


MOST_USED = ("invgamma", "skewnorm", "truncnorm")


@pytest.mark.parametrize(
    "name",
    [pytest.param(n, marks=() if n in MOST_USED else pytest.mark.slow) for n in DISTRIBUTIONS],
)
def test_every_method_in_every_parameter(name):
    shapes = DISTRIBUTIONS[name]
    of_points, quantiles = all_of(name)
    check(of_points, points(name), (*shapes, 0.1, 1.2), directions=1)
    check(quantiles, LOWER + 0.05, (*shapes, 0.1, 1.2), directions=1)
    twice(of_points, points(name), (*shapes, 0.1, 1.2))
    twice(quantiles, LOWER + 0.05, (*shapes, 0.1, 1.2))


def known(name: str, method: str) -> bool:
    return method not in UNSTATED.get(name, ())


@pytest.mark.parametrize(
    "name, method",
    [
        pytest.param(name, method, marks=() if (i + j) % 5 == 0 else pytest.mark.slow)
        for i, name in enumerate(IN_SOME_PARAMETERS)
        for j, method in enumerate(METHODS)
    ],
)
def test_what_is_known_of_other_families(name, method):
    distribution, shapes = getattr(stats, name), IN_SOME_PARAMETERS[name]
    function = getattr(distribution, method)
    at = LOWER if method in ("ppf", "isf") else points(name)

    def of_points(x, loc, scale):
        return np.sum(function(x, *shapes, loc, scale))

    gradient = sourcead.grad(of_points, (0, 1, 2))
    if not known(name, method):
        with pytest.raises(sourcead.NoRule, match=f"stats.{name}.{method}` has no derivative rule"):
            gradient(at, 0.1, 1.2)
        return
    check(of_points, at, 0.1, 1.2, directions=1)


@pytest.mark.parametrize("name", FIXED)
def test_a_shape_without_slope_is_refused_by_its_name(name):
    shapes = IN_SOME_PARAMETERS[name]
    density = getattr(stats, name).logpdf
    with pytest.raises(sourcead.NoRule, match=f"`{name}_logpdf` has no derivative in its argument"):
        sourcead.grad(lambda p: density(0.5, p, *shapes[1:]))(shapes[0])


@pytest.mark.parametrize("name", COUNTS)
def test_counts(name):
    d, given = getattr(stats, name), COUNTS[name]
    varied = tuple(value for value in given if isinstance(value, float))
    whole = given[: len(given) - len(varied)] if isinstance(given[0], int) else ()
    after = () if whole else given[len(varied) :]
    methods = [m for m in ("pmf", "logpmf", "cdf", "sf") if lookup(getattr(d, m)).form != "refused"]
    k = np.array([1.0, 2.0, 3.0] if name != "bernoulli" else [1.0])
    for method in methods:
        function = getattr(d, method)
        check(lambda *p, f=function: np.sum(f(k, *whole, *p, *after)), *varied)


def test_quantiles_of_counts_do_not_vary():
    assert sourcead.grad(lambda mu: stats.poisson.ppf(0.4, mu) * mu)(3.0) == stats.poisson.ppf(
        0.4, 3.0
    )


# ---- where formulas take short cuts ----------------------------------------------------------------------

AT_LIMITS = {
    "genextreme": (0.0, 1.3), "genpareto": (0.0, 1.3), "skewnorm": (0.0, 0.7),
}  # fmt: skip


@pytest.mark.parametrize("name", AT_LIMITS)
def test_the_slope_in_a_shape_is_there_at_its_limit(name):
    shape, x = AT_LIMITS[name]
    for method in ("logpdf", "pdf", "cdf", "sf", "logsf"):
        function = getattr(getattr(stats, name), method)
        slope = sourcead.grad(lambda c, f=function: f(x, c))(shape)
        around = (function(x, shape + 1e-4) - function(x, shape - 1e-4)) / 2e-4
        assert slope == pytest.approx(around, rel=1e-6)


def test_truncated_far_out():
    """Beyond 9, where the distribution function is 1 in double precision."""

    def log_likelihood(x, a, loc):
        return np.sum(stats.truncnorm.logpdf(x, a, 12.0, loc, 1.0))

    x = np.array([9.1, 9.4, 11.0])
    in_a, in_loc = sourcead.grad(log_likelihood, (1, 2))(x, 9.0, -0.05)
    np.testing.assert_allclose(in_loc, np.sum(x + 0.05), rtol=1e-12)
    steps = [log_likelihood(x, 9.0 + step, -0.05) for step in (1e-5, -1e-5)]
    np.testing.assert_allclose(in_a, (steps[0] - steps[1]) / 2e-5, rtol=1e-7)


# ---- beyond the ends ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name, method",
    [
        pytest.param(name, method, marks=() if (i + j) % 6 == 0 else pytest.mark.slow)
        for i, name in enumerate(DISTRIBUTIONS)
        for j, method in enumerate(("pdf", "cdf", "sf"))
    ],
)
def test_beyond_the_ends_every_slope_is_zero(name, method):
    distribution, shapes = getattr(stats, name), DISTRIBUTIONS[name]
    low, high = distribution.support(*shapes)
    function = getattr(distribution, method)
    if np.isinf(low) and np.isinf(high):
        return
    x = np.array([e for e in (low - 1.0, high + 1.0) if np.isfinite(e)])

    def of_points(x, loc, scale):
        return np.sum(function(x, *shapes, loc, scale))

    for bar in sourcead.grad(of_points, (0, 1, 2))(x, 0.0, 1.0):
        np.testing.assert_array_equal(bar, 0.0)


def test_quantiles_at_zero_and_one_move_with_finite_ends():
    def ends(loc, scale):
        return stats.rayleigh.ppf(np.array([0.0, 0.5]), loc, scale)

    _, moved = sourcead.jvp(ends, (0.5, 2.0), (1.0, 1.0))
    assert moved[0] == 1.0
    assert moved[1] == pytest.approx(1.0 + stats.rayleigh.ppf(0.5))


def test_an_infinite_end_does_not_move():
    def ends(loc, scale):
        return stats.norm.ppf(np.array([0.0, 0.5, 1.0]), loc, scale)

    _, moved = sourcead.jvp(ends, (0.5, 2.0), (1.0, 1.0))
    np.testing.assert_array_equal(moved, [0.0, 1.0, 0.0])


def test_keywords_and_bound_parameters():
    def log_likelihood(x, k, s):
        bound = stats.genpareto(c=k, scale=s)
        return np.sum(stats.genpareto.logpdf(x, c=k, loc=0.1, scale=s) + bound.logsf(x))

    check(log_likelihood, np.array([0.5, 1.7]), 0.3, 1.4)


def test_every_family_is_here():
    names = {n for n in dir(stats) if isinstance(getattr(stats, n), stats.rv_continuous)}
    by_rules = {
        name for name in names
        if all(not _stated_here(getattr(getattr(stats, name), method)) for method in METHODS)
    }  # fmt: skip
    rare = {"irwinhall", "ksone", "kstwo", "levy_stable", "reciprocal", "studentized_range"}
    assert names - by_rules - rare == {*DISTRIBUTIONS, *IN_SOME_PARAMETERS}


def _stated_here(function) -> bool:
    rule = lookup(function)
    assert rule is not None
    stated = rule.formula or rule.partials
    return rule.form == "refused" or (stated is not None and stated.__module__.endswith("families"))


def test_the_text_of_a_formula_is_found():
    text = inspect.getsource(lookup(stats.gompertz.logpdf).formula)
    assert "distribution._logpdf(*rows)" in text

# mypy: allow-untyped-defs, allow-untyped-calls
"""`scipy.stats`: statistics of samples that compare, correlate or fit them, as formulas.

Each is a few lines in NumPy and the special functions of its p-value; the derivatives are those of the
lines.  A p-value has a kink where its statistic changes sign: the slope is taken as 0 there.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
from scipy import special, stats

from sourcead.ir.kinds import Array, Np, Py, Tuple, Unknown
from sourcead.ir.nodes import Const
from sourcead.rules.forms import constant, formula, helper, leaving_out, refused
from sourcead.rules.numpy.samples import call

# ---- kinds -------------------------------------------------------------------------------------


def _without(a: Any, axis: Any) -> Any:
    """The kind of a statistic along an axis."""
    axis = axis.value if isinstance(axis, Const) else axis
    if not isinstance(a, Array) or not (axis is None or isinstance(axis, int)):
        return Unknown()
    dims = () if axis is None else tuple(d for i, d in enumerate(a.dims) if i != axis % len(a.dims))
    return Array("float64", dims) if dims else Np("float64")


def several(count, cls, axis=0):
    """A named tuple of statistics of the first argument."""

    def kind(a, *args, **options):
        one = _without(a, options.get("axis", axis))
        return Unknown() if isinstance(one, Unknown) else Tuple((one,) * count, cls)

    return kind


def single(axis=0, position=None):
    """One statistic of the first argument; `position`: where the axis may stand without its name."""

    def kind(a, *args, **options):
        placed = position is not None and len(args) >= position
        return _without(a, args[position - 1] if placed else options.get("axis", axis))

    return kind


# ---- parts -------------------------------------------------------------------------------------


def _centred(a, axis):
    return a - np.mean(a, axis=axis, keepdims=True)


def _count(a, axis):
    return np.size(a) if axis is None else np.shape(a)[axis]


@helper
def tail_of_t(t, df, alternative):
    """The p-value of a t statistic."""
    if alternative == "less":
        return special.stdtr(df, t)
    if alternative == "greater":
        return special.stdtr(df, -t)
    return 2.0 * special.stdtr(df, -np.abs(t))


@helper
def tail_of_correlation(r, half, alternative):
    """The p-value of a correlation: (1 + r) / 2 has a beta distribution."""
    if alternative == "less":
        return special.betainc(half, half, 0.5 * (1.0 + r))
    if alternative == "greater":
        return special.betainc(half, half, 0.5 * (1.0 - r))
    return 2.0 * special.betainc(half, half, 0.5 * (1.0 - np.abs(r)))


# ---- two samples of the same size: correlation and line ------------------------------------------


def _pairs(rng):
    x, y = rng.normal(size=7), rng.normal(size=7)
    table, other = rng.normal(size=(6, 2)), rng.normal(size=(6, 2))
    calls = [call(x, y), call(x, y, alternative="less"), call(x, y, alternative="greater")]
    return [*calls, call(table, other, axis=0), call(table.T.copy(), other.T.copy(), axis=-1)]


@formula(
    stats.pearsonr, samples=_pairs, kind=several(2, type(stats.pearsonr(np.arange(3.0), np.ones(3) + np.eye(3)[0])))
)  # fmt: skip
def pearsonr(x, y, *, alternative="two-sided", axis=0):
    dx, dy = _centred(x, axis), _centred(y, axis)
    lengths = np.sqrt(np.sum(dx * dx, axis=axis) * np.sum(dy * dy, axis=axis))
    r = np.sum(dx * dy, axis=axis) / lengths
    return r, tail_of_correlation(r, 0.5 * np.shape(x)[axis] - 1.0, alternative)


def _lines(rng):
    x, y = rng.normal(size=7), rng.normal(size=7)
    return [call(x, y), call(x, y, "less"), call(x, y, "greater"), call(np.arange(7.0), y)]


def line_kind(x, y, alternative=None):
    both = isinstance(x, Array) and isinstance(y, Array) and len(x.dims) == len(y.dims) == 1
    return Tuple((Np("float64"),) * 5, _LINE) if both else Unknown()


_LINE = type(stats.linregress(np.arange(3.0), np.array([1.0, 2.0, 4.0])))


@formula(stats.linregress, samples=_lines, kind=line_kind)
def linregress(x, y, alternative="two-sided"):
    """Slope, intercept, correlation, p-value, and standard error of the slope: 0 on a line, without slope.

    Two points are a line.  `intercept_stderr` is no item of the result, and not differentiated.
    """
    dx, dy = _one_dimensional(_centred(x, 0)), _centred(y, 0)
    df = len(x) - 2
    squares = np.sum(dx * dx)
    slope = np.sum(dx * dy) / squares
    r = np.sum(dx * dy) / np.sqrt(squares * np.sum(dy * dy))
    t = r * np.sqrt(df / ((1.0 - r + 1e-20) * (1.0 + r + 1e-20)))
    error = np.linalg.norm(dy - slope * dx) / np.sqrt(squares * df)
    return slope, np.mean(y) - slope * np.mean(x), r, tail_of_t(t, df, alternative), error


@helper
def _one_dimensional(x):
    if np.ndim(x) != 1 or len(x) < 3:
        raise NotImplementedError(
            "derivatives of linregress: one-dimensional, three points or more"
        )
    return x


# ---- tests of means ------------------------------------------------------------------------------


def _two_samples(rng):
    a, b = rng.normal(size=6), 0.5 + rng.normal(size=8)
    table, other = rng.normal(size=(5, 2)), 0.5 + rng.normal(size=(6, 2))
    calls = [call(a, b), call(a, b, alternative="less"), call(a, b, alternative="greater")]
    return [*calls, call(a, b, equal_var=False), call(table, other), call(table, other.T[:, :5].T, axis=1)]  # fmt: skip


_T = type(stats.ttest_1samp(np.arange(3.0), 0.5))


@formula(stats.ttest_ind, samples=_two_samples, kind=several(2, _T))
def ttest_ind(a, b, *, axis=0, equal_var=True, alternative="two-sided"):
    """Of two samples, with one variance or each its own (Welch); the statistic and its p-value."""
    n1, n2 = _count(a, axis), _count(b, axis)
    v1, v2 = np.var(a, axis=axis, ddof=1), np.var(b, axis=axis, ddof=1)
    if equal_var:
        df = n1 + n2 - 2.0
        error = ((n1 - 1.0) * v1 + (n2 - 1.0) * v2) / df * (1.0 / n1 + 1.0 / n2)
    else:
        error = v1 / n1 + v2 / n2
        df = error**2 / ((v1 / n1) ** 2 / (n1 - 1.0) + (v2 / n2) ** 2 / (n2 - 1.0))
    t = (np.mean(a, axis=axis) - np.mean(b, axis=axis)) / np.sqrt(error)
    return t, tail_of_t(t, df, alternative)


def _one_sample(rng):
    a, table = 0.3 + rng.normal(size=6), rng.normal(size=(5, 2))
    calls = [call(a, 0.2), call(a, 0.2, alternative="less"), call(a, 0.2, alternative="greater")]
    return [*calls, call(table, 0.1), call(table, 0.1, axis=1)]


@formula(stats.ttest_1samp, samples=_one_sample, kind=several(2, _T))
def ttest_1samp(a, popmean, axis=0, *, alternative="two-sided"):
    n = _count(a, axis)
    difference = np.mean(a, axis=axis) - popmean
    t = difference / np.sqrt(np.var(a, axis=axis, ddof=1) / n)
    return t, tail_of_t(t, n - 1.0, alternative)


def _paired(rng):
    a, b = rng.normal(size=6), 0.5 + rng.normal(size=6)
    calls = [call(a, b), call(a, b, alternative="less"), call(a, b, alternative="greater")]
    return [*calls, call(rng.normal(size=(2, 5)), rng.normal(size=(2, 5)), axis=1)]


@formula(stats.ttest_rel, samples=_paired, kind=several(2, _T))
def ttest_rel(a, b, axis=0, *, alternative="two-sided"):
    return ttest_1samp(a - b, 0.0, axis, alternative=alternative)


# ---- one sample: spread and moments ----------------------------------------------------------------


def _tables(*args, **kwargs):
    def samples(rng):
        a = rng.uniform(0.5, 2.0, (5, 4))
        return [call(a, *args, **kwargs), call(a[:, 0].copy(), *args, **kwargs),
                call(a, *args, axis=1, **kwargs), call(a, *args, axis=None, **kwargs)]  # fmt: skip

    return samples


def _with(*variants):
    return lambda rng: [c for v in variants for c in v(rng)]


@formula(stats.variation, kind=single(position=1), samples=_with(_tables(), _tables(ddof=1)))
def variation(a, axis=0, *, ddof=0):
    """Standard deviation over mean."""
    return np.std(a, axis=axis, ddof=ddof) / np.mean(a, axis=axis)


@formula(
    stats.moment, kind=single(position=2), samples=_with(_tables(), _tables(3), _tables(2, center=0.4))
)  # fmt: skip
def moment(a, order=1, axis=0, *, center=None):
    """A moment about the mean, or about a given point."""
    if not isinstance(order, (int, float)):
        raise NotImplementedError("`moment` of several orders at once: one call for each order")
    if center is None:
        return np.mean(_centred(a, axis) ** order, axis=axis)
    return np.mean((a - center) ** order, axis=axis)


@formula(
    stats.trim_mean, wrt=("a",), kind=single(position=2), samples=_with(_tables(0.2), _tables(0.0))
)
def trim_mean(a, proportiontocut, axis=0):
    """The mean of what is left when the smallest and the largest values are cut off."""
    values = (
        np.moveaxis(np.sort(a, axis=axis), axis, 0) if axis is not None else np.sort(np.ravel(a))
    )
    cut = int(proportiontocut * len(values))
    return np.mean(values[cut : len(values) - cut], axis=0)


_ranges = _with(
    _tables(), _tables(rng=(10, 80)), _tables(scale=2.0), _tables(interpolation="lower")
)


@formula(stats.iqr, wrt=("x", "scale"), kind=single(None, position=1), samples=_ranges)
def iqr(x, axis=None, rng=(25, 75), scale=1.0, *, interpolation="linear"):
    """The distance of two percentiles."""
    low = np.percentile(x, rng[0], axis=axis, method=interpolation)
    high = np.percentile(x, rng[1], axis=axis, method=interpolation)
    if isinstance(scale, str):
        return (high - low) / (2.0 * math.sqrt(2.0) * special.erfinv(0.5))
    return (high - low) / scale


@formula(
    stats.median_abs_deviation, kind=single(position=1), samples=_with(_tables(), _tables(scale=1.5))
)  # fmt: skip
def median_abs_deviation(x, axis=0, *, scale=1.0):
    """The median of the distances from the median."""
    middle = np.median(x, axis=axis, keepdims=True)
    found = np.median(np.abs(x - middle), axis=axis)
    return found / 0.6744897501960817 if isinstance(scale, str) else found / scale


@formula(
    stats.zmap,
    samples=lambda rng: [
        call(rng.normal(size=4), rng.normal(size=6)),
        call(rng.normal(size=(4, 2)), rng.normal(size=(6, 2)), ddof=1),
        call(rng.normal(size=(2, 4)), rng.normal(size=(2, 6)), axis=1),
    ],
    kind=lambda scores, compare, *rest, **options: (
        Array("float64", scores.dims) if isinstance(scores, Array) else Unknown()
    ),
)
def zmap(scores, compare, axis=0, ddof=0):
    """How many standard deviations of one sample the values of another are from its mean."""
    spread = np.std(compare, axis=axis, ddof=ddof, keepdims=True)
    return (scores - np.mean(compare, axis=axis, keepdims=True)) / spread


@formula(
    stats.pmean, wrt=("a",), kind=single(position=2), samples=_with(_tables(2.0), _tables(-1.5), _tables(0.0))
)  # fmt: skip
def pmean(a, p, axis=0):
    """The mean of powers; of order 0 the geometric one."""
    if p == 0:
        return np.exp(np.mean(np.log(a), axis=axis))
    return np.mean(a**p, axis=axis) ** (1.0 / p)


@formula(
    stats.tmean,
    wrt=("a",),
    kind=single(None, position=3),
    samples=_with(_tables(), _tables((0.8, 1.9)), _tables((None, 1.9))),
)
def tmean(a, limits=None, inclusive=(True, True), axis=None):
    """The mean of the values within the limits."""
    if limits is None:
        return np.mean(a, axis=axis)
    inside = np.ones(np.shape(a), dtype=bool)
    if limits[0] is not None:
        inside = inside & (a >= limits[0] if inclusive[0] else a > limits[0])
    if limits[1] is not None:
        inside = inside & (a <= limits[1] if inclusive[1] else a < limits[1])
    return np.sum(np.where(inside, a, 0.0), axis=axis) / np.sum(inside, axis=axis)


_DESCRIBED = stats.describe([0.0, 1.0, 3.0])
_COUNT = type(_DESCRIBED.nobs)  # int in older releases


def _described(a, axis=0, *rest, **options):
    one = _without(a, axis)
    if isinstance(one, Unknown):
        return one
    one = replace(one, dtype=a.dtype if a.dtype == "float32" else "float64")
    count = Py(int) if _COUNT is int else Np("int64")
    return Tuple((count, Tuple((one, one)), one, one, one, one), type(_DESCRIBED))


@formula(
    stats.describe,
    wrt=("a",),
    kind=_described,
    samples=_with(_tables(), _tables(ddof=0), _tables(bias=False)),
)
def describe(a, axis=0, ddof=1, bias=True):
    """Count, extrema, mean, variance, skewness, kurtosis."""
    extrema = np.min(a, axis=axis), np.max(a, axis=axis)
    mean, variance = np.mean(a, axis=axis), np.var(a, axis=axis, ddof=ddof)
    skewness, kurtosis = stats.skew(a, axis, bias=bias), stats.kurtosis(a, axis, bias=bias)
    return _COUNT(_count(a, axis)), extrema, mean, variance, skewness, kurtosis


# ---- transformations to a normal distribution ------------------------------------------------------


def _of_transformed(lmb, data, **options):
    return _without(data, 0)


def _transformed(rng):
    a = rng.uniform(0.5, 2.0, (6, 2))
    return [call(0.4, a[:, 0].copy()), call(-0.7, a)]


@formula(stats.boxcox_llf, kind=_of_transformed, samples=_transformed)
def boxcox_llf(lmb, data):
    """The logarithm of the likelihood of `lmb`, with mean and variance that fit best."""
    spread = np.log(np.var(special.boxcox(data, lmb), axis=0))
    return (lmb - 1.0) * np.sum(np.log(data), axis=0) - 0.5 * np.shape(data)[0] * spread


@formula(
    stats.yeojohnson_llf,
    kind=_of_transformed,
    samples=lambda rng: [call(0.4, rng.normal(size=6)), call(1.7, rng.normal(size=6))],
)
def yeojohnson_llf(lmb, data):
    size = np.abs(data)
    moved = np.where(data >= 0.0, special.boxcox1p(size, lmb), -special.boxcox1p(size, 2.0 - lmb))
    slope = np.sum(np.sign(data) * np.log1p(size), axis=0)
    return (lmb - 1.0) * slope - 0.5 * np.shape(data)[0] * np.log(np.var(moved, axis=0))


# ---- ranks: piecewise constant ---------------------------------------------------------------------


def by_rank(cls):
    """A statistic and its p-value, of two samples that are vectors."""

    def kind(x, y=None, *rest, **options):
        both = all(isinstance(k, Array) and len(k.dims) == 1 for k in (x, y))
        return Tuple((Np("float64"), Np("float64")), cls) if both else Unknown()

    return kind


_RANKS = type(stats.spearmanr(np.arange(3.0), np.array([1.0, 3.0, 2.0])))

constant(stats.rankdata)
for _function in (stats.spearmanr, stats.kendalltau):
    constant(_function, kind=by_rank(_RANKS))
constant(stats.mannwhitneyu, stats.wilcoxon, stats.ranksums, stats.kruskal, stats.friedmanchisquare)
constant(stats.ks_2samp, stats.mood, stats.ansari, stats.brunnermunzel, stats.somersd)


leaving_out(stats.trim_mean, stats.iqr, stats.median_abs_deviation)

# ---- refused ---------------------------------------------------------------------------------------

refused(stats.theilslopes, stats.siegelslopes, way_out="np.median of the slopes of all pairs")
refused(
    stats.tvar, stats.tstd, stats.tsem, stats.kstat, stats.kstatvar, stats.gstd, stats.differential_entropy,
    way_out="compute it from np.mean and np.var of the sample",
)  # fmt: skip
refused(
    stats.f_oneway, stats.bartlett, stats.levene, stats.fligner, stats.shapiro, stats.jarque_bera,
    way_out="compute the statistic from np.mean and np.var of the samples",
)  # fmt: skip

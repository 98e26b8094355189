# mypy: allow-untyped-defs, allow-untyped-calls
"""`scipy.stats`: the families whose slopes are those of a formula at loc 0 and scale 1.

SciPy states a distribution by `_logpdf`, `_cdf`, `_ppf`, ... in Python, of points inside of the support; or
a formula here does (`stated`).  What loc and scale do, and what is outside of the support, is the same for all:

    def gompertz_logpdf(x, c, loc=0, scale=1):
        at = (x - loc) / scale
        inside = in_support(gompertz, at, c)
        rows = side_by_side(np.where(inside, at, inner_point(gompertz, inside, c)), c)
        value = np.reshape(gompertz._logpdf(*rows), np.shape(inside))
        return np.where(inside, value, -np.inf) - np.log(scale)

A quantile without formula moves as the root of `cdf(z) = q`; a distribution function without formula has the
density as its slope, and none is known in its shapes.
"""

from __future__ import annotations

import linecache
from typing import Any

import numpy as np
from scipy import stats

from sourcead.rules.forms import (
    constant,
    elementwise,
    formula,
    forward_rule,
    of_real_numbers,
    reverse_rule,
)
from sourcead.rules.registry import Programs, Rule, on_demand, register
from sourcead.rules.scipy.kinds import started_at
from sourcead.rules.scipy.stats.stated import STATED
from sourcead.runtime import scipy_families
from sourcead.runtime.quotients import ratio
from sourcead.runtime.scipy_implicit import root_adjoint, root_tangent

__all__ = ["BY_DENSITY", "BY_ROOT", "METHODS"]

TESTS = Programs("rules/test_scipy_families.py", "DISTRIBUTIONS")
METHODS = ("pdf", "logpdf", "cdf", "logcdf", "sf", "logsf", "ppf", "isf")

METHODS_OF_COUNTS = ("pmf", "logpmf", *METHODS[2:])

constant(
    scipy_families.in_support,
    scipy_families.strictly_in_support,
    scipy_families.is_count,
    scipy_families.between_counts,
    scipy_families.inner_point,
    scipy_families.end_of_support,
    scipy_families.standard_quantile,
)  # fmt: skip


# ---- quantiles as roots --------------------------------------------------------------------------------


def _at_root(kinds):
    return (started_at(None, kinds["root"]),)


@reverse_rule(
    scipy_families.held_root,
    wrt=("root", "args"),
    samples=TESTS,
    kind=lambda equation, root, args: root,
    calls={"equation": _at_root},
)
def held_root(y_bar, y, equation, root, args, *, equation_forward, equation_reverse):
    return None, root_adjoint(y_bar, y, equation_forward, equation_reverse, args)


@forward_rule(scipy_families.held_root)
def held_root_tangent(y, equation, root, args, *, root_dot, args_dot, equation_tangent):
    if args_dot is None:
        return np.zeros_like(y)
    return root_tangent(y, equation_tangent, args, args_dot)


# ---- what is the same for all --------------------------------------------------------------------------

OF_POINTS = """
def {label}(x, {given}loc=0, scale=1):
    at = (x - loc) / scale
    inside = {mask}(distribution, at{shapes})
    rows = side_by_side(np.where(inside, at, inner_point(distribution, inside{shapes})){shapes})
    with np.errstate(all="ignore"):
        value = np.reshape({function}(*rows), np.shape(inside))
    return {returned}
"""
SATURATING = "np.where(inside & (value > 0.0) & (value < 1.0), value, 0.0)"
OUTSIDE = {
    "pdf": "np.where(inside, value, 0.0) / scale",
    "logpdf": "np.where(inside, value, -np.inf) - np.log(scale)",
    "cdf": SATURATING,
    "sf": SATURATING,
}

OF_QUANTILES = """
def {label}(q, {given}loc=0, scale=1):
    inside = (q > 0.0) & (q < 1.0)
    rows = side_by_side(np.where(inside, q, 0.5){shapes})
    with np.errstate(all="ignore"):
        value = {value}
    end = end_of_support(distribution, q {side} 0.5{shapes})
    return np.where(inside, np.reshape(value, np.shape(end)), end) * scale + loc
"""
AS_ROOT = """
def {label}_equation(at, q{shapes}):
    return distribution.{inverse}(at{shapes}) - q
"""
ROOT = (
    'held_root({label}_equation, standard_quantile(distribution, "{method}", *rows), tuple(rows))'
)
SIDE = {"ppf": "<", "isf": ">"}
INVERSE = {"ppf": "cdf", "isf": "sf"}

BY_SLOPE = """
def {label}(y, x, {given}loc=0, scale=1):
    slope = {slope}
    return slope, -slope, -np.where(np.isinf(x), 0.0, (x - loc) / scale) * slope
"""
SLOPE = {
    "cdf": "density(distribution, x, {named}loc, scale)",
    "sf": "-density(distribution, x, {named}loc, scale)",
    "logcdf": "ratio(density(distribution, x, {named}loc, scale), np.exp(y))",
    "logsf": "-ratio(density(distribution, x, {named}loc, scale), np.exp(y))",
}

AS_LOGARITHM = """
def {label}(x, {given}loc=0, scale=1):
    value = distribution.{other}(x{shapes}, loc, scale)
    inside = value > 0.0
    return np.where(inside, np.log(np.where(inside, value, 1.0)), -np.inf)
"""

QUANTILE_BY_SLOPE = """
def {label}(y, q, {given}loc=0, scale=1):
    slope = {sign}1.0 / density(distribution, y, {given}loc, scale)
    finite = np.isfinite(y)
    return slope, np.where(finite, 1.0, 0.0), np.where(finite, (y - loc) / scale, 0.0)
"""

OF_COUNTS = """
def {label}(k, {given}loc=0):
    at = k - loc
    inside = {mask}(distribution, at{shapes})
    rows = side_by_side(np.where(inside, at, inner_point(distribution, inside{shapes})){shapes})
    with np.errstate(all="ignore"):
        value = np.reshape({function}(*rows), np.shape(inside))
    return {returned}
"""
LOGARITHM_OF_COUNTS = AS_LOGARITHM.replace("x{shapes}, loc, scale", "k{shapes}, loc").replace(
    "(x, {given}loc=0, scale=1)", "(k, {given}loc=0)"
)

IN_TEXT = {
    "np": np,
    "ratio": ratio,
    **{name: getattr(scipy_families, name) for name in scipy_families.__all__},
}


def _function(name: str, method: str, text: str) -> Any:
    """The function that a text defines; `inspect` finds the text, as of any function."""
    label = f"{name}_{method}"
    file = f"<{__name__} {label}>"
    names = {**IN_TEXT, "__name__": __name__, "distribution": getattr(stats, name)}
    names["stated"] = STATED.get(label)
    linecache.cache[file] = len(text), None, text.splitlines(keepends=True), file
    exec(compile(text, file, "exec"), names)
    return names[label]


def _shapes(name: str) -> list[str]:
    written = getattr(stats, name).shapes
    return written.replace(" ", "").split(",") if written else []


def _text(name: str, method: str, as_root: bool) -> str:
    shapes = _shapes(name)
    label = f"{name}_{method}"
    words = {
        "label": label,
        "method": method,
        "given": "".join(f"{shape}, " for shape in shapes),
        "shapes": "".join(f", {shape}" for shape in shapes),
        "function": "stated" if label in STATED else f"distribution._{method}",
    }
    if method.startswith("log") and words["function"] != "stated" and _inherits(name, method):
        return AS_LOGARITHM.format(other=method.removeprefix("log"), **words)
    if method not in SIDE:
        mask = "in_support" if method.endswith("pdf") else "strictly_in_support"
        returned = OUTSIDE.get(method, "np.where(inside, value, 0.0)")
        return OF_POINTS.format(mask=mask, returned=returned, **words)
    value = ROOT.format(**words) if as_root else "{function}(*rows)".format(**words)
    text = OF_QUANTILES.format(value=value, side=SIDE[method], **words)
    return AS_ROOT.format(inverse=INVERSE[method], **words) + text if as_root else text


def _text_of_counts(name: str, method: str) -> str:
    shapes = _shapes(name)
    label = f"{name}_{method}"
    words = {
        "label": label,
        "given": "".join(f"{shape}, " for shape in shapes),
        "shapes": "".join(f", {shape}" for shape in shapes),
        "function": "stated" if label in STATED else f"distribution._{method}",
    }
    if method.startswith("log") and words["function"] != "stated" and _inherits(name, method):
        return LOGARITHM_OF_COUNTS.format(other=method.removeprefix("log"), **words)
    if method == "logpmf":
        return OF_COUNTS.format(
            mask="is_count", returned="np.where(inside, value, -np.inf)", **words
        )
    mask = "is_count" if method == "pmf" else "between_counts"
    returned = "np.where(inside, value, 0.0)" if method.startswith("log") else SATURATING
    return OF_COUNTS.format(mask=mask, returned=returned, **words)


def _inherits(name: str, method: str) -> bool:
    """Does SciPy state nothing of its own for this distribution?"""
    distribution = getattr(stats, name)
    base = (
        stats.rv_continuous if isinstance(distribution, stats.rv_continuous) else stats.rv_discrete
    )
    return getattr(type(distribution), f"_{method}") is getattr(base, f"_{method}")


def _by_density(name: str, method: str) -> Any:
    words = {"label": f"{name}_{method}", "given": "".join(f"{s}, " for s in _shapes(name))}
    if method in SIDE:
        sign = "" if method == "ppf" else "-"
        return _function(name, method, QUANTILE_BY_SLOPE.format(sign=sign, **words))
    slope = SLOPE[method].format(named=words["given"])
    return _function(name, method, BY_SLOPE.format(slope=slope, **words))


# ---- which family in which way -------------------------------------------------------------------------

# fmt: off
BY_DENSITY = frozenset((
    "dpareto_lognorm", "gausshyper", "genhyperbolic", "geninvgauss", "irwinhall", "kstwobign", "ksone", "kstwo",
    "landau", "ncf", "nct", "ncx2", "norminvgauss", "rel_breitwigner", "studentized_range", "tukeylambda",
    "vonmises", "vonmises_line",
))
"""Distribution functions whose slopes in the shapes are not known."""

BY_ROOT = BY_DENSITY - {"tukeylambda"} | {
    "argus", "betaprime", "chi", "cosine", "crystalball", "exponnorm", "f", "foldcauchy", "foldnorm", "invgauss",
    "rdist", "recipinvgauss", "rice", "semicircular", "skewnorm", "truncnorm", "wald",
}
"""Quantiles without formula."""

DENSITIES = ("pdf", "logpdf")
UNSTATED = {
    "irwinhall": DENSITIES, "kstwobign": DENSITIES, "ksone": DENSITIES, "kstwo": DENSITIES, "landau": DENSITIES,
    "ncf": DENSITIES, "nct": DENSITIES, "studentized_range": DENSITIES, "tukeylambda": DENSITIES,
    "levy_stable": METHODS,
}
"""What has no derivative: SciPy's formula is compiled, and none is known here."""

SUMS = ("cdf", "sf", "logcdf", "logsf")
ALL = ("pmf", "logpmf", *SUMS)
UNSTATED_OF_COUNTS = {
    "betabinom": SUMS, "betanbinom": SUMS, "hypergeom": SUMS, "nhypergeom": SUMS, "logser": SUMS, "skellam": SUMS,
    "zipf": SUMS, "nchypergeom_fisher": ALL, "nchypergeom_wallenius": ALL, "poisson_binom": ALL, "zipfian": ALL,
}
# fmt: on

COUNTS = ("n", "N", "M", "r", "low", "high")
"""Shapes that are whole numbers."""

FIXED = {
    "gausshyper": ("a", "b", "c", "z"),
    "genhyperbolic": ("p",),
    "geninvgauss": ("p",),
    "kappa4": ("h", "k"),
    "ncx2": ("df", "nc"),
    "pearson3": ("skew",),
}
"""Shapes without slope: orders of Bessel functions, and those in which SciPy's formula has short cuts."""


def state(function: Any) -> bool:
    """The rule of a method of a distribution of SciPy's, when it is asked for."""
    distribution = getattr(function, "__self__", None)
    if not isinstance(distribution, (stats.rv_continuous, stats.rv_discrete)):
        return False
    name, method = distribution.name, function.__name__
    if getattr(stats, name or "", None) is not distribution:
        return False
    if isinstance(distribution, stats.rv_continuous):
        return method in METHODS and _state(function, name, method)
    return method in METHODS_OF_COUNTS and _state_of_counts(function, name, method)


def _state(function: Any, name: str, method: str) -> bool:
    if method in UNSTATED.get(name, ()):
        _refuse(function, name, method)
    elif name in BY_DENSITY and (method in SLOPE or (method in SIDE and name in BY_ROOT)):
        parameters: tuple[str, ...] = ("q" if method in SIDE else "x", "loc", "scale")
        elementwise(function, wrt=parameters, domain=TESTS, singular=True)(
            _by_density(name, method)
        )
    else:
        as_root = name in BY_ROOT and method in SIDE
        made = _function(name, method, _text(name, method, as_root))
        parameters = ("q" if method in SIDE else "x", *_shapes(name), "loc", "scale")
        wrt = tuple(p for p in parameters if p not in FIXED.get(name, ()))
        formula(function, samples=TESTS, wrt=wrt)(made)
    of_real_numbers(function)
    return True


def _state_of_counts(function: Any, name: str, method: str) -> bool:
    """Neither the counts nor their bounds are differentiated; quantiles are counts."""
    if method in SIDE:
        constant(function)
    elif method in UNSTATED_OF_COUNTS.get(name, ()):
        _refuse(function, name, method)
    else:
        wrt = tuple(shape for shape in _shapes(name) if shape not in COUNTS or name == "nbinom")
        made = _function(name, method, _text_of_counts(name, method))
        formula(function, samples=TESTS, wrt=wrt)(made)
    of_real_numbers(function)
    return True


def _refuse(function: Any, name: str, method: str) -> None:
    way_out = {"way_out": "compute it otherwise, or give it a rule with sourcead.rule"}
    register(Rule(f"stats.{name}.{method}", "refused", (function,), also=way_out))


on_demand(state)

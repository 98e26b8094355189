# mypy: allow-untyped-defs, allow-untyped-calls
"""`scipy.optimize.curve_fit`: as a formula, the least squares that it solves.

The parameters that were found are the start, so that the same minimum is differentiated, by the rule for
`least_squares`; the covariance follows from the slopes of the model there.
"""

from __future__ import annotations

import inspect

import numpy as np
from scipy import optimize

import sourcead
from sourcead.ir.kinds import Array, Bound, Closure, Tuple, Unknown, Value
from sourcead.rules.forms import constant, formula
from sourcead.rules.numpy.samples import call
from sourcead.rules.scipy.kinds import unknowns


def parameters(f, xdata, ydata, p0=None, *rest, **options):
    """As many as the start says, or else the function's signature."""
    if p0 is not None and getattr(p0, "value", 0) is not None:
        return Array("float64", unknowns(None, p0).dims)
    count = taken_by(f)
    return Unknown() if count is None else Array("float64", (count - 1,))


def taken_by(f):
    """How many arguments a function takes, where that is known."""
    match f:
        case Closure(make):
            return len(make.template().params) - len(make.captures)
        case Bound(_, function) if callable(function):
            return len(inspect.signature(function).parameters) - 1
        case Value(value=function):
            return len(inspect.signature(function).parameters)
    return None


def parameters_and_covariance(f, xdata, ydata, p0=None, *rest, **options):
    found = parameters(f, xdata, ydata, p0)
    if isinstance(found, Unknown):
        return found
    return Tuple((found, Array("float64", found.dims * 2)))


def fitted(f, xdata, ydata, p0, sigma, bounds, method, options):
    """The parameters, as constants."""
    return optimize.curve_fit(f, xdata, ydata, p0, sigma, bounds=bounds, method=method, **options)[
        0
    ]


constant(fitted, kind=parameters)


def decay(x, a, b, c):
    return a * np.exp(-b * x) + c


def line(x, a, b):
    return a * x + b


def slopes_of_line(x, a, b):
    return np.stack([x, np.ones_like(x)], axis=1)


def _data(rng):
    x = np.linspace(0.0, 3.0, 9)
    y = 2.5 * np.exp(-1.3 * x) + 0.5 + 0.05 * rng.normal(size=9)
    weights = rng.uniform(0.5, 1.5, 9)
    tight = {"xtol": 1e-15, "ftol": 1e-15, "gtol": 1e-15}
    return [
        call(line, x, y),
        call(line, x, y, sigma=weights, absolute_sigma=True),
        call(line, x, y, np.array([1.0, 1.0]), weights),
        call(line, x, y, bounds=([-5.0, -5.0], [5.0, 5.0]), jac=slopes_of_line, **tight),
        call(decay, x, y, [2.0, 1.0, 0.4], **tight),
    ]


@formula(
    optimize.curve_fit,
    wrt=("f", "xdata", "ydata", "sigma"),
    kind=parameters_and_covariance,
    samples=_data,
)
def curve_fit(
    f, xdata, ydata, p0=None, sigma=None, absolute_sigma=False, *, bounds=(-np.inf, np.inf),
    method=None, jac=None, ftol=1.49012e-8, xtol=1.49012e-8, gtol=0.0, maxfev=0
):  # fmt: skip
    """The parameters, and their covariance; `sigma` as a vector.  How the fit is found does not matter."""
    options = {"jac": jac, "ftol": ftol, "xtol": xtol, "gtol": gtol}
    start = fitted(f, xdata, ydata, p0, sigma, bounds, method, options)

    def misfit(values):
        residuals = f(xdata, *values) - ydata
        return residuals if sigma is None else residuals / sigma

    found = optimize.least_squares(misfit, start, bounds=bounds).x
    slopes = sourcead.jacobian(misfit)(found)
    covariance = np.linalg.inv(np.transpose(slopes) @ slopes)
    if not absolute_sigma:
        left = misfit(found)
        covariance = covariance * np.sum(left * left) / (len(left) - len(found))
    return found, covariance

# mypy: allow-untyped-defs, allow-untyped-calls
"""`scipy.interpolate.RBFInterpolator`: in the points, their values, and where it is read."""

from __future__ import annotations

import numpy as np
from scipy import interpolate

from sourcead.ir.kinds import Array, Number, Unknown
from sourcead.rules.forms import constant, formula, helpers
from sourcead.rules.registry import Programs
from sourcead.rules.scipy.kinds import record
from sourcead.runtime import scipy_radial
from sourcead.runtime.scipy_radial import (
    kernel_numbers,
    kernels_at,
    monomials,
    monomials_at,
    radial_coefficients,
    span_of,
)

TESTS = "rules/test_scipy_radial.py"
_table = Array("float64", (None, None))

constant(kernel_numbers, kind=lambda kernel: Array("float64", (5,)))
constant(monomials, kind=lambda y, kernel, degree: Array("int64", (None, None)))
constant(span_of, kind=lambda y: Array("float64", (2, None)))
helpers(scipy_radial)


def _interpolant(y, d, *options, **named):
    if not isinstance(d, Array):
        return Unknown()
    return record(interpolate.RBFInterpolator, (), y=_table, _coeffs=_table)


@formula(
    interpolate.RBFInterpolator,
    wrt=("y", "d"),
    kind=_interpolant,
    samples=Programs(TESTS, "RBFInterpolator("),
)
def rbf_interpolator(
    y, d, neighbors=None, smoothing=0.0, kernel="thin_plate_spline", epsilon=None, degree=None
):  # fmt: skip
    if neighbors is not None:
        raise NotImplementedError(
            "derivatives of RBFInterpolator: of all points, without neighbors"
        )
    powers, span, numbers = monomials(y, kernel, degree), span_of(y), kernel_numbers(kernel)
    width = 1.0 if epsilon is None else epsilon
    rows = np.reshape(d, (len(d), -1))
    return 1.0 * y, radial_coefficients(y, rows, smoothing, width, powers, span, numbers)


@formula(
    interpolate.RBFInterpolator.__call__,
    kind=lambda self, x: Number(),
    samples=Programs(TESTS, "RBFInterpolator("),
)
def values_at(self, x):
    numbers = kernel_numbers(self.kernel)
    n = len(self.y)
    near = kernels_at(x, self.y, self.epsilon, numbers) @ self._coeffs[:n]
    far = monomials_at(x, self.powers, span_of(self.y)) @ self._coeffs[n:]
    return np.reshape(near + far, (len(x), *self.d_shape))

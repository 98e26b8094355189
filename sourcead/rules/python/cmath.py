# mypy: allow-untyped-defs, allow-untyped-calls
"""`cmath`: holomorphic functions of complex numbers, and the real ones (`phase`, `polar`)."""

from __future__ import annotations

import cmath

from sourcead.rules.forms import constant, elementwise, forward_rule, reverse_rule
from sourcead.rules.registry import Effects

NUMBER = Effects("scalar")


@elementwise(cmath.exp, effects=NUMBER)
def exp(y, x):
    return y


@elementwise(cmath.log, domain=("positive", (1.5, 4.0)), effects=NUMBER)
def log(y, x, base=None):
    if base is None:
        return 1.0 / x, None
    return 1.0 / (x * cmath.log(base)), -y / (base * cmath.log(base))


@elementwise(cmath.log10, domain="positive", effects=NUMBER)
def log10(y, x):
    return 1.0 / (x * cmath.log(10.0))


@elementwise(cmath.sqrt, domain="positive", singular=True, effects=NUMBER)
def sqrt(y, x):
    return 0.5 / y


@elementwise(cmath.sin, effects=NUMBER)
def sin(y, x):
    return cmath.cos(x)


@elementwise(cmath.cos, effects=NUMBER)
def cos(y, x):
    return -cmath.sin(x)


@elementwise(cmath.tan, effects=NUMBER)
def tan(y, x):
    return 1.0 + y * y


@elementwise(cmath.asin, domain="unit", singular=True, effects=NUMBER)
def asin(y, x):
    return 1.0 / cmath.cos(y)


@elementwise(cmath.acos, domain="unit", singular=True, effects=NUMBER)
def acos(y, x):
    return -1.0 / cmath.sin(y)


@elementwise(cmath.atan, effects=NUMBER)
def atan(y, x):
    return 1.0 / (1.0 + x * x)


@elementwise(cmath.sinh, effects=NUMBER)
def sinh(y, x):
    return cmath.cosh(x)


@elementwise(cmath.cosh, effects=NUMBER)
def cosh(y, x):
    return cmath.sinh(x)


@elementwise(cmath.tanh, effects=NUMBER)
def tanh(y, x):
    return 1.0 - y * y


@elementwise(cmath.asinh, effects=NUMBER)
def asinh(y, x):
    return 1.0 / cmath.cosh(y)


@elementwise(cmath.acosh, domain=(1.1, 5.0), singular=True, effects=NUMBER)
def acosh(y, x):
    return 1.0 / cmath.sinh(y)


@elementwise(cmath.atanh, domain="unit", effects=NUMBER)
def atanh(y, x):
    return 1.0 / (1.0 - x * x)


# -- polar form (derivatives of real functions in JAX's convention: Re(partial * z_dot)) ----------


def complex_numbers(rng):
    return [((complex(*rng.normal(size=2)),), {}) for _ in range(3)]


@reverse_rule(cmath.phase, wrt=("z",), samples=complex_numbers, effects=NUMBER)
def phase(y_bar, y, z):
    """phase = Im log z, and Im w = Re(-i w)."""
    return -1j * y_bar / z


@forward_rule(cmath.phase)
def phase_tangent(y, z, *, z_dot):
    return (z_dot / z).imag


@reverse_rule(cmath.polar, wrt=("z",), samples=complex_numbers, effects=NUMBER)
def polar(y_bar, y, z):
    """`(|z|, phase)` with d log z = d|z| / |z| + i d phase."""
    if y_bar[0] is None:
        return -1j * y_bar[1] / z
    if y_bar[1] is None:
        return y_bar[0] * y[0] / z
    return (y_bar[0] * y[0] - 1j * y_bar[1]) / z


@forward_rule(cmath.polar)
def polar_tangent(y, z, *, z_dot):
    return (z_dot / z).real * y[0], (z_dot / z).imag


@elementwise(cmath.rect, domain=("positive", "real"), effects=NUMBER)
def rect(y, r, phi):
    return cmath.exp(1j * phi), 1j * y


constant(cmath.isclose, cmath.isfinite, cmath.isinf, cmath.isnan, effects=NUMBER)

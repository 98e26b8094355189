# mypy: allow-untyped-defs, allow-untyped-calls, no-check-untyped-defs
"""Functions of one element, or of the elements at the same place: the universal functions.

`singular` stands where a partial can be infinite or NaN at finite arguments: at a pole (log at 0),
outside of the domain (arcsin at 2) and by overflow (exp at 1000).
"""

from __future__ import annotations

import math

import numpy as np

from sourcead.rules.forms import constant, elementwise, forward_rule, linear, reverse_rule
from sourcead.rules.numpy.kinds import numeric, real_or_complex
from sourcead.rules.numpy.samples import call, methods
from sourcead.rules.python.operators import (
    absolute_times,
    of_reciprocal,
    pow_constant,
    power_singular,
)
from sourcead.rules.registry import Effects
from sourcead.runtime.complex_parts import complex_of
from sourcead.runtime.powers import log_or_zero, power_slope
from sourcead.runtime.quotients import over_length, ratio
from sourcead.runtime.special import bessel_i, sinc_derivative

# ---- trigonometric -------------------------------------------------------------------------


@elementwise(np.sin)
def sin(y, x):
    return np.cos(x)


@elementwise(np.cos)
def cos(y, x):
    return -np.sin(x)


@elementwise(np.tan)
def tan(y, x):
    return 1.0 + y * y  # 1 / cos(x)**2 would divide by nearly zero at the poles


@elementwise(np.arcsin, domain="unit", singular=True)
def arcsin(y, x):
    return 1.0 / np.sqrt(1.0 - x * x)


@elementwise(np.arccos, domain="unit", singular=True)
def arccos(y, x):
    return -1.0 / np.sqrt(1.0 - x * x)


@elementwise(np.arctan)
def arctan(y, x):
    return 1.0 / (1.0 + x * x)


@elementwise(np.arctan2, domain=("nonzero", "nonzero"), singular=True)
def arctan2(y, x1, x2):
    return x2 / (x1 * x1 + x2 * x2), -x1 / (x1 * x1 + x2 * x2)


@elementwise(np.deg2rad, np.radians)
def deg2rad(y, x):
    return np.pi / 180.0


@elementwise(np.rad2deg, np.degrees)
def rad2deg(y, x):
    return 180.0 / np.pi


@elementwise(np.sinc)
def sinc(y, x):
    """0 at 0; near 0 the formula (cos(pi x) - y) / x would cancel."""
    return sinc_derivative(x, 1)


@elementwise(sinc_derivative, wrt=("x",), domain=("real", [1, 3]))
def sinc_derivative_slope(y, x, order):
    return sinc_derivative(x, order + 1)


# ---- hyperbolic ----------------------------------------------------------------------------


@elementwise(np.sinh, singular=True)
def sinh(y, x):
    return np.cosh(x)


@elementwise(np.cosh, singular=True)
def cosh(y, x):
    return np.sinh(x)


@elementwise(np.tanh)
def tanh(y, x):
    return 1.0 - y * y  # cosh(x)**2 overflows for |x| > 710


@elementwise(np.arcsinh)
def arcsinh(y, x):
    return 1.0 / np.cosh(y)  # sqrt(x * x + 1) overflows for large x


@elementwise(np.arccosh, domain=(1.1, 4.0), singular=True)
def arccosh(y, x):
    return 1.0 / np.sinh(y)


@elementwise(np.arctanh, domain="unit", singular=True)
def arctanh(y, x):
    return 1.0 / (1.0 - x * x)


# ---- exponentials and logarithms -----------------------------------------------------------


@elementwise(np.exp, singular=True)
def exp(y, x):
    return y


@elementwise(np.exp2, singular=True)
def exp2(y, x):
    return y * math.log(2.0)


@elementwise(np.expm1, singular=True)
def expm1(y, x):
    return np.exp(x)  # y + 1 has no correct digit for very negative x


@elementwise(np.log, domain="positive", singular=True)
def log(y, x):
    return 1.0 / x


@elementwise(np.log2, domain="positive", singular=True)
def log2(y, x):
    return 1.0 / (x * math.log(2.0))


@elementwise(np.log10, domain="positive", singular=True)
def log10(y, x):
    return 1.0 / (x * math.log(10.0))


@elementwise(np.log1p, domain=(-0.9, 3.0), singular=True)
def log1p(y, x):
    return 1.0 / (1.0 + x)


def slope_of_softplus(y, x1, x2):
    """Of `log(exp(x1) + exp(x2))` with a known first operand: without y, which is dearer than all of this.

    Bounded, so that nothing overflows: where it matters, the slope is below 1e-303.
    """
    return 0.0, 1.0 / (1.0 + np.exp(np.minimum(x1 - x2, 700.0)))


@elementwise(
    np.logaddexp, domain=("real", "real"), singular=True, also={"softplus": slope_of_softplus}
)
def logaddexp(y, x1, x2):
    """Where both are -inf (log of zero weights) the partials are 0."""
    peak = np.where(y == -np.inf, 0.0, y)
    return np.exp(x1 - peak), np.exp(x2 - peak)


@elementwise(np.logaddexp2, domain=("real", "real"), singular=True)
def logaddexp2(y, x1, x2):
    """Where both are -inf the partials are 0."""
    peak = np.where(y == -np.inf, 0.0, y)
    return np.exp2(x1 - peak), np.exp2(x2 - peak)


# ---- arithmetic ----------------------------------------------------------------------------


@elementwise(np.add, domain=("real", "real"))
def add(y, x1, x2):
    return 1.0, 1.0


@elementwise(np.subtract, domain=("real", "real"))
def subtract(y, x1, x2):
    return 1.0, -1.0


@elementwise(np.multiply, domain=("real", "real"))
def multiply(y, x1, x2):
    return x2, x1


@elementwise(
    np.divide,
    domain=("real", "nonzero"),
    singular="pole",
    also={"reciprocal": of_reciprocal},
)
def divide(y, x1, x2):
    return 1.0 / x2, -y / x2  # x2 * x2 may overflow


def power_constant(y, x1, x2):
    return pow_constant(y, x1, x2)


@elementwise(
    np.power,
    domain=("positive", "real"),
    singular=power_singular,
    also={"constant_exponent": power_constant},
)
def power(y, x1, x2):
    """x1**0 has slope 0 at every x1; the slope of 0**x2 in x2 is 0."""
    return power_slope(x1, x2), y * log_or_zero(x1)


@elementwise(
    np.float_power,
    domain=("positive", "real"),
    singular=power_singular,
    also={"constant_exponent": power_constant},
)
def float_power(y, x1, x2):
    """As `power`."""
    return power_slope(x1, x2), y * log_or_zero(x1)


@elementwise(np.remainder, domain=("real", "nonzero"), singular=True)
def remainder(y, x1, x2):
    """y = x1 - floor(x1 / x2) * x2, away from the jumps."""
    return 1.0, -np.floor_divide(x1, x2)


@elementwise(np.fmod, domain=("real", "nonzero"), singular=True)
def fmod(y, x1, x2):
    """y = x1 - trunc(x1 / x2) * x2, away from the jumps."""
    return 1.0, -np.trunc(x1 / x2)


@elementwise(np.negative)
def negative(y, x):
    return -1.0


@elementwise(np.positive)
def positive(y, x):
    return 1.0


@elementwise(np.square)
def square(y, x):
    return 2.0 * x


@elementwise(np.sqrt, domain="positive", singular=True)
def sqrt(y, x):
    return 0.5 / y


@elementwise(np.cbrt, domain="nonzero", singular=True)
def cbrt(y, x):
    return 1.0 / (3.0 * y * y)  # x ** (-2/3) is NaN for negative x


@elementwise(np.reciprocal, domain="nonzero", singular=True)
def reciprocal(y, x):
    return -y * y


def hypot_times(y, x1, x2):
    return x1, x2


@elementwise(np.hypot, domain=("nonzero", "nonzero"), also={"times": hypot_times})
def hypot(y, x1, x2):
    """0 at the origin."""
    return over_length(x1, y), over_length(x2, y)


@elementwise(over_length, ratio, domain=("real", "nonzero"), singular=True)
def quotient(y, x1, x2):
    return 1.0 / x2, -y / x2


@linear(
    np.ldexp,
    wrt="x1",
    samples=lambda rng: [call(rng.normal(size=(2, 3)), np.array([-1, 0, 2])), call(1.5, 3)],
)
def ldexp(y_bar, x1, x2):
    return np.ldexp(y_bar, x2)


@elementwise(np.i0, singular=True)
def i0(y, x):
    return bessel_i(1, x)


@elementwise(bessel_i, wrt=("x",), domain=([0, 1, 3], "real"), singular=True)
def bessel_i_slope(y, order, x):
    return 0.5 * (bessel_i(order - 1, x) + bessel_i(order + 1, x))


# ---- absolute value, sign, parts of a number -----------------------------------------------


@elementwise(np.absolute, domain="nonzero", also={"times": absolute_times})
def absolute(y, x):
    """0 at 0. The slope of |z| is conj(z) / |z|."""
    if np.iscomplexobj(x):
        return over_length(np.conj(x), y)
    return np.sign(x)


@elementwise(np.fabs, domain="nonzero", also={"times": absolute_times})
def fabs(y, x):
    """0 at 0."""
    return np.sign(x)


def copysign_times(y, x1, x2):
    return x1, 0.0


@elementwise(np.copysign, domain=("nonzero", "nonzero"), also={"times": copysign_times})
def copysign(y, x1, x2):
    """0 at x1 = 0, as for `abs`."""
    return np.sign(x1) * np.sign(y), 0.0


if np.lib.NumpyVersion(np.__version__) < "2.0.0":
    constant(np.sign)  # of a complex number: the sign of its real part
else:

    @reverse_rule(
        np.sign,
        wrt=("x",),
        samples=lambda rng: [
            call(rng.normal(size=(3,))),
            call(-1.5),
            call(rng.normal(size=(2, 3)) + 1j * rng.normal(size=(2, 3))),
        ],
    )
    def sign(y_bar, y, x):
        """Constant on the reals; on the complex plane the unit number z / |z|."""
        if np.iscomplexobj(x):
            turned = y_bar - np.conj(y) * np.real(y_bar * y)
            return over_length(turned, np.absolute(x))
        return None

    @forward_rule(np.sign)
    def sign_tangent(y, x, *, x_dot):
        if np.iscomplexobj(x):
            turned = x_dot - y * np.real(np.conj(y) * x_dot)
            return over_length(turned, np.absolute(x))
        return None


@elementwise(complex_of, domain=("real", "real"))
def complex_of_parts(y, re, im):
    return 1.0, 1j


@linear(
    np.conjugate,
    *methods("conj", "conjugate"),
    *(complex.conjugate, float.conjugate),
    wrt="x",
    samples=lambda rng: [
        call(rng.normal(size=(3,))),
        call(rng.normal(size=(2, 3)) + 1j * rng.normal(size=(2, 3))),
    ],
    effects=Effects(returns="maybe"),
)
def conjugate(y_bar, x):
    return np.conj(y_bar)


@linear(
    np.real,
    *methods("real"),
    *(complex.real, float.real),
    wrt="val",
    samples=lambda rng: [
        call(rng.normal(size=(3,))),
        call(rng.normal(size=(2, 3)) + 1j * rng.normal(size=(2, 3))),
    ],
    effects=Effects(returns="maybe"),
    kind=numeric(np.real),
)
def real(y_bar, val):
    if np.iscomplexobj(val):
        return y_bar + 0j
    return y_bar


@linear(
    np.imag,
    *methods("imag"),
    *(complex.imag, float.imag),
    wrt="val",
    samples=lambda rng: [
        call(rng.normal(size=(3,))),
        call(rng.normal(size=(2, 3)) + 1j * rng.normal(size=(2, 3))),
    ],
    effects=Effects(returns="maybe"),
    kind=numeric(np.imag),
)
def imag(y_bar, val):
    if np.iscomplexobj(val):
        return -1j * y_bar
    return 0.0 * y_bar


@linear(
    np.real_if_close,
    wrt="a",
    samples=lambda rng: [
        call(rng.normal(size=(3,))),
        call(rng.normal(size=(3,)) + 1j * rng.normal(size=(3,))),
    ],
    effects=Effects(returns="maybe"),
    kind=real_or_complex,
)
def real_if_close(y_bar, a, tol=100):
    return y_bar


@elementwise(np.angle, wrt=("z",), domain=("nonzero", [False, True]))
def angle(y, z, deg=False):
    """Constant on the reals."""
    if not np.iscomplexobj(z):
        return 0.0
    if deg:
        return (-180.0j / np.pi) / z
    return -1j / z


@reverse_rule(
    np.modf,
    wrt=("x",),
    samples=lambda rng: [call(rng.normal(size=(2, 3))), call(2.3)],
)
def modf(y_bar, y, x):
    """The integer part is constant."""
    return y_bar[0]


@forward_rule(np.modf)
def modf_tangent(y, x, *, x_dot):
    return x_dot, None


@reverse_rule(
    np.frexp,
    wrt=("x",),
    samples=lambda rng: [call(rng.normal(size=(2, 3))), call(2.3)],
)
def frexp(y_bar, y, x):
    """The exponent is constant."""
    if y_bar[0] is None:
        return None
    return np.ldexp(y_bar[0], -y[1])


@forward_rule(np.frexp)
def frexp_tangent(y, x, *, x_dot):
    return np.ldexp(x_dot, -y[1]), None


@reverse_rule(
    np.divmod,
    wrt=("x1", "x2"),
    samples=lambda rng: [
        call(rng.normal(size=(2, 3)), rng.uniform(0.5, 2.0, size=3)),
        call(7.3, 2.0),
    ],
    singular=True,
)
def divmod(y_bar, y, x1, x2):
    """The quotient is constant."""
    if y_bar[1] is None:
        return None, None
    return y_bar[1], -y[0] * y_bar[1]


@forward_rule(np.divmod)
def divmod_tangent(y, x1, x2, *, x1_dot, x2_dot):
    if x2_dot is None:
        return None, x1_dot
    if x1_dot is None:
        return None, -y[0] * x2_dot
    return None, x1_dot - y[0] * x2_dot


# ---- kinks and choices ---------------------------------------------------------------------


@reverse_rule(
    np.maximum,
    wrt=("x1", "x2"),
    samples=lambda rng: [
        call(rng.normal(size=(2, 3)), rng.normal(size=(3,))),
        call(rng.normal(size=(2, 3)), 0.0),
        call(1.0, 2.0),
        call(
            rng.normal(size=(2, 1)).astype(np.float32), rng.normal(size=(1, 3)).astype(np.float32)
        ),
    ],
)
def maximum(y_bar, y, x1, x2):
    """Half each at a tie."""
    x1_bar = np.where(x1 == x2, 0.5 * y_bar, np.where(x1 > x2, y_bar, 0.0))
    x2_bar = np.where(x1 == x2, 0.5 * y_bar, np.where(x2 > x1, y_bar, 0.0))
    return x1_bar, x2_bar


@forward_rule(np.maximum)
def maximum_tangent(y, x1, x2, *, x1_dot, x2_dot):
    if x1_dot is None:
        return np.where(x1 == x2, 0.5 * x2_dot, np.where(x2 > x1, x2_dot, 0.0))
    if x2_dot is None:
        return np.where(x1 == x2, 0.5 * x1_dot, np.where(x1 > x2, x1_dot, 0.0))
    return np.where(x1 == x2, 0.5 * (x1_dot + x2_dot), np.where(x1 > x2, x1_dot, x2_dot))


@reverse_rule(
    np.minimum,
    wrt=("x1", "x2"),
    samples=lambda rng: [
        call(rng.normal(size=(2, 3)), rng.normal(size=(3,))),
        call(rng.normal(size=(2, 3)), 0.0),
        call(1.0, 2.0),
        call(
            rng.normal(size=(2, 1)).astype(np.float32), rng.normal(size=(1, 3)).astype(np.float32)
        ),
    ],
)
def minimum(y_bar, y, x1, x2):
    """Half each at a tie."""
    x1_bar = np.where(x1 == x2, 0.5 * y_bar, np.where(x1 < x2, y_bar, 0.0))
    x2_bar = np.where(x1 == x2, 0.5 * y_bar, np.where(x2 < x1, y_bar, 0.0))
    return x1_bar, x2_bar


@forward_rule(np.minimum)
def minimum_tangent(y, x1, x2, *, x1_dot, x2_dot):
    if x1_dot is None:
        return np.where(x1 == x2, 0.5 * x2_dot, np.where(x2 < x1, x2_dot, 0.0))
    if x2_dot is None:
        return np.where(x1 == x2, 0.5 * x1_dot, np.where(x1 < x2, x1_dot, 0.0))
    return np.where(x1 == x2, 0.5 * (x1_dot + x2_dot), np.where(x1 < x2, x1_dot, x2_dot))


@reverse_rule(
    np.fmax,
    np.fmin,
    wrt=("x1", "x2"),
    samples=lambda rng: [
        call(rng.normal(size=(2, 3)), rng.normal(size=(3,))),
        call(np.array([np.nan, 1.0, 2.0]), np.array([0.5, np.nan, 1.0])),
        call(1.0, 2.0),
    ],
)
def fmax(y_bar, y, x1, x2):
    """Half each at a tie; where one is NaN, the other has all."""
    x1_bar = np.where(x1 == x2, 0.5 * y_bar, np.where(x1 == y, y_bar, 0.0))
    x2_bar = np.where(x1 == x2, 0.5 * y_bar, np.where(x2 == y, y_bar, 0.0))
    return x1_bar, x2_bar


@forward_rule(np.fmax, np.fmin)
def fmax_tangent(y, x1, x2, *, x1_dot, x2_dot):
    if x1_dot is None:
        return np.where(x1 == x2, 0.5 * x2_dot, np.where(x2 == y, x2_dot, 0.0))
    if x2_dot is None:
        return np.where(x1 == x2, 0.5 * x1_dot, np.where(x1 == y, x1_dot, 0.0))
    return np.where(x1 == x2, 0.5 * (x1_dot + x2_dot), np.where(x1 == y, x1_dot, x2_dot))


@elementwise(np.clip, domain=("real", (-0.8, -0.3), (0.3, 0.8), None, None), selects=True)
def clip(y, a, a_min=None, a_max=None, min=None, max=None):
    """At a bound the whole derivative is `a`'s; where the bounds cross, the upper one wins."""
    if min is not None:
        a_min = min
    if max is not None:
        a_max = max
    if a_min is None and a_max is None:
        return 1.0, None, None, None, None
    if a_min is None:
        above = a > a_max
        return a <= a_max, None, above, None, above
    if a_max is None:
        below = a < a_min
        return a >= a_min, below, None, below, None
    below = (a < a_min) & (a_min <= a_max)
    above = np.maximum(a, a_min) > a_max
    return (a_min <= a) & (a <= a_max), below, above, below, above


@elementwise(*methods("clip"), domain=("real", (-0.8, -0.3), (0.3, 0.8)), selects=True)
def clip_method(y, a, min=None, max=None):
    """As `clip`."""
    if min is None and max is None:
        return 1.0, None, None
    if min is None:
        return a <= max, None, a > max
    if max is None:
        return a >= min, a < min, None
    return (min <= a) & (a <= max), (a < min) & (min <= max), np.maximum(a, min) > max


@elementwise(np.heaviside, domain=("nonzero", "real"), selects=True)
def heaviside(y, x1, x2):
    """Constant in x1; x2 is the value at x1 = 0."""
    return 0.0, x1 == 0.0


@elementwise(np.nextafter, domain=("real", "real"))
def nextafter(y, x1, x2):
    return 1.0, 0.0


@elementwise(np.nan_to_num, wrt=("x",), selects=True)
def nan_to_num(y, x, *, nan=0.0, posinf=None, neginf=None):
    """0 where the number was replaced. `copy=False` writes its argument and is not accepted."""
    return np.isfinite(x)


@reverse_rule(
    np.unwrap,
    wrt=("p",),
    samples=lambda rng: [
        call(3.0 * rng.normal(size=(5,))),
        call(3.0 * rng.normal(size=(3, 4)), axis=0),
    ],
)
def unwrap(y_bar, y, p, discont=None, axis=-1, *, period=2 * np.pi):
    """What is added to an element is a number of whole periods."""
    return y_bar


@forward_rule(np.unwrap)
def unwrap_tangent(y, p, discont=None, axis=-1, *, period=2 * np.pi, p_dot):
    return p_dot


# ---- piecewise constant --------------------------------------------------------------------

constant(np.floor, np.ceil, np.rint, np.trunc, np.fix, np.round, np.around, np.floor_divide)
constant(np.spacing, np.signbit)
constant(*methods("round"))

# mypy: allow-untyped-defs, allow-untyped-calls
"""`math`: functions of Python numbers, with partials that use `math` only.

At a kink the derivative is 0 (`fabs` at 0, `hypot` and `dist` at equal points); on a jump (`fmod`,
`remainder`, `modf`) it is that of the piece that was computed.
"""

from __future__ import annotations

import math
import sys
from typing import Any

from sourcead.analysis.shape_kinds import inferred_kind
from sourcead.ir.kinds import Py, Unknown
from sourcead.rules.forms import constant, elementwise, forward_rule, reverse_rule
from sourcead.rules.registry import Effects
from sourcead.runtime import selection, sequences
from sourcead.runtime.polygamma import digamma, polygamma
from sourcead.runtime.quotients import over_length

NUMBER = Effects("scalar")


def number(*args, **kwargs):
    """The kind of a function of numbers whose count is not known when the gradient is written."""
    return Py(float)


# -- powers, exponentials, logarithms --------------------------------------------------------


def by_value(seed, y, x):
    return seed or y


@elementwise(
    math.sqrt, domain="positive", singular=True, effects=NUMBER, also={"regular": by_value}
)
def sqrt(y, x):
    return 0.5 / y


@elementwise(math.exp, effects=NUMBER)
def exp(y, x):
    return y


@elementwise(math.expm1, effects=NUMBER)
def expm1(y, x):
    return math.exp(x)


@elementwise(math.log, domain=("positive", (1.5, 4.0)), effects=NUMBER)
def log(y, x, base=None):
    if base is None:
        return 1.0 / x, None
    return 1.0 / (x * math.log(base)), -y / (base * math.log(base))


@elementwise(math.log2, domain="positive", effects=NUMBER)
def log2(y, x):
    return 1.0 / (x * math.log(2.0))


@elementwise(math.log10, domain="positive", effects=NUMBER)
def log10(y, x):
    return 1.0 / (x * math.log(10.0))


@elementwise(math.log1p, domain="positive", effects=NUMBER)
def log1p(y, x):
    return 1.0 / (1.0 + x)


def pow_constant(y, x, n):
    if n == 0:
        return 0.0
    if n == 1:
        return 1.0
    if n == 2:
        return 2.0 * x
    if n == 0.5:
        return 0.5 / y
    return n * math.pow(x, n - 1)


def power_is_regular(seed, y, x, n):
    return n >= 1.0 or n == 0.0 or seed or x


@elementwise(
    math.pow,
    domain=("positive", "real"),
    singular=True,
    effects=NUMBER,
    also={"constant_exponent": pow_constant, "regular": power_is_regular},
)
def pow(y, x, n):
    return n * math.pow(x, n - 1.0) if n else 0.0, y * math.log(x) if x else 0.0


if sys.version_info >= (3, 11):

    @elementwise(
        math.cbrt, domain="positive", singular=True, effects=NUMBER, also={"regular": by_value}
    )
    def cbrt(y, x):
        return 1.0 / (3.0 * y * y)

    @elementwise(math.exp2, effects=NUMBER)
    def exp2(y, x):
        return y * math.log(2.0)


# -- trigonometric and hyperbolic ------------------------------------------------------------


@elementwise(math.sin, effects=NUMBER)
def sin(y, x):
    return math.cos(x)


@elementwise(math.cos, effects=NUMBER)
def cos(y, x):
    return -math.sin(x)


@elementwise(math.tan, effects=NUMBER)
def tan(y, x):
    return 1.0 + y * y


def within(seed, y, x):
    return seed or -1.0 < x < 1.0


@elementwise(math.asin, domain="unit", singular=True, effects=NUMBER, also={"regular": within})
def asin(y, x):
    return 1.0 / math.sqrt((1.0 - x) * (1.0 + x))


@elementwise(math.acos, domain="unit", singular=True, effects=NUMBER, also={"regular": within})
def acos(y, x):
    return -1.0 / math.sqrt((1.0 - x) * (1.0 + x))


@elementwise(math.atan, effects=NUMBER)
def atan(y, x):
    return 1.0 / (1.0 + x * x)


@elementwise(math.atan2, domain=("real", "positive"), singular=True, effects=NUMBER)
def atan2(angle, y, x):
    """Divided twice by the radius: its square would underflow near the origin."""
    return x / math.hypot(x, y) / math.hypot(x, y), -y / math.hypot(x, y) / math.hypot(x, y)


@elementwise(math.sinh, effects=NUMBER)
def sinh(y, x):
    return math.cosh(x)


@elementwise(math.cosh, effects=NUMBER)
def cosh(y, x):
    return math.sinh(x)


@elementwise(math.tanh, effects=NUMBER)
def tanh(y, x):
    return 1.0 - y * y


@elementwise(math.asinh, effects=NUMBER)
def asinh(y, x):
    return 1.0 / math.hypot(1.0, x)


@elementwise(
    math.acosh, domain=(1.1, 5.0), singular=True, effects=NUMBER, also={"regular": by_value}
)
def acosh(y, x):
    return 1.0 / math.sqrt((x - 1.0) * (x + 1.0))


@elementwise(math.atanh, domain="unit", effects=NUMBER)
def atanh(y, x):
    return 1.0 / ((1.0 - x) * (1.0 + x))


@elementwise(math.degrees, effects=NUMBER)
def degrees(y, x):
    return 180.0 / math.pi


@elementwise(math.radians, effects=NUMBER)
def radians(y, x):
    return math.pi / 180.0


# -- special functions -----------------------------------------------------------------------


@elementwise(math.erf, effects=NUMBER)
def erf(y, x):
    return 2.0 / math.sqrt(math.pi) * math.exp(-x * x)


@elementwise(math.erfc, effects=NUMBER)
def erfc(y, x):
    return -2.0 / math.sqrt(math.pi) * math.exp(-x * x)


@elementwise(math.gamma, domain="positive", effects=NUMBER)
def gamma(y, x):
    return y * digamma(x)


@elementwise(math.lgamma, domain="positive", effects=NUMBER)
def lgamma(y, x):
    return digamma(x)


@elementwise(digamma, domain="positive", effects=NUMBER)
def digamma_rule(y, x):
    return polygamma(1, x)


@elementwise(polygamma, domain=("integer", "positive"), wrt=("x",), effects=NUMBER)
def polygamma_rule(y, n, x):
    return polygamma(n + 1, x)


# -- sign, parts, remainders -----------------------------------------------------------------


def fabs_times(y, x):
    """The slope, times |x|."""
    return x


@elementwise(math.fabs, effects=NUMBER, also={"times": fabs_times})
def fabs(y, x):
    return float(x > 0.0) - float(x < 0.0)


def copysign_times(result, x, y):
    return x, None


@elementwise(
    math.copysign,
    domain=("nonzero", "nonzero"),
    effects=NUMBER,
    also={"times": copysign_times},
)
def copysign(result, x, y):
    """`|x|` with the sign of y: 0 at x = 0, and piecewise constant in y."""
    return math.copysign(1.0, y) * (float(x > 0.0) - float(x < 0.0)), None


@elementwise(math.fmod, domain=("real", "nonzero"), effects=NUMBER)
def fmod(result, x, y):
    return 1.0, -float(int(x / y))


@elementwise(math.remainder, domain=("real", "nonzero"), effects=NUMBER)
def remainder(result, x, y):
    return 1.0, -float(round((x - result) / y))


@elementwise(math.ldexp, domain=("real", "integer"), wrt=("x",), effects=NUMBER)
def ldexp(y, x, i):
    return math.ldexp(1.0, i)


@elementwise(math.nextafter, domain=("real", "real"), effects=NUMBER)
def nextafter(result, x, y):
    return 1.0, None


def one_number(rng):
    return [((float(x),), {}) for x in rng.normal(scale=3.0, size=4)]


@reverse_rule(math.modf, wrt=("x",), samples=one_number, effects=NUMBER)
def modf(y_bar, y, x):
    """`(fraction, integer part)`: the fraction moves with x, the integer part does not."""
    return y_bar[0]


@forward_rule(math.modf)
def modf_tangent(y, x, *, x_dot):
    return x_dot, 0.0


@reverse_rule(math.frexp, wrt=("x",), samples=one_number, effects=NUMBER)
def frexp(y_bar, y, x):
    """`x = mantissa * 2 ** exponent` with the exponent constant."""
    if y_bar[0] is None:
        return None
    return math.ldexp(y_bar[0], -y[1])


@forward_rule(math.frexp)
def frexp_tangent(y, x, *, x_dot):
    return math.ldexp(x_dot, -y[1]), 0.0


if sys.version_info >= (3, 13):

    @elementwise(math.fma, domain=("real", "real", "real"), effects=NUMBER)
    def fma(result, x, y, z):
        return y, x, 1.0


# -- several numbers -------------------------------------------------------------------------


def coordinates(rng):
    return [(tuple(map(float, rng.normal(size=n))), {}) for n in (1, 2, 3)]


@reverse_rule(math.hypot, wrt=("coordinates",), samples=coordinates, effects=NUMBER, kind=number)
def hypot(y_bar, y, *coordinates):
    if len(coordinates) == 2:
        return over_length(y_bar, y) * coordinates[0], over_length(y_bar, y) * coordinates[1]
    return sequences.scaled(coordinates, over_length(y_bar, y))


@forward_rule(math.hypot)
def hypot_tangent(y, *coordinates, coordinates_dot):
    return over_length(sequences.inner(coordinates, coordinates_dot), y)


@reverse_rule(
    sequences.hypot_of,
    wrt=("coordinates",),
    samples=lambda rng: [(([0.3, -0.5, 0.7],), {})],
    effects=NUMBER,
    kind=number,
)
def hypot_of(y_bar, y, coordinates):
    return sequences.scaled(coordinates, over_length(y_bar, y))


@forward_rule(sequences.hypot_of)
def hypot_of_tangent(y, coordinates, coordinates_dot):
    return over_length(sequences.inner(coordinates, coordinates_dot), y)


def two_points(rng):
    points = [tuple(list(map(float, rng.normal(size=n))) for _ in range(2)) for n in (1, 3)]
    return [(pair, {}) for pair in points]


@reverse_rule(math.dist, wrt=("p", "q"), samples=two_points, effects=NUMBER, kind=number)
def dist(y_bar, y, p, q):
    pull = over_length(y_bar, y)
    return (
        sequences.scaled(sequences.difference(p, q), pull),
        sequences.scaled(sequences.difference(q, p), pull),
    )


@forward_rule(math.dist)
def dist_tangent(y, p, q, *, p_dot, q_dot):
    along = sequences.inner(sequences.difference(p, q), p_dot) + sequences.inner(
        sequences.difference(q, p), q_dot
    )
    return over_length(along, y)


def some_numbers(rng):
    return [((list(map(float, rng.normal(size=n))),), {}) for n in (0, 1, 4)]


@reverse_rule(math.fsum, wrt=("seq",), samples=some_numbers, effects=NUMBER, kind=number)
def fsum(y_bar, y, seq):
    return sequences.repeated(y_bar, seq)


@forward_rule(math.fsum)
def fsum_tangent(y, seq, *, seq_dot):
    return selection.sum_of_tangents(seq_dot, y)


def factors(rng):
    calls: list[Any] = [((list(map(float, rng.normal(size=n))),), {}) for n in (0, 1, 4)]
    calls += [(([2.0, 0.0, 3.0],), {}), (([0.0, 2.0, 0.0],), {}), (([2.0, 3.0],), {"start": 4.0})]
    return calls


def product(iterable, **start):
    """Of integers an integer, as a count of elements is: `math.prod(x.shape)`."""
    found = inferred_kind(math.prod, [iterable], start)
    return Py(float) if isinstance(found, Unknown) else found


@reverse_rule(math.prod, wrt=("iterable", "start"), samples=factors, effects=NUMBER, kind=product)
def prod(y_bar, y, iterable, *, start=1):
    """Products without the factor, never `y / x`: exact also where factors are zero."""
    return sequences.scaled(sequences.of_others(iterable, start), y_bar), y_bar * math.prod(
        iterable
    )


@forward_rule(math.prod)
def prod_tangent(y, iterable, *, start=1, iterable_dot, start_dot):
    along = sequences.inner(sequences.of_others(iterable, start), iterable_dot)
    return along if start_dot is None else along + start_dot * math.prod(iterable)


if sys.version_info >= (3, 12):

    @reverse_rule(math.sumprod, wrt=("p", "q"), samples=two_points, effects=NUMBER, kind=number)
    def sumprod(y_bar, y, p, q):
        return sequences.scaled(q, y_bar), sequences.scaled(p, y_bar)

    @forward_rule(math.sumprod)
    def sumprod_tangent(y, p, q, *, p_dot, q_dot):
        return sequences.inner(q, p_dot) + sequences.inner(p, q_dot)


# -- results that do not vary ----------------------------------------------------------------

constant(math.floor, math.ceil, math.trunc, effects=NUMBER)
constant(math.isclose, math.isfinite, math.isinf, math.isnan, effects=NUMBER)
constant(math.comb, math.perm, math.factorial, math.gcd, math.lcm, math.isqrt, effects=NUMBER)
constant(math.ulp, effects=NUMBER)

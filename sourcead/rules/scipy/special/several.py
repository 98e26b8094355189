# mypy: allow-untyped-defs, allow-untyped-calls
"""`scipy.special`: functions with several results, sums of exponentials."""

from __future__ import annotations

import math

import numpy as np
from scipy import special

from sourcead.ir.kinds import Array, Np, Py, Tuple, Unknown, broadcast_dims
from sourcead.ir.nodes import Const
from sourcead.rules.forms import constant, forward_rule, helper, of_real_numbers, reverse_rule
from sourcead.rules.numpy.samples import call
from sourcead.rules.registry import lookup
from sourcead.rules.scipy.kinds import stretched_like
from sourcead.runtime.scipy_elliptic import ellipkinc_in_m

# ---- several results -----------------------------------------------------------------------


def _points(rng):
    return [call(rng.uniform(0.3, 2.5, (2, 3))), call(1.3), call(np.array(0.7))]


def combined(y_bar, slopes):
    """The sum of `y_bar[i] * slopes[i]` over the results that something flows back from."""
    return sum(bar * slope for bar, slope in zip(y_bar, slopes) if bar is not None)


@reverse_rule(special.sici, wrt=("x",), samples=_points)
@helper
def sici(y_bar, y, x):
    return combined(y_bar, (np.sinc(x / math.pi), np.cos(x) / x))


@forward_rule(special.sici)
def sici_tangent(y, x, *, x_dot):
    return np.sinc(x / math.pi) * x_dot, np.cos(x) / x * x_dot


@reverse_rule(special.shichi, wrt=("x",), samples=_points)
@helper
def shichi(y_bar, y, x):
    """sinh(x) / x is exprel(2 x) exp(-x), also at 0."""
    return combined(y_bar, (special.exprel(2.0 * x) * np.exp(-x), np.cosh(x) / x))


@forward_rule(special.shichi)
def shichi_tangent(y, x, *, x_dot):
    return special.exprel(2.0 * x) * np.exp(-x) * x_dot, np.cosh(x) / x * x_dot


@reverse_rule(special.fresnel, wrt=("z",), samples=_points)
@helper
def fresnel(y_bar, y, z):
    return combined(y_bar, (np.sin(0.5 * math.pi * z * z), np.cos(0.5 * math.pi * z * z)))


@forward_rule(special.fresnel)
def fresnel_tangent(y, z, *, z_dot):
    return np.sin(0.5 * math.pi * z * z) * z_dot, np.cos(0.5 * math.pi * z * z) * z_dot


def _around_zero(rng):
    return [call(rng.uniform(-2.5, 2.5, (2, 3))), call(1.3), call(np.array(-0.7))]


@reverse_rule(special.airy, wrt=("z",), samples=_around_zero)
@helper
def airy(y_bar, y, z):
    """`(Ai, Ai', Bi, Bi')`, with f'' = z f."""
    return combined(y_bar, (y[1], z * y[0], y[3], z * y[2]))


@forward_rule(special.airy)
def airy_tangent(y, z, *, z_dot):
    return y[1] * z_dot, z * y[0] * z_dot, y[3] * z_dot, z * y[2] * z_dot


def _airye_slopes(y, z):
    """Ai is scaled by exp(2/3 z**1.5), Bi by exp(-|Re(2/3 z**1.5)|), which is 1 for z < 0."""
    root = np.sqrt(np.maximum(z, 0.0))
    return y[1] + root * y[0], z * y[0] + root * y[1], y[3] - root * y[2], z * y[2] - root * y[3]


@reverse_rule(special.airye, wrt=("z",), samples=_points)
@helper
def airye(y_bar, y, z):
    return combined(y_bar, _airye_slopes(y, z))


@forward_rule(special.airye)
@helper
def airye_tangent(y, z, *, z_dot):
    slopes = _airye_slopes(y, z)
    return slopes[0] * z_dot, slopes[1] * z_dot, slopes[2] * z_dot, slopes[3] * z_dot


def _arguments_of_ellipj(rng):
    m = rng.uniform(0.1, 0.9, (2, 3))
    return [
        call(rng.uniform(-3.0, 3.0, (2, 3)), m),
        call(0.7, 0.4),
        call(rng.normal(size=3), 0.3),
        call(0.7, m),
    ]


def _ellipj_in_m(y, m):
    """From F(am, m) = u: the amplitude moves by -dn dF/dm."""
    sn, cn, dn, am = y
    am_m = -dn * ellipkinc_in_m(am, m)
    return cn * am_m, -sn * am_m, -0.5 * sn * (sn + 2.0 * m * cn * am_m) / dn, am_m


def _four(*given):
    """Results of the shape and precision that the arguments have together."""
    if not all(isinstance(k, (Array, Const, Np, Py)) for k in given):
        return Unknown()
    said = [k.dtype for k in given if isinstance(k, (Array, Np))]
    dtype = str(np.result_type(*said, np.float32)) if said else "float64"
    arrays = [k.dims for k in given if isinstance(k, Array)]
    one = Array(dtype, broadcast_dims(arrays)) if arrays else Np(dtype)
    return Tuple((one,) * 4)


@reverse_rule(special.ellipj, wrt=("u", "m"), samples=_arguments_of_ellipj, kind=_four)
@helper
def ellipj(y_bar, y, u, m):
    sn, cn, dn, _ = y
    in_u = (cn * dn, -sn * dn, -m * sn * cn, dn)
    return combined(y_bar, in_u), combined(y_bar, _ellipj_in_m(y, m))


@forward_rule(special.ellipj)
@helper
def ellipj_tangent(y, u, m, *, u_dot, m_dot):
    sn, cn, dn, _ = y
    along = [0.0, 0.0, 0.0, 0.0]
    if u_dot is not None:
        along = [slope * u_dot for slope in (cn * dn, -sn * dn, -m * sn * cn, dn)]
    if m_dot is not None:
        along = [a + slope * m_dot for a, slope in zip(along, _ellipj_in_m(y, m))]
    return tuple(along)


for _named, _kind in (
    (ellipj, stretched_like(2, 2, 3)),
    (ellipj_tangent, stretched_like(4, 1, 2)),
):
    _helper = lookup(_named)
    assert _helper is not None
    _helper.kind = _kind

# ---- sums of exponentials ------------------------------------------------------------------


def _summands(rng):
    a = rng.normal(size=(2, 3))
    return [
        call(a),
        call(a, keepdims=True),
        call(a, axis=0),
        call(a, axis=-1, keepdims=True),
        call(a, axis=(0, 1)),
        call(a + 1000.0, axis=1),
        call(np.array([0.3, -np.inf, 0.8])),
        call(a, b=np.abs(rng.normal(size=(2, 3)))),
        call(a, 1, np.abs(rng.normal(size=3))),
        call(a, axis=1, b=rng.normal(size=(2, 3)), return_sign=True),
        call(a, axis=1, b=rng.normal(size=(2, 1)), keepdims=True, return_sign=True),
        call(0.7),
    ]


def _shares(y, a, axis, b, keepdims, return_sign):
    """exp(a - y), with the sign of the sum, and y spread over the axes that were summed."""
    total, sign = y if return_sign else (y, 1.0)
    if axis is not None and not keepdims:
        total = np.expand_dims(total, axis)
        sign = np.expand_dims(sign, axis) if return_sign else 1.0
    # A sum of nothing but zeros has y = -inf, and -inf - -inf is NaN.
    above = a - np.where(np.isneginf(total), 0.0, total)
    if b is not None:  # a weight of zero leaves out what may overflow
        above = np.where(np.equal(b, 0.0) & (above > 0.0), -np.inf, above)
    return sign * np.exp(above)


@reverse_rule(special.logsumexp, wrt=("a", "b"), samples=_summands)
@helper
def logsumexp(y_bar, y, a, axis=None, b=None, keepdims=False, return_sign=False):
    """Entries of -inf have slope 0, and so has everything where all entries are -inf."""
    if return_sign:
        y_bar = np.zeros_like(y[0]) if y_bar[0] is None else y_bar[0]
    if axis is not None and not keepdims:
        y_bar = np.expand_dims(y_bar, axis)
    b_bar = y_bar * _shares(y, a, axis, b, keepdims, return_sign)
    return (b_bar, None) if b is None else (b * b_bar, b_bar)


@forward_rule(special.logsumexp)
@helper
def logsumexp_tangent(y, a, axis=None, b=None, keepdims=False, return_sign=False, *, a_dot, b_dot):
    shares = _shares(y, a, axis, b, keepdims, return_sign)
    moved = 0.0 if a_dot is None else a_dot if b is None else b * a_dot
    moved = moved if b_dot is None else moved + b_dot
    y_dot = np.sum(shares * moved, axis=axis, keepdims=keepdims)
    return (y_dot, np.zeros_like(y_dot)) if return_sign else y_dot


def _with_axes(rng):
    x = rng.normal(size=(2, 3))
    return [call(x), call(x, axis=0), call(x, axis=-1), call(x, axis=(0, 1)), call(x[0])]


@reverse_rule(special.softmax, wrt=("x",), samples=_with_axes)
def softmax(y_bar, y, x, axis=None):
    return y * (y_bar - np.sum(y * y_bar, axis=axis, keepdims=True))


@forward_rule(special.softmax)
def softmax_tangent(y, x, axis=None, *, x_dot):
    return y * (x_dot - np.sum(y * x_dot, axis=axis, keepdims=True))


@reverse_rule(special.log_softmax, wrt=("x",), samples=_with_axes)
def log_softmax(y_bar, y, x, axis=None):
    return y_bar - np.exp(y) * np.sum(y_bar, axis=axis, keepdims=True)


@forward_rule(special.log_softmax)
def log_softmax_tangent(y, x, axis=None, *, x_dot):
    return x_dot - np.sum(np.exp(y) * x_dot, axis=axis, keepdims=True)


# ---- results that do not vary --------------------------------------------------------------

constant(special.gammasgn, special.round)


of_real_numbers(special.airye, special.shichi, special.logsumexp)

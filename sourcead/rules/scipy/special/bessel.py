# mypy: allow-untyped-defs, allow-untyped-calls
"""`scipy.special`: Bessel functions."""

from __future__ import annotations

import math

import numpy as np
from scipy import special

from sourcead.rules.forms import elementwise

# ---- Bessel functions ----------------------------------------------------------------------
# The order is not differentiated.  Differences of neighbouring orders, not y0 - y1 / x: finite at 0.


@elementwise(special.j0)
def j0(y, x):
    return -special.j1(x)


@elementwise(special.j1)
def j1(y, x):
    return 0.5 * (special.j0(x) - special.jv(2, x))


@elementwise(special.y0, domain="positive")
def y0(y, x):
    return -special.y1(x)


@elementwise(special.y1, domain="positive")
def y1(y, x):
    return 0.5 * (special.y0(x) - special.yv(2, x))


@elementwise(special.i0)
def i0(y, x):
    return special.i1(x)


@elementwise(special.i1)
def i1(y, x):
    return 0.5 * (special.i0(x) + special.iv(2, x))


@elementwise(special.i0e)
def i0e(y, x):
    return special.i1e(x) - np.sign(x) * y


@elementwise(special.i1e)
def i1e(y, x):
    return 0.5 * (special.i0e(x) + special.ive(2, x)) - np.sign(x) * y


@elementwise(special.k0, domain="positive")
def k0(y, x):
    return -special.k1(x)


@elementwise(special.k1, domain="positive")
def k1(y, x):
    return -0.5 * (special.k0(x) + special.kv(2, x))


@elementwise(special.k0e, domain="positive")
def k0e(y, x):
    return y - special.k1e(x)


@elementwise(special.k1e, domain="positive")
def k1e(y, x):
    return y - 0.5 * (special.k0e(x) + special.kve(2, x))


@elementwise(special.jv, domain=([0, 2, 1.5], "positive"), wrt=("z",))
def jv(y, v, z):
    return 0.5 * (special.jv(v - 1, z) - special.jv(v + 1, z))


@elementwise(special.yn, domain=([0, 2, 2.6], "positive"), wrt=("x",))
def yn(y, n, x):
    n = np.trunc(n)  # as SciPy does
    return 0.5 * (special.yv(n - 1, x) - special.yv(n + 1, x))


@elementwise(special.yv, domain=([0, 2, 1.5], "positive"), wrt=("z",))
def yv(y, v, z):
    return 0.5 * (special.yv(v - 1, z) - special.yv(v + 1, z))


@elementwise(special.iv, domain=([0, 2, 1.5], "positive"), wrt=("z",))
def iv(y, v, z):
    return 0.5 * (special.iv(v - 1, z) + special.iv(v + 1, z))


@elementwise(special.kn, domain=([0, 2, 2.6], "positive"), wrt=("x",))
def kn(y, n, x):
    n = np.trunc(n)
    return -0.5 * (special.kv(n - 1, x) + special.kv(n + 1, x))


@elementwise(special.kv, domain=([0, 2, 1.5], "positive"), wrt=("z",))
def kv(y, v, z):
    return -0.5 * (special.kv(v - 1, z) + special.kv(v + 1, z))


# Scaled by exp(-|Im z|) and exp(-|Re z|), which is not holomorphic: real arguments only.
@elementwise(special.jve, domain=([0, 2, 1.5], "positive"), wrt=("z",), also={"complex": None})
def jve(y, v, z):
    return 0.5 * (special.jve(v - 1, z) - special.jve(v + 1, z))


@elementwise(special.yve, domain=([0, 2, 1.5], "positive"), wrt=("z",), also={"complex": None})
def yve(y, v, z):
    return 0.5 * (special.yve(v - 1, z) - special.yve(v + 1, z))


@elementwise(special.ive, domain=([0, 2, 1.5], "positive"), wrt=("z",), also={"complex": None})
def ive(y, v, z):
    return 0.5 * (special.ive(v - 1, z) + special.ive(v + 1, z)) - np.sign(z) * y


@elementwise(special.kve, domain=([0, 2, 1.5], "positive"), wrt=("z",))
def kve(y, v, z):
    return y - 0.5 * (special.kve(v - 1, z) + special.kve(v + 1, z))


@elementwise(special.hankel1, domain=([0, 2, 1.5], "positive"), wrt=("z",))
def hankel1(y, v, z):
    return 0.5 * (special.hankel1(v - 1, z) - special.hankel1(v + 1, z))


@elementwise(special.hankel2, domain=([0, 2, 1.5], "positive"), wrt=("z",))
def hankel2(y, v, z):
    return 0.5 * (special.hankel2(v - 1, z) - special.hankel2(v + 1, z))


@elementwise(special.hankel1e, domain=([0, 2, 1.5], "positive"), wrt=("z",))
def hankel1e(y, v, z):
    return 0.5 * (special.hankel1e(v - 1, z) - special.hankel1e(v + 1, z)) - 1j * y


@elementwise(special.hankel2e, domain=([0, 2, 1.5], "positive"), wrt=("z",))
def hankel2e(y, v, z):
    return 0.5 * (special.hankel2e(v - 1, z) - special.hankel2e(v + 1, z)) + 1j * y


@elementwise(special.spherical_jn, domain=([0, 1, 3, 1.5], "positive", [False, True]), wrt=("z",))
def spherical_jn(y, n, z, derivative=False):
    n = np.trunc(n)
    if not derivative:
        return special.spherical_jn(n, z, True)
    return (n * (n + 1) / (z * z) - 1.0) * special.spherical_jn(n, z) - 2.0 / z * y


@elementwise(special.spherical_yn, domain=([0, 1, 3, 1.5], "positive", [False, True]), wrt=("z",))
def spherical_yn(y, n, z, derivative=False):
    n = np.trunc(n)
    if not derivative:
        return special.spherical_yn(n, z, True)
    return (n * (n + 1) / (z * z) - 1.0) * special.spherical_yn(n, z) - 2.0 / z * y


@elementwise(special.spherical_in, domain=([0, 1, 3, 1.5], "positive", [False, True]), wrt=("z",))
def spherical_in(y, n, z, derivative=False):
    n = np.trunc(n)
    if not derivative:
        return special.spherical_in(n, z, True)
    return (n * (n + 1) / (z * z) + 1.0) * special.spherical_in(n, z) - 2.0 / z * y


@elementwise(special.spherical_kn, domain=([0, 1, 3, 1.5], "positive", [False, True]), wrt=("z",))
def spherical_kn(y, n, z, derivative=False):
    n = np.trunc(n)
    if not derivative:
        return special.spherical_kn(n, z, True)
    return (n * (n + 1) / (z * z) + 1.0) * special.spherical_kn(n, z) - 2.0 / z * y


# Kelvin functions: x f'' + f' is -x bei, x ber, -x kei and x ker.
@elementwise(special.ber)
def ber(y, x):
    return special.berp(x)


@elementwise(special.bei)
def bei(y, x):
    return special.beip(x)


@elementwise(special.ker, domain="positive")
def ker(y, x):
    return special.kerp(x)


@elementwise(special.kei, domain="positive")
def kei(y, x):
    return special.keip(x)


@elementwise(special.berp)
def berp(y, x):
    return -special.bei(x) - y / np.where(x == 0.0, 1.0, x)


@elementwise(special.beip)
def beip(y, x):
    """At 0 bei is x**2 / 4, so that the slope of its derivative is 1 / 2."""
    return np.where(x == 0.0, 0.5, special.ber(x) - y / np.where(x == 0.0, 1.0, x))


@elementwise(special.kerp, domain="positive")
def kerp(y, x):
    return -special.kei(x) - y / x


@elementwise(special.keip, domain="positive")
def keip(y, x):
    return special.ker(x) - y / x


@elementwise(special.struve, domain=([0, 1, 1.5], "positive"), wrt=("x",))
def struve(y, v, x):
    edge = special.rgamma(v + 1.5) * np.power(0.5 * x, v) / math.sqrt(math.pi)
    return 0.5 * (special.struve(v - 1, x) - special.struve(v + 1, x) + edge)


@elementwise(special.modstruve, domain=([0, 1, 1.5], "positive"), wrt=("x",))
def modstruve(y, v, x):
    edge = special.rgamma(v + 1.5) * np.power(0.5 * x, v) / math.sqrt(math.pi)
    return 0.5 * (special.modstruve(v - 1, x) + special.modstruve(v + 1, x) + edge)


@elementwise(special.itstruve0, domain="positive")
def itstruve0(y, x):
    return special.struve(0, x)

# mypy: allow-untyped-defs, allow-untyped-calls
"""`scipy.special`: integrals of Bessel functions, and solutions of differential equations with their slopes."""

from __future__ import annotations

import numpy as np
from scipy import special

from sourcead.rules.forms import elementwise, forward_rule, helper, refused, reverse_rule
from sourcead.rules.numpy.samples import call, present
from sourcead.rules.scipy.special.several import combined

# ---- integrals -------------------------------------------------------------------------------


def _points(rng):
    return [call(rng.uniform(0.3, 2.5, (2, 3))), call(1.3), call(np.array(0.7))]


@reverse_rule(special.itj0y0, wrt=("x",), samples=_points)
@helper
def itj0y0(y_bar, y, x):
    return combined(y_bar, (special.j0(x), special.y0(x)))


@forward_rule(special.itj0y0)
def itj0y0_tangent(y, x, *, x_dot):
    return special.j0(x) * x_dot, special.y0(x) * x_dot


@reverse_rule(special.iti0k0, wrt=("x",), samples=_points)
@helper
def iti0k0(y_bar, y, x):
    return combined(y_bar, (special.i0(x), special.k0(x)))


@forward_rule(special.iti0k0)
def iti0k0_tangent(y, x, *, x_dot):
    return special.i0(x) * x_dot, special.k0(x) * x_dot


@reverse_rule(special.it2j0y0, wrt=("x",), samples=_points)
@helper
def it2j0y0(y_bar, y, x):
    """Of (1 - J0(t)) / t from 0, and of Y0(t) / t to infinity."""
    return combined(y_bar, ((1.0 - special.j0(x)) / x, -special.y0(x) / x))


@forward_rule(special.it2j0y0)
def it2j0y0_tangent(y, x, *, x_dot):
    return (1.0 - special.j0(x)) / x * x_dot, -special.y0(x) / x * x_dot


@reverse_rule(special.it2i0k0, wrt=("x",), samples=_points)
@helper
def it2i0k0(y_bar, y, x):
    return combined(y_bar, ((special.i0(x) - 1.0) / x, -special.k0(x) / x))


@forward_rule(special.it2i0k0)
def it2i0k0_tangent(y, x, *, x_dot):
    return (special.i0(x) - 1.0) / x * x_dot, -special.k0(x) / x * x_dot


# SciPy's values have seven digits at 2: only near 0 can differences tell.
@reverse_rule(
    special.itairy, wrt=("x",), samples=lambda rng: [call(rng.uniform(0.1, 0.4, 3)), call(0.3)]
)
@helper
def itairy(y_bar, y, x):
    """Of Ai and Bi, from 0 to x and from -x to 0."""
    ahead, behind = special.airy(x), special.airy(-x)
    return combined(y_bar, (ahead[0], ahead[2], behind[0], behind[2]))


@forward_rule(special.itairy)
@helper
def itairy_tangent(y, x, *, x_dot):
    ahead, behind = special.airy(x), special.airy(-x)
    return ahead[0] * x_dot, ahead[2] * x_dot, behind[0] * x_dot, behind[2] * x_dot


@elementwise(special.itmodstruve0, domain="positive")
def itmodstruve0(y, x):
    return special.modstruve(0, x)


@elementwise(special.it2struve0, domain="positive")
def it2struve0(y, x):
    return -special.struve(0, x) / x


# ---- solutions, each with its slope ------------------------------------------------------------


def _orders(rng):
    return [call(1.5, rng.uniform(0.3, 2.5, (2, 3))), call(0.7, 1.3), call(2.0, np.array(0.7))]


@reverse_rule(special.pbdv, wrt=("x",), samples=_orders)
def pbdv(y_bar, y, v, x):
    """Weber's equation, D'' = (x**2 / 4 - v - 1/2) D."""
    return combined(y_bar, (y[1], (0.25 * x * x - v - 0.5) * y[0]))


@forward_rule(special.pbdv)
def pbdv_tangent(y, v, x, *, x_dot):
    return y[1] * x_dot, (0.25 * x * x - v - 0.5) * y[0] * x_dot


@reverse_rule(special.pbvv, wrt=("x",), samples=_orders)
def pbvv(y_bar, y, v, x):
    return combined(y_bar, (y[1], (0.25 * x * x - v - 0.5) * y[0]))


@forward_rule(special.pbvv)
def pbvv_tangent(y, v, x, *, x_dot):
    return y[1] * x_dot, (0.25 * x * x - v - 0.5) * y[0] * x_dot


@reverse_rule(special.pbwa, wrt=("x",), samples=_orders)
def pbwa(y_bar, y, a, x):
    """W'' = (a - x**2 / 4) W."""
    return combined(y_bar, (y[1], (a - 0.25 * x * x) * y[0]))


@forward_rule(special.pbwa)
def pbwa_tangent(y, a, x, *, x_dot):
    return y[1] * x_dot, (a - 0.25 * x * x) * y[0] * x_dot


# ---- others ------------------------------------------------------------------------------------


@elementwise(special.radian, domain=("real", "real", "real"))
def radian(y, d, m, s):
    return np.pi / 180.0, np.pi / 10800.0, np.pi / 648000.0


@elementwise(*present(special, "wright_bessel"), domain=([0.5, 1.5], [1.0, 2.0], (0.2, 1.5)), wrt=("x",))  # fmt: skip
def wright_bessel(y, a, b, x):
    """The series in x**k / (k! gamma(a k + b)), whose slope has b + a for b."""
    return special.wright_bessel(a, b + a, x)


refused(
    special.elliprj, special.kelvin, special.mathieu_a, special.mathieu_b, special.mathieu_cem, special.mathieu_sem,
    special.mathieu_modcem1, special.mathieu_modcem2, special.mathieu_modsem1, special.mathieu_modsem2,
    special.modfresnelm, special.modfresnelp, special.besselpoly, special.lmbda, special.riccati_jn,
    special.riccati_yn, special.mathieu_even_coef, special.mathieu_odd_coef, special.pbdn_seq, special.pbdv_seq,
    special.pbvv_seq, special.obl_cv, special.obl_cv_seq, special.obl_ang1, special.obl_ang1_cv, special.obl_rad1,
    special.obl_rad1_cv, special.obl_rad2, special.obl_rad2_cv, special.pro_cv, special.pro_cv_seq,
    special.pro_ang1, special.pro_ang1_cv, special.pro_rad1, special.pro_rad1_cv, special.pro_rad2,
    special.pro_rad2_cv, special.ellip_harm, special.ellip_harm_2, special.ellip_normal,
    *present(special, "log_wright_bessel"),
    way_out="give it a rule with sourcead.rule",
)  # fmt: skip

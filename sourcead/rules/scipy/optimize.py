# mypy: allow-untyped-defs, allow-untyped-calls
"""`scipy.optimize`: roots and fixed points, by the implicit function theorem.

What is differentiated are the parameters in `args` and all that the function uses from around it (see
`transform/lifting.py`); the start and the bracket have derivative 0.
"""

from __future__ import annotations

import numpy as np
from scipy import optimize

from sourcead.rules.forms import constant, forward_rule, helpers, reverse_rule
from sourcead.rules.numpy.helpers import kind_like
from sourcead.rules.numpy.samples import call
from sourcead.rules.registry import Rule, register
from sourcead.rules.scipy.kinds import array_at, number, one_float, started_at, unknowns
from sourcead.runtime import scipy_implicit
from sourcead.runtime.scipy_implicit import (
    fixed_point_adjoint,
    fixed_point_tangent,
    root_adjoint,
    root_tangent,
    system_adjoint,
    system_tangent,
)

helpers(scipy_implicit)
for _adjoint in (root_adjoint, system_adjoint, fixed_point_adjoint):
    register(Rule(_adjoint.__name__, "source", (_adjoint,), kind=kind_like(_adjoint, "args")))

# ---- one unknown -----------------------------------------------------------------------------


def cubic(x, a, b):
    return x**3 - a * x - b


def _bracketed(rng):
    return [
        call(cubic, 0.5, 4.0, (1.3, 0.7), xtol=1e-15),
        call(cubic, 0.5, 4.0, args=(2.0, 1.0), xtol=1e-15),
    ]


def bracketed_root(
    root_bar,
    root,
    f,
    a,
    b,
    args=(),
    xtol=2e-12,
    rtol=8.88e-16,
    maxiter=100,
    *,
    f_forward,
    f_reverse,
):
    return None, None, root_adjoint(root_bar, root, f_forward, f_reverse, args)


def bracketed_root_tangent(
    root, f, a, b, args=(), xtol=2e-12, rtol=8.88e-16, maxiter=100, *, a_dot, b_dot, args_dot, f_tangent
):  # fmt: skip
    return 0.0 if args_dot is None else root_tangent(root, f_tangent, args, args_dot)


for _function in (optimize.brentq, optimize.brenth, optimize.bisect, optimize.ridder):
    reverse_rule(
        _function,
        wrt=("a", "b", "args"),
        samples=_bracketed,
        kind=number,
        calls={"f": one_float},
    )(bracketed_root)
    forward_rule(_function)(bracketed_root_tangent)


@reverse_rule(
    optimize.toms748,
    wrt=("a", "b", "args"),
    samples=_bracketed,
    kind=number,
    calls={"f": one_float},
)
def toms748(
    root_bar, root, f, a, b, args=(), k=1, xtol=2e-12, rtol=8.88e-16, maxiter=100, *, f_forward, f_reverse
):  # fmt: skip
    return None, None, root_adjoint(root_bar, root, f_forward, f_reverse, args)


@forward_rule(optimize.toms748)
def toms748_tangent(
    root, f, a, b, args=(), k=1, xtol=2e-12, rtol=8.88e-16, maxiter=100, *, a_dot, b_dot, args_dot, f_tangent
):  # fmt: skip
    return 0.0 if args_dot is None else root_tangent(root, f_tangent, args, args_dot)


def _started(rng):
    return [
        call(cubic, 1.5, args=(1.3, 0.7)),
        call(cubic, np.array([1.5, 1.6]), args=(1.3, np.array([0.7, 0.5]))),
    ]


def like_start(kinds):
    return (started_at(None, kinds["x0"]),)


@reverse_rule(
    optimize.newton,
    wrt=("x0", "args"),
    samples=_started,
    kind=started_at,
    calls={"func": like_start, "fprime": like_start, "fprime2": like_start},
)
def newton(
    root_bar, root, func, x0, fprime=None, args=(), tol=1.48e-08, maxiter=50, fprime2=None, x1=None,
    rtol=0.0, *, func_forward, func_reverse
):  # fmt: skip
    """Also for arrays, where every element is an equation of its own."""
    return None, root_adjoint(root_bar, root, func_forward, func_reverse, args)


@forward_rule(optimize.newton)
def newton_tangent(
    root, func, x0, fprime=None, args=(), tol=1.48e-08, maxiter=50, fprime2=None, x1=None, rtol=0.0,
    *, x0_dot, args_dot, func_tangent
):  # fmt: skip
    if args_dot is None:
        return np.zeros_like(root)
    return root_tangent(root, func_tangent, args, args_dot)


# ---- several unknowns ------------------------------------------------------------------------


def circle_and_line(x, a, b):
    return np.array([x[0] ** 2 + x[1] ** 2 - a, x[0] - b * x[1]])


@reverse_rule(
    optimize.fsolve,
    wrt=("x0", "args"),
    kind=unknowns,
    samples=lambda rng: [call(circle_and_line, np.array([1.0, 1.0]), (3.0, 0.7))],
    calls={"func": lambda kinds: (unknowns(None, kinds["x0"]),)},
)
def fsolve(
    x_bar, x, func, x0, args=(), *, xtol=1.49012e-08, maxfev=0, func_forward, func_reverse, func_tangent
):  # fmt: skip
    """One solve with the transposed Jacobian matrix at the root."""
    return None, system_adjoint(x_bar, x, func_forward, func_reverse, func_tangent, args)


@forward_rule(optimize.fsolve)
def fsolve_tangent(
    x, func, x0, args=(), *, xtol=1.49012e-08, maxfev=0, x0_dot, args_dot, func_tangent
):
    if args_dot is None:
        return np.zeros_like(x)
    return system_tangent(x, func_tangent, args, args_dot)


def halfway(x, a):
    return 0.5 * (x + a / x)


def coupled(x, a):
    return np.array([0.5 * np.cos(x[1]) + a, 0.3 * np.sin(x[0])])


@reverse_rule(
    optimize.fixed_point,
    wrt=("x0", "args"),
    kind=array_at,
    samples=lambda rng: [
        call(halfway, 1.2, args=(2.0,), xtol=1e-14),
        call(coupled, np.array([0.5, 0.1]), args=(0.3,), xtol=1e-14),
    ],
    calls={"func": lambda kinds: (array_at(None, kinds["x0"]),)},
)
def fixed_point(
    x_bar, x, func, x0, args=(), xtol=1e-08, maxiter=500, *, func_forward, func_reverse, func_tangent
):  # fmt: skip
    return None, fixed_point_adjoint(x_bar, x, func_forward, func_reverse, func_tangent, args)


@forward_rule(optimize.fixed_point)
def fixed_point_rule_tangent(
    x, func, x0, args=(), xtol=1e-08, maxiter=500, *, x0_dot, args_dot, func_tangent
):
    if args_dot is None:
        return np.zeros_like(x)
    return fixed_point_tangent(x, func_tangent, args, args_dot)


# ---- results that do not vary ----------------------------------------------------------------

constant(optimize.linear_sum_assignment)

# mypy: allow-untyped-defs, allow-untyped-calls
"""`scipy.optimize`: roots and fixed points, by the implicit function theorem.

What is differentiated are the parameters in `args` and all that the function uses from around it (see
`transform/lifting.py`); the start and the bracket have derivative 0.
"""

from __future__ import annotations

import numpy as np
from scipy import optimize
from scipy.optimize import OptimizeResult, RootResults

from sourcead.ir.kinds import Array, Np, Py, Tuple
from sourcead.rules.forms import constant, formula, forward_rule, helpers, refused, reverse_rule
from sourcead.rules.numpy.adjoint_kinds import kind_like
from sourcead.rules.numpy.samples import call
from sourcead.rules.registry import Programs, Rule, register
from sourcead.rules.scipy.kinds import array_at, number, one_float, record, started_at, unknowns
from sourcead.runtime import scipy_implicit
from sourcead.runtime.scipy_implicit import (
    bound_arrays,
    fixed_point_adjoint,
    fixed_point_tangent,
    minimum_adjoint,
    minimum_tangent,
    root_adjoint,
    root_tangent,
    system_adjoint,
    system_tangent,
)

helpers(scipy_implicit)
for _adjoint in (root_adjoint, system_adjoint, fixed_point_adjoint, minimum_adjoint):
    register(Rule(_adjoint.__name__, "source", (_adjoint,), kind=kind_like(_adjoint, "args")))

TESTS = "rules/test_scipy_functions_passed.py"


def as_vector(value):
    """What a system may return: an array, a list of numbers, a number."""
    return np.atleast_1d(np.asarray(value))


def as_vector_or_first(value):
    """The same, where the Jacobian matrix may come along with it (`jac=True`)."""
    return as_vector(value[0] if isinstance(value, tuple) else value)


def as_number(value):
    """The function to minimise, where its gradient may come along with it (`jac=True`)."""
    return value[0] if isinstance(value, tuple) else value


_moved = Rule(
    "minimum_tangent",
    "source",
    (minimum_tangent,),
    kind=lambda x, *rest: Tuple((x, Np("float64", False))),
)
register(_moved)

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


def at_start(kinds):
    return (unknowns(None, kinds["x0"]),)


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
    calls={"func": at_start, "fprime": at_start},
    values={"func": as_vector},
)
def fsolve(
    x_bar, x, func, x0, args=(), fprime=None, *, xtol=1.49012e-08, maxfev=0, func_forward, func_reverse, func_tangent
):  # fmt: skip
    """One solve with the transposed Jacobian matrix at the root."""
    return None, system_adjoint(x_bar, x, func_forward, func_reverse, func_tangent, args)


@forward_rule(optimize.fsolve)
def fsolve_tangent(
    x, func, x0, args=(), fprime=None, *, xtol=1.49012e-08, maxfev=0, x0_dot, args_dot, func_tangent
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


# ---- results with values by attributes -------------------------------------------------------


def root_result(*args, **kwargs):
    return record(RootResults, root=Py(float))


@reverse_rule(
    optimize.root_scalar,
    wrt=("bracket", "x0", "x1", "args"),
    kind=root_result,
    samples=Programs(TESTS, "root_scalar("),
    calls={"f": one_float, "fprime": one_float, "fprime2": one_float},
)
def root_scalar(
    y_bar, y, f, args=(), method=None, bracket=None, fprime=None, fprime2=None, x0=None, x1=None,
    xtol=None, rtol=None, maxiter=None, options=None, *, f_forward, f_reverse
):  # fmt: skip
    return None, None, None, root_adjoint(y_bar[0], y.root, f_forward, f_reverse, args)


@forward_rule(optimize.root_scalar)
def root_scalar_tangent(
    y, f, args=(), method=None, bracket=None, fprime=None, fprime2=None, x0=None, x1=None, xtol=None,
    rtol=None, maxiter=None, options=None, *, bracket_dot, x0_dot, x1_dot, args_dot, f_tangent
):  # fmt: skip
    return (0.0 if args_dot is None else root_tangent(y.root, f_tangent, args, args_dot),)


def system_result(fun, x0, *args, **kwargs):
    return record(OptimizeResult, ("fun", "jac", "fjac", "qtf", "r"), x=unknowns(None, x0))


@reverse_rule(
    optimize.root,
    wrt=("x0", "args"),
    kind=system_result,
    samples=Programs("modes/test_scipy_use.py", "root("),
    calls={"fun": at_start, "jac": at_start},
    values={"fun": as_vector_or_first},
)
def root(
    y_bar, y, fun, x0, args=(), method="hybr", jac=None, tol=None, callback=None, options=None, *,
    fun_forward, fun_reverse, fun_tangent
):  # fmt: skip
    """`.x`: one solve with the transposed Jacobian matrix at the root."""
    return None, system_adjoint(y_bar[0], y.x, fun_forward, fun_reverse, fun_tangent, args)


@forward_rule(optimize.root)
def root_rule_tangent(
    y, fun, x0, args=(), method="hybr", jac=None, tol=None, callback=None, options=None, *, x0_dot,
    args_dot, fun_tangent
):  # fmt: skip
    moved = (
        np.zeros_like(y.x) if args_dot is None else system_tangent(y.x, fun_tangent, args, args_dot)
    )
    return (moved,)


MINIMUM = ("jac", "hess", "hess_inv", "lowest_optimization_result", "grad", "final_simplex", "v")


def minimum_result(fun, x0, *args, **kwargs):
    return record(OptimizeResult, MINIMUM, x=unknowns(None, x0), fun=Np("float64", False))


@reverse_rule(
    optimize.minimize,
    wrt=("x0", "args"),
    kind=minimum_result,
    samples=Programs(TESTS, "minimize("),
    calls={
        "fun": at_start,
        "jac": at_start,
        "hess": at_start,
        "hessp": lambda kinds: (*at_start(kinds), *at_start(kinds)),
    },
    values={"fun": as_number},
)
def minimize(
    y_bar, y, fun, x0, args=(), method=None, jac=None, hess=None, hessp=None, bounds=None, tol=None,
    callback=None, options=None, *, fun_forward, fun_reverse, fun_gradient_forward,
    fun_gradient_reverse, fun_gradient_tangent
):  # fmt: skip
    """`.x` and `.fun`, at a minimum where the Hessian is regular; unknowns at a bound do not move.

    As exact as the minimum found: the gradient is taken to be zero there (the option `gtol`).
    """
    limits = bound_arrays(y.x, bounds)
    return None, minimum_adjoint(
        y_bar[0], y_bar[1], y.x, fun_forward, fun_reverse, fun_gradient_forward, fun_gradient_reverse,
        fun_gradient_tangent, limits, args
    )  # fmt: skip


@forward_rule(optimize.minimize)
def minimize_tangent(
    y, fun, x0, args=(), method=None, jac=None, hess=None, hessp=None, bounds=None, tol=None,
    callback=None, options=None, *, x0_dot, args_dot, fun_tangent, fun_gradient_tangent
):  # fmt: skip
    limits = bound_arrays(y.x, bounds)
    return minimum_tangent(y.x, fun_tangent, fun_gradient_tangent, limits, args, args_dot)


def minimum_alone(*args, **kwargs):
    return Np("float64", False)


def scalar_minimum_result(*args, **kwargs):
    return record(OptimizeResult, x=Np("float64", False), fun=Np("float64", False))


@reverse_rule(
    optimize.minimize_scalar,
    wrt=("bracket", "args"),
    kind=scalar_minimum_result,
    samples=Programs(TESTS, "minimize_scalar("),
    calls={"fun": one_float},
    values={"fun": as_number},
)
def minimize_scalar(
    y_bar, y, fun, bracket=None, bounds=None, args=(), method=None, tol=None, options=None, *,
    fun_forward, fun_reverse, fun_gradient_forward, fun_gradient_reverse, fun_gradient_tangent
):  # fmt: skip
    """`.x` and `.fun`; a minimum at a bound does not move."""
    limits = None if bounds is None else (bounds[0], bounds[1])
    return None, minimum_adjoint(
        y_bar[0], y_bar[1], y.x, fun_forward, fun_reverse, fun_gradient_forward, fun_gradient_reverse,
        fun_gradient_tangent, limits, args
    )  # fmt: skip


@forward_rule(optimize.minimize_scalar)
def minimize_scalar_tangent(
    y, fun, bracket=None, bounds=None, args=(), method=None, tol=None, options=None, *, bracket_dot,
    args_dot, fun_tangent, fun_gradient_tangent
):  # fmt: skip
    limits = None if bounds is None else (bounds[0], bounds[1])
    return minimum_tangent(y.x, fun_tangent, fun_gradient_tangent, limits, args, args_dot)


# ---- older names ------------------------------------------------------------------------------------
#
# What these functions do to find a minimum does not vary with it: the steps of a golden section are
# fractions of the bracket.  `full_output` is theirs alone: `minimize_scalar` tells more.


def _valley(x, a):
    """Its least value is 0, so that a search by values alone finds the place to all digits."""
    return (x - a * a) ** 2 * (2.0 + x)


def _several_tolerances(rng):
    return [call(_valley, (0.7,), tol=1e-12), call(_valley, (0.7,), (-1.0, 1.0), 1e-12)]


@formula(optimize.brent, wrt=("func", "args"), kind=minimum_alone, samples=_several_tolerances)
def brent(func, args=(), brack=None, tol=1.48e-8, *, maxiter=500):
    return optimize.minimize_scalar(func, bracket=brack, args=args, method="brent", tol=tol).x


@formula(optimize.golden, wrt=("func", "args"), kind=minimum_alone, samples=_several_tolerances)
def golden(func, args=(), brack=None, tol=1.4901161193847656e-8, *, maxiter=5000):
    return optimize.minimize_scalar(func, bracket=brack, args=args, method="golden", tol=tol).x


@formula(
    optimize.fminbound,
    wrt=("func", "args"),
    kind=minimum_alone,
    samples=lambda rng: [call(_valley, -1.0, 1.0, (0.7,), 1e-12)],
)
def fminbound(func, x1, x2, args=(), xtol=1e-5, maxfun=500, *, disp=1):
    options = {"xatol": xtol, "maxiter": maxfun}
    return optimize.minimize_scalar(
        func, bounds=(x1, x2), args=args, method="bounded", options=options
    ).x


def fit_result(fun, x0, *args, **kwargs):
    others = ("fun", "jac", "grad", "optimality", "active_mask")
    return record(OptimizeResult, others, x=unknowns(None, x0), cost=Np("float64", False))


def interval(bounds):
    return (bounds.lb, bounds.ub) if hasattr(bounds, "lb") else (bounds[0], bounds[1])


def half_of_squares(residuals):
    """What `least_squares` makes smallest."""
    values = np.atleast_1d(np.asarray(residuals))
    return 0.5 * np.sum(values * values)


@reverse_rule(
    optimize.least_squares,
    wrt=("x0", "args"),
    kind=fit_result,
    samples=Programs(TESTS, "least_squares("),
    calls={"fun": at_start, "jac": at_start},
    values={"fun": half_of_squares},
)
def least_squares(
    y_bar, y, fun, x0, jac="2-point", bounds=None, method="trf", ftol=1e-08, xtol=1e-08, gtol=1e-08,
    x_scale=None, diff_step=None, tr_solver=None, tr_options=None, jac_sparsity=None, max_nfev=None,
    verbose=0, args=(), *, fun_forward, fun_reverse, fun_gradient_forward, fun_gradient_reverse,
    fun_gradient_tangent
):  # fmt: skip
    """`.x` and `.cost`, with the full Hessian matrix of the sum of squares (not only J.T J)."""
    limits = None if bounds is None else interval(bounds)
    return None, minimum_adjoint(
        y_bar[0], y_bar[1], y.x, fun_forward, fun_reverse, fun_gradient_forward, fun_gradient_reverse,
        fun_gradient_tangent, limits, args
    )  # fmt: skip


@forward_rule(optimize.least_squares)
def least_squares_tangent(
    y, fun, x0, jac="2-point", bounds=None, method="trf", ftol=1e-08, xtol=1e-08, gtol=1e-08,
    x_scale=None, diff_step=None, tr_solver=None, tr_options=None, jac_sparsity=None, max_nfev=None,
    verbose=0, args=(), *, x0_dot, args_dot, fun_tangent, fun_gradient_tangent
):  # fmt: skip
    limits = None if bounds is None else interval(bounds)
    return minimum_tangent(y.x, fun_tangent, fun_gradient_tangent, limits, args, args_dot)


# ---- least squares without negative unknowns --------------------------------------------------


def positive_unknowns(A, b, maxiter):
    """The numbers of those unknowns that are not zero."""
    return np.flatnonzero(optimize.nnls(A, b, maxiter=maxiter)[0])


constant(positive_unknowns, kind=lambda A, b, maxiter: Array("int64", (None,)))


def unknowns_and_residual(A, b, **options):
    count = A.dims[1] if isinstance(A, Array) and len(A.dims) == 2 else None
    return Tuple((Array("float64", (count,)), Np("float64", False)))


def _tall(rng):
    table = rng.normal(size=(6, 3))
    return [
        call(table, table @ np.array([1.0, -1.5, 0.7]) + 0.1 * rng.normal(size=6)),
        call(table, table @ np.array([1.0, 0.5, 0.7]) + 0.1 * rng.normal(size=6), maxiter=40),
    ]


@formula(optimize.nnls, wrt=("A", "b"), kind=unknowns_and_residual, samples=_tall)
def nnls(A, b, *, maxiter=None):
    """The least squares of the columns whose unknowns are positive; the others stay at zero."""
    held = positive_unknowns(A, b, maxiter)
    columns = A[:, held]
    x = np.zeros(np.shape(A)[1])
    x[held] = np.linalg.solve(np.transpose(columns) @ columns, np.transpose(columns) @ b)
    return x, np.linalg.norm(A @ x - b)


# ---- refused ---------------------------------------------------------------------------------

refused(
    optimize.lsq_linear,
    way_out="np.linalg.solve of the equations that hold, with which bounds hold from this call",
)  # fmt: skip
refused(optimize.approx_fprime, way_out="sourcead.grad of the function")

# ---- results that do not vary ----------------------------------------------------------------

constant(optimize.linear_sum_assignment)

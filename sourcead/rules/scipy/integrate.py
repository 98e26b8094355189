# mypy: allow-untyped-defs, allow-untyped-calls
"""`scipy.integrate`: integrals of samples, in the samples and in the grid."""

from __future__ import annotations

import numpy as np
from scipy import integrate
from scipy.integrate._ivp.ivp import OdeResult

from sourcead.ir.kinds import Array, Py, Tuple, Unknown
from sourcead.ir.nodes import Const
from sourcead.rules.forms import (
    constant,
    formula,
    forward_rule,
    helper,
    helpers,
    of_real_numbers,
    reverse_rule,
)
from sourcead.rules.numpy.adjoint_kinds import kind_like
from sourcead.rules.numpy.samples import call
from sourcead.rules.registry import Effects, Programs, Rule, register
from sourcead.rules.scipy.kinds import (
    as_double,
    is_single,
    number,
    of_ivp,
    of_path,
    one_float,
    path,
    record,
    two_numbers,
    unknowns,
    vector_integral,
    without_axis,
)
from sourcead.runtime import scipy_implicit, scipy_integrals, scipy_odes, scipy_quadrature
from sourcead.runtime.scipy_integrals import (
    error_of_double_integral,
    error_of_integral,
    error_of_triple_integral,
    holds_single,
    in_double,
    quad_adjoints,
    quad_tangent,
    quad_vec_tangent,
    seed_or_zeros,
)
from sourcead.runtime.scipy_odes import ivp_adjoints, ivp_tangents, ode_adjoints, ode_tangent
from sourcead.runtime.scipy_quadrature import simpson_slopes, steps, to_grid

helpers(scipy_implicit, scipy_integrals, scipy_odes, scipy_quadrature)
_way_out = {"way_out": "take the derivative of a tangent instead (sourcead.jvp, then either mode)"}
register(Rule("ode_adjoints", "general", (ode_adjoints,), kind=of_path, also=_way_out))
register(Rule("ivp_adjoints", "general", (ivp_adjoints,), kind=of_ivp, also=_way_out))
_two_arrays = Tuple((Array("float64", (None,)), Array("float64", (None, None))))
register(Rule("ivp_tangents", "source", (ivp_tangents,), kind=lambda *kinds: _two_arrays))
register(Rule("ode_tangent", "source", (ode_tangent,), kind=kind_like(ode_tangent, "path")))
_limits = kind_like(quad_adjoints, ("a", "b", "args"))
register(Rule("quad_adjoints", "source", (quad_adjoints,), kind=_limits))
register(Rule("seed_or_zeros", "source", (seed_or_zeros,), kind=lambda seed, value: value))
register(Rule("quad_vec_tangent", "source", (quad_vec_tangent,), kind=lambda value, *rest: value))
constant(holds_single, kind=lambda values: Const(is_single(values)))
register(Rule("in_double", "source", (in_double,), kind=as_double))
register(Rule("quad_tangent", "source", (quad_tangent,), kind=number))


def _sampled(rng, sizes=(2, 5, 6)):
    calls = []
    for n in sizes:
        x = np.cumsum(rng.uniform(0.5, 1.5, n))
        y = rng.normal(size=(n, 3))
        calls += [
            call(y[:, 0].copy(), dx=0.7),
            call(y[:, 0].copy(), x=x, dx=1.0),
            call(y, x=x, dx=1.0, axis=0),
            call(y.T.copy(), dx=0.3),
            call(y.T.copy(), x=np.tile(x, (3, 1)), dx=1.0),
        ]
    return calls


@reverse_rule(integrate.trapezoid, wrt=("y", "x", "dx"), samples=_sampled)
@helper
def trapezoid(area_bar, area, y, x=None, dx=1.0, axis=-1):
    h = steps(x, dx, np.shape(y), axis)
    y = np.moveaxis(y, axis, -1)
    bar = np.expand_dims(area_bar, -1)
    halves = np.broadcast_to(0.5 * bar * h, (*y.shape[:-1], y.shape[-1] - 1))
    zero = np.zeros_like(halves[..., :1])
    y_bar = np.concatenate([halves, zero], axis=-1) + np.concatenate([zero, halves], axis=-1)
    x_bar, dx_bar = to_grid(0.5 * bar * (y[..., 1:] + y[..., :-1]), x, dx, axis)
    return np.moveaxis(y_bar, -1, axis), x_bar, dx_bar


@forward_rule(integrate.trapezoid)
@helper
def trapezoid_tangent(area, y, x=None, dx=1.0, axis=-1, *, y_dot, x_dot, dx_dot):
    area_dot = 0.0 if y_dot is None else integrate.trapezoid(y_dot, x, dx, axis)
    if x is None and dx_dot is not None:
        area_dot = area_dot + integrate.trapezoid(y, None, dx_dot, axis)
    if x_dot is not None:
        area_dot = area_dot + integrate.trapezoid(y, x_dot, 1.0, axis)
    return area_dot


@reverse_rule(
    integrate.simpson, wrt=("y", "x", "dx"), samples=lambda rng: _sampled(rng, (2, 3, 4, 7, 8))
)
@helper
def simpson(area_bar, area, y, x=None, *, dx=1.0, axis=-1):
    """Also an even number of points, where the last interval has a rule of its own."""
    h = steps(x, dx, np.shape(y), axis)
    in_y, in_h = simpson_slopes(np.moveaxis(y, axis, -1), h)
    bar = np.expand_dims(area_bar, -1)
    x_bar, dx_bar = to_grid(bar * in_h, x, dx, axis)
    return np.moveaxis(bar * in_y, -1, axis), x_bar, dx_bar


@forward_rule(integrate.simpson)
@helper
def simpson_tangent(area, y, x=None, *, dx=1.0, axis=-1, y_dot, x_dot, dx_dot):
    h = steps(x, dx, np.shape(y), axis)
    in_y, in_h = simpson_slopes(np.moveaxis(y, axis, -1), h)
    area_dot = 0.0 if y_dot is None else np.sum(in_y * np.moveaxis(y_dot, axis, -1), axis=-1)
    if x_dot is not None:
        area_dot = area_dot + np.sum(in_h * steps(x_dot, 1.0, np.shape(y), axis), axis=-1)
    elif x is None and dx_dot is not None:
        area_dot = area_dot + np.sum(in_h, axis=-1) * dx_dot
    return area_dot


def _running(rng):
    return [*_sampled(rng), *[(args, {**kwargs, "initial": 0}) for args, kwargs in _sampled(rng)]]


@reverse_rule(integrate.cumulative_trapezoid, wrt=("y", "x", "dx"), samples=_running)
@helper
def cumulative_trapezoid(area_bar, area, y, x=None, dx=1.0, axis=-1, initial=None):
    h = steps(x, dx, np.shape(y), axis)
    y = np.moveaxis(y, axis, -1)
    bar = np.moveaxis(area_bar, axis, -1)
    bar = bar if initial is None else bar[..., 1:]
    bar = np.flip(np.cumsum(np.flip(bar, -1), axis=-1), -1)
    halves = 0.5 * bar * h
    zero = np.zeros_like(halves[..., :1])
    y_bar = np.concatenate([halves, zero], axis=-1) + np.concatenate([zero, halves], axis=-1)
    x_bar, dx_bar = to_grid(0.5 * bar * (y[..., 1:] + y[..., :-1]), x, dx, axis)
    return np.moveaxis(y_bar, -1, axis), x_bar, dx_bar


@forward_rule(integrate.cumulative_trapezoid)
@helper
def cumulative_trapezoid_tangent(
    area, y, x=None, dx=1.0, axis=-1, initial=None, *, y_dot, x_dot, dx_dot
):
    start = None if initial is None else 0
    area_dot = 0.0 if y_dot is None else integrate.cumulative_trapezoid(y_dot, x, dx, axis, start)
    if x is None and dx_dot is not None:
        area_dot = area_dot + dx_dot * integrate.cumulative_trapezoid(y, None, 1.0, axis, start)
    if x_dot is not None:
        area_dot = area_dot + integrate.cumulative_trapezoid(y, x_dot, 1.0, axis, start)
    return area_dot


@reverse_rule(
    integrate.romb,
    wrt=("y", "dx"),
    kind=without_axis,
    samples=lambda rng: [
        call(rng.normal(size=5), 0.3),
        call(rng.normal(size=(3, 9)), 0.3),
        call(rng.normal(size=(9, 2)), 1.5, axis=0),
    ],
)
def romb(area_bar, area, y, dx=1.0, axis=-1):
    """A weighted sum of the values: the weights are the integrals of the unit vectors."""
    weights = integrate.romb(np.eye(np.shape(y)[axis]), dx)
    y_bar = np.moveaxis(np.expand_dims(area_bar, -1) * weights, -1, axis)
    return y_bar, np.sum(area_bar * area) / dx


@forward_rule(integrate.romb)
def romb_tangent(area, y, dx=1.0, axis=-1, *, y_dot, dx_dot):
    area_dot = 0.0 if y_dot is None else integrate.romb(y_dot, dx, axis)
    return area_dot if dx_dot is None else area_dot + area * dx_dot / dx


def _running_parabolas(rng):
    """Strictly increasing grids; two points are a trapezoid."""
    calls = _sampled(rng, (2, 3, 4, 7))
    return [*calls, *[(args, {**kwargs, "initial": 0.4}) for args, kwargs in calls]]


def _parts(y, h):
    """The integral of the parabola through three points over the first of its two intervals."""
    first, second = h[..., :-1], h[..., 1:]
    share, ratio = first / (first + second), first / second
    bend = share * ratio
    inner = (3.0 - share) * y[..., :-2] + (3.0 + bend + share) * y[..., 1:-1] - bend * y[..., 2:]
    return first / 6.0 * inner


def _running_kind(y, *, initial=None, axis=None, **options):
    """One less along the axis, or as many with a start."""
    if not isinstance(y, Array):
        return Unknown()
    dtype = str(
        np.result_type(np.dtype(y.dtype), np.float32 if y.dtype == "float32" else np.float64)
    )
    return Array(dtype, (None,) * len(y.dims))


def running_parabolas(y, x=None, dx=1.0, axis=-1, initial=None):
    """Each interval with a parabola through its ends and a neighbour: the next one, or the one before."""
    along = np.moveaxis(y, axis, -1)
    count = np.shape(y)[axis] - 1
    h = np.broadcast_to(_widths(x, dx, axis, count), (*np.shape(along)[:-1], count))
    if count < 2:
        pieces = 0.5 * h * (along[..., 1:] + along[..., :-1])
    else:
        ahead = _parts(along, h)
        behind = np.flip(_parts(np.flip(along, -1), np.flip(h, -1)), -1)
        padded = np.concatenate([ahead, behind[..., -1:]], axis=-1)
        shifted = np.concatenate([ahead[..., :1], behind], axis=-1)
        looks_ahead = (np.arange(count) % 2 == 0) & (np.arange(count) < count - 1)
        pieces = np.where(looks_ahead, padded, shifted)
    total = np.cumsum(pieces, axis=-1)
    if initial is not None:
        start = np.broadcast_to(initial, (*np.shape(total)[:-1], 1))
        total = np.concatenate([start, start + total], axis=-1)
    return np.moveaxis(total, -1, axis)


def _widths(x, dx, axis, count):
    if x is None:
        return np.full(count, dx)
    return np.diff(x) if np.ndim(x) == 1 else np.diff(np.moveaxis(x, axis, -1))


if hasattr(integrate, "cumulative_simpson"):  # of later versions

    @formula(integrate.cumulative_simpson, kind=_running_kind, samples=_running_parabolas)
    def cumulative_simpson(y, *, x=None, dx=1.0, axis=-1, initial=None):
        return running_parabolas(y, x, dx, axis, initial)


# ---- integrals of functions --------------------------------------------------------------------


def bell(x, a, b):
    return np.exp(-a * x * x) * np.cos(b * x)


def weighted(x, w):
    return w[0] + w[1] * x + w[2] * x * x


@reverse_rule(
    integrate.quad,
    wrt=("a", "b", "args"),
    kind=two_numbers,
    samples=lambda rng: [
        call(bell, 0.1, 1.5, (0.7, 1.3)),
        call(weighted, 0.0, 1.5, (np.array([1.0, 2.0, 0.5]),)),
        call(bell, -np.inf, np.inf, args=(0.7, 1.3), epsabs=1e-13, epsrel=1e-13),
    ],
    calls={"func": one_float},
    also={"passes": as_double},
)
def quad(
    y_bar, y, func, a, b, args=(), *, epsabs=1.49e-08, epsrel=1.49e-08, limit=50, points=None,
    func_forward, func_reverse
):  # fmt: skip
    """`(integral, error estimate)`: the integral of the slopes; the estimate is constant."""
    if y_bar[0] is None:
        return None, None, None
    return quad_adjoints(y_bar[0], func, func_forward, func_reverse, a, b, args, epsrel, points)


@forward_rule(integrate.quad)
def quad_rule_tangent(
    y, func, a, b, args=(), *, epsabs=1.49e-08, epsrel=1.49e-08, limit=50, points=None,
    a_dot, b_dot, args_dot, func_tangent
):  # fmt: skip
    return quad_tangent(func, func_tangent, a, b, args, epsrel, points, a_dot, b_dot, args_dot), 0.0


def several(x, a, b):
    return np.array([a * x, np.sin(b * x), a * b])


@reverse_rule(
    integrate.quad_vec,
    wrt=("a", "b", "args"),
    samples=lambda rng: [
        call(several, 0.1, 1.5, epsabs=1e-13, epsrel=1e-12, args=(0.7, 1.3)),
        call(bell, 0.1, 1.5, epsabs=1e-13, epsrel=1e-12, args=(0.7, 1.3)),
    ],
    kind=vector_integral,
    calls={"f": one_float},
    also={"passes": as_double},
)
def quad_vec(
    y_bar, y, f, a, b, epsabs=1e-200, epsrel=1e-8, norm="2", cache_size=100e6, limit=10000, workers=1,
    points=None, quadrature=None, *, args=(), f_forward, f_reverse
):  # fmt: skip
    """`(integral, error estimate)` of a vector or a number.

    What the integrand returns may be known only when it runs, and with it, what flows back.
    """
    seed = seed_or_zeros(y_bar[0], y[0])
    return quad_adjoints(seed, f, f_forward, f_reverse, a, b, args, epsrel, points)


@forward_rule(integrate.quad_vec)
def quad_vec_rule_tangent(
    y, f, a, b, epsabs=1e-200, epsrel=1e-8, norm="2", cache_size=100e6, limit=10000, workers=1,
    points=None, quadrature=None, *, args=(), a_dot, b_dot, args_dot, f_tangent
):  # fmt: skip
    value_dot = quad_vec_tangent(
        y[0], f, f_tangent, a, b, args, epsrel, points, a_dot, b_dot, args_dot
    )
    return value_dot, 0.0


def _inner(func, low, high, epsabs, epsrel):
    """The integral over the first variable, a function of the second one."""

    def integral(x, *args):
        bottom = low(x) if callable(low) else low
        top = high(x) if callable(high) else high
        return integrate.quad(func, bottom, top, (x, *args), epsabs=epsabs, epsrel=epsrel)[0]

    return integral


constant(error_of_double_integral, kind=number, effects=Effects("scalar", may_raise=False))


def product(y, x, a, b):
    return np.exp(-a * x * y) + b * x


@formula(
    integrate.dblquad,
    wrt=("func", "a", "b", "gfun", "hfun", "args"),
    kind=two_numbers,
    samples=lambda rng: [
        call(product, 0.1, 1.5, 0.2, 0.9, (0.7, 1.3)),
        call(product, 0.1, 1.5, lambda x: 0.1 * x, lambda x: 1.0 + x * x, (0.7, 1.3)),
    ],
)
def dblquad(func, a, b, gfun, hfun, args=(), epsabs=1.49e-08, epsrel=1.49e-08):
    outer = _inner(func, gfun, hfun, epsabs, epsrel)
    error = error_of_double_integral(func, a, b, gfun, hfun, args, epsabs, epsrel)
    return integrate.quad(outer, a, b, args, epsabs=epsabs, epsrel=epsrel)[0], error


def _innermost(func, low, high, epsabs, epsrel):
    """The integral over the first variable, a function of the second and the third one."""

    def integral(y, x, *args):
        bottom = low(x, y) if callable(low) else low
        top = high(x, y) if callable(high) else high
        return integrate.quad(func, bottom, top, (y, x, *args), epsabs=epsabs, epsrel=epsrel)[0]

    return integral


constant(error_of_triple_integral, kind=number, effects=Effects("scalar", may_raise=False))


def product_of_three(z, y, x, a, b):
    return np.exp(-a * x * y) * z + b * x


@formula(
    integrate.tplquad,
    wrt=("func", "a", "b", "gfun", "hfun", "qfun", "rfun", "args"),
    kind=two_numbers,
    samples=lambda rng: [
        call(product_of_three, 0.1, 1.5, 0.2, 0.9, -0.1, 0.8, (0.7, 1.3)),
    ],
)
def tplquad(func, a, b, gfun, hfun, qfun, rfun, args=(), epsabs=1.49e-08, epsrel=1.49e-08):
    middle = _innermost(func, qfun, rfun, epsabs, epsrel)
    outer = _inner(middle, gfun, hfun, epsabs, epsrel)
    error = error_of_triple_integral(func, a, b, gfun, hfun, qfun, rfun, args, epsabs, epsrel)
    return integrate.quad(outer, a, b, args, epsabs=epsabs, epsrel=epsrel)[0], error


def _over(func, limits):
    """The integral over the first variable, a function of all others."""

    def integral(*others):
        low, high = limits(*others) if callable(limits) else limits
        return integrate.quad(func, low, high, others)[0]

    return integral


constant(error_of_integral, kind=number, effects=Effects("scalar", may_raise=False))


@formula(
    integrate.nquad,
    wrt=("func", "ranges", "args"),
    kind=two_numbers,
    samples=lambda rng: [
        call(product, [(0.2, 0.9), (0.1, 1.5)], (0.7, 1.3)),
    ],
)
def nquad(func, ranges, args=None):
    if len(ranges) > 3:
        raise NotImplementedError(
            "derivatives of nquad: over three variables at most; an integrand that calls nquad itself"
        )
    values = () if args is None else (*args,)
    last = ranges[-1]
    low, high = last(*values) if callable(last) else last
    if len(ranges) == 3:
        inner = _over(_over(func, ranges[0]), ranges[1])
        found, _ = integrate.quad(inner, low, high, values)
    elif len(ranges) == 2:
        found, _ = integrate.quad(_over(func, ranges[0]), low, high, values)
    else:
        found, _ = integrate.quad(func, low, high, values)
    return found, error_of_integral(func, ranges, args)


# ---- differential equations --------------------------------------------------------------------


def pendulum(y, t, damping, stiffness):
    return np.array([y[1], -damping * y[1] - stiffness * np.sin(y[0])])


def as_vector(rate):
    """What the right-hand side may return: an array, a list of numbers, a number."""
    return np.atleast_1d(np.asarray(rate))


@reverse_rule(
    integrate.odeint,
    wrt=("y0", "t", "args"),
    kind=path,
    samples=lambda rng: [
        call(
            pendulum,
            np.array([1.0, 0.2]),
            np.array([0.0, 0.4, 1.0]),
            (0.25, 5.0),
            rtol=1e-13,
            atol=1e-13,
        )
    ],
    calls={
        "func": lambda kinds: (unknowns(None, kinds["y0"]), Py(float)),
        "Dfun": lambda kinds: (unknowns(None, kinds["y0"]), Py(float)),
    },
    values={"func": as_vector},
)
def odeint(
    y_bar, y, func, y0, t, args=(), Dfun=None, *, rtol=1.49e-8, atol=1.49e-8, func_forward, func_reverse
):  # fmt: skip
    """The adjoint equation, solved backwards from output time to output time."""
    return ode_adjoints(y_bar, y, func_forward, func_reverse, 0, t, args, "LSODA", rtol, atol)


@forward_rule(integrate.odeint)
def odeint_tangent(
    y, func, y0, t, args=(), Dfun=None, *, rtol=1.49e-8, atol=1.49e-8, y0_dot, t_dot, args_dot,
    func_tangent
):  # fmt: skip
    return ode_tangent(y, func_tangent, 0, t, args, "LSODA", rtol, atol, y0_dot, t_dot, args_dot)


def swinging(t, y, damping, stiffness):
    return np.array([y[1], -damping * y[1] - stiffness * np.sin(y[0]) + 0.1 * t])


def ode_result(fun, t_span, y0, *args, **kwargs):
    """The times, and a column of the path for each of them."""
    times = kwargs.get("t_eval", args[1] if len(args) > 1 else None)
    times = unknowns(None, None if isinstance(times, Const) else times)
    size, count = unknowns(None, y0).dims[0], times.dims[0]
    path = Array("float64", (size, count))
    return record(OdeResult, ("sol", "t_events", "y_events"), t=times, y=path)


@reverse_rule(
    integrate.solve_ivp,
    wrt=("t_span", "y0", "t_eval", "args"),
    kind=ode_result,
    samples=Programs("rules/test_scipy_functions_passed.py", "solve_ivp("),
    calls={
        "fun": lambda kinds: (Py(float), unknowns(None, kinds["y0"])),
        "jac": lambda kinds: (Py(float), unknowns(None, kinds["y0"])),
    },
    values={"fun": as_vector},
)
def solve_ivp(
    y_bar, y, fun, t_span, y0, method="RK45", t_eval=None, dense_output=False, args=None, *,
    rtol=1e-3, atol=1e-6, max_step=np.inf, first_step=None, jac=None, fun_forward, fun_reverse
):  # fmt: skip
    """The adjoint equation, solved backwards from output time to output time.

    Where the solver chooses the output times (no t_eval), those between the ends are constants; so is
    the step size everywhere.
    """
    values = () if args is None else args
    return ivp_adjoints(
        y_bar[0], y_bar[1], y, fun_forward, fun_reverse, t_span, y0, t_eval, values, method, rtol, atol
    )  # fmt: skip


@forward_rule(integrate.solve_ivp)
def solve_ivp_tangent(
    y, fun, t_span, y0, method="RK45", t_eval=None, dense_output=False, args=None, *,
    rtol=1e-3, atol=1e-6, max_step=np.inf, first_step=None, jac=None, t_span_dot, y0_dot, t_eval_dot,
    args_dot, fun_tangent
):  # fmt: skip
    values = () if args is None else args
    return ivp_tangents(
        y, fun_tangent, t_span, y0, t_eval, values, method, rtol, atol, t_span_dot, y0_dot, t_eval_dot,
        args_dot,
    )  # fmt: skip


of_real_numbers(integrate.odeint, integrate.solve_ivp, integrate.quad, integrate.quad_vec)

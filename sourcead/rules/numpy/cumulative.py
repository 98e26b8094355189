# mypy: allow-untyped-defs, allow-untyped-calls, no-check-untyped-defs
"""Running sums and products, differences, and integrals on a grid."""

from __future__ import annotations

import numpy as np

from sourcead.rules.forms import forward_rule, linear, reverse_rule
from sourcead.rules.numpy.samples import call, methods, present
from sourcead.rules.registry import Effects
from sourcead.runtime.array_products import cumprod_adjoint, cumprod_tangent
from sourcead.runtime.differences import (
    diff_adjoint,
    diff_of_order,
    gradient_adjoints,
    gradient_tangent,
    joined_parts,
    trapezoid_adjoints,
)

# ---- running sums and products -------------------------------------------------------------


def _along(rng):
    return [
        call(rng.normal(size=(4,))),
        call(rng.normal(size=(2, 3))),
        call(rng.normal(size=(2, 3)), axis=0),
        call(rng.normal(size=(2, 3)), axis=-1),
        call(rng.normal(size=(2, 3, 2)), 1),
        call(rng.normal(size=(2, 3)) + 1j * rng.normal(size=(2, 3)), axis=1),
        call(np.zeros((0,))),
    ]


@linear(np.cumsum, *methods("cumsum"), wrt="a", samples=_along)
def cumsum(y_bar, a, axis=None, dtype=None):
    if axis is None:
        return np.reshape(np.cumsum(y_bar[::-1])[::-1], np.shape(a))
    return np.flip(np.cumsum(np.flip(y_bar, axis), axis), axis)


@reverse_rule(
    np.cumprod,
    *methods("cumprod"),
    wrt=("a",),
    samples=lambda rng: [
        *_along(rng),
        call(np.array([2.0, 0.0, 3.0, 4.0])),
        call(np.array([[2.0, 0.0, 3.0], [0.0, 0.0, 5.0]]), axis=1),
        call(np.array([[2.0, 0.0, 3.0], [0.0, 0.0, 5.0]])),
    ],
)
def cumprod(y_bar, y, a, axis=None, dtype=None):
    """Exact with zeros."""
    if axis is None:
        return np.reshape(cumprod_adjoint(y_bar, y, np.ravel(a), 0), np.shape(a))
    return cumprod_adjoint(y_bar, y, a, axis)


@forward_rule(np.cumprod)
def cumprod_forward(y, a, axis=None, dtype=None, *, a_dot):
    if axis is None:
        return cumprod_tangent(y, np.ravel(a), np.ravel(a_dot), 0)
    return cumprod_tangent(y, a, a_dot, axis)


@linear(
    *present(np, "cumulative_sum"),
    wrt="x",
    samples=lambda rng: [
        call(rng.normal(size=(4,))),
        call(rng.normal(size=(4,)), include_initial=True),
        call(rng.normal(size=(2, 3)), axis=-1),
        call(rng.normal(size=(2, 3)), axis=0, include_initial=True),
    ],
)
def cumulative_sum(y_bar, x, *, axis=None, dtype=None, include_initial=False):
    if axis is None:
        axis = 0
    summed = np.flip(np.cumsum(np.flip(y_bar, axis), axis), axis)
    if include_initial:
        return np.delete(summed, 0, axis)
    return summed


@reverse_rule(
    *present(np, "cumulative_prod"),
    wrt=("x",),
    samples=lambda rng: [
        call(rng.normal(size=(4,))),
        call(rng.normal(size=(4,)), include_initial=True),
        call(rng.normal(size=(2, 3)), axis=-1),
        call(rng.normal(size=(2, 3)), axis=0, include_initial=True),
        call(np.array([2.0, 0.0, 3.0])),
    ],
)
def cumulative_prod(y_bar, y, x, *, axis=None, dtype=None, include_initial=False):
    if axis is None:
        axis = 0
    if include_initial:
        return cumprod_adjoint(np.delete(y_bar, 0, axis), np.delete(y, 0, axis), x, axis)
    return cumprod_adjoint(y_bar, y, x, axis)


@forward_rule(*present(np, "cumulative_prod"))
def cumulative_prod_tangent(y, x, *, axis=None, dtype=None, include_initial=False, x_dot):
    if axis is None:
        axis = 0
    if include_initial:
        return np.insert(cumprod_tangent(np.delete(y, 0, axis), x, x_dot, axis), 0, 0.0, axis)
    return cumprod_tangent(y, x, x_dot, axis)


def _with_nan(rng):
    a = rng.normal(size=(3, 4))
    a[0, 1] = a[2, 0] = np.nan
    return [call(a), call(a, axis=0), call(a, axis=-1)]


@reverse_rule(np.nancumsum, wrt=("a",), samples=_with_nan)
def nancumsum(y_bar, y, a, axis=None, dtype=None):
    if axis is None:
        a_bar = np.reshape(np.cumsum(y_bar[::-1])[::-1], np.shape(a))
    else:
        a_bar = np.flip(np.cumsum(np.flip(y_bar, axis), axis), axis)
    return np.where(np.isnan(a), 0.0, a_bar)


@forward_rule(np.nancumsum)
def nancumsum_tangent(y, a, axis=None, dtype=None, *, a_dot):
    return np.cumsum(np.where(np.isnan(a), 0.0, a_dot), axis)


@reverse_rule(np.nancumprod, wrt=("a",), samples=_with_nan)
def nancumprod(y_bar, y, a, axis=None, dtype=None):
    factors = np.where(np.isnan(a), 1.0, a)
    if axis is None:
        a_bar = np.reshape(cumprod_adjoint(y_bar, y, np.ravel(factors), 0), np.shape(a))
    else:
        a_bar = cumprod_adjoint(y_bar, y, factors, axis)
    return np.where(np.isnan(a), 0.0, a_bar)


@forward_rule(np.nancumprod)
def nancumprod_tangent(y, a, axis=None, dtype=None, *, a_dot):
    factors = np.where(np.isnan(a), 1.0, a)
    a_dot = np.where(np.isnan(a), 0.0, a_dot)
    if axis is None:
        return cumprod_tangent(y, np.ravel(factors), np.ravel(a_dot), 0)
    return cumprod_tangent(y, factors, a_dot, axis)


# ---- differences ---------------------------------------------------------------------------


@reverse_rule(
    diff_of_order,
    wrt=("a", "prepend", "append"),
    samples=lambda rng: [
        call(rng.normal(size=(5,)), 0),
        call(rng.normal(size=(2, 3)), n=2, axis=0),
        call(rng.normal(size=(2, 3)), prepend=1.5, append=2.5),
    ],
    effects=Effects(returns="maybe"),
)
@reverse_rule(
    np.diff,
    wrt=("a", "prepend", "append"),
    samples=lambda rng: [
        call(rng.normal(size=(5,))),
        call(rng.normal(size=(5,)), 2),
        call(rng.normal(size=(3, 4))),
        call(rng.normal(size=(3, 4)), axis=0),
        call(rng.normal(size=(4, 4)), n=3, axis=0),
        call(rng.normal(size=(2, 3)), prepend=1.5, append=2.5),
        call(rng.normal(size=(2, 3)), n=2, axis=0, prepend=rng.normal(size=(1, 3))),
        call(rng.normal(size=(2, 3)), append=rng.normal(size=(2, 2))),
    ],
)
def diff(y_bar, y, a, n=1, axis=-1, prepend=None, append=None):
    if prepend is None and append is None:
        return diff_adjoint(y_bar, n, axis, np.shape(a)[axis]), None, None
    joined_bar = diff_adjoint(y_bar, n, axis)
    prepend_bar, a_bar, append_bar = joined_parts(joined_bar, prepend, a, append, axis)
    return a_bar, prepend_bar, append_bar


@forward_rule(diff_of_order)
@forward_rule(np.diff)
def diff_tangent(y, a, n=1, axis=-1, prepend=None, append=None, *, a_dot, prepend_dot, append_dot):
    if a_dot is None:
        a_dot = np.zeros_like(a)
    if prepend is None and append is None:
        return np.diff(a_dot, n, axis)
    if prepend is not None and prepend_dot is None:
        prepend_dot = np.zeros_like(prepend)
    if append is not None and append_dot is None:
        append_dot = np.zeros_like(append)
    if prepend is None:
        return np.diff(a_dot, n, axis, append=append_dot)
    if append is None:
        return np.diff(a_dot, n, axis, prepend=prepend_dot)
    return np.diff(a_dot, n, axis, prepend=prepend_dot, append=append_dot)


@reverse_rule(
    np.ediff1d,
    wrt=("ary", "to_end", "to_begin"),
    samples=lambda rng: [
        call(rng.normal(size=(5,))),
        call(rng.normal(size=(2, 3))),
        call(rng.normal(size=(5,)), to_end=1.5, to_begin=rng.normal(size=(2,))),
    ],
)
def ediff1d(y_bar, y, ary, to_end=None, to_begin=None):
    before = 0 if to_begin is None else np.size(to_begin)
    after = before + max(np.size(ary) - 1, 0)
    ary_bar = np.reshape(diff_adjoint(y_bar[before:after], 1, 0)[: np.size(ary)], np.shape(ary))
    if to_end is not None:
        to_end_bar = np.reshape(y_bar[after:], np.shape(to_end))
    else:
        to_end_bar = None
    if to_begin is not None:
        to_begin_bar = np.reshape(y_bar[:before], np.shape(to_begin))
    else:
        to_begin_bar = None
    return ary_bar, to_end_bar, to_begin_bar


@forward_rule(np.ediff1d)
def ediff1d_tangent(y, ary, to_end=None, to_begin=None, *, ary_dot, to_end_dot, to_begin_dot):
    if ary_dot is None:
        ary_dot = np.zeros_like(ary)
    y_dot = np.diff(np.ravel(ary_dot))
    if to_begin is not None:
        to_begin_dot = np.zeros_like(to_begin) if to_begin_dot is None else to_begin_dot
        y_dot = np.append(to_begin_dot, y_dot)
    if to_end is not None:
        to_end_dot = np.zeros_like(to_end) if to_end_dot is None else to_end_dot
        y_dot = np.append(y_dot, to_end_dot)
    return y_dot


def _grids(rng):
    def grid(n):
        return np.cumsum(rng.uniform(0.5, 1.5, n))

    return [
        call(rng.normal(size=(5,))),
        call(rng.normal(size=(2,))),
        call(rng.normal(size=(5,)), 0.5),
        call(rng.normal(size=(5,)), grid(5)),
        call(rng.normal(size=(5,)), 0.5, edge_order=2),
        call(rng.normal(size=(5,)), grid(5), edge_order=2),
        call(rng.normal(size=(3,)), grid(3)),
        call(rng.normal(size=(4, 3))),
        call(rng.normal(size=(4, 3)), 0.5),
        call(rng.normal(size=(4, 3)), 0.5, grid(3)),
        call(rng.normal(size=(4, 3)), grid(4), axis=0),
        call(rng.normal(size=(4, 3)), 0.5, axis=(1,)),
        call(rng.normal(size=(2, 4, 3)), 0.5, grid(4), axis=(2, 1), edge_order=2),
    ]


@reverse_rule(np.gradient, wrt=("f", "varargs"), samples=_grids)
def gradient(y_bar, y, f, *varargs, axis=None, edge_order=1):
    f_bar, spacing_bar = gradient_adjoints(y_bar, f, varargs, axis, edge_order)
    return f_bar, spacing_bar


@forward_rule(np.gradient)
def gradient_forward(y, f, *varargs, axis=None, edge_order=1, f_dot, varargs_dot):
    return gradient_tangent(f, varargs, axis, edge_order, f_dot, varargs_dot)


# ---- integrals -----------------------------------------------------------------------------


@reverse_rule(
    *present(np, "trapezoid", "trapz"),
    wrt=("y", "x", "dx"),
    samples=lambda rng: [
        call(rng.normal(size=(5,))),
        call(rng.normal(size=(5,)), dx=0.5),
        call(rng.normal(size=(5,)), rng.normal(size=(5,))),
        call(rng.normal(size=(3, 4)), dx=0.5, axis=0),
        call(rng.normal(size=(3, 4)), rng.normal(size=(4,))),
        call(rng.normal(size=(3, 4)), rng.normal(size=(3,)), axis=0),
        call(rng.normal(size=(3, 4)), rng.normal(size=(3, 4)), axis=0),
        call(rng.normal(size=(1,))),
    ],
)
def trapezoid(out_bar, out, y, x=None, dx=1.0, axis=-1):
    y_bar, x_bar, dx_bar = trapezoid_adjoints(out_bar, y, x, dx, axis)
    return y_bar, x_bar, dx_bar


@forward_rule(*present(np, "trapezoid", "trapz")[:1])
def trapezoid_tangent(out, y, x=None, dx=1.0, axis=-1, *, y_dot, x_dot, dx_dot):
    integrate = getattr(np, "trapezoid", None) or np.trapz
    out_dot = 0.0
    if y_dot is not None:
        out_dot = integrate(y_dot, x, dx, axis)
    if x_dot is not None:
        out_dot = out_dot + integrate(y, x_dot, axis=axis)
    if dx_dot is not None and x is None:
        out_dot = out_dot + integrate(y, axis=axis) * dx_dot
    return out_dot

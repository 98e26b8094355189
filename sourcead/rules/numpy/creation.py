# mypy: allow-untyped-defs, allow-untyped-calls, no-check-untyped-defs
"""New arrays, and what is constant whatever it is asked about: shapes, tests, types."""

from __future__ import annotations

import numpy as np

from sourcead.ir.nodes import Ref
from sourcead.rules.forms import constant, forward_rule, linear, reverse_rule
from sourcead.rules.numpy import kinds
from sourcead.rules.numpy.decided import common_dtype, is_complex, is_iterable, is_real, size
from sourcead.rules.numpy.samples import call, methods
from sourcead.rules.registry import Effects
from sourcead.runtime.ramps import (
    geometric_adjoints,
    geometric_tangent,
    logarithmic_adjoints,
    logarithmic_tangent,
    ramp,
)
from sourcead.runtime.special import bessel_i

# ---- arrays whose content is known ---------------------------------------------------------

constant(
    np.zeros,
    np.ones,
    np.empty,
    np.zeros_like,
    np.ones_like,
    np.empty_like,
    np.eye,
    np.identity,
    np.tri,
    np.hanning,
    np.hamming,
    np.blackman,
    np.bartlett,
    np.ndarray,
)

# ---- shapes, sizes, types ------------------------------------------------------------------

constant(np.shape, np.ndim, np.broadcast_shapes, np.isscalar)
constant(np.size, kind=size)
if hasattr(np.ndarray, "__array_namespace__"):  # NumPy 2
    constant(np.ndarray.__array_namespace__, kind=lambda *args, **options: Ref("np", np))
constant(np.result_type, kind=common_dtype)
constant(np.iscomplexobj, kind=is_complex)
constant(np.isrealobj, kind=is_real)
constant(np.issubdtype, np.can_cast, np.promote_types)
constant(np.min_scalar_type, np.common_type, np.finfo, np.iinfo, np.dtype)
constant(np.iterable, kind=is_iterable)
constant(np.isfortran, np.shares_memory, np.may_share_memory)
constant(
    *methods("shape", "size", "ndim", "dtype", "strides", "itemsize", "nbytes", "flags", "__len__")
)
constant(np.bool_, *{np.dtype(code).type for code in "bhilqBHILQ"})

# ---- tests ---------------------------------------------------------------------------------

constant(np.less, np.less_equal, np.greater, np.greater_equal, np.equal, np.not_equal)
constant(np.logical_and, np.logical_or, np.logical_not, np.logical_xor)
constant(np.isnan, np.isfinite, np.isinf, np.isneginf, np.isposinf, np.isreal, np.iscomplex)
constant(np.isclose, np.allclose, np.array_equal, np.array_equiv, np.isin)
constant(np.bitwise_and, np.bitwise_or, np.bitwise_xor, np.invert, np.left_shift, np.right_shift)
constant(np.gcd, np.lcm)

# ---- text, files, settings -----------------------------------------------------------------

constant(
    np.array_str,
    np.array_repr,
    np.array2string,
    np.format_float_positional,
    np.format_float_scientific,
)
constant(
    np.errstate,
    np.seterr,
    np.geterr,
    np.set_printoptions,
    np.get_printoptions,
    np.printoptions,
    np.save,
    np.savez,
    np.savez_compressed,
    np.savetxt,
    *methods("tobytes", "tofile", "dumps"),
    effects=Effects(pure=False),
)


# ---- numbers of NumPy's types --------------------------------------------------------------


@linear(
    *{np.dtype(code).type: None for code in "dfgDFG"},
    wrt="x",
    samples=lambda rng: [call(1.5), call(np.float32(1.5)), call(rng.normal(size=(2, 3)))],
    effects=Effects(returns="maybe"),  # of an array of that type: itself
)
def convert(y_bar, x):
    return y_bar


# ---- filled arrays -------------------------------------------------------------------------


@linear(
    np.full,
    wrt="fill_value",
    samples=lambda rng: [
        call((2, 3), 1.5),
        call(4, 1.5),
        call((2, 3), rng.normal(size=(3,))),
        call((2, 3), rng.normal(size=(2, 1)), dtype=np.float32),
        call((0, 3), 1.5),
    ],
    kind=kinds.full,
)
def full(y_bar, shape, fill_value, dtype=None, order="C"):
    return y_bar


@reverse_rule(
    np.full_like,
    wrt=("a", "fill_value"),
    samples=lambda rng: [
        call(rng.normal(size=(2, 3)), 1.5),
        call(rng.normal(size=(2, 3)), rng.normal(size=(3,))),
        call(rng.normal(size=(2, 3)).astype(np.float32), 1.5),
        call(rng.normal(size=(2, 3)), 1.5, shape=(4,)),
    ],
)
def full_like(y_bar, y, a, fill_value, dtype=None, order="K", subok=True, shape=None):
    return None, y_bar


@forward_rule(np.full_like)
def full_like_tangent(
    y, a, fill_value, dtype=None, order="K", subok=True, shape=None, *, a_dot, fill_value_dot
):
    if fill_value_dot is None:
        return None
    return np.full_like(y, fill_value_dot)


# ---- evenly spaced -------------------------------------------------------------------------


@reverse_rule(
    np.arange,
    wrt=("start", "stop", "step"),
    samples=lambda rng: [
        call(4.3),
        call(0.5, 4.3),
        call(0.5, 4.3, 0.7),
        call(2.5, -1.3, step=-0.6),
    ],
)
def arange(y_bar, y, start, stop=None, step=None, dtype=None):
    """y[i] = start + i * step; the end only decides how many there are."""
    if stop is None:
        return None, None, None
    places = np.arange(np.size(y), dtype=np.result_type(y))
    return np.sum(y_bar), None, np.sum(y_bar * places)


@forward_rule(np.arange)
def arange_tangent(y, start, stop=None, step=None, dtype=None, *, start_dot, stop_dot, step_dot):
    if stop is None:
        return None
    y_dot = np.zeros_like(y)
    if start_dot is not None:
        y_dot = y_dot + start_dot
    if step_dot is not None:
        y_dot = y_dot + np.arange(np.size(y), dtype=np.result_type(y)) * step_dot
    return y_dot


def _ends(rng):
    return [
        call(0.5, 2.5),
        call(0.5, 2.5, 5),
        call(0.5, 2.5, 5, endpoint=False),
        call(0.5, 2.5, 1),
        call(0.5, 2.5, 0),
        call(np.array([0.5, 1.0]), 2.5, 4),
        call(np.array([0.5, 1.0]), np.array([[2.0], [3.0]]), 4, axis=-1),
    ]


@reverse_rule(
    np.linspace,
    wrt=("start", "stop"),
    samples=lambda rng: [
        *_ends(rng),
        call(0.5, 2.5, 5, retstep=True),
        call(0.5, 2.5, 5, False, True),
    ],
)
def linspace(y_bar, y, start, stop, num=50, endpoint=True, retstep=False, dtype=None, axis=0):
    step_bar = None
    if retstep:
        y_bar, step_bar = y_bar
    start_bar = 0.0
    stop_bar = 0.0
    if y_bar is not None:
        y_bar = np.moveaxis(y_bar, axis, -1)
        share = ramp(num, endpoint, np.result_type(y_bar))
        start_bar = np.sum(y_bar * (1.0 - share), axis=-1)
        stop_bar = np.sum(y_bar * share, axis=-1)
    if step_bar is not None:
        steps = num - 1 if endpoint else num
        start_bar = start_bar - step_bar / steps
        stop_bar = stop_bar + step_bar / steps
    return start_bar, stop_bar


@forward_rule(np.linspace)
def linspace_tangent(
    y, start, stop, num=50, endpoint=True, retstep=False, dtype=None, axis=0, *, start_dot, stop_dot
):
    if start_dot is None:
        start_dot = np.zeros(np.shape(start))
    if stop_dot is None:
        stop_dot = np.zeros(np.shape(stop))
    return np.linspace(start_dot, stop_dot, num, endpoint, retstep, axis=axis)


@reverse_rule(
    np.logspace,
    wrt=("start", "stop", "base"),
    samples=lambda rng: [*_ends(rng), call(0.5, 1.5, 4, base=2.5), call(0.5, 1.5, 4, True, 3.0)],
)
def logspace(y_bar, y, start, stop, num=50, endpoint=True, base=10.0, dtype=None, axis=0):
    start_bar, stop_bar, base_bar = logarithmic_adjoints(
        y_bar, y, start, stop, num, endpoint, base, axis
    )
    return start_bar, stop_bar, base_bar


@forward_rule(np.logspace)
def logspace_tangent(
    y,
    start,
    stop,
    num=50,
    endpoint=True,
    base=10.0,
    dtype=None,
    axis=0,
    *,
    start_dot,
    stop_dot,
    base_dot,
):
    return logarithmic_tangent(
        y, start, stop, num, endpoint, base, axis, start_dot, stop_dot, base_dot
    )


@reverse_rule(np.geomspace, wrt=("start", "stop"), samples=_ends)
def geomspace(y_bar, y, start, stop, num=50, endpoint=True, dtype=None, axis=0):
    start_bar, stop_bar = geometric_adjoints(y_bar, y, start, stop, num, endpoint, axis)
    return start_bar, stop_bar


@forward_rule(np.geomspace)
def geomspace_tangent(
    y, start, stop, num=50, endpoint=True, dtype=None, axis=0, *, start_dot, stop_dot
):
    return geometric_tangent(y, start, stop, num, endpoint, axis, start_dot, stop_dot)


@reverse_rule(
    np.kaiser, wrt=("beta",), samples=lambda rng: [call(5, 3.5), call(4, 2.0), call(1, 2.0)]
)
def kaiser(y_bar, y, M, beta):
    """y = I0(beta s) / I0(beta), where s falls from 1 in the middle to 0 at the ends."""
    s = np.sqrt(1.0 - ((np.arange(M) - 0.5 * (M - 1)) / max(0.5 * (M - 1), 0.5)) ** 2)
    slope = (s * bessel_i(1, beta * s) - y * bessel_i(1, beta)) / np.i0(beta)
    return np.sum(y_bar * slope)


@forward_rule(np.kaiser)
def kaiser_tangent(y, M, beta, *, beta_dot):
    s = np.sqrt(1.0 - ((np.arange(M) - 0.5 * (M - 1)) / max(0.5 * (M - 1), 0.5)) ** 2)
    slope = (s * bessel_i(1, beta * s) - y * bessel_i(1, beta)) / np.i0(beta)
    return slope * beta_dot

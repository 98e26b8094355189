# mypy: allow-untyped-defs, allow-untyped-calls, no-check-untyped-defs
"""Sums of products: dot, matmul, tensordot, einsum, and convolutions.

All are linear in each factor: forward, each factor in turn is replaced by its tangent.  Complex
factors are not conjugated, except by the functions that do so themselves (vdot, vecdot, correlate).
"""

from __future__ import annotations

import numpy as np

from sourcead.ir.kinds import Number
from sourcead.rules.forms import constant, forward_rule, linear, reverse_rule
from sourcead.rules.numpy.decided import computed
from sourcead.rules.numpy.kinds import inner_product
from sourcead.rules.numpy.samples import call, methods, present
from sourcead.rules.registry import Rule, register
from sourcead.runtime.contractions import (
    convolution_window,
    cross_adjoints,
    kron_adjoints,
    tensordot_adjoint_a,
    tensordot_adjoint_b,
)
from sourcead.runtime.diagonals import on_diagonal
from sourcead.runtime.einsum import einsum_adjoint, einsum_adjoints, einsum_tangents, exchanged
from sourcead.runtime.numbers import (
    product_after,
    product_before,
    transposed_after,
    transposed_before,
)

constant(np.einsum_path)
constant(exchanged, kind=computed(exchanged))


def _pairs(rng, *shapes):
    return [call(rng.normal(size=a), rng.normal(size=b)) for a, b in shapes]


def _complex(rng, a, b):
    return call(
        rng.normal(size=a) + 1j * rng.normal(size=a), rng.normal(size=b) + 1j * rng.normal(size=b)
    )


# ---- dot, matmul ---------------------------------------------------------------------------


@reverse_rule(
    np.dot,
    *methods("dot"),
    wrt=("a", "b"),
    samples=lambda rng: [
        *_pairs(rng, ((3,), (3,)), ((2, 3), (3,)), ((3,), (3, 2)), ((2, 3), (3, 4)), ((), (2, 3))),
        *_pairs(rng, ((2, 3), ()), ((2, 4, 3), (3,)), ((3,), (2, 3, 4)), ((2, 3), (4, 3, 5))),
        *_pairs(rng, ((2, 4, 3), (3, 5)), ((2, 4, 3), (2, 3, 5)), ((0, 3), (3,)), ((2, 0), (0, 3))),
        _complex(rng, (2, 3), (3, 2)),
        call(2.0, rng.normal(size=3)),
    ],
)
def dot(y_bar, y, a, b):
    if np.ndim(a) == 0 or np.ndim(b) == 0:
        return y_bar * b, y_bar * a
    if np.ndim(a) == 1 and np.ndim(b) == 1:
        return y_bar * b, y_bar * a
    if np.ndim(a) == 2 and np.ndim(b) == 1:
        return np.outer(y_bar, b), a.T @ y_bar
    if np.ndim(a) == 1 and np.ndim(b) == 2:
        return b @ y_bar, np.outer(a, y_bar)
    if np.ndim(a) == 2 and np.ndim(b) == 2:
        return y_bar @ b.T, a.T @ y_bar
    if np.ndim(b) == 1:
        return np.expand_dims(y_bar, -1) * b, np.tensordot(y_bar, a, np.ndim(y_bar))
    a_bar = np.tensordot(y_bar, np.moveaxis(b, -2, -1), np.ndim(b) - 1)
    b_bar = np.tensordot(np.moveaxis(a, -1, 0), y_bar, np.ndim(a) - 1)
    return a_bar, np.moveaxis(b_bar, 0, -2)


@forward_rule(np.dot)
def dot_tangent(y, a, b, *, a_dot, b_dot):
    if a_dot is None:
        return np.dot(a, b_dot)
    if b_dot is None:
        return np.dot(a_dot, b)
    return np.dot(a_dot, b) + np.dot(a, b_dot)


@reverse_rule(
    np.matmul,
    *present(np.linalg, "matmul"),
    wrt=("x1", "x2"),
    samples=lambda rng: [
        *_pairs(rng, ((3,), (3,)), ((2, 3), (3,)), ((3,), (3, 2)), ((2, 3), (3, 4))),
        *_pairs(
            rng, ((2, 4, 3), (3,)), ((3,), (2, 3, 4)), ((2, 4, 3), (3, 5)), ((4, 3), (2, 3, 5))
        ),
        *_pairs(
            rng,
            ((2, 1, 4, 3), (5, 3, 2)),
            ((1, 4, 3), (5, 3, 2)),
            ((0, 3), (3, 2)),
            ((2, 0), (0, 3)),
        ),
        _complex(rng, (2, 3), (3, 2)),
    ],
)
def matmul(y_bar, y, x1, x2):
    if np.ndim(x1) == 1 and np.ndim(x2) == 1:
        return y_bar * x2, y_bar * x1
    if np.ndim(x1) == 2 and np.ndim(x2) == 1:
        return np.outer(y_bar, x2), x1.T @ y_bar
    if np.ndim(x1) == 1 and np.ndim(x2) == 2:
        return x2 @ y_bar, np.outer(x1, y_bar)
    if np.ndim(x1) == 2 and np.ndim(x2) == 2:
        return y_bar @ x2.T, x1.T @ y_bar
    if np.ndim(x2) == 1:
        return np.expand_dims(y_bar, -1) * x2, np.tensordot(y_bar, x1, np.ndim(y_bar))
    if np.ndim(x1) == 1:
        x1_bar = np.squeeze(x2 @ np.expand_dims(y_bar, -1), -1)
        return x1_bar, np.expand_dims(x1, -1) * np.expand_dims(y_bar, -2)
    return y_bar @ np.swapaxes(x2, -1, -2), np.swapaxes(x1, -1, -2) @ y_bar


@forward_rule(np.matmul)
def matmul_tangent(y, x1, x2, *, x1_dot, x2_dot):
    if x1_dot is None:
        return x1 @ x2_dot
    if x2_dot is None:
        return x1_dot @ x2
    return x1_dot @ x2 + x1 @ x2_dot


# Of a factor of unknown kind: it may be a sparse matrix.


def _factors(rng):
    return [
        *_pairs(rng, ((2, 3), (3,)), ((2, 3), (3, 4)), ((3,), (3, 2)), ((3,), (3,))),
        *_pairs(
            rng, ((2, 4, 3), (3,)), ((3,), (2, 3, 4)), ((2, 4, 3), (3, 5)), ((4, 3), (2, 3, 5))
        ),
    ]


def _of_any_rank(*kinds):
    return Number()


@linear(product_before, wrt="x", samples=_factors, kind=_of_any_rank)
def before(y_bar, factor, x):
    return transposed_before(factor, y_bar, x)


@linear(
    product_after,
    wrt="x",
    samples=lambda rng: [
        *_pairs(rng, ((3,), (3, 2)), ((4, 3), (3, 2)), ((2, 3), (3,)), ((3,), (3,))),
        *_pairs(
            rng, ((3,), (2, 3, 4)), ((2, 4, 3), (3,)), ((2, 4, 3), (3, 5)), ((4, 3), (2, 3, 5))
        ),
    ],
    kind=_of_any_rank,
)
def after(y_bar, x, factor):
    return transposed_after(factor, y_bar, x)


for _transposed in (transposed_before, transposed_after):
    register(Rule(_transposed.__name__, "source", (_transposed,), kind=_of_any_rank))


@reverse_rule(
    np.vdot,
    wrt=("a", "b"),
    samples=lambda rng: [
        *_pairs(rng, ((3,), (3,)), ((2, 3), (6,)), ((), ())),
        _complex(rng, (2, 3), (2, 3)),
    ],
    kind=inner_product,
)
def vdot(y_bar, y, a, b):
    """The sum of conj(a) * b over all elements."""
    a_bar = np.conj(y_bar * np.reshape(b, np.shape(a)))
    b_bar = y_bar * np.conj(np.reshape(a, np.shape(b)))
    return a_bar, b_bar


@forward_rule(np.vdot)
def vdot_tangent(y, a, b, *, a_dot, b_dot):
    if a_dot is None:
        return np.vdot(a, b_dot)
    if b_dot is None:
        return np.vdot(a_dot, b)
    return np.vdot(a_dot, b) + np.vdot(a, b_dot)


@reverse_rule(
    np.inner,
    wrt=("a", "b"),
    samples=lambda rng: [
        *_pairs(rng, ((3,), (3,)), ((2, 3), (3,)), ((3,), (2, 3)), ((2, 3), (4, 3)), ((), (2, 3))),
        *_pairs(rng, ((2, 3), ()), ((2, 4, 3), (5, 3)), ((2, 3), (4, 5, 3))),
        _complex(rng, (2, 3), (2, 3)),
    ],
)
def inner(y_bar, y, a, b):
    if np.ndim(a) == 0 or np.ndim(b) == 0:
        return y_bar * b, y_bar * a
    if np.ndim(a) == 1 and np.ndim(b) == 1:
        return y_bar * b, y_bar * a
    if np.ndim(a) == 2 and np.ndim(b) == 2:
        return y_bar @ b, y_bar.T @ a
    b_bar = np.tensordot(np.moveaxis(a, -1, 0), y_bar, np.ndim(a) - 1)
    return np.tensordot(y_bar, b, np.ndim(b) - 1), np.moveaxis(b_bar, 0, -1)


@forward_rule(np.inner)
def inner_tangent(y, a, b, *, a_dot, b_dot):
    if a_dot is None:
        return np.inner(a, b_dot)
    if b_dot is None:
        return np.inner(a_dot, b)
    return np.inner(a_dot, b) + np.inner(a, b_dot)


@reverse_rule(
    np.outer,
    *present(np.linalg, "outer"),
    wrt=("a", "b"),
    samples=lambda rng: [
        *_pairs(rng, ((3,), (4,)), ((2, 3), (4,)), ((), (3,)), ((2,), (2, 2))),
        _complex(rng, (2,), (3,)),
    ],
)
def outer(y_bar, y, a, b):
    if np.ndim(a) == 1 and np.ndim(b) == 1:
        return y_bar @ b, a @ y_bar
    a_bar = np.reshape(y_bar @ np.ravel(b), np.shape(a))
    return a_bar, np.reshape(np.ravel(a) @ y_bar, np.shape(b))


@forward_rule(np.outer)
def outer_tangent(y, a, b, *, a_dot, b_dot):
    if a_dot is None:
        return np.outer(a, b_dot)
    if b_dot is None:
        return np.outer(a_dot, b)
    return np.outer(a_dot, b) + np.outer(a, b_dot)


@reverse_rule(
    *present(np, "vecdot"),
    *present(np.linalg, "vecdot"),
    wrt=("x1", "x2"),
    samples=lambda rng: [
        *_pairs(rng, ((3,), (3,)), ((2, 3), (2, 3)), ((4, 1, 3), (2, 3))),
        call(rng.normal(size=(3, 2)), rng.normal(size=(3, 2)), axis=0),
        _complex(rng, (2, 3), (2, 3)),
    ],
)
def vecdot(y_bar, y, x1, x2, *, axis=-1):
    """The sum of conj(x1) * x2 along one axis."""
    y_bar = np.expand_dims(y_bar, axis)
    return np.conj(y_bar * x2), y_bar * np.conj(x1)


@forward_rule(*present(np, "vecdot"))
def vecdot_tangent(y, x1, x2, *, axis=-1, x1_dot, x2_dot):
    if x1_dot is None:
        return np.sum(np.conj(x1) * x2_dot, axis=axis)
    if x2_dot is None:
        return np.sum(np.conj(x1_dot) * x2, axis=axis)
    return np.sum(np.conj(x1_dot) * x2 + np.conj(x1) * x2_dot, axis=axis)


@reverse_rule(
    *present(np, "matvec"),
    wrt=("x1", "x2"),
    samples=lambda rng: [
        *_pairs(rng, ((2, 3), (3,)), ((4, 2, 3), (3,)), ((2, 3), (4, 3)), ((4, 2, 3), (4, 3))),
        _complex(rng, (2, 3), (3,)),
    ],
)
def matvec(y_bar, y, x1, x2):
    x1_bar = np.expand_dims(y_bar, -1) * np.expand_dims(x2, -2)
    return x1_bar, np.squeeze(np.swapaxes(x1, -1, -2) @ np.expand_dims(y_bar, -1), -1)


@forward_rule(*present(np, "matvec"))
def matvec_tangent(y, x1, x2, *, x1_dot, x2_dot):
    if x1_dot is None:
        return np.matvec(x1, x2_dot)
    if x2_dot is None:
        return np.matvec(x1_dot, x2)
    return np.matvec(x1_dot, x2) + np.matvec(x1, x2_dot)


@reverse_rule(
    *present(np, "vecmat"),
    wrt=("x1", "x2"),
    samples=lambda rng: [
        *_pairs(rng, ((2,), (2, 3)), ((2,), (4, 2, 3)), ((4, 2), (2, 3)), ((4, 2), (4, 2, 3))),
        _complex(rng, (2,), (2, 3)),
    ],
)
def vecmat(y_bar, y, x1, x2):
    """The vector is conjugated."""
    x1_bar = np.conj(np.squeeze(x2 @ np.expand_dims(y_bar, -1), -1))
    return x1_bar, np.expand_dims(np.conj(x1), -1) * np.expand_dims(y_bar, -2)


@forward_rule(*present(np, "vecmat"))
def vecmat_tangent(y, x1, x2, *, x1_dot, x2_dot):
    if x1_dot is None:
        return np.vecmat(x1, x2_dot)
    if x2_dot is None:
        return np.vecmat(x1_dot, x2)
    return np.vecmat(x1_dot, x2) + np.vecmat(x1, x2_dot)


# ---- tensordot, einsum, kron ---------------------------------------------------------------


@reverse_rule(
    np.tensordot,
    *present(np.linalg, "tensordot"),
    wrt=("a", "b"),
    samples=lambda rng: [
        call(rng.normal(size=(2, 3, 4)), rng.normal(size=(3, 4, 5))),
        call(rng.normal(size=(2, 3)), rng.normal(size=(3, 4)), axes=1),
        call(rng.normal(size=(2, 3)), rng.normal(size=(3, 4)), axes=0),
        call(rng.normal(size=(2, 3, 4)), rng.normal(size=(4, 5, 2)), axes=([0, 2], [2, 0])),
        call(rng.normal(size=(2, 3, 4)), rng.normal(size=(4, 5, 2)), axes=((-1, 0), (0, -1))),
        call(rng.normal(size=(3, 2)), rng.normal(size=(4, 3)), axes=(0, 1)),
        call(rng.normal(size=(2, 3)), rng.normal(size=(2, 3)), axes=2),
        call(
            rng.normal(size=(2, 3, 4, 5)), rng.normal(size=(5, 3, 4)), axes=([3, 1, 2], [0, 1, 2])
        ),
    ],
)
def tensordot(y_bar, y, a, b, axes=2):
    return tensordot_adjoint_a(y_bar, a, b, axes), tensordot_adjoint_b(y_bar, a, b, axes)


@forward_rule(np.tensordot)
def tensordot_tangent(y, a, b, axes=2, *, a_dot, b_dot):
    if a_dot is None:
        return np.tensordot(a, b_dot, axes)
    if b_dot is None:
        return np.tensordot(a_dot, b, axes)
    return np.tensordot(a_dot, b, axes) + np.tensordot(a, b_dot, axes)


def _einsum_calls(rng):
    def n(*shape):
        return rng.normal(size=shape)

    return [
        call("ij,jk->ik", n(2, 3), n(3, 4)),
        call("ij,jk", n(2, 3), n(3, 4)),
        call("ij,j", n(2, 3), n(3)),
        call("ba", n(2, 3)),
        call("ij->", n(2, 3)),
        call("ij->i", n(2, 3)),
        call("i,i", n(3), n(3)),
        call("i,j->ij", n(3), n(2)),
        call("ii", n(3, 3)),
        call("ii->i", n(3, 3)),
        call("iij,j->i", n(2, 2, 3), n(3)),
        call("iii->", n(2, 2, 2)),
        call("ij,kl->il", n(2, 3), n(4, 2)),
        call("...ij,...jk->...ik", n(5, 2, 3), n(5, 3, 4)),
        call("...ij,...jk->...ik", n(5, 2, 3), n(3, 4)),
        call("...i,...i", n(2, 1, 3), n(4, 3)),
        call("i...,i...->...", n(3, 2), n(3, 2)),
        call(" ij , jk -> ik ", n(2, 3), n(3, 4)),
        call("ij,jk,kl->il", n(2, 3), n(3, 4), n(4, 2), optimize=True),
        call("ij,ij->ij", n(2, 1), n(2, 3)),
        call("i,i->i", n(1), n(3)),
        call("a,b,c,d->abcd", n(2), n(2), n(2), n(2)),
        call(n(2, 3), [0, 1], n(3, 4), [1, 2], [0, 2]),
        call(n(2, 3), [0, 1], n(3, 4), [1, 2]),
        call(n(2, 3), [Ellipsis, 1], n(4, 3), [0, 1], [Ellipsis, 0]),
        call(n(3, 3), [0, 0], [0]),
        call("ij,j->i", n(2, 3) + 1j * n(2, 3), n(3)),
        call("ij,j->i", n(2, 3).astype(np.float32), n(3).astype(np.float32)),
    ]


@reverse_rule(np.einsum, wrt=("subscripts", "operands"), samples=_einsum_calls)
def einsum(y_bar, y, subscripts, *operands, optimize=False):
    """The seed takes an operand's place: `ij,jk->ik` gives `ik,jk->ij`.

    In the form without a string (array, list, array, list, ...) the first parameter is an array.
    """
    if not isinstance(subscripts, str):
        bars = einsum_adjoints(y_bar, subscripts, *operands)
        return bars[0], bars[1:]
    if len(operands) == 1:
        return None, (einsum_adjoint(y_bar, 0, subscripts, *operands),)
    if len(operands) == 2:
        a, b = operands
        if exchanged(subscripts, 0) is None:
            a_bar = einsum_adjoint(y_bar, 0, subscripts, a, b)
        else:
            a_bar = np.einsum(exchanged(subscripts, 0), y_bar, b, optimize=optimize)
        if exchanged(subscripts, 1) is None:
            b_bar = einsum_adjoint(y_bar, 1, subscripts, a, b)
        else:
            b_bar = np.einsum(exchanged(subscripts, 1), y_bar, a, optimize=optimize)
        return None, (a_bar, b_bar)
    return None, einsum_adjoints(y_bar, subscripts, *operands)[1:]


@forward_rule(np.einsum)
def einsum_tangent(y, subscripts, *operands, optimize=False, subscripts_dot, operands_dot):
    if not isinstance(subscripts, str) or len(operands) > 2:
        return einsum_tangents(subscripts, operands, subscripts_dot, operands_dot, optimize)
    if len(operands) == 1:
        return np.einsum(subscripts, operands_dot[0], optimize=optimize)
    a, b = operands
    a_dot, b_dot = operands_dot
    if a_dot is None:
        return np.einsum(subscripts, a, b_dot, optimize=optimize)
    if b_dot is None:
        return np.einsum(subscripts, a_dot, b, optimize=optimize)
    first = np.einsum(subscripts, a_dot, b, optimize=optimize)
    return first + np.einsum(subscripts, a, b_dot, optimize=optimize)


@reverse_rule(
    np.kron,
    wrt=("a", "b"),
    samples=lambda rng: [
        *_pairs(rng, ((3,), (2,)), ((2, 3), (3, 2)), ((2,), (2, 3)), ((2, 3), (2,)), ((), (3,))),
        *_pairs(rng, ((2, 1, 2), (3, 2))),
    ],
)
def kron(y_bar, y, a, b):
    a_bar, b_bar = kron_adjoints(y_bar, a, b)
    return a_bar, b_bar


@forward_rule(np.kron)
def kron_tangent(y, a, b, *, a_dot, b_dot):
    if a_dot is None:
        return np.kron(a, b_dot)
    if b_dot is None:
        return np.kron(a_dot, b)
    return np.kron(a_dot, b) + np.kron(a, b_dot)


# ---- cross, trace --------------------------------------------------------------------------


@reverse_rule(
    np.cross,
    *present(np.linalg, "cross"),
    kind=lambda *args, **kwargs: Number(),  # vectors of two entries give numbers
    wrt=("a", "b"),
    samples=lambda rng: [
        *_pairs(rng, ((3,), (3,)), ((4, 3), (3,)), ((3,), (4, 3)), ((5, 1, 3), (4, 3))),
        call(rng.normal(size=(3, 4)), rng.normal(size=(4, 3)), axisa=0),
        call(rng.normal(size=(3, 4)), rng.normal(size=(3, 4)), axisa=0, axisb=0, axisc=0),
        call(rng.normal(size=(3, 4)), rng.normal(size=(3, 4)), axis=0),
        _complex(rng, (3,), (3,)),
    ],
)
def cross(y_bar, y, a, b, axisa=-1, axisb=-1, axisc=-1, axis=None):
    if axis is not None:
        axisa = axis
        axisb = axis
        axisc = axis
    a_bar, b_bar = cross_adjoints(y_bar, a, b, axisa, axisb, axisc)
    return a_bar, b_bar


@forward_rule(np.cross)
def cross_tangent(y, a, b, axisa=-1, axisb=-1, axisc=-1, axis=None, *, a_dot, b_dot):
    if a_dot is None:
        return np.cross(a, b_dot, axisa, axisb, axisc, axis)
    if b_dot is None:
        return np.cross(a_dot, b, axisa, axisb, axisc, axis)
    first = np.cross(a_dot, b, axisa, axisb, axisc, axis)
    return first + np.cross(a, b_dot, axisa, axisb, axisc, axis)


@linear(
    np.trace,
    *methods("trace"),
    wrt="a",
    samples=lambda rng: [
        call(rng.normal(size=(3, 3))),
        call(rng.normal(size=(3, 4)), offset=1),
        call(rng.normal(size=(3, 4)), -1),
        call(rng.normal(size=(3, 4)), offset=1, axis1=1, axis2=0),
        call(rng.normal(size=(3, 4, 2))),
        call(rng.normal(size=(3, 4, 2)), axis1=-1, axis2=0),
    ],
)
def trace(y_bar, a, offset=0, axis1=0, axis2=1, dtype=None):
    if np.ndim(a) == 2 and axis1 == 0 and axis2 == 1:
        rows, columns = np.shape(a)
        return y_bar * np.eye(rows, columns, k=offset, dtype=np.result_type(a))
    return on_diagonal(np.expand_dims(y_bar, -1), np.shape(a), offset, axis1, axis2)


@linear(
    *present(np.linalg, "trace"),
    wrt="x",
    samples=lambda rng: [
        call(rng.normal(size=(3, 3))),
        call(rng.normal(size=(3, 4)), offset=1),
        call(rng.normal(size=(2, 3, 4)), offset=-1),
    ],
)
def trace_of_last_axes(y_bar, x, *, offset=0, dtype=None):
    return on_diagonal(np.expand_dims(y_bar, -1), np.shape(x), offset, -2, -1)


# ---- convolutions --------------------------------------------------------------------------


def _convolutions(rng):
    sizes = [(5, 3), (3, 5), (4, 4), (2, 5), (5, 2), (1, 3), (4, 6)]
    modes = ["full", "same", "valid"]
    return [call(rng.normal(size=n), rng.normal(size=m), mode) for n, m in sizes for mode in modes]


@reverse_rule(
    np.convolve,
    wrt=("a", "v"),
    samples=lambda rng: [
        *_convolutions(rng),
        *_pairs(rng, ((4,), ()), ((), (4,)), ((), ())),
        _complex(rng, (4,), (2,)),
    ],
)
def convolve(y_bar, y, a, v, mode="full"):
    if np.ndim(a) == 0:  # NumPy takes a number as an array of one element
        return np.sum(y_bar * v), np.reshape(y_bar * a, np.shape(v))
    if np.ndim(v) == 0:
        return y_bar * v, np.sum(y_bar * a)
    full_bar = convolution_window(y_bar, np.size(a), np.size(v), mode)
    a_bar = np.convolve(full_bar, v[::-1], "valid")
    v_bar = np.convolve(full_bar, a[::-1], "valid")
    return a_bar, v_bar


@forward_rule(np.convolve)
def convolve_tangent(y, a, v, mode="full", *, a_dot, v_dot):
    if a_dot is None:
        return np.convolve(a, v_dot, mode)
    if v_dot is None:
        return np.convolve(a_dot, v, mode)
    return np.convolve(a_dot, v, mode) + np.convolve(a, v_dot, mode)


@reverse_rule(
    np.correlate,
    wrt=("a", "v"),
    samples=lambda rng: [
        *_convolutions(rng),
        _complex(rng, (4,), (2,)),
        call(rng.normal(size=4), rng.normal(size=2)),
    ],
)
def correlate(y_bar, y, a, v, mode="valid"):
    """y = convolve(a, conj(v) reversed)."""
    full_bar = convolution_window(y_bar, np.size(a), np.size(v), mode, correlate=True)
    a_bar = np.convolve(full_bar, np.conj(v), "valid")
    v_bar = np.conj(np.convolve(full_bar, a[::-1], "valid")[::-1])
    return a_bar, v_bar


@forward_rule(np.correlate)
def correlate_tangent(y, a, v, mode="valid", *, a_dot, v_dot):
    if a_dot is None:
        return np.correlate(a, v_dot, mode)
    if v_dot is None:
        return np.correlate(a_dot, v, mode)
    return np.correlate(a_dot, v, mode) + np.correlate(a, v_dot, mode)

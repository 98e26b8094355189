# mypy: allow-untyped-defs, allow-untyped-calls, no-check-untyped-defs
"""The helpers that are linear: each is the transpose of a function of NumPy, which is its own transpose.

With these, derivatives of any order of the functions that use them are again calls of both.
Arguments that a helper only takes the shape of have no derivative (None).
"""

from __future__ import annotations

import numpy as np

from sourcead.rules.forms import forward_rule, linear, reverse_rule
from sourcead.rules.numpy.adjoint_kinds import kind_like
from sourcead.rules.numpy.kinds import by_shape, same_rank
from sourcead.rules.numpy.samples import call, well_conditioned
from sourcead.rules.registry import Effects
from sourcead.runtime.accumulate import unbroadcast
from sourcead.runtime.contractions import (
    cross_adjoints,
    cross_again,
    cross_again_tangent,
    kron_adjoints,
    kron_again,
    kron_again_tangent,
    tensordot_adjoint_a,
    tensordot_adjoint_b,
)
from sourcead.runtime.differences import diff_adjoint
from sourcead.runtime.einsum import einsum_adjoint, einsum_adjoint_change, einsum_adjoint_seeds
from sourcead.runtime.fourier import (
    doubled,
    fitted,
    fitted_axes,
    irfft_adjoint,
    irfftn_adjoint,
    rfft_adjoint,
    rfftn_adjoint,
)
from sourcead.runtime.joins import (
    column_parts,
    depth_parts,
    filled,
    insert_adjoint,
    join_parts,
    parts_along,
    row_parts,
    side_parts,
    split_flat,
    unstacked,
)
from sourcead.runtime.matrices import power_block, power_block_adjoints, power_block_tangent
from sourcead.runtime.pads import pad_adjoint
from sourcead.runtime.shapes import (
    ravel_from_memory,
    repeat_adjoint,
    rollaxis_back,
    sum_tiles,
    unbroadcast_change,
    unravel_from_memory,
    windows_adjoint,
)
from sourcead.runtime.ufuncs import segments_adjoint

# ---- broadcasting and shapes ---------------------------------------------------------------


@reverse_rule(
    unbroadcast,
    wrt=("adjoint", "like"),
    samples=lambda rng: [
        call(rng.normal(size=(2, 3)), rng.normal(size=(3,))),
        call(rng.normal(size=(2, 3)), rng.normal(size=(2, 1))),
        call(rng.normal(size=(2, 3)), 1.5),
        call(rng.normal(size=(3,)), rng.normal(size=(2, 3))),
    ],
    kind=kind_like(unbroadcast, "like"),
    effects=Effects(returns="maybe"),
)
def unbroadcast_back(x_bar, x, adjoint, like):
    """Summing undoes stretching, and stretching undoes summing."""
    return unbroadcast(x_bar, adjoint), None


@forward_rule(unbroadcast)
def unbroadcast_tangent(x, adjoint, like, *, adjoint_dot, like_dot):
    return unbroadcast_change(adjoint_dot, like)


@reverse_rule(
    unravel_from_memory,
    wrt=("y_bar", "a"),
    samples=lambda rng: [call(rng.normal(size=(6,)), np.transpose(rng.normal(size=(2, 3))))],
    effects=Effects(returns="maybe"),
)
def unravel_from_memory_back(x_bar, x, y_bar, a):
    return ravel_from_memory(x_bar, a), None


@forward_rule(unravel_from_memory)
def unravel_from_memory_tangent(x, y_bar, a, *, y_bar_dot, a_dot):
    if y_bar_dot is None:
        return None
    return unravel_from_memory(y_bar_dot, a)


@reverse_rule(
    ravel_from_memory,
    wrt=("values", "a"),
    samples=lambda rng: [
        call(rng.normal(size=(3, 2)), np.transpose(rng.normal(size=(2, 3)))),
        call(np.transpose(rng.normal(size=(2, 3))), np.transpose(rng.normal(size=(2, 3)))),
    ],
    effects=Effects(returns="maybe"),
)
def ravel_from_memory_back(y_bar, y, values, a):
    return unravel_from_memory(y_bar, a), None


@forward_rule(ravel_from_memory)
def ravel_from_memory_tangent(y, values, a, *, values_dot, a_dot):
    if values_dot is None:
        return None
    return ravel_from_memory(values_dot, a)


@linear(rollaxis_back, wrt="y_bar", samples=lambda rng: [call(rng.normal(size=(2, 3, 4)), 2, 1)])
def rollaxis_again(x_bar, y_bar, axis, start):
    return np.rollaxis(x_bar, axis, start)


@linear(
    sum_tiles,
    wrt="y_bar",
    samples=lambda rng: [
        call(rng.normal(size=(2, 6)), (2, 3), 2),
        call(rng.normal(size=(4, 6)), (3,), (4, 2)),
    ],
    kind=by_shape(sum_tiles),
)
def tile_again(x_bar, y_bar, shape, reps):
    return np.tile(x_bar, reps)


@linear(
    repeat_adjoint,
    wrt="y_bar",
    samples=lambda rng: [
        call(rng.normal(size=(2, 6)), (2, 3), 2, 1),
        call(rng.normal(size=(3,)), (3,), [2, 0, 1], 0),
        call(rng.normal(size=(12,)), (2, 3), 2, None),
    ],
    kind=by_shape(repeat_adjoint),
)
def repeat_again(x_bar, y_bar, shape, repeats, axis):
    return np.repeat(x_bar, repeats, axis)


@linear(
    windows_adjoint,
    wrt="y_bar",
    samples=lambda rng: [
        call(rng.normal(size=(3, 3)), (5,), 3, None),
        call(rng.normal(size=(3, 5, 2)), (4, 5), 2, 0),
    ],
    kind=by_shape(windows_adjoint),
)
def windows_again(x_bar, y_bar, shape, window_shape, axis):
    return np.lib.stride_tricks.sliding_window_view(x_bar, window_shape, axis)


@linear(
    pad_adjoint,
    wrt="y_bar",
    samples=lambda rng: [
        call(rng.normal(size=(7,)), (4,), (1, 2), "reflect"),
        call(rng.normal(size=(6, 5)), (3, 4), ((1, 2), (0, 1)), "wrap"),
        call(rng.normal(size=(7,)), (4,), (1, 2), "mean", 2),
        call(rng.normal(size=(7,)), (4,), (1, 2), "reflect", None, "odd"),
    ],
    kind=by_shape(pad_adjoint),
)
def pad_again(x_bar, y_bar, shape, pad_width, mode, stat_length=None, reflect_type="even"):
    if mode == "reflect" or mode == "symmetric":
        return np.pad(x_bar, pad_width, mode, reflect_type=reflect_type)
    if mode == "mean":
        return np.pad(x_bar, pad_width, mode, stat_length=stat_length)
    return np.pad(x_bar, pad_width, mode)


# ---- joins ---------------------------------------------------------------------------------


def _parts(rng):
    a, b = rng.normal(size=(2, 3)), rng.normal(size=(1, 3))
    return [call(rng.normal(size=(3, 3)), (a, b), 0)]


@reverse_rule(parts_along, wrt=("y_bar", "arrays"), samples=_parts)
def parts_along_back(x_bar, x, y_bar, arrays, axis):
    return join_parts(x_bar, arrays, axis), None


@forward_rule(parts_along)
def parts_along_tangent(x, y_bar, arrays, axis, *, y_bar_dot, arrays_dot):
    if y_bar_dot is None:
        return None
    return parts_along(y_bar_dot, arrays, axis)


@reverse_rule(
    unstacked,
    wrt=("y_bar", "arrays"),
    samples=lambda rng: [
        call(rng.normal(size=(3, 2)), (rng.normal(size=(3,)), rng.normal(size=(3,))), 1)
    ],
)
def unstacked_back(x_bar, x, y_bar, arrays, axis):
    return np.stack(filled(x_bar, arrays), axis), None


@forward_rule(unstacked)
def unstacked_tangent(x, y_bar, arrays, axis, *, y_bar_dot, arrays_dot):
    if y_bar_dot is None:
        return None
    return unstacked(y_bar_dot, arrays, axis)


@reverse_rule(
    split_flat,
    wrt=("y_bar", "arrays"),
    samples=lambda rng: [
        call(rng.normal(size=(8,)), (rng.normal(size=(2, 3)), rng.normal(size=(2,))))
    ],
)
def split_flat_back(x_bar, x, y_bar, arrays):
    return np.concatenate(filled(x_bar, arrays), axis=None), None


@forward_rule(split_flat)
def split_flat_tangent(x, y_bar, arrays, *, y_bar_dot, arrays_dot):
    if y_bar_dot is None:
        return None
    return split_flat(y_bar_dot, arrays)


@reverse_rule(
    row_parts,
    wrt=("y_bar", "arrays"),
    samples=lambda rng: [
        call(rng.normal(size=(3, 3)), (rng.normal(size=(2, 3)), rng.normal(size=(3,))))
    ],
)
def row_parts_back(x_bar, x, y_bar, arrays):
    return np.vstack(filled(x_bar, arrays)), None


@forward_rule(row_parts)
def row_parts_tangent(x, y_bar, arrays, *, y_bar_dot, arrays_dot):
    if y_bar_dot is None:
        return None
    return row_parts(y_bar_dot, arrays)


@reverse_rule(
    side_parts,
    wrt=("y_bar", "arrays"),
    samples=lambda rng: [
        call(rng.normal(size=(5,)), (rng.normal(size=(2,)), rng.normal(size=(3,))))
    ],
)
def side_parts_back(x_bar, x, y_bar, arrays):
    return np.hstack(filled(x_bar, arrays)), None


@forward_rule(side_parts)
def side_parts_tangent(x, y_bar, arrays, *, y_bar_dot, arrays_dot):
    if y_bar_dot is None:
        return None
    return side_parts(y_bar_dot, arrays)


@reverse_rule(
    depth_parts,
    wrt=("y_bar", "arrays"),
    samples=lambda rng: [
        call(rng.normal(size=(1, 3, 2)), (rng.normal(size=(3,)), rng.normal(size=(3,))))
    ],
)
def depth_parts_back(x_bar, x, y_bar, arrays):
    return np.dstack(filled(x_bar, arrays)), None


@forward_rule(depth_parts)
def depth_parts_tangent(x, y_bar, arrays, *, y_bar_dot, arrays_dot):
    if y_bar_dot is None:
        return None
    return depth_parts(y_bar_dot, arrays)


@reverse_rule(
    column_parts,
    wrt=("y_bar", "arrays"),
    samples=lambda rng: [
        call(rng.normal(size=(3, 3)), (rng.normal(size=(3,)), rng.normal(size=(3, 2))))
    ],
)
def column_parts_back(x_bar, x, y_bar, arrays):
    return np.column_stack(filled(x_bar, arrays)), None


@forward_rule(column_parts)
def column_parts_tangent(x, y_bar, arrays, *, y_bar_dot, arrays_dot):
    if y_bar_dot is None:
        return None
    return column_parts(y_bar_dot, arrays)


@reverse_rule(
    join_parts,
    wrt=("bars", "parts"),
    samples=lambda rng: [
        call(
            (rng.normal(size=(2, 3)), rng.normal(size=(1, 3))),
            (rng.normal(size=(2, 3)), rng.normal(size=(1, 3))),
            0,
        )
    ],
)
def join_parts_back(x_bar, x, bars, parts, axis):
    return parts_along(x_bar, parts, axis), None


@forward_rule(join_parts)
def join_parts_tangent(x, bars, parts, axis, *, bars_dot, parts_dot):
    if bars_dot is None:
        return None
    return join_parts(bars_dot, parts, axis)


@reverse_rule(
    insert_adjoint,
    wrt=("y_bar", "arr", "values"),
    samples=lambda rng: [
        call(rng.normal(size=(6,)), rng.normal(size=(4,)), [3, 1], rng.normal(size=(2,)), None),
        call(rng.normal(size=(5,)), rng.normal(size=(4,)), 1, 2.5, None),
    ],
)
def insert_adjoint_back(x_bar, x, y_bar, arr, obj, values, axis):
    arr_bar, values_bar = filled(x_bar, (arr, values))
    return np.insert(arr_bar, obj, values_bar, axis), None, None


@forward_rule(insert_adjoint)
def insert_adjoint_tangent(x, y_bar, arr, obj, values, axis, *, y_bar_dot, arr_dot, values_dot):
    if y_bar_dot is None:
        return None
    return insert_adjoint(y_bar_dot, arr, obj, values, axis)


# ---- differences and segments --------------------------------------------------------------


@linear(
    diff_adjoint,
    wrt="y_bar",
    samples=lambda rng: [
        call(rng.normal(size=(4,)), 1, -1),
        call(rng.normal(size=(3, 2)), 2, 0),
        call(rng.normal(size=(3,)), 2, 0, 5),
        call(np.zeros((0,)), 2, 0, 1),
    ],
)
def diff_again(x_bar, y_bar, n, axis, size=None):
    return np.diff(x_bar, n, axis)


@linear(
    segments_adjoint,
    wrt="y_bar",
    samples=lambda rng: [
        call(rng.normal(size=(3,)), (8,), [0, 3, 5], 0),
        call(rng.normal(size=(3, 2)), (3, 5), [1, 3], 1),
    ],
    kind=by_shape(segments_adjoint),
)
def segments_again(x_bar, y_bar, shape, indices, axis):
    return np.add.reduceat(x_bar, indices, axis)


# ---- Fourier transforms --------------------------------------------------------------------


@linear(
    fitted,
    wrt="bar",
    samples=lambda rng: [call(rng.normal(size=(5,)), 3, -1), call(rng.normal(size=(2, 3)), 4, 0)],
)
def fitted_back(x_bar, bar, size, axis):
    return fitted(x_bar, np.shape(bar)[axis], axis)


@linear(fitted_axes, wrt="bar", samples=lambda rng: [call(rng.normal(size=(5, 2)), (3, 4))])
def fitted_axes_back(x_bar, bar, shape):
    return fitted_axes(x_bar, np.shape(bar))


@linear(
    doubled,
    wrt="half",
    samples=lambda rng: [call(rng.normal(size=(3, 2)), 4, 0)],
    kind=same_rank,
)
def doubled_again(x_bar, half, n, axis):
    return doubled(x_bar, n, axis)


def _half_spectra(rng):
    return [
        call(rng.normal(size=(3,)) + 1j * rng.normal(size=(3,)), (5,), 5, -1, None),
        call(rng.normal(size=(3,)) + 1j * rng.normal(size=(3,)), (6,), 4, -1, "ortho"),
    ]


@linear(rfft_adjoint, wrt="y_bar", samples=_half_spectra)
def rfft_again(x_bar, y_bar, shape, n, axis, norm):
    return np.fft.rfft(x_bar, n, axis, norm)


@linear(
    irfft_adjoint,
    wrt="y_bar",
    samples=lambda rng: [
        call(rng.normal(size=(5,)), (3,), 5, -1, None),
        call(rng.normal(size=(4,)), (2,), 4, -1, "forward"),
    ],
    kind=by_shape(irfft_adjoint, is_complex=True),
)
def irfft_again(x_bar, y_bar, shape, n, axis, norm):
    return np.fft.irfft(x_bar, n, axis, norm)


@linear(
    rfftn_adjoint,
    wrt="y_bar",
    samples=lambda rng: [
        call(rng.normal(size=(3, 3)) + 1j * rng.normal(size=(3, 3)), (3, 4), None, (0, 1), None)
    ],
)
def rfftn_again(x_bar, y_bar, shape, s, axes, norm):
    return np.fft.rfftn(x_bar, s, axes, norm)


@linear(
    irfftn_adjoint,
    wrt="y_bar",
    samples=lambda rng: [call(rng.normal(size=(3, 4)), (3, 3), None, (0, 1), None)],
    kind=by_shape(irfftn_adjoint, is_complex=True),
)
def irfftn_again(x_bar, y_bar, shape, s, axes, norm):
    return np.fft.irfftn(x_bar, s, axes, norm)


# ---- products ------------------------------------------------------------------------------


@reverse_rule(
    tensordot_adjoint_a,
    wrt=("y_bar", "a", "b"),
    samples=lambda rng: [
        call(rng.normal(size=(2, 5)), rng.normal(size=(2, 3, 4)), rng.normal(size=(3, 4, 5)), 2),
        call(
            rng.normal(size=(3, 5)),
            rng.normal(size=(2, 3, 4)),
            rng.normal(size=(4, 5, 2)),
            ([0, 2], [2, 0]),
        ),
    ],
)
def tensordot_adjoint_a_back(x_bar, x, y_bar, a, b, axes):
    return np.tensordot(x_bar, b, axes), None, tensordot_adjoint_b(y_bar, x_bar, b, axes)


@forward_rule(tensordot_adjoint_a)
def tensordot_adjoint_a_tangent(x, y_bar, a, b, axes, *, y_bar_dot, a_dot, b_dot):
    x_dot = np.zeros_like(x)
    if y_bar_dot is not None:
        x_dot = x_dot + tensordot_adjoint_a(y_bar_dot, a, b, axes)
    if b_dot is not None:
        x_dot = x_dot + tensordot_adjoint_a(y_bar, a, b_dot, axes)
    return x_dot


@reverse_rule(
    tensordot_adjoint_b,
    wrt=("y_bar", "a", "b"),
    samples=lambda rng: [
        call(rng.normal(size=(2, 5)), rng.normal(size=(2, 3, 4)), rng.normal(size=(3, 4, 5)), 2),
        call(
            rng.normal(size=(3, 5)),
            rng.normal(size=(2, 3, 4)),
            rng.normal(size=(4, 5, 2)),
            ([0, 2], [2, 0]),
        ),
    ],
)
def tensordot_adjoint_b_back(x_bar, x, y_bar, a, b, axes):
    return np.tensordot(a, x_bar, axes), tensordot_adjoint_a(y_bar, a, x_bar, axes), None


@forward_rule(tensordot_adjoint_b)
def tensordot_adjoint_b_tangent(x, y_bar, a, b, axes, *, y_bar_dot, a_dot, b_dot):
    x_dot = np.zeros_like(x)
    if y_bar_dot is not None:
        x_dot = x_dot + tensordot_adjoint_b(y_bar_dot, a, b, axes)
    if a_dot is not None:
        x_dot = x_dot + tensordot_adjoint_b(y_bar, a_dot, b, axes)
    return x_dot


@reverse_rule(
    kron_adjoints,
    wrt=("y_bar", "a", "b"),
    samples=lambda rng: [
        call(rng.normal(size=(6, 6)), rng.normal(size=(2, 3)), rng.normal(size=(3, 2))),
        call(rng.normal(size=(6,)), rng.normal(size=(3,)), rng.normal(size=(2,))),
    ],
)
def kron_adjoints_back(x_bar, x, y_bar, a, b):
    y_bar_bar, a_bar, b_bar = kron_again(x_bar, y_bar, a, b)
    return y_bar_bar, a_bar, b_bar


@forward_rule(kron_adjoints)
def kron_adjoints_tangent(x, y_bar, a, b, *, y_bar_dot, a_dot, b_dot):
    return kron_again_tangent(y_bar, a, b, y_bar_dot, a_dot, b_dot)


@reverse_rule(
    cross_adjoints,
    wrt=("y_bar", "a", "b"),
    samples=lambda rng: [
        call(rng.normal(size=(3,)), rng.normal(size=(3,)), rng.normal(size=(3,)), -1, -1, -1),
        call(rng.normal(size=(4, 3)), rng.normal(size=(3, 4)), rng.normal(size=(4, 3)), 0, -1, -1),
    ],
)
def cross_adjoints_back(x_bar, x, y_bar, a, b, axisa, axisb, axisc):
    y_bar_bar, a_bar, b_bar = cross_again(x_bar, y_bar, a, b, axisa, axisb, axisc)
    return y_bar_bar, a_bar, b_bar


@forward_rule(cross_adjoints)
def cross_adjoints_tangent(x, y_bar, a, b, axisa, axisb, axisc, *, y_bar_dot, a_dot, b_dot):
    return cross_again_tangent(y_bar, a, b, axisa, axisb, axisc, y_bar_dot, a_dot, b_dot)


@reverse_rule(
    einsum_adjoint,
    wrt=("y_bar", "operands"),
    samples=lambda rng: [
        call(
            rng.normal(size=(2, 4)),
            0,
            "ij,jk->ik",
            rng.normal(size=(2, 3)),
            rng.normal(size=(3, 4)),
        ),
        call(
            rng.normal(size=(2,)),
            1,
            "ij,jk,k->i",
            rng.normal(size=(2, 3)),
            rng.normal(size=(3, 4)),
            rng.normal(size=(4,)),
        ),
        call(rng.normal(size=(3,)), 0, "ii->i", rng.normal(size=(3, 3))),
    ],
)
def einsum_adjoint_back(x_bar, x, y_bar, k, subscripts, *operands):
    """The adjoint takes the operand's place: the primal with it, and the adjoints of the others."""
    seed_bar, operands_bar = einsum_adjoint_seeds(x_bar, y_bar, k, subscripts, operands)
    return seed_bar, operands_bar


@forward_rule(einsum_adjoint)
def einsum_adjoint_tangent(x, y_bar, k, subscripts, *operands, y_bar_dot, operands_dot):
    return einsum_adjoint_change(x, y_bar, k, subscripts, operands, y_bar_dot, operands_dot)


@reverse_rule(
    power_block,
    wrt=("a", "change"),
    samples=lambda rng: [
        call(well_conditioned(rng, 3, 3), rng.normal(size=(3, 3)), 3),
        call(well_conditioned(rng, 2, 2, 2), rng.normal(size=(2, 2, 2)), -2),
        call(well_conditioned(rng, 2, 2), rng.normal(size=(2, 2)), 0),
    ],
)
def power_block_back(x_bar, x, a, change, n):
    a_bar, change_bar = power_block_adjoints(x_bar, a, change, n)
    return a_bar, change_bar


@forward_rule(power_block)
def power_block_forward(x, a, change, n, *, a_dot, change_dot):
    return power_block_tangent(x, a, change, n, a_dot, change_dot)

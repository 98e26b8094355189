# mypy: allow-untyped-defs, allow-untyped-calls
"""`scipy.ndimage`: filters that choose a value of a window by its rank, and grey morphology.

The slope is that of the value chosen; at ties it is the first that a sort puts there.
"""

from __future__ import annotations

import inspect

import numpy as np
from scipy import ndimage

from sourcead.ir.kinds import Array, Py, Unknown
from sourcead.ir.nodes import Const
from sourcead.rules.forms import (
    constant,
    formula,
    helpers,
    leaving_out,
    of_real_numbers,
    refused,
)
from sourcead.rules.numpy.samples import call
from sourcead.rules.registry import Rule, register
from sourcead.rules.scipy.kinds import like
from sourcead.runtime import scipy_ranks
from sourcead.runtime.scipy_ranks import (
    chosen_by_rank,
    dilated,
    eroded,
    modes_along,
    opposite_origin,
    rank_in_percent,
    window_cells,
    window_reach,
    windows,
)


def _cells_kind(ndim, size, footprint, axes):
    return Array("bool", (None,) * ndim.value) if isinstance(ndim, Const) else None


constant(window_cells, kind=_cells_kind)


def _shown_kind(image, *rest):
    return Array(image.dtype, (*image.dims, None)) if isinstance(image, Array) else Unknown()


register(Rule("windows", "source", (windows,), kind=_shown_kind))
constant(window_reach, modes_along, opposite_origin)
constant(rank_in_percent, kind=lambda cells, percentile: Py(int))
helpers(scipy_ranks)

OUTPUT = "has derivatives where it returns its result: leave `output` out"
CROSS = np.array([[False, True, False], [True, True, True]])
AXES = "axes" in inspect.signature(ndimage.grey_erosion).parameters  # of later versions
HILL = np.array([[0.3, -0.2, 0.5], [0.0, 0.7, 0.1]])


def _images(*before):
    """Calls of filters; `before` stands before the size."""

    def samples(rng):
        a = rng.permutation(20).reshape(4, 5) + 0.1 * rng.random((4, 5))
        modes = ("mirror", "nearest", "wrap")
        return [
            call(a, *before, size=3),
            call(a, *before, size=(2, 3), mode="constant", cval=7.3),
            call(a[0].copy(), *before, size=4),
            call(a, *before, size=(4, 3), origin=(1, -1)),
            call(a, *before, footprint=CROSS, origin=-1),
            *[call(a, *before, size=3, mode=mode) for mode in modes],
            *[call(a, *before, size=(3,), axes=(0,)) for _ in range(AXES)],
        ]

    return samples


def _hills(rng):
    """Calls of morphology, also with a structure."""
    a = rng.permutation(20).reshape(4, 5) + 0.1 * rng.random((4, 5))
    return [
        *_images()(rng),
        call(a, structure=HILL, mode="nearest"),
        call(a, footprint=CROSS, structure=HILL, origin=(-1, 1)),
    ]


def _filter(function, *before, samples=None):
    """States a formula for a filter of images."""
    wrt = ("input",) if samples is None else ("input", "structure")
    samples = samples or _images(*before)
    return formula(function, wrt=wrt, samples=samples, kind=like(function, "input"))


def _cells(input, size, footprint, structure, output, axes):
    """Which cells belong to the window; of a structure without footprint, all of it."""
    if output is not None:
        raise NotImplementedError(OUTPUT)
    if structure is None:
        return window_cells(np.ndim(input), size, footprint, axes)
    if axes is not None:
        raise NotImplementedError(
            "has derivatives with a structure along all axes: leave `axes` out"
        )
    return window_cells(np.ndim(input), np.shape(structure), footprint, axes)


# ---- one value of each window ------------------------------------------------------------------------


@_filter(ndimage.maximum_filter)
def maximum_filter(
    input, size=None, footprint=None, output=None, mode="reflect", cval=0.0, origin=0, *, axes=None
):
    cells = _cells(input, size, footprint, None, output, axes)
    return chosen_by_rank(input, -1, cells, mode, cval, origin, axes)


@_filter(ndimage.minimum_filter)
def minimum_filter(
    input, size=None, footprint=None, output=None, mode="reflect", cval=0.0, origin=0, *, axes=None
):
    cells = _cells(input, size, footprint, None, output, axes)
    return chosen_by_rank(input, 0, cells, mode, cval, origin, axes)


@_filter(ndimage.median_filter)
def median_filter(
    input, size=None, footprint=None, output=None, mode="reflect", cval=0.0, origin=0, *, axes=None
):
    cells = _cells(input, size, footprint, None, output, axes)
    rank = int(np.count_nonzero(cells)) // 2
    return chosen_by_rank(input, rank, cells, mode, cval, origin, axes)


@_filter(ndimage.rank_filter, 1)
def rank_filter(
    input, rank, size=None, footprint=None, output=None, mode="reflect", cval=0.0, origin=0, *,
    axes=None
):  # fmt: skip
    cells = _cells(input, size, footprint, None, output, axes)
    return chosen_by_rank(input, rank, cells, mode, cval, origin, axes)


@_filter(ndimage.percentile_filter, 30)
def percentile_filter(
    input, percentile, size=None, footprint=None, output=None, mode="reflect", cval=0.0, origin=0, *,
    axes=None
):  # fmt: skip
    cells = _cells(input, size, footprint, None, output, axes)
    rank = rank_in_percent(cells, percentile)
    return chosen_by_rank(input, rank, cells, mode, cval, origin, axes)


def _along_one_axis(rng):
    a = rng.permutation(20).reshape(4, 5) + 0.1 * rng.random((4, 5))
    return [
        call(a, 3),
        call(a, 4, 0, mode="constant", cval=7.3, origin=1),
        call(a[0].copy(), 3, origin=-1, mode="wrap"),
    ]


def _state_along_one_axis(function, rank):
    @formula(function, wrt=("input",), samples=_along_one_axis, kind=like(function, "input"))
    def filter_along_one_axis(
        input, size, axis=-1, output=None, mode="reflect", cval=0.0, origin=0
    ):
        cells = _cells(input, size, None, None, output, axis)
        return chosen_by_rank(input, rank, cells, mode, cval, origin, axis)


_state_along_one_axis(ndimage.maximum_filter1d, -1)
_state_along_one_axis(ndimage.minimum_filter1d, 0)


# ---- morphology: the greatest and the least value of windows ---------------------------------------


@_filter(ndimage.grey_erosion, samples=_hills)
def grey_erosion(
    input, size=None, footprint=None, structure=None, output=None, mode="reflect", cval=0.0, origin=0,
    *, axes=None
):  # fmt: skip
    cells = _cells(input, size, footprint, structure, output, axes)
    return eroded(input, cells, structure, mode, cval, origin, axes)


@_filter(ndimage.grey_dilation, samples=_hills)
def grey_dilation(
    input, size=None, footprint=None, structure=None, output=None, mode="reflect", cval=0.0, origin=0,
    *, axes=None
):  # fmt: skip
    cells = _cells(input, size, footprint, structure, output, axes)
    return dilated(input, cells, structure, mode, cval, origin, axes)


@_filter(ndimage.grey_opening, samples=_hills)
def grey_opening(
    input, size=None, footprint=None, structure=None, output=None, mode="reflect", cval=0.0, origin=0,
    *, axes=None
):  # fmt: skip
    cells = _cells(input, size, footprint, structure, output, axes)
    lower = eroded(input, cells, structure, mode, cval, origin, axes)
    return dilated(lower, cells, structure, mode, cval, origin, axes)


@_filter(ndimage.grey_closing, samples=_hills)
def grey_closing(
    input, size=None, footprint=None, structure=None, output=None, mode="reflect", cval=0.0, origin=0,
    *, axes=None
):  # fmt: skip
    cells = _cells(input, size, footprint, structure, output, axes)
    higher = dilated(input, cells, structure, mode, cval, origin, axes)
    return eroded(higher, cells, structure, mode, cval, origin, axes)


_FILTERS = (
    ndimage.maximum_filter, ndimage.minimum_filter, ndimage.median_filter, ndimage.rank_filter,
    ndimage.percentile_filter, ndimage.grey_erosion, ndimage.grey_dilation, ndimage.grey_opening,
    ndimage.grey_closing, ndimage.maximum_filter1d, ndimage.minimum_filter1d,
)  # fmt: skip
leaving_out(*_FILTERS)
of_real_numbers(*_FILTERS)

refused(
    ndimage.generic_filter, ndimage.generic_filter1d, ndimage.generic_gradient_magnitude,
    ndimage.generic_laplace,
    way_out="np.lib.stride_tricks.sliding_window_view of the padded image",
)  # fmt: skip

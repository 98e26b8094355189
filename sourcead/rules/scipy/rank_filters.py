# mypy: allow-untyped-defs, allow-untyped-calls
"""`scipy.ndimage`: filters that choose a value of a window by its rank.

The slope is that of the value chosen; at ties it is the first that a sort puts there.
"""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from sourcead.rules.forms import formula, helpers, leaving_out, of_real_numbers, refused
from sourcead.rules.numpy.samples import call
from sourcead.rules.scipy.kinds import like
from sourcead.runtime import scipy_ranks
from sourcead.runtime.scipy_ranks import chosen_by_rank

helpers(scipy_ranks)


def _whole_windows(footprint, output, origin, axes):
    """Windows are boxes around the place, in all axes."""
    if footprint is not None or output is not None or origin != 0 or axes is not None:
        raise NotImplementedError(
            "filters by rank with a footprint, an output, an origin or axes: give the size of a window"
        )


def _as_input(function):
    return like(function, "input")


def _images(*before):
    def samples(rng):
        a = rng.permutation(20).reshape(4, 5) + 0.1 * rng.random((4, 5))
        modes = ("mirror", "nearest", "wrap")
        return [
            call(a, *before, size=3),
            call(a, *before, size=(2, 3), mode="constant", cval=7.3),
            call(a[0].copy(), *before, size=4),
            *[call(a, *before, size=3, mode=mode) for mode in modes],
        ]

    return samples


@formula(
    ndimage.maximum_filter,
    wrt=("input",),
    samples=_images(),
    kind=_as_input(ndimage.maximum_filter),
)
def maximum_filter(
    input, size=None, footprint=None, output=None, mode="reflect", cval=0.0, origin=0, *, axes=None
):
    _whole_windows(footprint, output, origin, axes)
    return chosen_by_rank(input, -1, size, mode, cval)


@formula(
    ndimage.minimum_filter,
    wrt=("input",),
    samples=_images(),
    kind=_as_input(ndimage.minimum_filter),
)
def minimum_filter(
    input, size=None, footprint=None, output=None, mode="reflect", cval=0.0, origin=0, *, axes=None
):
    _whole_windows(footprint, output, origin, axes)
    return chosen_by_rank(input, 0, size, mode, cval)


def _count(input, size):
    return size ** np.ndim(input) if isinstance(size, (int, np.integer)) else int(np.prod(size))


@formula(
    ndimage.median_filter, wrt=("input",), samples=_images(), kind=_as_input(ndimage.median_filter)
)
def median_filter(
    input, size=None, footprint=None, output=None, mode="reflect", cval=0.0, origin=0, *, axes=None
):
    _whole_windows(footprint, output, origin, axes)
    return chosen_by_rank(input, _count(input, size) // 2, size, mode, cval)


@formula(
    ndimage.rank_filter, wrt=("input",), samples=_images(1), kind=_as_input(ndimage.rank_filter)
)
def rank_filter(
    input, rank, size=None, footprint=None, output=None, mode="reflect", cval=0.0, origin=0, *,
    axes=None
):  # fmt: skip
    _whole_windows(footprint, output, origin, axes)
    return chosen_by_rank(input, rank, size, mode, cval)


@formula(
    ndimage.percentile_filter,
    wrt=("input",),
    samples=_images(30),
    kind=_as_input(ndimage.percentile_filter),
)
def percentile_filter(
    input, percentile, size=None, footprint=None, output=None, mode="reflect", cval=0.0, origin=0, *,
    axes=None
):  # fmt: skip
    _whole_windows(footprint, output, origin, axes)
    share = percentile + 100.0 if percentile < 0.0 else percentile
    count = _count(input, size)
    rank = count - 1 if share == 100.0 else int(float(count) * share / 100.0)
    return chosen_by_rank(input, rank, size, mode, cval)


# ---- morphology: the greatest and the least value of windows ---------------------------------------


@formula(
    ndimage.grey_erosion,
    wrt=("input",),
    samples=_images(),
    kind=_as_input(ndimage.grey_erosion),
)
def grey_erosion(
    input, size=None, footprint=None, structure=None, output=None, mode="reflect", cval=0.0, origin=0,
    *, axes=None
):  # fmt: skip
    if structure is not None:
        raise NotImplementedError(
            "has derivatives without a structure that is added: give the size of a window"
        )
    _whole_windows(footprint, output, origin, axes)
    return chosen_by_rank(input, 0, size, mode, cval)


@formula(
    ndimage.grey_dilation,
    wrt=("input",),
    samples=_images(),
    kind=_as_input(ndimage.grey_dilation),
)
def grey_dilation(
    input, size=None, footprint=None, structure=None, output=None, mode="reflect", cval=0.0, origin=0,
    *, axes=None
):  # fmt: skip
    """The windows of an erosion, turned around."""
    if structure is not None:
        raise NotImplementedError(
            "has derivatives without a structure that is added: give the size of a window"
        )
    _whole_windows(footprint, output, origin, axes)
    return np.flip(chosen_by_rank(np.flip(input), -1, size, mode, cval))


@formula(
    ndimage.grey_opening,
    wrt=("input",),
    samples=_images(),
    kind=_as_input(ndimage.grey_opening),
)
def grey_opening(
    input, size=None, footprint=None, structure=None, output=None, mode="reflect", cval=0.0, origin=0,
    *, axes=None
):  # fmt: skip
    eroded = grey_erosion(input, size, footprint, structure, output, mode, cval, origin, axes=axes)
    return grey_dilation(eroded, size, footprint, structure, output, mode, cval, origin, axes=axes)


@formula(
    ndimage.grey_closing,
    wrt=("input",),
    samples=_images(),
    kind=_as_input(ndimage.grey_closing),
)
def grey_closing(
    input, size=None, footprint=None, structure=None, output=None, mode="reflect", cval=0.0, origin=0,
    *, axes=None
):  # fmt: skip
    wide = grey_dilation(input, size, footprint, structure, output, mode, cval, origin, axes=axes)
    return grey_erosion(wide, size, footprint, structure, output, mode, cval, origin, axes=axes)


_FILTERS = (
    ndimage.maximum_filter, ndimage.minimum_filter, ndimage.median_filter, ndimage.rank_filter,
    ndimage.percentile_filter, ndimage.grey_erosion, ndimage.grey_dilation, ndimage.grey_opening,
    ndimage.grey_closing,
)  # fmt: skip
leaving_out(*_FILTERS)
of_real_numbers(*_FILTERS)

refused(
    ndimage.maximum_filter1d, ndimage.minimum_filter1d,
    way_out="scipy.ndimage.minimum_filter and maximum_filter with the size of a window",
)  # fmt: skip
refused(
    ndimage.generic_filter, ndimage.generic_filter1d, ndimage.generic_gradient_magnitude,
    ndimage.generic_laplace,
    way_out="np.lib.stride_tricks.sliding_window_view of the padded image",
)  # fmt: skip

"""Functions that may leave elements of an argument out of their result (`np.max`, `np.take`, `np.tril`), or none.

An element that was left out contributes exactly zero, whatever its own slope is: of
`np.median(np.sqrt(x))` at `x[0] = 0` the first element has an infinite slope, and no part in the median.
"""

from __future__ import annotations

import numpy as np

from sourcead.rules.forms import leaving_out, taking_all
from sourcead.rules.numpy.samples import methods, present
from sourcead.runtime.accumulate import unless_zero, zeros_kept
from sourcead.runtime.gathers import item_of
from sourcead.runtime.lanes import connected, reached

leaving_out(
    # by a condition, or by what is larger
    np.where, np.select, np.choose, np.compress, np.ndarray.compress, np.extract,
    np.minimum, np.maximum, np.fmin, np.fmax, np.clip, np.ndarray.clip, np.nan_to_num,
    # by a place
    np.take, np.take_along_axis, np.ndarray.item, item_of, np.delete, np.repeat, np.resize, np.interp,
    np.diag, np.diagonal, np.trace, np.tril, np.triu, np.histogram,
    *present(np.linalg, "diagonal", "trace"),
    # extrema and quantiles
    np.max, np.min, np.ptp, np.minimum.reduce, np.minimum.accumulate, np.median, np.quantile, np.percentile,
    # missing numbers
    np.nansum, np.nanmean, np.nanprod, np.nancumsum, np.nancumprod, np.nanvar, np.nanstd,
    np.nanmax, np.nanmin, np.nanmedian, np.nanquantile, np.nanpercentile,
    # of a symmetric matrix one triangle is read
    np.linalg.cholesky, np.linalg.eigh, np.linalg.eigvalsh,
    # of derivatives: what meets a zero adjoint
    unless_zero, zeros_kept, reached, connected,
)  # fmt: skip

taking_all(
    # sums, and what is made of them
    np.sum, np.mean, np.var, np.std, np.prod, np.cumsum, np.cumprod,
    *methods("sum", "mean", "var", "std", "prod", "cumsum", "cumprod"),
    np.add.reduce, np.multiply.reduce, np.add.accumulate, np.multiply.accumulate, np.linalg.norm,
    # products
    np.dot, np.matmul, np.inner, np.outer, np.vdot, np.kron, np.tensordot, *methods("dot"),
    # the same elements in another order or shape
    np.reshape, np.ravel, np.transpose, np.swapaxes, np.moveaxis, np.squeeze, np.expand_dims,
    np.broadcast_to, np.flip, np.roll, np.concatenate, np.stack, np.copy,
    *methods("reshape", "ravel", "flatten", "transpose", "swapaxes", "squeeze", "copy"), np.ndarray.T,
)  # fmt: skip

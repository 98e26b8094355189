# mypy: allow-untyped-defs, allow-untyped-calls
"""NumPy's functions that call a function, said in Python and NumPy.

A call is transformed as if it were a call of the function here: the derivative follows from the source.
"""

import numpy as np

from sourcead.runtime.matrices import power_of_order

__all__ = [
    "accumulated", "along_axis", "at_each", "at_each_alone", "copy_where", "enumerated_matrix",
    "enumerated_vector", "even_part", "flat_get", "flat_set", "for_each", "for_each_pair",
    "from_iterable", "in_memory_order", "in_pieces", "indices", "into_selected",
    "into_selected_of_two", "matrix_power", "nested", "outer", "pairs", "place", "put", "putmask",
    "reduced", "reduced_at", "rows_of", "series", "series_difference",
    "series_difference_reflected", "series_power", "series_product", "series_product_reflected",
    "polynomial_item", "polynomial_power", "series_sum", "series_sum_reflected", "triples",
]  # fmt: skip


def in_pieces(x, condlist, funclist):
    """`np.piecewise(x, condlist, funclist)`, a function for each condition: later ones win."""
    y = np.zeros_like(x)
    for condition, function in zip(condlist, funclist):
        y[condition] = function(x[condition]) if callable(function) else function
    return y


def for_each(function, x):
    """`np.vectorize(function)(x)`, whose type is that of the first result."""
    values = [function(value) for value in np.ravel(x)]
    if not isinstance(values[0], float):
        raise TypeError(
            "the first result of a vectorized function is no float: it makes integers of all"
        )
    return np.reshape(np.array(values), np.shape(x))


def for_each_pair(function, x1, x2):
    """`np.vectorize(function)(x1, x2)`"""
    shape = np.broadcast_shapes(np.shape(x1), np.shape(x2))
    first, second = np.ravel(np.broadcast_to(x1, shape)), np.ravel(np.broadcast_to(x2, shape))
    values = [function(a, b) for a, b in zip(first, second)]
    if not isinstance(values[0], float):
        raise TypeError(
            "the first result of a vectorized function is no float: it makes integers of all"
        )
    return np.reshape(np.array(values), shape)


def along_axis(function, axis, a):
    """`np.apply_along_axis(function, axis, a)`, of functions that give a number or a vector."""
    moved = np.moveaxis(a, axis, -1)
    rows = np.reshape(moved, (-1, np.shape(a)[axis]))
    stacked = np.array([function(row) for row in rows])
    if np.ndim(stacked) == 1:
        return np.reshape(stacked, np.shape(moved)[:-1])
    parts = np.reshape(stacked, (*np.shape(moved)[:-1], np.shape(stacked)[1]))
    return np.moveaxis(parts, -1, axis)


def from_iterable(iter, dtype, count=-1):
    """`np.fromiter(iter, dtype, count)` of a list"""
    found = np.array(iter, dtype)
    if count > len(found):
        raise ValueError(
            f"iterator too short: Expected {count} but iterator had only {len(found)} items."
        )
    return found if count < 0 else found[:count]


def rows_of(rows, dtype):
    """`np.array(rows)` of a list of lists"""
    return np.array([np.array(row, dtype) for row in rows])


def nested(a):
    """`a.tolist()` of an array of several axes"""
    return [row.tolist() for row in a]


def even_part(length, count):
    """How long each of `count` parts is: `np.split(x, count)`"""
    if length % count:
        raise ValueError("array split does not result in an equal division")
    return length // count


def enumerated_vector(a):
    """`np.ndenumerate(a)` of one axis"""
    return [((i,), a[i]) for i in range(np.shape(a)[0])]


def enumerated_matrix(a):
    """`np.ndenumerate(a)` of two axes"""
    m, n = np.shape(a)
    return [((i, j), a[i, j]) for i in range(m) for j in range(n)]


def indices(m):
    """`np.ndindex(m)`"""
    return [(i,) for i in range(m)]


def pairs(m, n):
    """`np.ndindex(m, n)`"""
    return [(i, j) for i in range(m) for j in range(n)]


def triples(m, n, k):
    """`np.ndindex(m, n, k)`"""
    return [(i, j, p) for i in range(m) for j in range(n) for p in range(k)]


def in_memory_order(a):
    """`np.nditer(a)`"""
    return np.ravel(a, order="K")


# -- elements counted flat -------------------------------------------------------------------------


def flat_get(a, index):
    """`a.flat[index]`"""
    return a[np.unravel_index(np.arange(np.size(a))[index], np.shape(a))]


def flat_set(a, index, v):
    """`a.flat[index] = v`: the values are repeated as often as needed"""
    places = np.arange(np.size(a))[index]
    a[np.unravel_index(places, np.shape(a))] = np.resize(v, np.shape(places))


def put(a, ind, v):
    """`np.put(a, ind, v)`"""
    flat_set(a, np.ravel(ind), v)


def copy_where(dst, src, where):
    """`np.copyto(dst, src, where=where)`"""
    shape = np.shape(dst)
    mask = np.broadcast_to(where, shape)
    dst[mask] = np.broadcast_to(src, shape)[mask]


def place(arr, mask, vals):
    """`np.place(arr, mask, vals)`: the first values go to the first places"""
    chosen = np.flatnonzero(mask)
    flat_set(arr, chosen, vals)


def putmask(a, mask, values):
    """`np.putmask(a, mask, values)`: a place takes the value of its own number"""
    chosen = np.flatnonzero(mask)
    flat_set(a, chosen, np.resize(values, np.size(a))[chosen])


# -- ufuncs that write -----------------------------------------------------------------------------


def at_each(ufunc, a, indices, b):
    """`ufunc.at(a, indices, b)`: one place after the other, so that repeated ones all count"""
    values = np.broadcast_to(b, np.shape(a[indices]))
    for k, place in enumerate(indices):
        a[place] = ufunc(a[place], values[k])


def at_each_alone(ufunc, a, indices):
    """`ufunc.at(a, indices)`"""
    for place in indices:
        a[place] = ufunc(a[place])


def reduced(ufunc, array, axis=0, *, keepdims=False):
    """`ufunc.reduce(array, axis)`, where there are rows"""
    rows = np.moveaxis(array, axis, 0)
    if np.shape(rows)[0] == 0:
        name = ufunc.__name__
        raise ValueError(f"zero-size array to reduction operation {name} which has no identity")
    total = rows[0]
    for i in range(1, np.shape(rows)[0]):
        total = ufunc(total, rows[i])
    return np.expand_dims(total, axis) if keepdims else total


def reduced_or_identity(ufunc, array, axis=0, *, keepdims=False):
    """`ufunc.reduce(array, axis)`"""
    rows = np.moveaxis(array, axis, 0)
    if np.shape(rows)[0] == 0:
        total = ufunc.identity + np.sum(rows, axis=0)
    else:
        total = rows[0]
    for i in range(1, np.shape(rows)[0]):
        total = ufunc(total, rows[i])
    return np.expand_dims(total, axis) if keepdims else total


def accumulated(ufunc, array, axis=0):
    """`ufunc.accumulate(array, axis)`"""
    rows = np.moveaxis(array, axis, 0)
    found = np.copy(rows)
    for i in range(1, np.shape(rows)[0]):
        found[i] = ufunc(found[i - 1], rows[i])
    return np.moveaxis(found, 0, axis)


def reduced_at(ufunc, array, indices, axis=0):
    """`ufunc.reduceat(array, indices, axis)`: an index that is not below the next one stands for its row."""
    rows = np.moveaxis(array, axis, 0)
    ends = [*indices[1:], np.shape(rows)[0]]
    found = []
    for start, end in zip(indices, ends):
        total = rows[start]
        for i in range(start + 1, end):
            total = ufunc(total, rows[i])
        found.append(total)
    return np.stack(found, axis)


def outer(ufunc, A, B):
    """`ufunc.outer(A, B)`"""
    return ufunc(np.reshape(A, np.shape(A) + (1,) * np.ndim(B)), B)


def trimmed(filt, trim="fb"):
    """`np.trim_zeros(filt, trim)` of a vector"""
    places = np.flatnonzero(filt)
    if len(places) == 0:
        return filt[:0]
    start = places[0] if "f" in trim else 0
    stop = places[-1] + 1 if "b" in trim else len(filt)
    return filt[start:stop]


def of_polynomial(function, p, *args, **options):
    """`function(p, ...)` of a `np.poly1d`, which gives another one"""
    return np.poly1d(function(p.coeffs, *args, **options))


def of_polynomials(function, p, q):
    """`function(p, q)` of which one is a `np.poly1d`"""
    return np.poly1d(function(np.poly1d(p).coeffs, np.poly1d(q).coeffs))


def polynomial_quotient(p, q):
    """`np.polydiv(p, q)` of which one is a `np.poly1d`"""
    quotient, rest = np.polydiv(np.poly1d(p).coeffs, np.poly1d(q).coeffs)
    return np.poly1d(quotient), np.poly1d(rest)


def series(alist, trim=False):
    """`polyutils.as_series(alist, trim=False)`"""
    return [np.array(a, ndmin=1) * 1.0 for a in alist]


def series_sum(p, q):
    """`p + q` of a `np.polynomial.Polynomial` and its like"""
    return p.__class__(p._add(p.coef, p._get_coefficients(q)), p.domain, p.window, p.symbol)


def series_sum_reflected(p, q):
    """`q + p`"""
    return p.__class__(p._add(q, p.coef), p.domain, p.window, p.symbol)


def series_difference(p, q):
    """`p - q`"""
    return p.__class__(p._sub(p.coef, p._get_coefficients(q)), p.domain, p.window, p.symbol)


def series_difference_reflected(p, q):
    """`q - p`"""
    return p.__class__(p._sub(q, p.coef), p.domain, p.window, p.symbol)


def series_product(p, q):
    """`p * q`"""
    return p.__class__(p._mul(p.coef, p._get_coefficients(q)), p.domain, p.window, p.symbol)


def series_product_reflected(p, q):
    """`q * p`"""
    return p.__class__(p._mul(q, p.coef), p.domain, p.window, p.symbol)


def series_division(p, q):
    """`divmod(p, q)`"""
    quotient, rest = p._div(p.coef, p._get_coefficients(q))
    first = p.__class__(quotient, p.domain, p.window, p.symbol)
    return first, p.__class__(rest, p.domain, p.window, p.symbol)


def series_quotient(p, q):
    """`p // q`"""
    quotient, _ = p._div(p.coef, p._get_coefficients(q))
    return p.__class__(quotient, p.domain, p.window, p.symbol)


def series_remainder(p, q):
    """`p % q`"""
    _, rest = p._div(p.coef, p._get_coefficients(q))
    return p.__class__(rest, p.domain, p.window, p.symbol)


def series_power(p, n):
    """`p ** n`"""
    power = p.coef * 0.0 + 1.0 if n == 0 else p.coef
    for _ in range(n - 1):
        power = p._mul(p.coef, power)
    return p.__class__(power[:1] if n == 0 else power, p.domain, p.window, p.symbol)


def polynomial_item(p, k):
    """`p[k]` of a `np.poly1d`: the coefficient of the power k"""
    if k < 0 or k > p.order:
        return np.sum(p.coeffs[:0])
    return p.coeffs[p.order - k]


def polynomial_power(p, n):
    """`p ** n` of a `np.poly1d`"""
    if n == 0:
        return np.poly1d([1])
    power = p.coeffs
    for _ in range(n - 1):
        power = np.polymul(p.coeffs, power)
    return np.poly1d(power)


def polynomial_again(p):
    """`np.poly1d(p)` of such an object: another one with the same coefficients"""
    return np.poly1d(p.coeffs, variable=p.variable)


def into_selected(ufunc, out, where, x, is_like_out):
    """`ufunc(x, out=out, where=where)`: what is not selected is neither computed nor written"""
    mask = np.broadcast_to(where, np.shape(out))
    out[mask] = ufunc(at_mask(x, mask, is_like_out))
    return out


def into_selected_of_two(ufunc, out, where, x1, x2, is_like_out1, is_like_out2):
    """`ufunc(x1, x2, out=out, where=where)`"""
    mask = np.broadcast_to(where, np.shape(out))
    out[mask] = ufunc(at_mask(x1, mask, is_like_out1), at_mask(x2, mask, is_like_out2))
    return out


def at_mask(x, mask, is_alike):
    """The selected elements; `is_alike`: x has the shape of the mask, and may be written meanwhile."""
    return x[mask] if is_alike else np.broadcast_to(x, np.shape(mask))[mask]


def matrix_power(a, n):
    return a if n == 1 else power_of_order(a, n)


def in_a_row(*items):
    """`np.r_[items]`"""
    return np.concatenate([np.atleast_1d(item) for item in items])


def in_columns(*items):
    """`np.c_[items]`"""
    return np.concatenate([as_column(item) for item in items], axis=-1)


def as_column(item):
    """Something of fewer than two axes as a column."""
    item = np.asarray(item)
    return np.reshape(item, (-1, 1)) if np.ndim(item) < 2 else item

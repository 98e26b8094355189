# mypy: allow-untyped-defs, allow-untyped-calls
"""`scipy.spatial.distance`: distances of two points, and tables of distances. 0 between equal points.

Rotations as objects are refused.
"""

from __future__ import annotations

import numpy as np
from scipy.spatial import distance
from scipy.spatial.transform import Rotation

from sourcead.rules.forms import forward_rule, helper, helpers, refused, reverse_rule
from sourcead.rules.numpy.samples import call, positive_definite
from sourcead.rules.scipy.kinds import other_form, pairs_of_rows
from sourcead.runtime import scipy_distances
from sourcead.runtime.quotients import over_length
from sourcead.runtime.scipy_distances import (
    pair_slopes,
    table_adjoints,
    table_tangent,
    vector_slope,
    weight_slope,
)

helpers(scipy_distances)

# ---- two points ------------------------------------------------------------------------------


def _points(rng):
    u, v, w = rng.normal(size=3), rng.normal(size=3), rng.uniform(0.5, 2.0, 3)
    return [call(u, v), call(u, v, w), call(rng.normal(size=1), rng.normal(size=1))]


def _both(bar, slope, w, w_slope):
    return bar * slope, -bar * slope, None if w is None else bar * w_slope


def _along(slope, w_slope, u_dot, v_dot, w_dot):
    total = 0.0 if u_dot is None else np.sum(slope * u_dot)
    total = total if v_dot is None else total - np.sum(slope * v_dot)
    return total if w_dot is None else total + np.sum(w_slope * w_dot)


@reverse_rule(distance.euclidean, wrt=("u", "v", "w"), samples=_points)
def euclidean(d_bar, d, u, v, w=None):
    if w is None:
        pull = d_bar * over_length(u - v, d)
        return pull, -pull, None
    return _euclidean_weighted(d_bar, d, u, v, w)


@helper
def _euclidean_weighted(d_bar, d, u, v, w):
    return _both(
        d_bar, vector_slope(d, u - v, "euclidean", 2, w), w, weight_slope(d, u - v, "euclidean", 2)
    )


@forward_rule(distance.euclidean)
@helper
def euclidean_tangent(d, u, v, w=None, *, u_dot, v_dot, w_dot):
    slope = vector_slope(d, u - v, "euclidean", 2, w)
    return _along(slope, weight_slope(d, u - v, "euclidean", 2), u_dot, v_dot, w_dot)


@reverse_rule(distance.sqeuclidean, wrt=("u", "v", "w"), samples=_points)
def sqeuclidean(d_bar, d, u, v, w=None):
    if w is None:
        pull = 2.0 * d_bar * (u - v)
        return pull, -pull, None
    pull = 2.0 * d_bar * w * (u - v)
    return pull, -pull, d_bar * (u - v) ** 2


@forward_rule(distance.sqeuclidean)
@helper
def sqeuclidean_tangent(d, u, v, w=None, *, u_dot, v_dot, w_dot):
    slope = vector_slope(d, u - v, "sqeuclidean", 2, w)
    return _along(slope, (u - v) ** 2, u_dot, v_dot, w_dot)


@reverse_rule(distance.cityblock, wrt=("u", "v", "w"), samples=_points)
def cityblock(d_bar, d, u, v, w=None):
    if w is None:
        pull = d_bar * np.sign(u - v)
        return pull, -pull, None
    pull = d_bar * w * np.sign(u - v)
    return pull, -pull, d_bar * np.abs(u - v)


@forward_rule(distance.cityblock)
@helper
def cityblock_tangent(d, u, v, w=None, *, u_dot, v_dot, w_dot):
    return _along(vector_slope(d, u - v, "cityblock", 1, w), np.abs(u - v), u_dot, v_dot, w_dot)


@reverse_rule(distance.chebyshev, wrt=("u", "v"), samples=lambda rng: _points(rng)[:1])
@helper
def chebyshev(d_bar, d, u, v):
    slope = vector_slope(d, u - v, "chebyshev", 2, None)
    return d_bar * slope, -d_bar * slope


@forward_rule(distance.chebyshev)
@helper
def chebyshev_tangent(d, u, v, *, u_dot, v_dot):
    return _along(vector_slope(d, u - v, "chebyshev", 2, None), None, u_dot, v_dot, None)


@reverse_rule(
    distance.minkowski,
    wrt=("u", "v", "w"),
    samples=lambda rng: [
        call(*args[:2], p, *args[2:]) for args, _ in _points(rng) for p in (1, 2, 3, 1.5)
    ],
)
@helper
def minkowski(d_bar, d, u, v, p=2, w=None):
    slope = vector_slope(d, u - v, "minkowski", p, w)
    return _both(d_bar, slope, w, weight_slope(d, u - v, "minkowski", p))


@forward_rule(distance.minkowski)
@helper
def minkowski_tangent(d, u, v, p=2, w=None, *, u_dot, v_dot, w_dot):
    slope = vector_slope(d, u - v, "minkowski", p, w)
    return _along(slope, weight_slope(d, u - v, "minkowski", p), u_dot, v_dot, w_dot)


@reverse_rule(
    distance.mahalanobis,
    wrt=("u", "v", "VI"),
    samples=lambda rng: [
        call(
            rng.normal(size=3),
            rng.normal(size=3),
            positive_definite(rng, 3, 3) + np.triu(np.ones((3, 3))),
        )
    ],
)
@helper
def mahalanobis(d_bar, d, u, v, VI):
    deviation = u - v
    pull = d_bar * over_length(0.5 * (VI + VI.T) @ deviation, d)
    return pull, -pull, d_bar * over_length(0.5 * np.outer(deviation, deviation), d)


@forward_rule(distance.mahalanobis)
@helper
def mahalanobis_tangent(d, u, v, VI, *, u_dot, v_dot, VI_dot):
    deviation = u - v
    slope = over_length(0.5 * (VI + VI.T) @ deviation, d)
    return _along(slope, over_length(0.5 * np.outer(deviation, deviation), d), u_dot, v_dot, VI_dot)


@reverse_rule(distance.cosine, wrt=("u", "v"), samples=lambda rng: _points(rng)[:1])
@helper
def cosine(d_bar, d, u, v):
    """1 - u.v / (|u| |v|)."""
    one = np.ones((1, 1), np.result_type(u, v))
    u_bar, v_bar = table_adjoints(d_bar * one, d * one, u[np.newaxis], v[np.newaxis], "cosine", 2)
    return u_bar[0], v_bar[0]


@forward_rule(distance.cosine)
@helper
def cosine_tangent(d, u, v, *, u_dot, v_dot):
    dots = [None if dot is None else dot[np.newaxis] for dot in (u_dot, v_dot)]
    return table_tangent(
        np.full((1, 1), d, np.result_type(u, v)), u[np.newaxis], v[np.newaxis], "cosine", 2, *dots
    )[0, 0]


@reverse_rule(distance.correlation, wrt=("u", "v"), samples=lambda rng: _points(rng)[:1])
@helper
def correlation(d_bar, d, u, v):
    """The cosine distance of the deviations from the mean."""
    u_bar, v_bar = cosine(d_bar, d, u - np.mean(u), v - np.mean(v))
    return u_bar - np.mean(u_bar), v_bar - np.mean(v_bar)


@forward_rule(distance.correlation)
@helper
def correlation_tangent(d, u, v, *, u_dot, v_dot):
    dots = [None if dot is None else dot - np.mean(dot) for dot in (u_dot, v_dot)]
    return cosine_tangent(d, u - np.mean(u), v - np.mean(v), u_dot=dots[0], v_dot=dots[1])


def _canberra_slopes(u, v):
    sizes = np.abs(u) + np.abs(v)
    terms = over_length(np.abs(u - v), sizes)
    sign = np.sign(u - v)
    return over_length(sign - terms * np.sign(u), sizes), over_length(
        -sign - terms * np.sign(v), sizes
    )


@reverse_rule(distance.canberra, wrt=("u", "v"), samples=lambda rng: _points(rng)[:1])
@helper
def canberra(d_bar, d, u, v):
    in_u, in_v = _canberra_slopes(u, v)
    return d_bar * in_u, d_bar * in_v


@forward_rule(distance.canberra)
@helper
def canberra_tangent(d, u, v, *, u_dot, v_dot):
    in_u, in_v = _canberra_slopes(u, v)
    total = 0.0 if u_dot is None else np.sum(in_u * u_dot)
    return total if v_dot is None else total + np.sum(in_v * v_dot)


def _braycurtis_slopes(d, u, v):
    below = np.sum(np.abs(u + v))
    sign = np.sign(u + v)
    return (np.sign(u - v) - d * sign) / below, (-np.sign(u - v) - d * sign) / below


@reverse_rule(distance.braycurtis, wrt=("u", "v"), samples=lambda rng: _points(rng)[:1])
@helper
def braycurtis(d_bar, d, u, v):
    in_u, in_v = _braycurtis_slopes(d, u, v)
    return d_bar * in_u, d_bar * in_v


@forward_rule(distance.braycurtis)
@helper
def braycurtis_tangent(d, u, v, *, u_dot, v_dot):
    in_u, in_v = _braycurtis_slopes(d, u, v)
    total = 0.0 if u_dot is None else np.sum(in_u * u_dot)
    return total if v_dot is None else total + np.sum(in_v * v_dot)


# ---- tables of distances ---------------------------------------------------------------------

METRICS = ("euclidean", "sqeuclidean", "cityblock", "chebyshev", "cosine")


def _tables(rng):
    a, b = rng.normal(size=(3, 2)), rng.normal(size=(4, 2))
    calls = [call(a, b), call(a, b, "minkowski", p=3), call(a, a.copy())]
    return [*calls, *[call(a, b, metric) for metric in METRICS]]


@reverse_rule(
    distance.cdist, wrt=("XA", "XB"), samples=lambda rng: [*_tables(rng)[:2], *_tables(rng)[3:]]
)
@helper
def cdist(d_bar, d, XA, XB, metric="euclidean", *, p=2):
    return table_adjoints(d_bar, d, XA, XB, metric, p)


@forward_rule(distance.cdist)
@helper
def cdist_tangent(d, XA, XB, metric="euclidean", *, p=2, XA_dot, XB_dot):
    return table_tangent(d, XA, XB, metric, p, XA_dot, XB_dot)


@reverse_rule(
    distance.pdist,
    wrt=("X",),
    kind=pairs_of_rows,
    samples=lambda rng: [
        call(rng.normal(size=(4, 3)), "minkowski", p=3),
        *[call(rng.normal(size=(4, 3)), metric) for metric in METRICS],
    ],
)
@helper
def pdist(d_bar, d, X, metric="euclidean", *, p=2):
    """Every pair once, in the order of the table of distances above its diagonal."""
    first, second = np.triu_indices(len(X), 1)
    in_first, in_second = pair_slopes(d, X[first], X[second], metric, p)
    X_bar = np.zeros_like(X)
    np.add.at(X_bar, first, d_bar[:, np.newaxis] * in_first)
    np.add.at(X_bar, second, d_bar[:, np.newaxis] * in_second)
    return X_bar


@forward_rule(distance.pdist)
@helper
def pdist_tangent(d, X, metric="euclidean", *, p=2, X_dot):
    first, second = np.triu_indices(len(X), 1)
    in_first, in_second = pair_slopes(d, X[first], X[second], metric, p)
    return np.sum(in_first * X_dot[first] + in_second * X_dot[second], axis=-1)


def _forms(rng):
    return [call(rng.normal(size=6)), call(np.triu(rng.normal(size=(3, 3)), 1), checks=False)]


@reverse_rule(distance.squareform, wrt=("X",), samples=_forms, kind=other_form)
@helper
def squareform(y_bar, y, X, force="no", checks=True):
    """A vector stands in both triangles; of a matrix the upper triangle is read."""
    if np.ndim(X) == 1:
        return (y_bar + y_bar.T)[np.triu_indices(len(y_bar), 1)]
    X_bar = np.zeros_like(X)
    X_bar[np.triu_indices(len(X), 1)] = y_bar
    return X_bar


@forward_rule(distance.squareform)
@helper
def squareform_tangent(y, X, force="no", checks=True, *, X_dot):
    return distance.squareform(X_dot, checks=False)


# ---- refused ---------------------------------------------------------------------------------------

refused(
    *(Rotation, Rotation.from_rotvec, Rotation.from_quat, Rotation.from_euler),
    *(Rotation.from_matrix, Rotation.from_mrp, Rotation.align_vectors),
    way_out="the rotation's matrix written in NumPy (of a vector v of length a > 0, with the matrix K of"
    " np.cross(v / a, .): np.eye(3) + np.sin(a) * K + (1 - np.cos(a)) * K @ K)",
)
refused(Rotation.apply, way_out="the product with the rotation's matrix: vectors @ r.as_matrix().T")

# mypy: allow-untyped-defs, allow-untyped-calls
"""`scipy.linalg`: matrix functions, norms, the polar decomposition."""

from __future__ import annotations

import numpy as np
from scipy import linalg

from sourcead.ir.kinds import Array, Tuple, is_scalar
from sourcead.ir.nodes import Const
from sourcead.rules.forms import constant, forward_rule, helper, reverse_rule
from sourcead.rules.numpy.samples import (
    call,
    present,
    well_conditioned,
)
from sourcead.rules.registry import Effects
from sourcead.rules.scipy.kinds import like
from sourcead.runtime.factorizations import transpose
from sourcead.runtime.scipy_matrices import block_frechet, of_its_field, off_the_cut
from sourcead.runtime.scipy_norms import norm_slope

constant(of_its_field, off_the_cut, effects=Effects(pure=False))

# ---- matrix functions: the adjoint of the derivative at A is the derivative at transpose(A) ------------


def _small(rng):
    a = 0.4 * rng.normal(size=(3, 3))
    return [call(a), call(a + 0.3j * rng.normal(size=(3, 3))), call(np.zeros((2, 2)))]


def _batch(rng):
    return [*_small(rng), call(0.4 * rng.normal(size=(2, 3, 3)))]


def _positive_spectrum(rng):
    a = np.diag([1.0, 2.0, 3.0]) + 0.2 * rng.normal(size=(3, 3))
    return [call(a), call(a + 0.1j * rng.normal(size=(3, 3))), call(np.eye(2))]


_like_argument = like(linalg.expm, "A")


def _exponential(A):
    """Of a number it is a matrix with one entry."""
    return Array("float64", (None, None)) if is_scalar(A) else _like_argument(A)


@reverse_rule(
    linalg.expm,
    wrt=("A",),
    kind=_exponential,
    samples=lambda rng: [*_batch(rng), call(0.7), call(np.array([[0.7]]))],
)
def expm(Y_bar, Y, A):
    """Source: Al-Mohy and Higham (2009)."""
    if np.ndim(A) == 0:
        return np.sum(Y_bar * Y)
    if np.ndim(A) == 2:
        return linalg.expm_frechet(transpose(A), Y_bar, compute_expm=False)
    return block_frechet(linalg.expm, transpose(A), Y_bar)


@forward_rule(linalg.expm)
def expm_tangent(Y, A, *, A_dot):
    if np.ndim(A) == 0:
        return Y * A_dot
    if np.ndim(A) == 2:
        return linalg.expm_frechet(A, A_dot, compute_expm=False)
    return block_frechet(linalg.expm, A, A_dot)


def _directions(rng):
    a, e = 0.4 * rng.normal(size=(3, 3)), rng.normal(size=(3, 3))
    return [call(a, e), call(a, e, compute_expm=False)]


@reverse_rule(linalg.expm_frechet, wrt=("A", "E"), samples=_directions)
@helper
def expm_frechet(y_bar, y, A, E, *, method=None, compute_expm=True, check_finite=True):
    """exp([[A, E], [0, A]]) holds exp(A) and the derivative side by side."""
    value_bar, slope_bar = y_bar if compute_expm else (None, y_bar)
    zero = np.zeros_like(A)
    seed = np.block(
        [
            [zero if value_bar is None else value_bar, zero if slope_bar is None else slope_bar],
            [zero, zero],
        ]
    )
    bar = linalg.expm_frechet(np.block([[A, E], [zero, A]]).T, seed, compute_expm=False)
    n = len(A)
    return bar[:n, :n] + bar[n:, n:], bar[:n, n:]


@forward_rule(linalg.expm_frechet)
@helper
def expm_frechet_tangent(
    y, A, E, *, method=None, compute_expm=True, check_finite=True, A_dot, E_dot
):
    zero, n = np.zeros_like(A), len(A)
    A_dot, E_dot = zero if A_dot is None else A_dot, zero if E_dot is None else E_dot
    moved = np.block([[A_dot, E_dot], [zero, A_dot]])
    dot = linalg.expm_frechet(np.block([[A, E], [zero, A]]), moved, compute_expm=False)
    return (dot[:n, :n], dot[:n, n:]) if compute_expm else dot[:n, n:]


@reverse_rule(linalg.logm, wrt=("A",), samples=_positive_spectrum)
def logm(Y_bar, Y, A):
    """There is none at negative eigenvalues, where the logarithm jumps."""
    off_the_cut(Y, A, "logm")
    return block_frechet(linalg.logm, transpose(A), Y_bar)


@forward_rule(linalg.logm)
def logm_tangent(Y, A, *, A_dot):
    off_the_cut(Y, A, "logm")
    return block_frechet(linalg.logm, A, A_dot)


@reverse_rule(linalg.sqrtm, wrt=("A",), samples=_positive_spectrum)
def sqrtm(Y_bar, Y, A):
    """From Y Y = A: a Sylvester equation with transpose(Y) on both sides; of a real matrix while Y is real."""
    of_its_field(Y, A, "sqrtm")
    return linalg.solve_sylvester(transpose(Y), transpose(Y), Y_bar)


@forward_rule(linalg.sqrtm)
def sqrtm_tangent(Y, A, *, A_dot):
    of_its_field(Y, A, "sqrtm")
    return linalg.solve_sylvester(Y, Y, A_dot)


def _of_both_signs(rng):
    shift = np.diag([2.0, -1.5, 1.0])
    return [
        call(shift + 0.3 * rng.normal(size=(3, 3))),
        call(-shift + 0.3j * rng.normal(size=(3, 3))),
    ]


@reverse_rule(linalg.signm, wrt=("A",), samples=_of_both_signs)
def signm(Y_bar, Y, A):
    """From Y Y = 1 and Y A = A Y: with N = A Y, N dY + dY N = dA - Y dA Y (Kenney and Laub 1991)."""
    sign, root = transpose(Y), transpose(A @ Y)
    part = linalg.solve_sylvester(root, root, Y_bar)
    return part - sign @ part @ sign


@forward_rule(linalg.signm)
def signm_tangent(Y, A, *, A_dot):
    return linalg.solve_sylvester(A @ Y, A @ Y, A_dot - Y @ A_dot @ Y)


@reverse_rule(linalg.sinm, wrt=("A",), samples=_small)
def sinm(Y_bar, Y, A):
    return block_frechet(linalg.sinm, transpose(A), Y_bar)


@forward_rule(linalg.sinm)
def sinm_tangent(Y, A, *, A_dot):
    return block_frechet(linalg.sinm, A, A_dot)


@reverse_rule(linalg.cosm, wrt=("A",), samples=_small)
def cosm(Y_bar, Y, A):
    return block_frechet(linalg.cosm, transpose(A), Y_bar)


@forward_rule(linalg.cosm)
def cosm_tangent(Y, A, *, A_dot):
    return block_frechet(linalg.cosm, A, A_dot)


@reverse_rule(linalg.tanm, wrt=("A",), samples=_small)
def tanm(Y_bar, Y, A):
    return block_frechet(linalg.tanm, transpose(A), Y_bar)


@forward_rule(linalg.tanm)
def tanm_tangent(Y, A, *, A_dot):
    return block_frechet(linalg.tanm, A, A_dot)


@reverse_rule(linalg.sinhm, wrt=("A",), samples=_small)
def sinhm(Y_bar, Y, A):
    return block_frechet(linalg.sinhm, transpose(A), Y_bar)


@forward_rule(linalg.sinhm)
def sinhm_tangent(Y, A, *, A_dot):
    return block_frechet(linalg.sinhm, A, A_dot)


@reverse_rule(linalg.coshm, wrt=("A",), samples=_small)
def coshm(Y_bar, Y, A):
    return block_frechet(linalg.coshm, transpose(A), Y_bar)


@forward_rule(linalg.coshm)
def coshm_tangent(Y, A, *, A_dot):
    return block_frechet(linalg.coshm, A, A_dot)


@reverse_rule(linalg.tanhm, wrt=("A",), samples=_small)
def tanhm(Y_bar, Y, A):
    return block_frechet(linalg.tanhm, transpose(A), Y_bar)


@forward_rule(linalg.tanhm)
def tanhm_tangent(Y, A, *, A_dot):
    return block_frechet(linalg.tanhm, A, A_dot)


@reverse_rule(
    linalg.fractional_matrix_power,
    wrt=("A", "t"),
    samples=lambda rng: [
        call(*args, t) for (args, _) in _positive_spectrum(rng)[:1] for t in (0.5, -0.7, 1.3)
    ],
)
@helper
def fractional_matrix_power(Y_bar, Y, A, t):
    """There is none at negative eigenvalues, where the power jumps."""
    off_the_cut(Y, A, "fractional_matrix_power")
    A_bar = block_frechet(lambda M: linalg.fractional_matrix_power(M, t), transpose(A), Y_bar)
    in_t = np.sum(Y_bar * (linalg.logm(A) @ Y))
    return (A_bar if np.iscomplexobj(A) else np.real(A_bar)), np.real(in_t)


@forward_rule(linalg.fractional_matrix_power)
@helper
def fractional_matrix_power_tangent(Y, A, t, *, A_dot, t_dot):
    off_the_cut(Y, A, "fractional_matrix_power")
    Y_dot = np.zeros_like(Y)
    if A_dot is not None:
        Y_dot = Y_dot + block_frechet(lambda M: linalg.fractional_matrix_power(M, t), A, A_dot)
    if t_dot is not None:
        Y_dot = Y_dot + t_dot * (linalg.logm(A) @ Y)
    return Y_dot


# ---- norm ----------------------------------------------------------------------------------


def _normed(rng):
    a = rng.normal(size=(3, 4))
    calls = [call(a), call(a[0]), call(a, axis=0), call(a, axis=1, keepdims=True), call(a, "fro")]
    calls += [call(a[0], ord) for ord in (1, 2, 3, 0.5, np.inf, -np.inf)]
    calls += [call(a, ord) for ord in (1, -1, 2, -2, np.inf, -np.inf, "nuc")]
    calls += [
        call(rng.normal(size=(2, 3, 4)), ord, axis=(2, 0), keepdims=True) for ord in (2, 1, "nuc")
    ]
    return [*calls, call(np.zeros(3)[:0]), call(a[0] + 1j, 3), call(a + 1j * a**2)]


@reverse_rule(linalg.norm, wrt=("a",), samples=_normed)
def norm(y_bar, y, a, ord=None, axis=None, keepdims=False, *, check_finite=True):
    """0 where the norm is 0."""
    if axis is not None and not keepdims:
        y_bar = np.expand_dims(y_bar, axis)
    return y_bar * norm_slope(a, ord, axis)


@forward_rule(linalg.norm)
def norm_tangent(y, a, ord=None, axis=None, keepdims=False, *, check_finite=True, a_dot):
    return np.real(np.sum(norm_slope(a, ord, axis) * a_dot, axis=axis, keepdims=keepdims))


# ---- polar decomposition -------------------------------------------------------------------


def _for_polar(rng):
    return [
        call(well_conditioned(rng, 3, 3)),
        call(rng.normal(size=(4, 2))),
        call(rng.normal(size=(2, 4)), "left"),
        call(rng.normal(size=(2, 4))),
        call(rng.normal(size=(4, 2)), side="left"),
    ]


def _polar_factors(a, side=None):
    """Whichever side p is on, which may be known only while the program runs."""
    if not isinstance(a, Array) or len(a.dims) != 2 or a.dtype not in ("float32", "float64"):
        return None
    if side is None or isinstance(side, Const):
        size = a.dims[0 if side is not None and side.value == "left" else 1]
    else:
        size = None
    return Tuple((a, Array(a.dtype, (size, size))))


@reverse_rule(linalg.polar, wrt=("a",), samples=_for_polar, kind=_polar_factors)
@helper
def polar(y_bar, y, a, side="right"):
    """`a = u p` (or `p u`), full rank: u moves by a skew matrix that solves a Sylvester equation."""
    u, p = y
    u_bar, p_bar = (np.zeros_like(v) if bar is None else bar for v, bar in zip(y, y_bar))
    if side == "left":
        return transpose(_polar_bar(transpose(u), p, transpose(u_bar), transpose(p_bar)))
    return _polar_bar(u, p, u_bar, p_bar)


def _polar_bar(u, p, u_bar, p_bar):
    if np.shape(u)[0] >= np.shape(u)[1]:
        return _tall_polar_bar(u, p, u_bar, p_bar)
    # p is singular; of the other side it is not: a = q u, p = transpose(u) q u
    q = u @ p @ transpose(u)
    u_bar = u_bar + q @ u @ transpose(p_bar) + transpose(q) @ u @ p_bar
    q_bar = u @ p_bar @ transpose(u)
    return transpose(_tall_polar_bar(transpose(u), q, transpose(u_bar), transpose(q_bar)))


def _tall_polar_bar(u, p, u_bar, p_bar):
    # u = a p**-1 and p p = transpose(a) a
    scaled = transpose(linalg.solve(p, transpose(u_bar)))
    p_bar = p_bar - transpose(u) @ scaled
    square_bar = linalg.solve_sylvester(transpose(p), transpose(p), p_bar)
    return scaled + u @ p @ (square_bar + transpose(square_bar))


@forward_rule(linalg.polar)
@helper
def polar_tangent(y, a, side="right", *, a_dot):
    u, p = y
    if side == "left":
        u_dot, p_dot = _polar_dot(transpose(u), p, transpose(a_dot))
        return transpose(u_dot), transpose(p_dot)
    return _polar_dot(u, p, a_dot)


def _polar_dot(u, p, a_dot):
    if np.shape(u)[0] >= np.shape(u)[1]:
        return _tall_polar_dot(u, p, a_dot)
    q = u @ p @ transpose(u)
    turned, q_dot = _tall_polar_dot(transpose(u), q, transpose(a_dot))
    u_dot = transpose(turned)
    return u_dot, turned @ q @ u + transpose(u) @ q_dot @ u + transpose(u) @ q @ u_dot


def _tall_polar_dot(u, p, a_dot):
    half = p @ transpose(u) @ a_dot
    p_dot = linalg.solve_sylvester(p, p, half + transpose(half))
    return transpose(linalg.solve(p, transpose(a_dot - u @ p_dot))), p_dot


# ---- results that do not vary --------------------------------------------------------------

constant(
    linalg.dft, linalg.hilbert, linalg.invhilbert, linalg.hadamard, linalg.helmert, linalg.pascal
)
constant(linalg.invpascal, *present(linalg, "bandwidth", "issymmetric", "ishermitian"))

# mypy: allow-untyped-defs, allow-untyped-calls
"""`scipy.linalg`: what follows from other decompositions, as formulas; and what is refused by name."""

from __future__ import annotations

import numpy as np
from scipy import linalg

from sourcead.ir.kinds import Array, Np, Tuple, Unknown
from sourcead.rules.forms import constant, formula, of_real_numbers, refused
from sourcead.rules.numpy.samples import call, positive_definite
from sourcead.rules.registry import Effects
from sourcead.runtime.scipy_matrices import independent_columns

constant(independent_columns, effects=Effects(pure=False))


@formula(
    linalg.pinvh,
    wrt=("a",),
    kind=lambda a, *rest, **options: a if isinstance(a, Array) else Unknown(),
    samples=lambda rng: [
        call(positive_definite(rng, 3, 3)),
        call(positive_definite(rng, 3, 3), lower=False),
        call(positive_definite(rng, 3, 3) + np.triu(1j * rng.normal(size=(3, 3)), 1), lower=False),
    ],
)
def pinvh(a, *, lower=True):
    """One triangle is read, and the real part of the diagonal."""
    below = np.tril(a, -1) if lower else np.conj(np.transpose(np.triu(a, 1)))
    diagonal = np.diag(np.real(np.diag(a)))
    return np.linalg.pinv(diagonal + below + np.conj(np.transpose(below)))


def _rotation_and_scale(A, B, *rest):
    if not isinstance(A, Array) or not isinstance(B, Array):
        return Unknown()
    dtype = np.result_type(np.dtype(A.dtype), np.dtype(B.dtype), np.float32)
    return Tuple(
        (Array(str(dtype), (A.dims[1], A.dims[1])), Np(np.zeros(0, dtype).real.dtype.name))
    )


@formula(
    linalg.orthogonal_procrustes,
    wrt=("A", "B"),
    kind=_rotation_and_scale,
    samples=lambda rng: [
        call(rng.normal(size=(5, 3)), rng.normal(size=(5, 3))),
        call(rng.normal(size=(5, 2)) + 1j * rng.normal(size=(5, 2)), rng.normal(size=(5, 2)) + 0j),
    ],
)
def orthogonal_procrustes(A, B):
    """The rotation that brings A nearest to B, and the sum of the singular values of A.T B."""
    u, s, vh = np.linalg.svd(np.conj(np.transpose(A)) @ B)
    return u @ vh, np.sum(s)


def _angles(A, B):
    """As many as the smaller space has dimensions."""
    both = isinstance(A, Array) and isinstance(B, Array)
    return Array("float64", (None,)) if both else Unknown()


def _spaces(rng):
    a = rng.normal(size=(6, 2))
    near = a @ rng.normal(size=(2, 2)) + 0.1 * rng.normal(size=(6, 2))
    return [
        call(a, rng.normal(size=(6, 3))),
        call(rng.normal(size=(6, 3)), a),
        call(a, near),
    ]


@formula(linalg.subspace_angles, kind=_angles, samples=_spaces)
def subspace_angles(A, B):
    """Of spaces whose columns are independent; small angles by their sines."""
    independent_columns(A)
    independent_columns(B)
    p, q = np.linalg.qr(A)[0], np.linalg.qr(B)[0]
    if np.shape(A)[1] < np.shape(B)[1]:
        p, q = q, p
    product = np.transpose(p) @ q
    cosines = np.flip(np.linalg.svd(product, compute_uv=False))
    sines = np.linalg.svd(q - p @ product, compute_uv=False)
    small = cosines**2 >= 0.5
    by_sine = np.arcsin(np.where(small, sines, 0.0))
    return np.where(small, by_sine, np.arccos(np.where(small, 0.0, cosines)))


def _product_and_factor(a, c, *rest, **options):
    if not isinstance(a, Array) or not isinstance(c, Array):
        return Unknown()
    dtype = str(np.result_type(np.dtype(a.dtype), np.dtype(c.dtype), np.float32))
    return Tuple((Array(dtype, (None,) * len(c.dims)), Array(a.dtype, (None, None))))


def _to_multiply(rng):
    a, c = rng.normal(size=(5, 3)), rng.normal(size=(2, 5))
    square = rng.normal(size=(3, 3))
    return [
        call(a, c),
        call(a, c[0]),
        call(a, rng.normal(size=(3, 2)), "left"),
        call(a, rng.normal(size=3), mode="left"),
        call(square, rng.normal(size=(2, 3))),
    ]


@formula(linalg.qr_multiply, kind=_product_and_factor, samples=_to_multiply)
def qr_multiply(a, c, mode="right"):
    """The product with q, and r."""
    q, r = linalg.qr(a, mode="economic")
    return (c @ q if mode == "right" else q @ c), r


def balancing(A, permute, scale):
    """The scaled permutation, which jumps where it changes."""
    return linalg.matrix_balance(A, permute, scale)[1]


constant(balancing, kind=lambda A, permute, scale: A)


@formula(
    linalg.matrix_balance,
    wrt=("A",),
    kind=lambda A, permute=None, scale=None: Tuple((A, A)) if isinstance(A, Array) else Unknown(),
    samples=lambda rng: [
        call(np.diag([1.0, 100.0, 0.01]) @ rng.normal(size=(3, 3))),
        call(np.triu(rng.normal(size=(4, 4))) * 10.0 ** np.arange(4.0), scale=False),
        call(np.diag([1.0, 1e3, 1.0]) @ rng.normal(size=(3, 3)), permute=False),
    ],
)
def matrix_balance(A, permute=True, scale=True):
    T = balancing(A, permute, scale)
    return np.linalg.solve(T, A @ T), T


of_real_numbers(linalg.subspace_angles, linalg.qr_multiply, linalg.matrix_balance)

refused(
    linalg.schur,
    linalg.hessenberg,
    linalg.qz,
    linalg.cossin,
    way_out="np.linalg.eig, qr, svd, cholesky and scipy.linalg.ldl are differentiated",
)
refused(linalg.funm, way_out="scipy.linalg.expm, logm, sqrtm, sinm and their like")

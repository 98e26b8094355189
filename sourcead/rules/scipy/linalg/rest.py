# mypy: allow-untyped-defs, allow-untyped-calls
"""`scipy.linalg`: what follows from other decompositions, as formulas; and what is refused by name."""

from __future__ import annotations

import numpy as np
from scipy import linalg

from sourcead.ir.kinds import Array, Np, Tuple, Unknown
from sourcead.rules.forms import formula, refused
from sourcead.rules.numpy.samples import call, positive_definite


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


refused(
    linalg.schur,
    linalg.hessenberg,
    linalg.qz,
    linalg.cossin,
    linalg.ldl,
    linalg.matrix_balance,
    way_out="np.linalg.eig, qr, svd and cholesky are differentiated",
)
refused(
    linalg.null_space,
    linalg.orth,
    linalg.subspace_angles,
    way_out="the projection on the space (u @ u.T of np.linalg.svd) does not depend on a basis",
)
refused(linalg.funm, linalg.signm, way_out="scipy.linalg.expm, logm, sqrtm, sinm and their like")
refused(linalg.qr_multiply, way_out="scipy.linalg.qr, and a product")

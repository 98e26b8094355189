"""`scipy.linalg`: solvers, factorizations, matrix functions and special matrices.

A routine that reads one triangle gives that triangle an adjoint, and the other one zero.  Keywords
that allow an argument to be overwritten are not taken.  Where factors are not unique, the derivative
is that of functions that do not depend on the choice (see `runtime/ties.py`).
"""

from __future__ import annotations

from scipy import linalg

from sourcead.rules.forms import helpers, leaving_out, of_real_numbers
from sourcead.rules.scipy.linalg import (
    banded,
    equations,
    factors,
    functions,
    indefinite,
    rest,
    solving,
    spaces,
    spectra,
    structured,
)
from sourcead.runtime import factorizations, scipy_bands, scipy_matrices, scipy_norms, triangles

__all__ = [
    "banded",
    "equations",
    "factors",
    "functions",
    "indefinite",
    "rest",
    "solving",
    "spaces",
    "spectra",
    "structured",
]

helpers(factorizations, scipy_bands, scipy_matrices, scipy_norms, triangles)


of_real_numbers(
    *(linalg.solve_continuous_lyapunov, linalg.solve_discrete_lyapunov),
    *(linalg.lstsq, linalg.pinv, linalg.polar, linalg.svd, linalg.qr, linalg.rq, linalg.eigh),
    *(linalg.cholesky_banded, linalg.cho_solve_banded, linalg.eig_banded, linalg.eigvals_banded),
    *(linalg.fiedler, linalg.solveh_banded, linalg.solve_toeplitz, linalg.matmul_toeplitz),
)

leaving_out(  # of a triangular or symmetric matrix one triangle is read
    *(linalg.cholesky, linalg.cho_factor, linalg.cho_solve, linalg.solve_triangular),
    *(linalg.eigh, linalg.eigvalsh, linalg.pinvh, linalg.solve_banded, linalg.solveh_banded),
    *(linalg.cho_solve_banded, linalg.eig_banded, linalg.eigvals_banded),
)

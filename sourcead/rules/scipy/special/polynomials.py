# mypy: allow-untyped-defs, allow-untyped-calls
"""`scipy.special`: orthogonal polynomials that are others of another argument; zeros, which do not vary."""

from __future__ import annotations

import numpy as np
from scipy import special

from sourcead.rules.forms import constant, elementwise, refused
from sourcead.rules.numpy.samples import present

_DEGREES = [0, 1, 4]
_REAL = [0, 1, 4, 0.4]


@elementwise(special.eval_chebyc, domain=(_REAL, (-1.5, 1.5)), wrt=("x",))
def eval_chebyc(y, n, x):
    """C_n(x) = 2 T_n(x / 2)."""
    return n * special.eval_chebyu(n - 1, 0.5 * x)


@elementwise(special.eval_chebys, domain=(_REAL, (-1.5, 1.5)), wrt=("x",))
def eval_chebys(y, n, x):
    """S_n(x) = U_n(x / 2), and U_n' = 2 C_(n-1)^(2)."""
    return np.where(n == 0, 0.0, special.eval_gegenbauer(n - 1, 2.0, 0.5 * x))


@elementwise(special.eval_sh_chebyu, domain=(_REAL, (0.1, 0.9)), wrt=("x",))
def eval_sh_chebyu(y, n, x):
    """U_n(2 x - 1)."""
    slope = special.eval_gegenbauer(n - 1, 2.0, 2.0 * x - 1.0)
    return np.where(n == 0, 0.0, 4.0 * slope)


@elementwise(special.eval_sh_jacobi, domain=(_DEGREES, [2.5], [1.5], (0.1, 0.9)), wrt=("x",))
def eval_sh_jacobi(y, n, p, q, x):
    """A multiple of a Jacobi polynomial in 2 x - 1: its slope is n times one of lower degree."""
    return n * special.eval_sh_jacobi(np.maximum(n - 1, 0), p + 2.0, q + 1.0, x)


@elementwise(special.lpmv, domain=([0, 1, 2], [2, 3], (-0.9, 0.9)), wrt=("x",))
def lpmv(y, m, v, x):
    return (v * x * y - (v + m) * special.lpmv(m, v - 1, x)) / (x * x - 1.0)


# ---- what only integers go into ----------------------------------------------------------------

constant(
    special.bernoulli, special.euler, special.ai_zeros, special.bi_zeros, special.bei_zeros, special.beip_zeros,
    special.ber_zeros, special.berp_zeros, special.kei_zeros, special.keip_zeros, special.ker_zeros,
    special.kerp_zeros, special.kelvin_zeros, special.erf_zeros, special.fresnel_zeros, special.fresnelc_zeros,
    special.fresnels_zeros, special.y0_zeros, special.y1_zeros, special.y1p_zeros, special.jnjnp_zeros,
    special.jn_zeros, special.jnp_zeros, special.jnyn_zeros, special.yn_zeros, special.ynp_zeros,
    special.factorial2, special.factorialk, special.geterr, special.seterr,
    *present(special, "stirling2"),
)  # fmt: skip

# ---- refused -----------------------------------------------------------------------------------

refused(
    special.roots_jacobi, special.roots_sh_jacobi, special.roots_genlaguerre, special.roots_gegenbauer,
    way_out="np.linalg.eigh of the matrix of the recurrence: its eigenvalues are the nodes",
)  # fmt: skip
refused(special.diric, way_out="np.sin(0.5 * n * x) / (n * np.sin(0.5 * x))")
refused(
    *present(
        special, "legendre_p", "legendre_p_all", "assoc_legendre_p", "assoc_legendre_p_all", "sph_legendre_p",
        "sph_legendre_p_all", "sph_harm_y", "sph_harm_y_all",
    ),
    way_out="scipy.special.eval_legendre(n, x), or scipy.special.lpmv(m, n, x)",
)  # fmt: skip

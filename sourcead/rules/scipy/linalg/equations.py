# mypy: allow-untyped-defs, allow-untyped-calls
"""`scipy.linalg`: matrix equations."""

from __future__ import annotations

import numpy as np
from scipy import linalg

from sourcead.rules.forms import forward_rule, helper, reverse_rule
from sourcead.rules.numpy.samples import (
    call,
    positive_definite,
    symmetric,
    well_conditioned,
)
from sourcead.rules.scipy.kinds import like
from sourcead.runtime.factorizations import transpose

# ---- matrix equations ----------------------------------------------------------------------


def _sylvester(rng):
    a, b = well_conditioned(rng, 3, 3), well_conditioned(rng, 2, 2)
    q = rng.normal(size=(3, 2))
    return [call(a, b, q), call(a + 0.5j, b, q)]


@reverse_rule(
    linalg.solve_sylvester,
    wrt=("a", "b", "q"),
    kind=like(linalg.solve_sylvester, "q"),
    samples=_sylvester,
)
def solve_sylvester(x_bar, x, a, b, q):
    """a x + x b = q."""
    q_bar = linalg.solve_sylvester(transpose(a), transpose(b), x_bar)
    return -(q_bar @ transpose(x)), -(transpose(x) @ q_bar), q_bar


@forward_rule(linalg.solve_sylvester)
def solve_sylvester_tangent(x, a, b, q, *, a_dot, b_dot, q_dot):
    right = np.zeros_like(x) if q_dot is None else q_dot
    right = right if a_dot is None else right - a_dot @ x
    right = right if b_dot is None else right - x @ b_dot
    return linalg.solve_sylvester(a, b, right)


def _lyapunov(rng):
    return [call(0.2 * well_conditioned(rng, 3, 3), rng.normal(size=(3, 3)))]


@reverse_rule(
    linalg.solve_continuous_lyapunov,
    wrt=("a", "q"),
    kind=like(linalg.solve_continuous_lyapunov, "q"),
    samples=_lyapunov,
)
def solve_continuous_lyapunov(x_bar, x, a, q):
    """a x + x transpose(a) = q, real."""
    q_bar = linalg.solve_continuous_lyapunov(transpose(a), x_bar)
    return -(q_bar @ transpose(x) + transpose(q_bar) @ x), q_bar


@forward_rule(linalg.solve_continuous_lyapunov)
def solve_continuous_lyapunov_tangent(x, a, q, *, a_dot, q_dot):
    right = np.zeros_like(x) if q_dot is None else q_dot
    right = right if a_dot is None else right - a_dot @ x - x @ transpose(a_dot)
    return linalg.solve_continuous_lyapunov(a, right)


@reverse_rule(
    linalg.solve_discrete_lyapunov,
    wrt=("a", "q"),
    kind=like(linalg.solve_discrete_lyapunov, "q", double=True),
    samples=_lyapunov,
)
def solve_discrete_lyapunov(x_bar, x, a, q, method=None):
    """a x transpose(a) - x + q = 0, real."""
    q_bar = linalg.solve_discrete_lyapunov(transpose(a), x_bar, method)
    return q_bar @ a @ transpose(x) + transpose(q_bar) @ a @ x, q_bar


@forward_rule(linalg.solve_discrete_lyapunov)
def solve_discrete_lyapunov_tangent(x, a, q, method=None, *, a_dot, q_dot):
    right = np.zeros_like(x) if q_dot is None else q_dot
    right = right if a_dot is None else right + a_dot @ x @ transpose(a) + a @ x @ transpose(a_dot)
    return linalg.solve_discrete_lyapunov(a, right, method)


def _riccati(rng):
    a, b = 0.5 * rng.normal(size=(3, 3)), rng.normal(size=(3, 2))
    q, r = positive_definite(rng, 3, 3), positive_definite(rng, 2, 2)
    return [call(a, b, symmetric(q), symmetric(r))]


@reverse_rule(
    linalg.solve_continuous_are,
    wrt=("a", "b", "q", "r"),
    kind=like(linalg.solve_continuous_are, "a", double=True),
    samples=_riccati,
)
def solve_continuous_are(x_bar, x, a, b, q, r):
    """transpose(a) x + x a - x b r**-1 transpose(b) x + q = 0. Source: Kao and Hennequin (2020), arXiv 2011.11430."""
    gain = np.linalg.solve(r, transpose(b) @ x)
    q_bar = linalg.solve_continuous_lyapunov(a - b @ gain, -0.5 * (x_bar + transpose(x_bar)))
    along = x @ q_bar
    return 2.0 * along, -2.0 * (along @ transpose(gain)), q_bar, gain @ q_bar @ transpose(gain)


@forward_rule(linalg.solve_continuous_are)
@helper
def solve_continuous_are_tangent(x, a, b, q, r, *, a_dot, b_dot, q_dot, r_dot):
    gain = np.linalg.solve(r, transpose(b) @ x)
    half = np.zeros_like(x) if a_dot is None else x @ a_dot
    half = half if b_dot is None else half - x @ b_dot @ gain
    moved = half + transpose(half)
    moved = moved if q_dot is None else moved + 0.5 * (q_dot + transpose(q_dot))
    moved = (
        moved
        if r_dot is None
        else moved + 0.5 * (transpose(gain) @ (r_dot + transpose(r_dot)) @ gain)
    )
    return linalg.solve_continuous_lyapunov(transpose(a - b @ gain), -moved)


@reverse_rule(
    linalg.solve_discrete_are,
    wrt=("a", "b", "q", "r"),
    kind=like(linalg.solve_discrete_are, "a", double=True),
    samples=_riccati,
)
@helper
def solve_discrete_are(x_bar, x, a, b, q, r):
    """x = transpose(a) x a - transpose(a) x b (r + transpose(b) x b)**-1 transpose(b) x a + q."""
    gain = np.linalg.solve(r + transpose(b) @ x @ b, transpose(b) @ x @ a)
    closed = a - b @ gain
    q_bar = linalg.solve_discrete_lyapunov(closed, 0.5 * (x_bar + transpose(x_bar)))
    along = x @ closed @ q_bar
    return 2.0 * along, -2.0 * (along @ transpose(gain)), q_bar, gain @ q_bar @ transpose(gain)


@forward_rule(linalg.solve_discrete_are)
@helper
def solve_discrete_are_tangent(x, a, b, q, r, *, a_dot, b_dot, q_dot, r_dot):
    gain = np.linalg.solve(r + transpose(b) @ x @ b, transpose(b) @ x @ a)
    closed = a - b @ gain
    half = np.zeros_like(x) if a_dot is None else transpose(closed) @ x @ a_dot
    half = half if b_dot is None else half - transpose(closed) @ x @ b_dot @ gain
    moved = half + transpose(half)
    moved = moved if q_dot is None else moved + 0.5 * (q_dot + transpose(q_dot))
    moved = (
        moved
        if r_dot is None
        else moved + 0.5 * (transpose(gain) @ (r_dot + transpose(r_dot)) @ gain)
    )
    return linalg.solve_discrete_lyapunov(transpose(closed), moved)

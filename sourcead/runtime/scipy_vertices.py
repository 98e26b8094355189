"""The vertex at which a linear program has its optimum: which conditions hold there as equations."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import optimize

__all__ = ["vertex", "vertex_conditions"]

HOLDS = 1e-9
"""How near a condition is to an equation, relative to its size, where the solver has said that it holds."""


def vertex(c: Any, A_ub: Any, b_ub: Any, A_eq: Any, b_eq: Any, bounds: Any) -> Any:
    """The optimum, as a constant."""
    return optimize.linprog(c, A_ub, b_ub, A_eq, b_eq, bounds).x


def vertex_conditions(c: Any, A_ub: Any, b_ub: Any, A_eq: Any, b_eq: Any, bounds: Any) -> Any:
    """Numbers of as many independent conditions as there are unknowns: of A_eq, A_ub and the unknowns, in this order.

    Those that have a price come first; where more hold than are needed, they decide.
    """
    found = optimize.linprog(c, A_ub, b_ub, A_eq, b_eq, bounds)
    if not found.success:
        raise ValueError(f"a linear program without optimum has no derivative: {found.message}")
    n = len(found.x)
    parts, gaps, prices = [], [], []
    if A_eq is not None:
        parts.append(np.asarray(A_eq, float))
        gaps.append(np.zeros(len(parts[-1])))
        prices.append(np.full(len(parts[-1]), np.inf))
    if A_ub is not None:
        parts.append(np.asarray(A_ub, float))
        gaps.append(np.abs(found.slack) / (1.0 + np.abs(np.asarray(b_ub, float))))
        prices.append(np.abs(found.ineqlin.marginals))
    parts.append(np.eye(n))
    gaps.append(np.minimum(found.lower.residual, found.upper.residual) / (1.0 + np.abs(found.x)))
    prices.append(np.abs(found.lower.marginals) + np.abs(found.upper.marginals))
    rows, gap = np.concatenate(parts), np.concatenate(gaps)
    order = np.argsort(-np.concatenate(prices), kind="stable")
    chosen: list[int] = []
    for i in order[gap[order] <= HOLDS]:
        if np.linalg.matrix_rank(rows[[*chosen, int(i)]]) > len(chosen):
            chosen.append(int(i))
    if len(chosen) < n:
        raise ValueError(
            "the optimum of the linear program is not a single vertex: it has no derivative"
        )
    return np.array(chosen)

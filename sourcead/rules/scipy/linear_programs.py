# mypy: allow-untyped-defs, allow-untyped-calls
"""`scipy.optimize.linprog`: the optimum is a vertex, where as many conditions hold as there are unknowns.

Which ones they are is constant; the vertex solves them, and moves with their sides.  It does not move with
the costs, and the optimal cost has the vertex as its slope in them.
"""

from __future__ import annotations

import numpy as np
from scipy import optimize
from scipy.optimize import OptimizeResult

from sourcead.ir.kinds import Array, Np, Py
from sourcead.rules.forms import constant, formula
from sourcead.rules.registry import Programs
from sourcead.rules.scipy.kinds import record, unknowns
from sourcead.runtime.scipy_vertices import vertex, vertex_conditions

TESTS = "rules/test_scipy_linear_programs.py"

constant(vertex, kind=lambda c, *sides: Array("float64", unknowns(None, c).dims))
constant(vertex_conditions, kind=lambda c, *sides: Array("int64", unknowns(None, c).dims))


def _optimum(c, *sides, **named):
    x = Array("float64", unknowns(None, c).dims)
    return record(OptimizeResult, (), x=x, fun=Np("float64"), success=Py(bool), status=Py(int))


@formula(
    optimize.linprog,
    wrt=("c", "A_ub", "b_ub", "A_eq", "b_eq"),
    kind=_optimum,
    samples=Programs(TESTS, "linprog("),
)
def linprog(c, A_ub=None, b_ub=None, A_eq=None, b_eq=None, bounds=(0, None)):
    """`.x` and `.fun`; the bounds are constant, and there is an optimum."""
    rows = vertex_conditions(c, A_ub, b_ub, A_eq, b_eq, bounds)
    right = vertex(c, A_ub, b_ub, A_eq, b_eq, bounds)
    left = np.eye(len(right))
    if A_ub is not None:
        left, right = (
            np.concatenate([np.asarray(A_ub), left]),
            np.concatenate([np.asarray(b_ub), right]),
        )
    if A_eq is not None:
        left, right = (
            np.concatenate([np.asarray(A_eq), left]),
            np.concatenate([np.asarray(b_eq), right]),
        )
    x = np.linalg.solve(left[rows], right[rows])
    return x, np.sum(np.asarray(c) * x), True, 0

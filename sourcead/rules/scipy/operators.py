# mypy: allow-untyped-defs, allow-untyped-calls
"""Iterative solvers with a `LinearOperator` whose products carry a derivative: by the equation that it solves.

The matrix itself is never made: of the derivative, too, only products are asked for, and the same solver is used.
"""

from __future__ import annotations

import numpy as np
from scipy.sparse import linalg

from sourcead.ir.kinds import Array, Py, Tuple, Unknown
from sourcead.rules.forms import constant, forward_rule, helpers, reverse_rule
from sourcead.rules.numpy.adjoint_kinds import kind_like
from sourcead.rules.registry import Programs, Rule, register
from sourcead.rules.registry import lookup as rule_of
from sourcead.runtime import scipy_operators
from sourcead.runtime.scipy_operators import (
    operator_adjoint,
    operator_tangent,
    relative,
    size_of,
    solution_of,
    solved_by_products,
)

for _body, _like in (
    (operator_adjoint, ("x_bar", "args")),
    (operator_tangent, "x"),
    (solution_of, "side"),
):
    register(Rule(_body.__name__, "source", (_body,), kind=kind_like(_body, _like)))
constant(relative, size_of)
helpers(scipy_operators)


def like_the_side(product, b, *rest, **options):
    return Tuple((as_solved(b), Py(int))) if isinstance(b, Array) else Unknown()


def as_solved(b):
    """Solvers work in double precision at least in one of the two: a product's dtype is not known."""
    return Array(str(np.result_type(np.dtype(b.dtype), np.float64)), b.dims)


@reverse_rule(
    solved_by_products,
    wrt=("b", "x0", "args"),
    kind=like_the_side,
    samples=Programs("rules/test_scipy_operators.py", "LinearOperator("),
    calls={"product": lambda kinds: (as_solved(kinds["b"]),)},
)
def solved_by_products_adjoint(
    y_bar, y, product, b, solver, dtype, x0, options, maxiter, M, args=(), *, product_forward, product_reverse
):  # fmt: skip
    """Where it starts does not matter."""
    if y_bar[0] is None:
        return None, None, None
    limit = relative(options["rtol"], options.get("atol", 0.0), b)
    b_bar, args_bar = operator_adjoint(
        y_bar[0], y[0], product_forward, product_reverse, solver, dtype, limit, maxiter, args
    )
    return b_bar, None, args_bar


@forward_rule(solved_by_products)
def solved_by_products_tangent(
    y, product, b, solver, dtype, x0, options, maxiter, M, args=(), *, b_dot, x0_dot, args_dot, product_tangent
):  # fmt: skip
    limit = relative(options["rtol"], options.get("atol", 0.0), b)
    x_dot = operator_tangent(
        y[0], product, product_tangent, solver, dtype, limit, maxiter, b_dot, args, args_dot
    )
    return x_dot, None


for _solver, _same in (
    (linalg.cg, scipy_operators.cg),
    (linalg.minres, scipy_operators.minres),
    (linalg.gmres, scipy_operators.gmres),
    (linalg.bicgstab, scipy_operators.bicgstab),
):
    _rule = rule_of(_solver)
    assert _rule is not None
    _rule.also["of_objects"] = {linalg.LinearOperator: _same}

"""Iterative solvers of SciPy's with matrices that are known by their products alone.

`cg(A, b)` with a `LinearOperator` whose `matvec` carries values along: the call becomes one of
`solved_by_products`, whose `product` takes those values as arguments.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import sparse
from scipy.sparse import linalg

from sourcead.runtime.scipy_implicit import still

__all__ = [
    "operator_adjoint", "operator_of", "operator_tangent", "relative", "size_of", "solution_of",
    "solved_by_products", "transposed",
]  # fmt: skip


def solved_by_products(
    product: Callable[..., Any],
    b: Any,
    solver: Callable[..., Any],
    dtype: Any,
    x0: Any,
    options: dict[str, Any],
    maxiter: int | None,
    M: Any,
    args: Any = (),
) -> Any:
    """`(x, state)` of `product(x, *args) = b`, as the solver gives it for the operator with these products."""
    return solver(operator_of(product, b, dtype, args), b, x0, maxiter=maxiter, M=M, **options)


def operator_of(product: Callable[..., Any], b: Any, dtype: Any, args: Any = ()) -> Any:
    n = len(b)
    return linalg.LinearOperator((n, n), matvec=lambda v: product(v, *args), dtype=dtype)


def operator_adjoint(
    x_bar: Any,
    x: Any,
    product_forward: Callable[..., Any],
    product_reverse: Callable[..., Any],
    solver: Callable[..., Any],
    dtype: Any,
    rtol: float,
    maxiter: int | None,
    args: Any,
) -> tuple[Any, Any]:
    """The adjoints of b and args: the transposed operator's product is the pullback of the operator's."""
    saved = product_forward(x, *args)[1]
    turned = operator_of(lambda v: product_reverse(saved, v)[0], x_bar, dtype)
    b_bar = solution_of(solver, turned, x_bar, rtol=rtol, maxiter=maxiter)
    return b_bar, product_reverse(saved, -b_bar)[1:]


def operator_tangent(
    x: Any,
    product: Callable[..., Any],
    product_tangent: Callable[..., Any],
    solver: Callable[..., Any],
    dtype: Any,
    rtol: float,
    maxiter: int | None,
    b_dot: Any,
    args: Any,
    args_dot: Any,
) -> Any:
    """From product(x, *args) = b."""
    moved = np.zeros_like(x) if b_dot is None else b_dot
    if args_dot is not None:
        dots = tuple([still(a) if d is None else d for a, d in zip(args, args_dot)])
        moved = moved - product_tangent(x, *args, np.zeros_like(x), *dots)[1]
    A = operator_of(product, x, dtype, args)
    return solution_of(solver, A, moved, rtol=rtol, maxiter=maxiter)


def solution_of(solver: Callable[..., Any], A: Any, side: Any, **options: Any) -> Any:
    """Of an equation for a derivative: however small its side is, and to the tolerance, or not at all."""
    size = size_of(side)
    if not 0.0 < size < np.inf:
        return 0.0 * side
    x, state = solver(A, side / size, **options)
    if state != 0:
        raise np.linalg.LinAlgError(
            "the solver does not converge for a derivative of the solution: a larger maxiter, or rtol"
        )
    return size * x


def size_of(side: Any) -> float:
    return float(np.linalg.norm(side))


def relative(rtol: float, atol: float, b: Any) -> float:
    """The part of its right-hand side that a solution may leave: of the program's, and so of derivatives, too."""
    size = size_of(b)
    return max(rtol, float(atol / size)) if size > 0.0 else rtol


def transposed(preconditioner: Any) -> Any:
    """For the transposed system; of an operator nobody knows it."""
    known = isinstance(preconditioner, np.ndarray) or sparse.issparse(preconditioner)
    return preconditioner.T if known else None


def _by_products(solver: Callable[..., Any]) -> Callable[..., Any]:
    """The solver, of an operator."""

    def solved(
        A: Any,
        b: Any,
        x0: Any = None,
        *,
        rtol: float = 1e-5,
        atol: float = 0.0,
        maxiter: int | None = None,
        M: Any = None,
    ) -> Any:
        options = {"rtol": rtol, "atol": atol}
        return solved_by_products(A.matvec, b, solver, A.dtype, x0, options, maxiter, M)

    return solved


cg, gmres, bicgstab = map(_by_products, (linalg.cg, linalg.gmres, linalg.bicgstab))


def minres(
    A: Any, b: Any, x0: Any = None, *, rtol: float = 1e-5, maxiter: int | None = None, M: Any = None
) -> Any:
    return solved_by_products(A.matvec, b, linalg.minres, A.dtype, x0, {"rtol": rtol}, maxiter, M)

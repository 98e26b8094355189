"""Derivatives in the hands of SciPy's optimisers, solvers and linear operators, as users write it."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from sourcead import (
    grad,
    hessian,
    hvp,
    jacobian,
    jvp,
    sparse_hessian,
    sparse_jacobian,
    value_and_grad,
    vjp,
)

optimize = pytest.importorskip("scipy.optimize")
integrate = pytest.importorskip("scipy.integrate")
linalg = pytest.importorskip("scipy.sparse.linalg")

X0 = np.linspace(-0.5, 0.9, 6)
NEAR = np.full(6, 0.9)  # where the Hessian is positive definite


def rosenbrock(x):
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)


def residuals(x):
    return np.concatenate([10.0 * (x[1:] - x[:-1] ** 2), 1.0 - x[:-1]])


def tridiagonal(x):
    y = (3.0 - 2.0 * x) * x + 1.0
    y[1:] -= x[:-1]
    y[:-1] -= 2.0 * x[1:]
    return y


@pytest.fixture(autouse=True)
def no_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


@pytest.mark.parametrize("method", ["BFGS", "L-BFGS-B", "CG", "SLSQP"])
def test_minimize_with_value_and_gradient(method: str) -> None:
    found = optimize.minimize(value_and_grad(rosenbrock), X0, jac=True, method=method)
    assert found.fun < 1e-6
    assert np.abs(grad(rosenbrock)(found.x)).max() < 2e-2


@pytest.mark.parametrize("method", ["Newton-CG", "trust-constr", "trust-ncg", "trust-krylov"])
def test_minimize_with_hessian_times_vector(method: str) -> None:
    found = optimize.minimize(
        value_and_grad(rosenbrock), NEAR, jac=True, hessp=hvp(rosenbrock), method=method
    )
    np.testing.assert_allclose(found.x, 1.0, atol=1e-4)


@pytest.mark.parametrize("method", ["Newton-CG", "trust-constr", "trust-exact"])
def test_minimize_with_hessians(method: str) -> None:
    for matrix in (hessian(rosenbrock), sparse_hessian(rosenbrock, as_array=True)):
        found = optimize.minimize(
            value_and_grad(rosenbrock), NEAR + 0.09, jac=True, hess=matrix, method=method
        )
        np.testing.assert_allclose(found.x, 1.0, atol=1e-3)


def test_dogleg_of_a_convex_function() -> None:
    """It needs a positive definite Hessian everywhere."""

    def convex(x):
        return np.sum((x[1:] - x[:-1]) ** 4) + np.sum(np.cosh(x - 1.0))

    for matrix in (hessian(convex), sparse_hessian(convex, as_array=True)):
        found = optimize.minimize(
            value_and_grad(convex), X0, jac=True, hess=matrix, method="dogleg"
        )
        np.testing.assert_allclose(found.x, 1.0, atol=1e-4)


@pytest.mark.parametrize("method", ["Newton-CG", "trust-constr"])
def test_minimize_with_sparse_hessians(method: str) -> None:
    found = optimize.minimize(
        value_and_grad(rosenbrock), NEAR, jac=True, hess=sparse_hessian(rosenbrock), method=method
    )
    np.testing.assert_allclose(found.x, 1.0, atol=1e-4)


def test_these_minimizers_of_scipy_take_no_sparse_hessian() -> None:
    """SciPy's own restriction: `as_array=True` is there for them."""
    with pytest.raises((AttributeError, ValueError, TypeError)):
        optimize.minimize(
            rosenbrock,
            NEAR,
            jac=grad(rosenbrock),
            hess=sparse_hessian(rosenbrock),
            method="trust-exact",
        )


def test_least_squares() -> None:
    for matrix in (jacobian(residuals), sparse_jacobian(residuals)):
        found = optimize.least_squares(residuals, X0, jac=matrix)
        np.testing.assert_allclose(found.x, 1.0, atol=1e-8)


@pytest.mark.parametrize("method", ["hybr", "lm"])
def test_root(method: str) -> None:
    start = -np.ones(8)
    for matrix in (jacobian(tridiagonal), sparse_jacobian(tridiagonal, as_array=True)):
        found = optimize.root(tridiagonal, start, jac=matrix, method=method)
        assert found.success and np.abs(tridiagonal(found.x)).max() < 1e-8
    with pytest.raises(TypeError, match="mismatch"):  # MINPACK takes arrays only
        optimize.root(tridiagonal, start, jac=sparse_jacobian(tridiagonal), method=method)


def test_root_by_krylov_with_the_jacobian_as_preconditioner() -> None:
    """`method="krylov"` takes no `jac`: a sparse one serves as its preconditioner."""
    start = -np.ones(50)
    factors = linalg.splu(sparse_jacobian(tridiagonal)(start).tocsc())
    inner = linalg.LinearOperator((50, 50), matvec=factors.solve, dtype=float)
    found = optimize.root(
        tridiagonal, start, method="krylov", options={"jac_options": {"inner_M": inner}}
    )
    assert found.success and np.abs(tridiagonal(found.x)).max() < 1e-4


def jacobian_operator(function, x):
    value, pullback = vjp(function, x)
    return linalg.LinearOperator(
        (value.size, x.size),
        matvec=lambda v: jvp(function, (x,), (np.ravel(v),))[1],
        rmatvec=lambda w: pullback(np.ravel(w))[0],
        dtype=float,
    )


def test_linear_operators() -> None:
    operator = jacobian_operator(residuals, X0)
    matrix = jacobian(residuals)(X0)
    np.testing.assert_allclose(operator @ np.eye(6), matrix, atol=1e-14)
    np.testing.assert_allclose(operator.H @ np.eye(10), matrix.T, atol=1e-14)
    step = linalg.lsqr(operator, residuals(X0), atol=1e-13, btol=1e-13)[0]
    expected = np.linalg.lstsq(matrix, residuals(X0), rcond=None)[0]
    np.testing.assert_allclose(step, expected, atol=1e-8)


def test_newton_steps_by_gmres_and_cg() -> None:
    x = -np.ones(8)
    for _ in range(8):
        step, failed = linalg.gmres(jacobian_operator(tridiagonal, x), tridiagonal(x), rtol=1e-10)
        assert not failed
        x = x - step
    assert np.abs(tridiagonal(x)).max() < 1e-10

    point = np.full(6, 1.05)
    product = hvp(rosenbrock)
    curvature = linalg.LinearOperator((6, 6), matvec=lambda v: product(point, v), dtype=float)
    step, failed = linalg.cg(curvature, grad(rosenbrock)(point), rtol=1e-10)
    assert not failed
    expected = np.linalg.solve(hessian(rosenbrock)(point), grad(rosenbrock)(point))
    np.testing.assert_allclose(step, expected, rtol=1e-6)


@pytest.mark.parametrize("method", ["BDF", "Radau", "LSODA"])
def test_stiff_equations(method: str) -> None:
    def robertson(t, y):
        a, b, c = 0.04 * y[0], 3e7 * y[1] ** 2, 1e4 * y[1] * y[2]
        return np.array([c - a, a - b - c, b])

    start = np.array([1.0, 0.0, 0.0])
    matrices = [jacobian(robertson, "y")]
    if method != "LSODA":  # ODEPACK takes arrays only
        matrices.append(sparse_jacobian(robertson, "y"))
    for matrix in matrices:
        found = integrate.solve_ivp(
            robertson, (0.0, 40.0), start, method=method, jac=matrix, rtol=1e-8, atol=1e-12
        )
        assert found.success
        np.testing.assert_allclose(
            found.y[:, -1], [0.7158270688, 9.185534765e-06, 0.2841637457], rtol=1e-5
        )

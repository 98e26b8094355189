"""Where a package has a derivative that somebody wrote by hand, it is the one that is found.

Where the two differed, one of them would be wrong: none does.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

import sourcead

rng = np.random.default_rng(5)
X = rng.uniform(0.4, 1.6, 6)
Y = rng.normal(size=6)
POINTS = rng.normal(size=(5, 2))


# -- numpy, scipy --------------------------------------------------------------------------------

SERIES = {
    "polynomial": ("polyval", "polyder"),
    "chebyshev": ("chebval", "chebder"),
    "legendre": ("legval", "legder"),
    "hermite": ("hermval", "hermder"),
    "hermite_e": ("hermeval", "hermeder"),
    "laguerre": ("lagval", "lagder"),
}


@pytest.mark.parametrize("family", SERIES)
def test_series_of_polynomials(family: str) -> None:
    module = getattr(np.polynomial, family)
    value, derivative = (getattr(module, name) for name in SERIES[family])
    found = sourcead.grad(lambda x: np.sum(value(x, Y)))(X)
    np.testing.assert_allclose(found, value(X, derivative(Y)), rtol=1e-11)
    second = sourcead.hvp(lambda x: np.sum(value(x, Y)))(X, np.ones(6))
    np.testing.assert_allclose(second, value(X, derivative(Y, 2)), rtol=1e-10)


def test_polyval() -> None:
    found = sourcead.grad(lambda x: np.sum(np.polyval(Y, x)))(X)
    np.testing.assert_allclose(found, np.polyval(np.polyder(Y), X), rtol=1e-11)


def test_rosenbrock() -> None:
    optimize = pytest.importorskip("scipy.optimize")
    np.testing.assert_allclose(sourcead.grad(optimize.rosen)(X), optimize.rosen_der(X), rtol=1e-11)
    np.testing.assert_allclose(
        sourcead.hessian(optimize.rosen)(X), optimize.rosen_hess(X), rtol=1e-10, atol=1e-10
    )
    np.testing.assert_allclose(
        sourcead.jacobian(optimize.rosen_der)(X), optimize.rosen_hess(X), rtol=1e-10, atol=1e-10
    )
    np.testing.assert_allclose(
        sourcead.hvp(optimize.rosen)(X, Y), optimize.rosen_hess_prod(X, Y), rtol=1e-10
    )


@pytest.mark.parametrize("name", ["huber", "soft_l1", "cauchy", "arctan"])
def test_loss_functions_of_least_squares(name: str) -> None:
    """Each writes its value, its slope and its curvature into the rows of `rho`."""
    module = pytest.importorskip("scipy.optimize._lsq.least_squares")
    loss = getattr(module, name)
    squares = np.array([0.2, 0.7, 1.4, 3.0])

    def value(z: np.ndarray) -> Any:
        rho = np.empty((3, 4))
        loss(z, rho, True)
        return np.sum(rho[0])

    written = np.empty((3, 4))
    loss(squares, written, False)
    np.testing.assert_allclose(sourcead.grad(value)(squares), written[1], rtol=1e-11)
    np.testing.assert_allclose(
        sourcead.hvp(value)(squares, np.ones(4)), written[2], rtol=1e-10, atol=1e-14
    )


@pytest.mark.parametrize("name", ["KroghInterpolator", "BarycentricInterpolator"])
def test_interpolating_polynomials(name: str) -> None:
    interpolate = pytest.importorskip("scipy.interpolate")
    fitted = getattr(interpolate, name)(np.linspace(0.0, 2.0, 6), Y)
    found = sourcead.grad(
        lambda t: np.sum(np.polyval(np.polyfit(np.linspace(0.0, 2.0, 6), Y, 5), t))
    )(X)
    np.testing.assert_allclose(found, fitted.derivative(X), rtol=1e-7)


def test_spline() -> None:
    interpolate = pytest.importorskip("scipy.interpolate")
    spline = interpolate.CubicSpline(np.linspace(0.0, 2.0, 6), Y)
    np.testing.assert_allclose(
        sourcead.grad(lambda t: np.sum(spline(t)))(X), spline(X, 1), rtol=1e-11
    )


# -- scikit-learn --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Kernel:
    """A Gaussian process's kernel: its name and parameters, whose logarithms it is differentiated in."""

    title: str
    parameters: tuple[float, ...]
    make: Callable[[Any, Any], Any]  # of the module of kernels, and the parameters


KERNELS = [
    Kernel("RBF", (0.8,), lambda k, p: k.RBF(p[0])),
    Kernel("Matern 3/2", (0.8,), lambda k, p: k.Matern(p[0], nu=1.5)),
    Kernel("Matern 5/2", (0.8,), lambda k, p: k.Matern(p[0], nu=2.5)),
    Kernel("rational quadratic", (1.3, 0.8), lambda k, p: k.RationalQuadratic(p[1], p[0])),
    Kernel("periodic", (0.8, 1.7), lambda k, p: k.ExpSineSquared(p[0], p[1])),
    Kernel("dot product", (0.6,), lambda k, p: k.DotProduct(p[0])),
    Kernel("sum of a product", (1.5, 0.8, 0.3), lambda k, p: k.ConstantKernel(p[0]) * k.RBF(p[1]) + k.WhiteKernel(p[2])),
]  # fmt: skip


@pytest.mark.parametrize("kernel", KERNELS, ids=[k.title for k in KERNELS])
def test_kernels_in_their_parameters(kernel: Kernel) -> None:
    kernels = pytest.importorskip("sklearn.gaussian_process.kernels")
    weight = rng.uniform(0.5, 1.5, (5, 5))

    def value(theta: np.ndarray) -> Any:
        return np.sum(weight * kernel.make(kernels, np.exp(theta))(POINTS))

    made = kernel.make(kernels, kernel.parameters)
    _, written = made(POINTS, eval_gradient=True)
    names = [h.name for h in made.hyperparameters]
    order = np.argsort(np.argsort(names)) if kernel.title == "rational quadratic" else ...
    found = sourcead.grad(value)(np.log(np.array(kernel.parameters)))
    np.testing.assert_allclose(found[order], np.einsum("ij,ijk->k", weight, written), rtol=1e-8)


def test_divergence_of_an_embedding() -> None:
    module = pytest.importorskip("sklearn.manifold._t_sne")
    close = rng.uniform(0.1, 1.0, 10)  # of 5 points, each pair once
    close /= 2.0 * close.sum()
    place = rng.normal(size=10)

    def value(p: np.ndarray) -> Any:
        return module._kl_divergence(p, close, 1.0, 5, 2)[0]

    _, written = module._kl_divergence(place, close, 1.0, 5, 2)
    np.testing.assert_allclose(sourcead.grad(value)(place), written, rtol=1e-9)


def test_marginal_likelihood_of_a_gaussian_process() -> None:
    kernels = pytest.importorskip("sklearn.gaussian_process.kernels")
    process = pytest.importorskip("sklearn.gaussian_process").GaussianProcessRegressor(
        kernels.ConstantKernel(1.5) * kernels.RBF(0.8), alpha=0.1, optimizer=None
    )
    process.fit(POINTS, rng.normal(size=5))
    theta = np.array([0.2, -0.3])

    def value(t: np.ndarray) -> Any:
        kernel = kernels.ConstantKernel(np.exp(t[0])) * kernels.RBF(np.exp(t[1]))
        matrix = kernel(POINTS) + 0.1 * np.eye(5)
        half = np.linalg.cholesky(matrix)
        solved = np.linalg.solve(half, process.y_train_)
        return -0.5 * solved @ solved - np.log(np.diag(half)).sum() - 2.5 * np.log(2.0 * np.pi)

    likelihood, written = process.log_marginal_likelihood(theta, eval_gradient=True)
    np.testing.assert_allclose(value(theta), likelihood, rtol=1e-11)
    np.testing.assert_allclose(sourcead.grad(value)(theta), written, rtol=1e-9)

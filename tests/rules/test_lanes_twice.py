"""First and second derivatives where lanes are left out: of these exactly zero, also through products and reductions.

A zero that an adjoint has by chance, elsewhere, is a number like any other.

Each program is at a point where a lane that it leaves out is infinite or NaN, or has such a slope.
"""

from __future__ import annotations

import numpy as np
import pytest

import sourcead

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")

STEP = 1e-6


def softmax(a):
    e = np.exp(a)
    return e / np.sum(e, axis=0)


def two(u):
    return np.stack([np.log(u), u])


def last(items):
    for i in range(1, len(items)):
        item = items[i] ** 2
    return item


trapezoid = getattr(np, "trapezoid", None) or np.trapz

PROGRAMS = [
    ("outer", lambda u: np.outer(np.log(u), np.log(u))[1, 1]),
    ("outer, of its diagonal", lambda u: np.diag(np.outer(np.log(u), np.log(u)))[1]),
    ("outer, where", lambda u: np.sum(np.where(np.outer(u, u) > 0.0, np.outer(np.log(u), u), 0.0))),
    ("outer, masked", lambda u: np.outer(np.log(u), u)[u > 0.0, :][:, u > 0.0][0, 0]),
    ("@", lambda u: (np.log(u)[:, None] @ np.log(u)[None, :])[1, 1]),
    ("matmul", lambda u: np.matmul(np.log(u)[:, None], u[None, :])[1, 1]),
    ("matrix and vector", lambda u: (np.log(u)[:, None] @ u[1:])[1] + (np.sqrt(u)[:, None] @ u[1:])[1]),
    ("dot", lambda u: np.dot(np.log(u)[:, None], np.log(u)[None, :])[1, 1]),
    ("inner", lambda u: np.inner(np.log(u)[:, None], np.log(u)[:, None])[1, 1]),
    ("einsum", lambda u: np.einsum("i,j->ij", np.log(u), np.log(u))[1, 1]),
    ("einsum of three", lambda u: np.einsum("i,i,i->i", np.log(u), u, np.log(u))[1]),
    ("tensordot", lambda u: np.tensordot(np.log(u), np.log(u), 0)[1, 1]),
    ("kron", lambda u: np.kron(np.log(u), np.log(u))[3]),
    ("multiply.outer", lambda u: np.multiply.outer(np.log(u), np.log(u))[1, 1]),
    ("convolve", lambda u: np.convolve(np.log(u), np.log(u))[2]),
    ("prod", lambda u: np.prod(two(u), axis=0)[1]),
    ("cumprod", lambda u: np.cumprod(np.log(u)[::-1])[0] ** 2),
    ("cumprod along an axis", lambda u: np.cumprod(two(u), axis=0)[1, 1]),
    ("norm", lambda u: np.linalg.norm(two(u), axis=0)[1]),
    ("var", lambda u: np.var(two(u), axis=0)[1]),
    ("std", lambda u: np.std(two(u), axis=0, keepdims=True)[0, 1]),
    ("multiply.reduce", lambda u: np.multiply.reduce(two(u))[1]),
    ("logaddexp.reduce", lambda u: np.logaddexp.reduce(two(u))[1]),
    ("polyval", lambda u: np.polyval(np.array([1.0, 2.0, 3.0]), np.log(u))[1]),
    ("average", lambda u: np.average(two(u), axis=0, weights=u[1] * np.array([1.0, 2.0]))[1] ** 2),
    ("average, weighted by each", lambda u: np.average(two(u), axis=0, weights=np.stack([u + 1.0, np.log(u)]))[1]),
    ("trapezoid", lambda u: trapezoid(two(u), np.stack([u, np.log(u)]), axis=0)[1]),
    ("vander", lambda u: np.vander(np.log(u), 3)[1, 0]),
    ("cross", lambda u: np.cross(np.log(u)[:, None] * np.ones(3), u[:, None] * np.arange(3.0))[1, 2] + u[1] ** 3),
    ("inv", lambda u: np.linalg.inv(np.log(u)[:, None, None] + np.eye(2))[1, 0, 1]),
    ("det", lambda u: np.linalg.det(np.log(u)[:, None, None] + np.eye(2))[1]),
    ("slogdet", lambda u: np.linalg.slogdet(np.log(u)[:, None, None] + np.eye(2))[1][1]),
    ("solve", lambda u: np.linalg.solve(np.log(u)[:, None, None] + np.eye(2), np.ones((2, 2, 1)))[1, 0, 0]),
    ("matrix_power", lambda u: np.linalg.matrix_power(np.log(u)[:, None, None] + np.eye(2), 3)[1, 0, 1]),
    ("cholesky", lambda u: np.linalg.cholesky(np.sqrt(u - 1.0)[:, None, None] + np.eye(2))[1, 1, 0]),
    ("cov", lambda u: np.cov(np.stack([np.log(u), np.array([1.0, 2.0]) * u[1], np.array([3.0, -1.0]) * u[1] ** 2]))[1, 2]),
    ("element of a list", lambda u: [np.sqrt(v) for v in u][1]),
    ("element of a list, in a loop", lambda u: last([np.log(v) * v for v in u])),
    ("one element", lambda u: np.take(np.sqrt(u), 1)),
    ("array of a list", lambda u: np.sum(np.array([np.sqrt(v) for v in u])[1:])),
    ("logaddexp", lambda u: np.logaddexp(np.log(u), u)[1]),
    ("hypot", lambda u: np.hypot(np.log(u), u)[1]),
    ("softmax", lambda u: softmax(np.stack([np.log(u), u]))[0, 1]),
    ("quotient", lambda u: np.sum(np.where(u > 0.0, np.log(u) / u, 0.0))),
    ("square", lambda u: np.sum(np.where(u > 0.0, np.log(u) ** 2, 0.0))),
    ("an adjoint that is zero by chance", lambda u: np.sum(np.where(u > 0.0, (np.sqrt(u) - 2.0) ** 2, 0.0))),
    ("the same in a mask", lambda u: np.sum(((np.sqrt(u) - 2.0) ** 2)[u > 0.0])),
    ("the same of a power", lambda u: np.sum(np.minimum(1.0, (u**0.5 - 2.0) ** 2))),
]  # fmt: skip


@pytest.mark.parametrize("f", [p[1] for p in PROGRAMS], ids=[p[0] for p in PROGRAMS])
def test_first_derivatives(f):
    point, ahead = np.array([0.0, 4.0]), np.array([0.0, STEP])
    slope = (f(point + ahead) - f(point - ahead)) / (2.0 * STEP)
    gradient = sourcead.grad(f)(point)
    np.testing.assert_allclose(gradient, [0.0, slope], rtol=1e-7, atol=1e-9)
    _, change = sourcead.jvp(f, (point,), (np.array([3.0, 2.0]),))
    np.testing.assert_allclose(change, 2.0 * gradient[1], rtol=1e-14)


@pytest.mark.parametrize("f", [p[1] for p in PROGRAMS], ids=[p[0] for p in PROGRAMS])
@pytest.mark.parametrize("way", ["hessian", "grad of grad"])
def test_second_derivatives(f, way):
    point, ahead = np.array([0.0, 4.0]), np.array([0.0, STEP])
    slopes = sourcead.grad(f)
    change = (slopes(point + ahead) - slopes(point - ahead)) / (2.0 * STEP)
    if way == "hessian":
        found = sourcead.hessian(f)(point)
    else:
        found = np.stack([sourcead.grad(lambda u, i=i: slopes(u)[i])(point) for i in range(2)])
    np.testing.assert_allclose(found[1], change, rtol=1e-7, atol=1e-9)
    np.testing.assert_array_equal(found[0], [0.0, 0.0])


def test_a_sparse_hessian_has_the_places_of_both():
    def f(u):
        return np.sum(np.where(u[1:] > 0.0, (np.sqrt(u[1:]) - u[:-1]) ** 2, 0.0))

    point = np.array([1.0, 4.0, 0.0, 9.0, 2.0])
    found = sourcead.sparse_hessian(f)(point)
    np.testing.assert_allclose(found.toarray(), sourcead.hessian(f)(point), rtol=1e-14)


def test_a_factor_that_is_missing_in_rows_that_are_left_out():
    data = np.array([[1.0, np.nan], [2.0, 3.0], [np.inf, 1.0]])

    def residuals(w):
        whole = np.isfinite(data).all(axis=1)
        return np.sum(np.where(whole, data @ w - 1.0, 0.0) ** 2)

    found = sourcead.grad(residuals)(np.array([0.5, 0.25]))
    np.testing.assert_allclose(found, 2.0 * (2.0 * 0.5 + 3.0 * 0.25 - 1.0) * data[1], rtol=1e-14)


def test_a_selected_infinity_is_not_hidden():
    found = sourcead.grad(lambda u: np.outer(np.log(u), u)[0, 1])(np.array([0.0, 4.0]))
    assert not np.isfinite(found).any()


def test_a_constant_factor_beside_one_that_is_guarded():
    """The tangent of the guarded factors has a part for each, and none for the constant."""
    rows = np.array([[1.0, 2.0], [0.5, -1.0], [-0.3, 0.8]])

    def trained(start, rate):
        w = start.copy()
        for batch in (rows[:2], rows[1:]):
            p = np.exp(batch @ w)
            p /= p.sum(axis=1, keepdims=True)
            w -= rate * (batch.T @ p)
        return np.sum(w**2)

    def along(h):
        return sourcead.grad(trained, argnums=1)(W, 0.1 + h)

    W = np.array([[0.3, -0.2, 0.5], [0.1, 0.4, -0.6]])
    expected = (8.0 * (along(1e-3) - along(-1e-3)) - (along(2e-3) - along(-2e-3))) / 12e-3
    found = sourcead.hessian(trained, argnums=1)(W, 0.1)
    np.testing.assert_allclose(found, expected, rtol=1e-8)

"""Equal eigenvalues and singular values: derivatives of functions of the spectrum are right, or NaN; never a wrong number.

The references are closed forms (matrix functions), and differences of those.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy import linalg

import sourcead
from tests.structures import titled

RNG = np.random.default_rng(5)
WEIGHTS = RNG.normal(size=(3, 3))
TURN = np.linalg.qr(RNG.normal(size=(3, 3)))[0]
TALL = np.linalg.qr(RNG.normal(size=(4, 3)))[0]
EQUAL = [
    np.eye(3),
    TURN @ np.diag([1.0, 1.0, 2.0]) @ TURN.T,
    TURN @ np.diag([3.0, -1, -1]) @ TURN.T,
]
RANK_ONE = np.outer(TURN[0], TURN[0])
STEP = 1e-3


def cubes(x):
    return np.sum(np.linalg.eigvalsh(0.5 * (x + x.T)) ** 3)


def exponentials(x):
    w, _ = np.linalg.eigh(0.5 * (x + x.T), "U")
    return np.sum(w * w * w)


def turned_values(x):
    w, v = np.linalg.eigh(0.5 * (x + x.T))
    return np.sum(WEIGHTS * ((v * w) @ v.T))


def cubes_slope(x):
    s = 0.5 * (x + x.T)
    return 3.0 * s @ s


def quartics(x):
    return np.sum(np.linalg.svd(x, compute_uv=False) ** 4)


def quartics_of_three(x):
    _, s, _ = np.linalg.svd(x, full_matrices=False)
    return np.sum(s**4)


def quartics_slope(x):
    return 4.0 * x @ x.T @ x


def nuclear(x):
    return np.linalg.norm(x, "nuc")


def polar(x):
    u, _, vh = np.linalg.svd(x, full_matrices=False)
    return u @ vh


def aligned(x):
    u, _, vh = np.linalg.svd(x, full_matrices=False)
    return np.sum(np.resize(WEIGHTS, np.shape(x)) * (u @ vh))


def projected(x):
    _, v = np.linalg.eigh(0.5 * (x + x.T))
    top = v[:, 1:]
    return np.sum(WEIGHTS * (top @ top.T))


def first_alone(x):
    w, v = np.linalg.eigh(0.5 * (x + x.T))
    return w[-1] * np.sum(WEIGHTS * np.outer(v[:, -1], v[:, -1]))


CASES = [
    *[(f, cubes_slope, x) for f in (cubes, exponentials) for x in EQUAL],
    *[(quartics, quartics_slope, x) for x in (*EQUAL, TURN, TALL, TALL.T)],
    *[(quartics_of_three, quartics_slope, x) for x in (TURN, TALL)],
    *[(nuclear, polar, x) for x in (*EQUAL, TURN, TALL, TALL.T)],
]
cases = pytest.mark.parametrize("f, slope, x", CASES)


def moved(g, x, e):
    """The derivative of g at x along e, by central differences of the fourth order."""
    near, far = g(x + STEP * e) - g(x - STEP * e), g(x + 2 * STEP * e) - g(x - 2 * STEP * e)
    return (8.0 * near - far) / (12.0 * STEP)


def directions(x):
    return [np.reshape(row, np.shape(x)) for row in np.eye(np.size(x))]


@cases
def test_functions_of_the_spectrum(f, slope, x):
    np.testing.assert_allclose(sourcead.grad(f)(x), slope(x), atol=1e-12)
    along = RNG.normal(size=x.shape)
    _, ahead = sourcead.jvp(f, (x,), (along,))
    assert np.isclose(ahead, np.sum(slope(x) * along))


@cases
def test_their_second_derivatives(f, slope, x):
    expected = [moved(slope, x, e).ravel() for e in directions(x)]
    hessian = np.reshape(sourcead.hessian(f)(x), (x.size, x.size))
    np.testing.assert_allclose(hessian, expected, atol=1e-8)
    along = RNG.normal(size=x.shape)

    def rate(x):
        return sourcead.jvp(f, (x,), (along,))[1]

    _, twice = sourcead.jvp(rate, (x,), (along,))
    assert np.isclose(twice, along.ravel() @ expected @ along.ravel(), atol=1e-8)


@cases
def test_what_reverse_mode_over_reverse_cannot_know_is_no_number(f, slope, x):
    gradient, along = sourcead.grad(f), RNG.normal(size=x.shape)
    found = sourcead.grad(lambda x: np.sum(along * gradient(x)))(x)
    expected = moved(slope, x, along)
    assert np.isnan(found).all() or np.allclose(found, expected, atol=1e-8)


@pytest.mark.parametrize("x", [*EQUAL, TURN, TALL], ids=titled)
def test_the_nearest_rotation_has_its_gradient(x):
    expected = np.reshape([moved(aligned, x, e) for e in directions(x)], x.shape)
    np.testing.assert_allclose(sourcead.grad(aligned)(x), expected, atol=1e-8)


@pytest.mark.parametrize(
    "f, x",
    [(projected, EQUAL[2] * -1.0), (first_alone, EQUAL[1]), (first_alone, RANK_ONE)],
    ids=titled,
)
def test_spaces_and_single_vectors_have_theirs(f, x):
    expected = np.reshape([moved(f, x, e) for e in directions(x)], x.shape)
    np.testing.assert_allclose(sourcead.grad(f)(x), expected, atol=1e-8)


@pytest.mark.parametrize("x", [*EQUAL, np.zeros((3, 3))], ids=titled)
def test_vectors_with_their_values_are_no_number_at_a_tie(x):
    assert np.isnan(sourcead.grad(turned_values)(x)).any()
    assert np.isnan(sourcead.jvp(turned_values, (x,), (WEIGHTS,))[1])


@pytest.mark.parametrize("x", EQUAL[:2], ids=titled)
def test_a_single_vector_among_equals_is_no_number(x):
    at = 0 if x is EQUAL[1] else 2

    def f(x):
        _, v = np.linalg.eigh(0.5 * (x + x.T))
        return np.sum(WEIGHTS[0] * v[:, at])

    assert np.isnan(sourcead.grad(f)(x)).any()
    assert np.isnan(sourcead.jvp(f, (x,), (WEIGHTS,))[1])


def test_general_eigenvectors_of_equal_values_are_no_numbers():
    def f(x):
        w, v = np.linalg.eig(x)
        return np.sum(np.real(v @ np.diag(w * w) @ np.linalg.inv(v)) * WEIGHTS)

    assert np.isnan(sourcead.grad(f)(np.eye(3))).any()


def test_singles_stay_singles():
    x = np.eye(3, dtype=np.float32)
    hessian = sourcead.hessian(cubes)(x)
    assert hessian.dtype == np.float32
    np.testing.assert_allclose(
        np.reshape(hessian, (9, 9)),
        np.reshape(sourcead.hessian(cubes)(np.eye(3)), (9, 9)),
        atol=1e-5,
    )


WIDE, LONG = RNG.normal(size=(2, 4)), RNG.normal(size=(4, 2))
SIDES = RNG.normal(size=(4, 4))
COMPLETE = {
    "u": (lambda x: np.linalg.svd(x)[0][:, 2:], LONG),
    "vh": (lambda x: np.linalg.svd(x)[2][2:].T, WIDE),
    "q": (lambda x: np.linalg.qr(x, mode="complete")[0][:, 2:], LONG),
    "q of SciPy": (lambda x: linalg.qr(x)[0][:, 2:], LONG),
    "null space": (linalg.null_space, WIDE),
    "null space of a matrix without full rank": (lambda x: linalg.null_space(x.T @ x), WIDE),
}


@pytest.mark.parametrize("vectors, x", COMPLETE.values(), ids=COMPLETE)
def test_vectors_that_complete_a_basis_have_the_derivative_of_their_space(vectors, x):
    def weighed(x):
        n = vectors(x)
        return np.sum(SIDES * (n @ n.T))

    expected = np.reshape([moved(weighed, x, e) for e in directions(x)], x.shape)
    np.testing.assert_allclose(sourcead.grad(weighed)(x), expected, atol=1e-8)
    along = RNG.normal(size=x.shape)
    ahead = sourcead.jvp(weighed, (x,), (along,))[1]
    assert np.isclose(ahead, np.sum(expected * along), atol=1e-8)


@pytest.mark.parametrize("vectors, x", COMPLETE.values(), ids=COMPLETE)
def test_one_of_several_that_complete_a_basis_is_no_number(vectors, x):
    assert np.isnan(sourcead.grad(lambda x: np.sum(SIDES[0] * vectors(x)[:, 0]))(x)).any()


def test_the_space_that_a_matrix_spans():
    def weighed(x):
        n = linalg.orth(x @ x.T)
        return np.sum(SIDES * (n @ n.T))

    expected = np.reshape([moved(weighed, LONG, e) for e in directions(LONG)], LONG.shape)
    np.testing.assert_allclose(sourcead.grad(weighed)(LONG), expected, atol=1e-8)

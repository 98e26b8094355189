"""Sparse Jacobians and Hessians: patterns that hold everywhere, colourings, values, SciPy's solvers."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import scipy.optimize
import scipy.sparse as sp

import sourcead
from sourcead.coloring import column_coloring, star_coloring


def rosenbrock(x):
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)


def stencil(u, steps):
    u = u.copy()
    for _ in range(steps):
        u[1:-1] = u[1:-1] + 0.1 * u[1:-1] * (u[2:] - 2.0 * u[1:-1] + u[:-2])
    return u


def branches(x):
    y = np.zeros(len(x))
    for i in range(1, len(x)):
        if x[i] > 0.0:
            y[i] = x[i] * x[i - 1]
        elif x[i] > -1.0:
            y[i] = math.sin(x[0])
    return y


def merged(x):
    y = x * x
    if x[0] > 0.0:
        s = y[1]
    else:
        s = y[2]
    y[0] += s
    return y


def lanes(x):
    return np.where(x > 0.0, x**2, np.roll(x, 1)) + np.maximum(x[0], x)


def gathered(x, index):
    return x[index] * x[index[::-1]]


def grid(u):
    v = u.reshape(5, 4)
    out = np.zeros((5, 4))
    out[1:-1, 1:-1] = v[2:, 1:-1] * v[:-2, 1:-1] - v[1:-1, 2:] ** 2 + v[1:-1, :-2]
    return out.ravel()


def cumulated(x):
    return np.cumsum(x * x)[::2]


def blocks(x):
    A = x.reshape(-1, 2)
    return np.concatenate([A[:, 0] * A[:, 1], A.sum(axis=1) ** 2, np.outer(x[:2], x[-2:]).ravel()])


def listed(x):
    parts = []
    for i in range(len(x)):
        parts.append(x[i] * x[i - 1])
    total = parts[0]
    for p in parts[1:3]:
        total += p
    return np.array([total, parts[-1], 2.0])


CASES: list[tuple[Any, tuple[Any, ...]]] = [
    (stencil, (3,)),
    (branches, ()),
    (merged, ()),
    (lanes, ()),
    (gathered, (np.array([3, 0, 0, 5]),)),
    (grid, ()),
    (cumulated, ()),
    (blocks, ()),
    (listed, ()),
]


@pytest.mark.parametrize(("f", "rest"), CASES, ids=lambda v: getattr(v, "__name__", ""))
def test_the_pattern_holds_at_every_point_and_the_values_are_right(f: Any, rest: Any) -> None:
    size = 20
    J = sourcead.sparse_jacobian(f)
    first = None
    rng = np.random.default_rng(1)
    for _ in range(6):
        x = 2.0 * rng.standard_normal(size)
        made = J(x, *rest)
        assert isinstance(made, sp.csr_array)
        first = J.pattern if first is None else first
        assert J.pattern is first  # found once
        step = 1e-6 * np.eye(size)
        columns = [(f(x + e, *rest) - f(x - e, *rest)) / 2e-6 for e in step]
        dense = np.stack(columns, axis=1)
        np.testing.assert_allclose(made.toarray(), dense, rtol=1e-6, atol=1e-6)
        assert not np.any((abs(dense) > 1e-5) & ~J.pattern.toarray())
    assert J.why_dense == ""


SHARP = [(stencil, (1,), 3), (branches, (), None), (merged, (), None), (grid, (), 5)]


@pytest.mark.parametrize(("f", "rest", "widest"), SHARP, ids=lambda v: getattr(v, "__name__", ""))
def test_the_pattern_is_sharp(f: Any, rest: Any, widest: int | None) -> None:
    """Every entry of it is an entry somewhere."""
    J = sourcead.sparse_jacobian(f)
    rng = np.random.default_rng(2)
    seen = np.zeros((20, 20), bool)
    for _ in range(40):
        seen |= J(2.0 * rng.standard_normal(20), *rest).toarray() != 0.0
    np.testing.assert_array_equal(J.pattern.toarray(), seen | (J.pattern.toarray() & _never(f)))
    if widest is not None:
        assert J.sweeps <= widest + 2


def _never(f: Any) -> Any:
    """Entries of structural zeros: u[i] * (...) - 2 u[i]... always has all three; a copied branch has all."""
    return np.eye(20, dtype=bool) if f is branches else np.zeros((20, 20), bool)


@pytest.mark.parametrize("mode", ["forward", "reverse", "auto"])
def test_modes(mode: str) -> None:
    def f(x):
        return np.append(x[1:] * x[:-1], np.sum(x))  # one dense row

    x = np.linspace(1.0, 2.0, 12)
    J = sourcead.sparse_jacobian(f, mode=mode)
    exact = np.zeros((12, 12))
    i = np.arange(11)
    exact[i, i], exact[i, i + 1], exact[11] = x[1:], x[:-1], 1.0
    np.testing.assert_allclose(J(x).toarray(), exact)
    assert J.sweeps == (12 if mode == "forward" else 3)


def test_sorting_makes_it_dense_and_says_why() -> None:
    x = np.array([3.0, 1.0, 2.0])
    J = sourcead.sparse_jacobian(lambda x: np.sort(x) ** 2)
    np.testing.assert_allclose(J(x).toarray(), [[0, 2.0, 0], [0, 0, 4.0], [6.0, 0, 0]])
    assert "values of the arguments" in J.why_dense
    assert J.pattern.nnz == 9


def test_a_number_of_turns_that_depends_on_the_argument_makes_it_dense() -> None:
    def f(x):
        y = x.copy()
        n = 0
        while y[0] < 10.0:
            y[1:] = y[1:] + y[:-1]
            y[0] *= 2.0
            n += 1
        return y

    J = sourcead.sparse_jacobian(f)
    few, many = np.array([6.0, 1.0, 1.0, 1.0]), np.array([1.0, 1.0, 1.0, 1.0])
    for x in (few, many):
        np.testing.assert_allclose(J(x).toarray(), sourcead.jacobian(f)(x))
    assert "turns" in J.why_dense


def test_a_mask_makes_it_dense() -> None:
    def f(x):
        return x[x > 0.0] ** 2

    J = sourcead.sparse_jacobian(f)
    np.testing.assert_allclose(J(np.array([1.0, -1.0, 2.0])).toarray(), [[2, 0, 0], [0, 0, 4]])
    assert J.why_dense


def test_another_argument_that_changes_gives_another_pattern() -> None:
    J = sourcead.sparse_jacobian(gathered)
    x = np.arange(1.0, 5.0)
    for index in (np.array([0, 1]), np.array([2, 3])):
        dense = np.zeros((2, 4))
        a, b = index
        dense[:, a], dense[:, b] = x[b], x[a]
        np.testing.assert_allclose(J(x, index).toarray(), dense)


def test_a_given_pattern() -> None:
    def f(x):
        return x**2

    x = np.arange(1.0, 4.0)
    J = sourcead.sparse_jacobian(f, pattern=np.eye(3))
    np.testing.assert_allclose(J(x).toarray(), np.diag(2.0 * x))
    assert J.sweeps == 1
    wrong = sourcead.sparse_jacobian(f, pattern=np.diag([1, 1, 0]))
    with pytest.raises(sourcead.WrongPattern):
        wrong(x)


def test_a_global_that_has_changed_is_noticed() -> None:
    holder = {"shift": 1}

    def f(x):
        return x * np.roll(x, holder["shift"])

    x = np.arange(1.0, 6.0)
    J = sourcead.sparse_jacobian(f)
    J(x)
    holder["shift"] = 2
    with pytest.raises(sourcead.WrongPattern):
        J(x)
    np.testing.assert_allclose(J(x).toarray(), sourcead.jacobian(f)(x))


# -- Hessians ------------------------------------------------------------------------------------


def test_hessian_of_rosenbrock() -> None:
    sweeps = []
    for n in (5, 50, 3000):
        x = np.linspace(-1.0, 2.0, n)
        H = sourcead.sparse_hessian(rosenbrock)
        made = H(x)
        i = np.arange(n - 1)
        exact = sp.lil_array((n, n))
        exact[i, i + 1] = exact[i + 1, i] = -400.0 * x[:-1]
        exact.setdiag(np.append(1200.0 * x[:-1] ** 2 - 400.0 * x[1:] + 2.0, 0.0))
        exact = exact.tocsr() + sp.diags_array(np.append(0.0, np.full(n - 1, 200.0)))
        assert abs(made - exact).max() < 1e-9
        sweeps.append(H.sweeps)
    assert sweeps == [3, 3, 3]


def test_hessian_with_an_arrow() -> None:
    def f(x):
        return np.sum(x[0] * x[1:] ** 3) + np.sum(np.sin(x))

    x = np.linspace(0.1, 1.0, 30)
    H = sourcead.sparse_hessian(f)
    exact = np.diag(np.append(0.0, 6.0 * x[0] * x[1:]) - np.sin(x))
    exact[0, 1:] = exact[1:, 0] = 3.0 * x[1:] ** 2
    np.testing.assert_allclose(H(x).toarray(), exact, rtol=1e-12, atol=1e-13)
    assert H.sweeps == 2  # a colouring of columns would need 30


# -- colourings ----------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(5))
def test_a_column_coloring_separates(seed: int) -> None:
    pattern = sp.random_array((30, 40), density=0.05, rng=np.random.default_rng(seed)).tocsr()
    colors = column_coloring(pattern)
    dense = pattern.toarray() != 0
    for row in dense:
        met = colors[row]
        assert len(set(met)) == len(met)


@pytest.mark.parametrize("seed", range(5))
def test_a_star_coloring_has_no_path_of_four_in_two_colors(seed: int) -> None:
    half = sp.random_array((25, 25), density=0.08, rng=np.random.default_rng(seed))
    dense = (half + half.T + sp.eye_array(25)).toarray() != 0
    colors = star_coloring(sp.csr_array(dense))
    near = [set(np.flatnonzero(row)) - {i} for i, row in enumerate(dense)]
    for a in range(25):
        for b in near[a]:
            assert colors[a] != colors[b]
            for c in near[b] - {a}:
                for d in near[c] - {a, b}:
                    assert len({colors[a], colors[b], colors[c], colors[d]}) > 2


# -- SciPy ---------------------------------------------------------------------------------------


def test_least_squares_takes_it() -> None:
    def residuals(x):
        return np.concatenate([10.0 * (x[1:] - x[:-1] ** 2), 1.0 - x[:-1]])

    jac = sourcead.sparse_jacobian(residuals)
    found = scipy.optimize.least_squares(residuals, np.full(20, 0.8), jac=jac, tr_solver="lsmr")
    assert found.success
    np.testing.assert_allclose(found.x, np.ones(20), atol=1e-5)


def test_minimize_takes_it() -> None:
    found = scipy.optimize.minimize(
        rosenbrock,
        np.full(15, 0.5),
        jac=sourcead.grad(rosenbrock),
        hess=sourcead.sparse_hessian(rosenbrock),
        method="trust-constr",
        options={"gtol": 1e-9},
    )
    np.testing.assert_allclose(found.x, np.ones(15), atol=1e-6)


def test_root_takes_it() -> None:
    def f(x):
        return x**3 + 2.0 * x + np.append(0.0, x[:-1]) - 1.0

    J = sourcead.sparse_jacobian(f)
    found = scipy.optimize.root(f, np.full(8, 0.5), jac=lambda x: J(x).toarray())
    assert found.success
    np.testing.assert_allclose(f(found.x), 0.0, atol=1e-9)

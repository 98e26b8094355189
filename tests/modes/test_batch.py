"""Many seeds at once give what the seeds give one by one, for every construct; and the text that does it."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import sourcead
from sourcead.api import addresses_star
from sourcead.callables import Mode
from sourcead.linear import Linearization
from sourcead.nested import flatten, unflatten
from sourcead.runtime.batched import one_by_one, stacked
from tests.golden.test_golden import CASES as GOLDEN
from tests.golden.test_golden import Case
from tests.language.registry import CASES as LANGUAGE
from tests.language.topics import TOPICS  # noqa: F401  (registers the cases)
from tests.sampling import in_turn
from tests.structures import fresh

SEEDS = 3


def drawn(value: Any, rng: np.random.Generator) -> Any:
    """A stack of random seeds for a value."""
    leaves, structure = flatten(value)
    stacks = []
    for leaf in leaves:
        stack = rng.standard_normal((SEEDS, *np.shape(leaf)))
        stacks.append(stack.astype(np.asarray(leaf).dtype))
    return unflatten(structure, stacks)


def row(stack: Any, k: int) -> Any:
    leaves, structure = flatten(stack)
    return unflatten(structure, [leaf[k] for leaf in leaves])


def same_numbers(found: Any, expected: Any) -> None:
    mine, theirs = flatten(found), flatten(expected)
    assert mine[1] == theirs[1]
    for a, b in zip(mine[0], theirs[0], strict=True):
        tolerance = 1e-4 if b.dtype in (np.float32, np.complex64) else 1e-11
        np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance)


def batch_and_single(function: Any, args: Any, wrt: tuple[int, ...], form: str) -> str:
    """Compare the two second halves of a split derivative; the text of the one for many seeds."""
    rng = np.random.default_rng(0)
    many = Linearization(function, Mode(form, wrt, batch=True))
    one = Linearization(function, Mode(form, wrt))
    at, alone = many(*fresh(args)), one(*fresh(args))
    single = alone.many if form == "pullback" else lambda *dots: alone.many(dots)
    seeds = drawn(at.value if form == "pullback" else tuple(at.primals), rng)
    if not flatten(seeds)[0]:
        return at.source  # a constant
    given = (seeds,) if form == "pullback" else seeds
    by_loop = stacked([single(*[copy.deepcopy(row(g, k)) for g in given]) for k in range(SEEDS)])
    same_numbers(at.many(copy.deepcopy(seeds)), by_loop)
    again = one_by_one(lambda _, *g: single(*g))
    same_numbers(again(None, *copy.deepcopy(given)), by_loop)
    return at.source


@pytest.mark.parametrize("form", ["linear", "pullback"])
@pytest.mark.parametrize("path", GOLDEN, ids=lambda p: f"{p.parent.name}/{p.stem}")
def test_golden_programs(path: Path, form: str) -> None:
    case = Case(path)
    batch_and_single(case.function, case.args(), case.argnums, form)


@pytest.mark.parametrize("path", GOLDEN, ids=lambda p: f"{p.parent.name}/{p.stem}")
def test_gradients_of_golden_programs(path: Path) -> None:
    case = Case(path)
    if case.order < 2:
        pytest.skip("the case says that its gradient is not differentiated again")
    gradient = sourcead.grad(case.function, case.argnums)
    batch_and_single(gradient, case.args(), case.argnums, "linear")


@pytest.mark.parametrize("construct, form", in_turn(LANGUAGE.keys(), ["linear", "pullback"]))
def test_language(construct: str, form: str) -> None:
    case = LANGUAGE[construct]
    wrt = case.argnums
    if wrt is None:
        wrt = tuple(i for i, a in enumerate(case.args) if flatten(a)[0])
    wrt = (wrt,) if isinstance(wrt, int) else tuple(wrt)
    if addresses_star(case.function, wrt):
        pytest.skip("elements of *args: sourcead.jacobian spreads them")
    try:
        batch_and_single(case.function, case.args, wrt, form)
    except sourcead.SourceADError as refused:
        pytest.skip(f"refused: {refused.args[0].splitlines()[0][:100]}")


# -- what stays one by one -----------------------------------------------------------------------


BATCHED = ["storage/diffuse", "loops/nested", "models/mlp", "models/rnn", "indexing/scatter"]
BATCHED += ["containers/dict_parameter", "reductions/softmax", "storage/cholesky", "products/solve"]


@pytest.mark.parametrize("name", BATCHED)
@pytest.mark.parametrize("form", ["linear", "pullback"])
def test_takes_the_axis(name: str, form: str) -> None:
    case = Case(next(p for p in GOLDEN if f"{p.parent.name}/{p.stem}" == name))
    source = batch_and_single(case.function, case.args(), case.argnums, form)
    assert "one seed after the other" not in source


def test_what_cannot_take_the_axis_says_why() -> None:
    def f(x):
        values = [v * v for v in x]
        return values[0] * sum(values)

    x = np.array([1.0, 2.0, 3.0])
    J = sourcead.jacobian(f, mode="reverse")
    exact = 2.0 * x * x[0] ** 2
    exact[0] += 2.0 * x[0] * np.sum(x**2)
    np.testing.assert_allclose(J(x), exact)
    assert "# one seed after the other: " in J.source


def test_the_text() -> None:
    def f(x, A):
        y = np.zeros_like(x)
        y[1:] = np.sin(x[:-1]) * x[1:]
        return A @ y * np.sum(x)

    J = sourcead.jacobian(f, mode="forward")
    x, A = np.array([0.3, 0.7, 0.5]), np.arange(6.0).reshape(2, 3)
    L = np.zeros((3, 3))
    L[1:, 1:] += np.diag(np.sin(x[:-1]))
    L[1:, :-1] += np.diag(np.cos(x[:-1]) * x[1:])
    y = np.append(0.0, np.sin(x[:-1]) * x[1:])
    np.testing.assert_allclose(J(x, A), A @ L * np.sum(x) + (A @ y)[:, None])
    for line in ("seeds = len(x_dot)", "y_dot = np.zeros((seeds,) + y.shape)", "y_dot[:, 1:] = "):
        assert line in J.source
    assert "y_dot @ " in J.source and ".T" in J.source


def test_fancy_indices_with_a_slice_between_them_are_taken_one_by_one() -> None:
    def f(A, i, j):
        return A[i, :, j] ** 2

    A, i, j = np.arange(24.0).reshape(2, 3, 4), np.array([0, 1]), np.array([3, 0])
    J = sourcead.jacobian(f, mode="forward")(A, i, j)
    exact = np.zeros((2, 3, 2, 3, 4))
    for n in range(2):
        for k in range(3):
            exact[n, k, i[n], k, j[n]] = 2.0 * A[i[n], k, j[n]]
    np.testing.assert_allclose(J, exact)


def test_chunks_cover_all_seeds(monkeypatch: pytest.MonkeyPatch) -> None:
    import sourcead.jacobians as jacobians

    monkeypatch.setattr(jacobians, "AT_ONCE", 64)
    x = np.linspace(0.0, 1.0, 50)
    for mode in ("forward", "reverse"):
        J = sourcead.jacobian(lambda x: np.cumsum(x**2), mode=mode)(x)
        np.testing.assert_allclose(J, np.tril(np.ones((50, 50))) * 2.0 * x, rtol=1e-14)

"""Arrays that take up results, contractions, shapes, kept numbers: right where the side conditions matter."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import sourcead
from tests import numeric

RNG = np.random.default_rng(0)


# -- arrays that take up results -------------------------------------------------------------


def chained(x, w):
    """Temporaries of the reverse sweep that are read twice: the second time they may be overwritten."""
    y = np.exp(x) * w
    return np.sum(np.sin(y * x) * np.cos(y / w))


def polynomial(x, a, b, c):
    t = 1.0 / (1.0 + x * x)
    return np.sum(t * (a + t * (b + t * (c + t))) * np.exp(-x * x))


def stretched(x, rows):
    """What is multiplied by more rows than it has cannot hold the result."""
    t = np.exp(x) * x
    return np.sum(t * np.sin(rows * t)) + np.sum(t * t)


def stored_in_a_list(x, ws):
    """The array goes to the next turn, too, and into a list that the reverse sweep reads."""
    states = [x]
    for w in ws:
        states.append(np.tanh(states[-1] * w) * states[-1])
    return np.sum(states[-1] * states[0]) + np.sum(states[1] ** 3)


def seen_through_views(x):
    y = np.exp(x) * x
    upper, lower = y[1:], y[:-1]
    return np.sum(upper * lower * upper) + np.sum(y * np.cos(y))


def carried(x, w, n):
    for _ in range(n):
        x = np.sin(x * w) * x + x / w
    return np.sum(x * x * w)


def in_a_branch(x, w):
    t = np.exp(x) * w
    if np.sum(t) > 0.0:
        t = t * np.sin(t)
    else:
        t = t * w * t
    return np.sum(t * t)


# -- contractions ----------------------------------------------------------------------------


def pairs(x, m):
    d = x[None, :, :] - x[:, None, :]
    r = np.sum(d**2, axis=2) + 0.1
    return np.sum(np.sum(m[None, :, None] * d / r[:, :, None] ** 1.5, axis=1) ** 2)


def mixture(x, means, scales):
    z = (x[:, None, :] - means) * np.exp(-scales)
    return np.sum(np.exp(-0.5 * np.sum(z**2, axis=2)))


def matrix_times_number(a, s):
    """A sum over all axes of a product."""
    return np.sum(np.sin(a * s) * a)


def one_row_or_more(a, b):
    """b may have one row, and its adjoint is a sum only then."""
    return np.sum((a * b) ** 2 * a)


# -- kept numbers ----------------------------------------------------------------------------


def kepler(e, m):
    x, step = m, 1.0
    while abs(step) > 1e-13:
        step = (x - e * math.sin(x) - m) / (1.0 - e * math.cos(x))
        x -= step
    return 1.0 - e * math.cos(x)


def same_text_of_another_value(x, n):
    """`math.sin(x)` before and after x has changed are two numbers."""
    total = 0.0
    for _ in range(n):
        s = math.sin(x)
        x = x * s + 0.3
        total += s * math.sin(x) * math.cos(x) * x
    return total


# -- shapes ----------------------------------------------------------------------------------


def mean_of_softplus(x, w):
    return np.mean(np.logaddexp(0.0, x @ w) - x @ w)


def mean_of_stretched(x, y):
    """As large as the two together, not as one of them."""
    return np.mean(np.exp(x[:, None]) * y) + np.mean(x * 2.0)


A, V = RNG.normal(size=(4, 3)), RNG.normal(size=5)
CASES: list[tuple[Callable[..., Any], tuple[Any, ...]]] = [
    (chained, (V, np.abs(V) + 0.5)),
    (chained, (A, np.abs(A) + 0.5)),
    (chained, (np.zeros(0), np.zeros(0))),
    (polynomial, (V, 0.3, -0.8, 1.1)),
    (polynomial, (V, V * 0.3, -0.8, V + 1.0)),
    (stretched, (RNG.normal(size=3), A)),
    (stretched, (RNG.normal(size=(1, 3)), A)),
    (stretched, (RNG.normal(size=(4, 1)), A)),
    (stored_in_a_list, (V, RNG.normal(size=(3, 5)))),
    (seen_through_views, (V,)),
    (carried, (V, np.abs(V) + 0.5, 3)),
    (in_a_branch, (V, np.abs(V) + 0.5)),
    (in_a_branch, (V, -np.abs(V) - 0.5)),
    (pairs, (A, np.abs(RNG.normal(size=4)))),
    (pairs, (RNG.normal(size=(1, 3)), np.ones(1))),
    (mixture, (RNG.normal(size=(6, 2)), RNG.normal(size=(3, 2)), RNG.normal(size=(3, 2)))),
    (mixture, (RNG.normal(size=(6, 2)), RNG.normal(size=(3, 2)), RNG.normal(size=(1, 2)))),
    (mixture, (RNG.normal(size=(6, 1)), RNG.normal(size=(3, 1)), RNG.normal(size=(3, 1)))),
    (matrix_times_number, (A, 0.7)),
    (matrix_times_number, (A.T, 0.7)),
    (one_row_or_more, (A, RNG.normal(size=(1, 3)))),
    (one_row_or_more, (A, RNG.normal(size=(4, 3)))),
    (one_row_or_more, (A, RNG.normal(size=(4, 1)))),
    (one_row_or_more, (RNG.normal(size=(1, 1)), A)),
    (kepler, (0.3, 0.8)),
    (same_text_of_another_value, (0.4, 3)),
    (mean_of_softplus, (A, RNG.normal(size=3))),
    (mean_of_stretched, (RNG.normal(size=4), A)),
    (mean_of_stretched, (RNG.normal(size=4), RNG.normal(size=(1, 3)))),
]


@pytest.mark.parametrize(
    ("function", "args"), CASES, ids=[f"{f.__name__}-{i}" for i, (f, _) in enumerate(CASES)]
)
def test_derivatives_are_right(function: Callable[..., Any], args: tuple[Any, ...]) -> None:
    numeric.check(function, *args)


def source(function: Callable[..., Any], *args: Any, wrt: Any = 0) -> str:
    """The code, without comments."""
    text = str(sourcead.grad(function, wrt).source_for(*args))
    return "\n".join(line.partition("#")[0] for line in text.splitlines())


def test_a_temporary_takes_up_the_result_that_is_read_more_than_once() -> None:
    assert " *= " in source(polynomial, V, 0.3, -0.8, 1.1)


def test_a_product_that_is_summed_is_not_made() -> None:
    assert "np.einsum('ijk,ijk->jk'" in source(mixture, *CASES[15][1], wrt=2)


def test_contractions_keep_single_precision_to_sums() -> None:
    args = tuple(a.astype(np.float32) for a in CASES[15][1])
    text = source(mixture, *args, wrt=2)
    assert "einsum" not in text
    assert sourcead.grad(mixture, 2)(*args).dtype == np.float32


def test_the_value_has_the_bits_of_the_primal() -> None:
    for function, args in CASES:
        value, _ = sourcead.value_and_grad(function)(*args)
        assert np.array_equal(value, function(*args), equal_nan=True)


def test_arguments_are_left_alone() -> None:
    for function, args in CASES:
        before = [np.copy(a) for a in args]
        sourcead.grad(function)(*args)
        assert all(np.array_equal(a, b) for a, b in zip(args, before))


def test_a_kept_number_is_not_computed_again() -> None:
    lines = source(kepler, 0.3, 0.8).splitlines()
    turn = next(i for i, line in enumerate(lines) if "reversed(saved)" in line)
    assert any("math.sin" in line for line in lines[:turn])
    assert not any("math." in line for line in lines[turn:])


def test_what_is_asked_for_its_shape_only_is_not_computed() -> None:
    assert "logaddexp" not in source(mean_of_softplus, A, RNG.normal(size=3), wrt=1)


def test_softplus_has_a_slope_everywhere() -> None:
    z = np.array([-np.inf, -800.0, -40.0, 0.0, 40.0, 800.0, np.inf])
    with np.errstate(all="raise", under="ignore"):
        slope = sourcead.grad(lambda z: np.sum(np.logaddexp(0.0, z)))(z)
    exact = [0.0, 0.0, math.exp(-40.0), 0.5, 1.0, 1.0, 1.0]
    assert np.allclose(slope, exact, rtol=1e-13, atol=1e-300)
    unknown = np.array([np.nan])
    assert np.isnan(sourcead.grad(lambda z: np.sum(np.logaddexp(0.0, z + 1.0)))(unknown)[0])


def test_the_adjoints_of_two_joined_arrays_are_slices() -> None:
    def joined(a, b):
        return np.sum(np.concatenate((a, b)) ** 3 * np.arange(len(a) + len(b)))

    text = source(joined, np.ones(2), np.ones(3), wrt=(0, 1))
    assert "parts_along" not in text
    for left, right in ((2, 3), (0, 3), (2, 0), (1, 1)):
        numeric.check(joined, RNG.normal(size=left), RNG.normal(size=right))


# -- what was kept is read where it lies -----------------------------------------------------

FIELD = np.array([0.3, -0.7, 1.1])


def reaction(u, v, rate, n):
    inner = u[1:-1]
    for _ in range(n):
        change = inner * v * v
        inner += rate * (u[2:] - 2.0 * u[1:-1] + u[:-2]) - change
        v += 0.5 * change - rate * v
    return np.sum(v**2 * inner)


def read_under_two_names(u, n):
    whole = u[:]
    total = 0.0
    for _ in range(n):
        total += np.sum(np.sin(whole))
        u *= np.cos(u)
    return total + np.sum(u)


def also_a_global(u, n):
    """Called with the very array that the global names."""
    total = 0.0
    for _ in range(n):
        total += np.sum(u * FIELD)
        u[...] = np.sin(u) * u
    return total


def read_before_it_is_put_back(u, n):
    """The adjoint of what comes last in a turn reads what the next turn finds."""
    total = 0.0
    for _ in range(n):
        u *= u + 0.5
        total += np.sum(u * np.sin(u))
    return total


def read_behind(u, n):
    start = np.sum(u**3)
    for _ in range(n):
        u *= np.sin(u)
    return start * np.sum(u)


def put_back_in_part(u, n):
    for k in range(n):
        u[k:] *= np.sin(u[k:])
    return np.sum(u**2)


U = np.array([0.4, -0.8, 1.3, 0.7, -0.2])
WRITING: list[tuple[Callable[..., Any], tuple[Any, ...]]] = [
    (reaction, (U, U[:3] * 0.5, 0.1, 3)),
    (reaction, (U, U[:3] * 0.5, 0.1, 0)),
    (read_under_two_names, (U, 3)),
    (read_before_it_is_put_back, (U, 3)),
    (read_behind, (U, 3)),
    (put_back_in_part, (U, 3)),
]


@pytest.mark.parametrize(
    ("function", "args"), WRITING, ids=[f"{f.__name__}-{i}" for i, (f, _) in enumerate(WRITING)]
)
def test_what_is_written_is_right_and_left_as_the_primal_leaves_it(
    function: Callable[..., Any], args: tuple[Any, ...]
) -> None:
    numeric.check(function, *args)
    mine, theirs = [[np.copy(a) if np.ndim(a) else a for a in args] for _ in range(2)]
    function(*theirs)
    sourcead.grad(function)(*mine)
    assert all(np.array_equal(a, b) for a, b in zip(mine, theirs))


def test_whole_arrays_are_not_put_back() -> None:
    text = source(reaction, U, U[:3], 0.1, 3)
    assert "finally" not in text
    assert "[...] =" not in text


def test_a_global_that_is_the_argument_is_refused_where_it_is_written() -> None:
    start = FIELD.copy()
    with pytest.raises(sourcead.AliasedArguments, match="`FIELD` and `u` share storage"):
        sourcead.grad(also_a_global)(FIELD, 3)
    assert np.array_equal(FIELD, start)
    numeric.check(also_a_global, start, 3)

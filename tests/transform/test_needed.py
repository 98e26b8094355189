"""What is kept for the reverse sweep: not what is one operation on what is kept anyway."""

import re

import numpy as np
import pytest

import sourcead
from tests.numeric import check


def fall(x, v, mu, n):
    for _ in range(n):
        r3 = (x * x + 1.0) ** 1.5
        k = -mu / r3
        v = v + 0.01 * k * x
        x = x + 0.01 * v
    return x * x


def quotients_of_quotients(x, n):
    for _ in range(n):
        a = 1.0 / x
        b = a / x
        c = b / a
        x = a * b + b * c + c * a + 0.1 * x
    return x


def checked(program, at, wrt):
    gradient = sourcead.grad(program, tuple(range(wrt)))
    for k, found in enumerate(gradient(*at)):
        moved = [value + 1e-30j * (i == k) for i, value in enumerate(at[:wrt])]
        exact = program(*moved, *at[wrt:]).imag / 1e-30
        assert abs(found - exact) < 1e-12 * max(1.0, abs(exact))
    return gradient.source


def test_a_quotient_of_what_is_kept_is_computed_again():
    source = checked(fall, (0.8, 0.3, 1.7, 5), 3)
    assert "saved.append((x, r3))" in source or "saved.append((r3, x))" in source


def test_quotients_that_hang_on_each_other_keep_their_values():
    checked(quotients_of_quotients, (1.3, 4), 1)


# -- differences of all pairs -----------------------------------------------------------------------


def pulled(x, mass, steps):
    for _ in range(steps):
        d = x[None, :, :] - x[:, None, :]
        r2 = np.sum(d**2, axis=2) + 0.1
        x += 0.01 * np.sum(mass[None, :, None] * d / r2[:, :, None] ** 1.5, axis=1)
    return np.sum(x**2)


def written_pairs(x, mass, steps):
    """The differences are scaled in place, through a view, between the statements that read them."""
    for _ in range(steps):
        d = x[None, :, :] + 2.0 * x[:, None, :]
        q = d / (mass[:, None, None] + 1.0)
        x = x + 0.1 * np.sum(q * d, axis=1)
        row = d[0]
        row *= 1.5
        x += 0.1 * np.sum(d / (q * q + 1.0), axis=0)
    return np.sum(x**3)


def quotient_of_written(x, mass, steps):
    """The divisor is another array in each turn, and is overwritten behind the quotient that reads it."""
    total = 0.0
    scale = np.ones((2, len(mass), len(mass)))
    for k in range(steps):
        d = x[:, None, :] - 0.3 * x[None, :, :]
        p = d.transpose(2, 0, 1) / scale
        total += np.sum(p * p)
        scale[k % 2] += 0.2 * d[:, :, 0] ** 2
        x = x + 0.05 * np.sum(p, axis=2).T
    return total + np.sum(scale)


def swapped_pairs(x, mass, steps):
    """Differences of the turn before are read beside those of this one."""
    before = x[None, :, :] - x[:, None, :]
    for _ in range(steps):
        d = x[None, :, :] - x[:, None, :]
        w = (d * before) / (1.0 + mass[None, :, None] * before**2)
        x = x - 0.1 * np.sum(w, axis=1)
        before, d = d, before
        before[0, 0] += 1.0
    return np.sum(before * x[None, :, :])


PAIRED = [pulled, written_pairs, quotient_of_written, swapped_pairs]


@pytest.mark.parametrize("program", PAIRED)
@pytest.mark.parametrize("n", [4, 1])
def test_pairs_that_are_written_moved_and_swapped(program, n):
    rng = np.random.default_rng(3)
    check(program, rng.normal(size=(n, 2)), rng.random(n), 3, argnums=(0, 1))


@pytest.mark.parametrize("program", PAIRED)
def test_pairs_differentiated_twice(program):
    rng = np.random.default_rng(4)
    x, mass, direction = rng.normal(size=(3, 2)), rng.random(3), rng.normal(size=(3, 2))

    def gradient(x):
        return sourcead.grad(program)(x.copy(), mass, 2)

    found = sourcead.grad(lambda x: np.sum(gradient(x) * direction))(x)
    exact = (gradient(x + 1e-5 * direction) - gradient(x - 1e-5 * direction)) / 2e-5
    np.testing.assert_allclose(found, exact, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("program", [pulled, quotient_of_written])
def test_no_pairs(program):
    found = sourcead.grad(program)(np.zeros((0, 2)), np.zeros(0), 2)
    assert found.shape == (0, 2)


def test_differences_of_pairs_are_kept_and_quotients_of_them_are_not():
    source = sourcead.grad(pulled, (0, 1)).source_for(np.ones((3, 2)), np.ones(3), 2)
    kept = re.search(r"saved.append\(\((.*)\)\)", source)
    assert kept is not None and kept[1].count(",") == 2  # d, r2 and its power
    assert source.count("x[None, :, :] - x[:, None, :]") == 1 + source.count(
        "# d = x[None, :, :] - x[:, None, :]"
    )


# -- arrays that are written after they were made ---------------------------------------------------


def sum_written(x, v):
    total = 0.0
    for k in range(3):
        d = v + 1.0
        d[:, 0] = x[:, 0] * k
        total += np.sum(x * d)
    return total


def product_written_through_a_view(x, v):
    total = 0.0
    for _ in range(3):
        d = x * v
        total += np.sum(d * d)
        row = d[1]
        row *= x[0]
        total += np.sum(np.sin(x) * d)
    return total


def quotient_written(x, v):
    total = 0.0
    scale = np.ones((2, *x.shape))
    for k in range(3):
        d = scale / (x * x + 1.0)
        d[1] = v * k
        total += np.sum(x * d * d)
        scale = d * 0.5
    return total


def gathered_and_written(x, v):
    total = 0.0
    places = np.array([0, 2, 0])
    for _ in range(3):
        d = v[places]
        d[1] = x[1]
        total += np.sum(x * d)
        d *= x
        total += np.sum(x * d)
    return total


def negated_in_a_branch(x, v):
    total = 0.0
    for k in range(4):
        d = -v
        if k % 2:
            d[0] += x[0]
        total += np.sum(x * d)
        d -= 0.5 * d
        total += np.sum(np.cos(x * d))
    return total


WRITTEN = [
    sum_written,
    product_written_through_a_view,
    quotient_written,
    gathered_and_written,
    negated_in_a_branch,
]


@pytest.mark.parametrize("program", WRITTEN)
def test_what_is_written_is_not_made_again(program):
    rng = np.random.default_rng(5)
    check(program, rng.normal(size=(3, 2)), rng.normal(size=(3, 2)))

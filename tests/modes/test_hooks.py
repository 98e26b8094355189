"""`with adjoint_of(h) as h_bar`: seen and changed in the reverse sweep, skipped everywhere else."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import pytest

import sourcead

X = np.array([0.1, 0.5, 2.0])
SEEN: list[Any] = []


@pytest.fixture(autouse=True)
def without_checks(monkeypatch: pytest.MonkeyPatch) -> None:
    """The verifying mode calls gradients more than once."""
    monkeypatch.delenv("SOURCEAD_CHECK", raising=False)


def clipped(x):
    h = np.tanh(x)
    with sourcead.adjoint_of(h) as h_bar:
        SEEN.append(h_bar.copy())
        h_bar = np.clip(h_bar, -1.0, 1.0)
    return np.sum(5.0 * h**3)


def test_called_as_it_stands_it_skips_the_block() -> None:
    SEEN.clear()
    before = sys.gettrace()
    assert clipped(X) == np.sum(5.0 * np.tanh(X) ** 3)
    assert SEEN == []
    assert sys.gettrace() is before


def test_the_block_sees_the_adjoint_and_what_it_makes_of_it_goes_on() -> None:
    SEEN.clear()
    h = np.tanh(X)
    found = sourcead.grad(clipped)(X)
    np.testing.assert_allclose(found, np.clip(15.0 * h**2, -1.0, 1.0) * (1.0 - h**2), rtol=1e-14)
    assert len(SEEN) == 1
    np.testing.assert_allclose(SEEN[0], 15.0 * h**2, rtol=1e-14)


def test_forward_mode_is_as_if_it_were_not_there() -> None:
    SEEN.clear()
    h = np.tanh(X)
    _, dot = sourcead.jvp(clipped, (X,), (np.ones(3),))
    assert abs(dot - np.sum(15.0 * h**2 * (1.0 - h**2))) < 1e-13
    assert SEEN == []


def test_written_in_place_and_numbers_in_a_loop() -> None:
    def f(x):
        total = 0.0
        for k in range(3):
            x = x * x
            with sourcead.adjoint_of(x) as x_bar:
                SEEN.append((k, x_bar))
                x_bar *= 0.5
            total = total + x
        return total

    SEEN.clear()
    assert f(1.1) == 1.1**2 + 1.1**4 + 1.1**8
    assert SEEN == []
    x, bar, expected = [1.1, 1.1**2, 1.1**4], 0.0, []
    for k in (2, 1, 0):
        bar += 1.0
        expected.append((k, bar))
        bar = 0.5 * bar * 2.0 * x[k]
    found = sourcead.grad(f)(1.1)
    assert abs(found - bar) < 1e-12
    assert [k for k, _ in SEEN] == [2, 1, 0]
    np.testing.assert_allclose([b for _, b in SEEN], [b for _, b in expected], rtol=1e-12)


def test_a_pullback_runs_it_each_time() -> None:
    SEEN.clear()
    _, pullback = sourcead.vjp(clipped, X)
    pullback(1.0), pullback(2.0)
    np.testing.assert_allclose(SEEN[1], 2.0 * SEEN[0])


def test_a_constant_has_no_adjoint() -> None:
    def f(x):
        c = np.ones(3)
        with sourcead.adjoint_of(c) as c_bar:
            raise AssertionError(c_bar)
        return np.sum(c * x)

    np.testing.assert_allclose(sourcead.grad(f)(X), np.ones(3))


def test_storage_with_several_names_is_refused() -> None:
    def f(x, flag):
        a = x * 2.0
        b = x * 3.0
        c = a if flag > 0 else b
        c[0] = 1.0
        with sourcead.adjoint_of(c) as c_bar:
            c_bar *= 0.0
        return np.sum(a * b)

    with pytest.raises(sourcead.SourceADError):
        sourcead.grad(f)(X, 1)


def test_the_text_shows_the_block() -> None:
    source = sourcead.grad(clipped).source_for(X)
    assert "h_bar = np.clip(h_bar, -1.0, 1.0)" in source
    assert "adjoint_of(" not in source.replace("# with sourcead.adjoint_of(h) as h_bar:", "")


def test_the_verifying_mode_knows_that_the_modes_need_not_agree(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SOURCEAD_CHECK", "1")

    def f(x):
        h = x * x
        with sourcead.adjoint_of(h) as h_bar:
            h_bar = 0.0 * h_bar
        return h + x

    assert sourcead.grad(f)(3.0) == 1.0


def test_several_values_at_once_are_refused() -> None:
    def f(x):
        a, b = x * x, 3.0 * x
        with sourcead.adjoint_of((a, b)) as bars:
            bars = (0.0, bars[1])
        return a * b

    with pytest.raises(sourcead.NotDifferentiable, match="several values at once"):
        sourcead.grad(f)(0.7)


def test_a_block_in_what_is_run_again_is_refused() -> None:
    def loop(x):
        for _ in sourcead.checkpointed(range(3), slots=2):
            x = x * x
            with sourcead.adjoint_of(x) as x_bar:
                x_bar = 2.0 * x_bar
        return x

    def callee(x):
        h = x * x
        with sourcead.adjoint_of(h) as h_bar:
            h_bar = 2.0 * h_bar
        return h

    def again(x):
        return sourcead.checkpoint(callee)(x)

    for f in (loop, again):
        with pytest.raises(sourcead.NotDifferentiable, match="inside of what is checkpointed"):
            sourcead.grad(f)(0.7)

"""`with adjoint_of(h) as h_bar`: seen and changed in the reverse sweep, skipped everywhere else."""

from __future__ import annotations

import builtins
import inspect
import linecache
import pdb
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


def several(x):
    a, b = x * x, 3.0 * x
    with sourcead.adjoint_of(a) as a_bar, sourcead.adjoint_of(b) as b_bar:
        a_bar += b_bar
    return a * b


def one_in_another(x):
    a, b = x * x, 3.0 * x
    with sourcead.adjoint_of(a) as a_bar:
        if x > 0.0:
            with sourcead.adjoint_of(b) as b_bar:
                a_bar += b_bar
    return a * b


@pytest.mark.parametrize("function", [several, one_in_another])
def test_a_block_with_several_adjoints(function: Any) -> None:
    x = 0.7
    a, b = x * x, 3.0 * x
    assert function(x) == a * b
    assert abs(sourcead.grad(function)(x) - ((b + a) * 2.0 * x + a * 3.0)) < 1e-14


def test_arrays_are_clipped_together() -> None:
    """As gradients are by their common norm."""

    def f(x):
        h, c, ones = np.tanh(x), np.cos(x), np.ones(3)
        with (
            sourcead.adjoint_of(h) as h_bar,
            sourcead.adjoint_of(c) as c_bar,
            sourcead.adjoint_of(ones) as none,
        ):
            SEEN.append(none)
            norm = np.sqrt(np.sum(h_bar**2) + np.sum(c_bar**2))
            h_bar /= norm
            c_bar = c_bar / norm
        return np.sum(h * c * ones)

    SEEN.clear()
    h, c = np.tanh(X), np.cos(X)
    norm = np.sqrt(np.sum(h**2) + np.sum(c**2))
    expected = c / norm * (1.0 - h**2) - h / norm * np.sin(X)
    np.testing.assert_allclose(sourcead.grad(f)(X), expected, rtol=1e-14)
    assert SEEN == [0.0]
    _, dot = sourcead.jvp(f, (X,), (np.ones(3),))  # forward mode does not run it
    assert abs(dot - np.sum(c * (1.0 - h**2) - h * np.sin(X))) < 1e-14


def one_value_twice(x):
    a = x * x
    with sourcead.adjoint_of(a) as a_bar, sourcead.adjoint_of(a) as again:
        a_bar += again
    return a


def of_the_block_itself(x):
    a = x * x
    with sourcead.adjoint_of(a) as a_bar:
        b = 2.0 * a_bar
        with sourcead.adjoint_of(b) as b_bar:
            b_bar *= 2.0
    return a


def one_name_for_two(x):
    a, b = x * x, 3.0 * x
    with sourcead.adjoint_of(a) as bar, sourcead.adjoint_of(b) as bar:
        bar *= 2.0
    return a * b


@pytest.mark.parametrize("function", [one_value_twice, of_the_block_itself, one_name_for_two])
def test_adjoints_that_are_not_there_are_refused_at_their_line(function: Any) -> None:
    function(0.7)
    with pytest.raises(sourcead.SourceADError, match=r"twice|inside of another") as refused:
        sourcead.grad(function)(0.7)
    lines, first = inspect.getsourcelines(function)
    line = next(first + i for i, text in enumerate(lines) if "with" in text)
    assert f"{__file__}:{line}, in {function.__name__}" in str(refused.value)


def test_one_block_behind_the_other() -> None:
    def f(x):
        a, b = x * x, 3.0 * x
        with sourcead.adjoint_of(a) as a_bar:
            a_bar = 2.0 * a_bar
        with sourcead.adjoint_of(b) as b_bar:
            b_bar = 5.0 * b_bar
        return a * b

    x = 0.7  # a_bar = b, b_bar = a
    assert abs(sourcead.grad(f)(x) - (2.0 * 3.0 * x * 2.0 * x + 5.0 * x * x * 3.0)) < 1e-13


def test_a_block_that_is_left_in_the_middle_is_refused() -> None:
    def returning(x):
        h = x * x
        with sourcead.adjoint_of(h) as h_bar:
            if h_bar > 1.0:
                return 1.0
        return h

    def breaking(x):
        h = x * x
        for _ in range(3):
            with sourcead.adjoint_of(h) as h_bar:
                if h_bar > 1.0:
                    break
        return h

    for f in (returning, breaking):
        assert f(0.7) == 0.7 * 0.7
        with pytest.raises(sourcead.UnsupportedSyntax, match="left by return, break or continue"):
            sourcead.grad(f)(0.7)


def test_what_nothing_behind_the_block_uses_is_refused() -> None:
    def part(x):
        u = 2.0 * x
        with sourcead.adjoint_of(u[0]) as bar:
            bar = 0.0 * bar
        return np.sum(u**2)

    def transposed(x):
        u = np.outer(x, x)
        with sourcead.adjoint_of(u.T) as bar:
            bar = 0.0 * bar
        return np.sum(u**2)

    def formula(x):
        u = 2.0 * x
        with sourcead.adjoint_of(3.0 * u) as bar:
            bar = 0.0 * bar
        return np.sum(u**2)

    for f in (part, transposed, formula):
        with pytest.raises(sourcead.NotDifferentiable):
            sourcead.grad(f)(X)


def test_an_array_that_an_argument_holds_is_refused() -> None:
    def f(p):
        w = p["w"]
        with sourcead.adjoint_of(w) as bar:
            bar = 2.0 * bar
        return np.sum(w**2)

    def of_its_own(p):
        w = 1.0 * p["w"]
        with sourcead.adjoint_of(w) as bar:
            bar = 2.0 * bar
        return np.sum(w**2)

    with pytest.raises(sourcead.NotDifferentiable, match="or to a structure"):
        sourcead.grad(f)({"w": X})
    np.testing.assert_allclose(sourcead.grad(of_its_own)({"w": X})["w"], 4.0 * X)


def test_items_and_attributes_have_adjoints() -> None:
    class Pair:
        pass

    def f(x):
        pair, items = Pair(), [x * x, x]
        pair.h = x * x
        with sourcead.adjoint_of(pair.h) as bar:
            bar = 2.0 * bar
        with sourcead.adjoint_of(items[0]) as bar:
            bar = 3.0 * bar
        return pair.h**2 + items[0] ** 2

    assert abs(sourcead.grad(f)(0.7) - (2.0 + 3.0) * 4.0 * 0.7**3) < 1e-13


def test_in_a_try_with_handlers_it_is_refused_or_runs() -> None:
    def alone(x):
        h = x * x
        try:
            with sourcead.adjoint_of(h) as h_bar:
                h_bar = 2.0 * h_bar
        except ValueError:
            pass
        return h * h

    def among_others(x):
        h = x * x
        try:
            k = 3.0 / h
            with sourcead.adjoint_of(h) as h_bar:
                h_bar = 2.0 * h_bar
            k = k + h * h
        except ZeroDivisionError:
            k = h
        return k

    with pytest.raises(sourcead.NotDifferentiable, match="`try` with handlers"):
        sourcead.grad(alone)(0.7)
    x = 0.7
    expected = 3.0 * -2.0 / x**3 + 2.0 * 2.0 * x**2 * 2.0 * x
    assert abs(sourcead.grad(among_others)(x) - expected) < 1e-12


# -- stopping in the block -------------------------------------------------------------------------


def stopping(x):
    h = x * x
    scale = 2.0
    with sourcead.adjoint_of(h) as h_bar:
        breakpoint()
        h_bar = scale * h_bar
    return h * x


def tracing(x):
    h = x * x
    with sourcead.adjoint_of(h) as h_bar:
        pdb.set_trace()
        print("adjoint", h_bar)
    return h * x


def test_a_breakpoint_stops_at_the_line_of_the_user(monkeypatch: pytest.MonkeyPatch) -> None:
    stops: list[Any] = []

    def stop(*args: Any, **kwargs: Any) -> None:
        frame = sys._getframe(1)
        line = linecache.getline(frame.f_code.co_filename, frame.f_lineno)
        stops.append((line.strip(), dict(frame.f_locals)))

    monkeypatch.setattr(sys, "breakpointhook", stop)
    assert stopping(0.7) == 0.7 * 0.7 * 0.7
    assert stops == []
    assert abs(sourcead.grad(stopping)(0.7) - (2.0 * 0.7 * 2.0 * 0.7 + 0.7 * 0.7)) < 1e-14
    assert stops == [("breakpoint()", {"h_bar": 0.7, "scale": 2.0})]


def test_the_debugger_and_print(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    typed = iter(["p h_bar", "list", "n", "c"])
    monkeypatch.setattr(builtins, "input", lambda prompt="": next(typed))
    monkeypatch.setattr(pdb, "set_trace", lambda: _debugger().set_trace(sys._getframe(1)))
    assert abs(sourcead.grad(tracing)(0.7) - 3.0 * 0.7**2) < 1e-14
    shown = capsys.readouterr().out
    assert "adjoint 0.7" in shown
    assert '-> print("adjoint", h_bar)' in shown.replace("'", '"')
    assert shown.count("\n0.7\n") == 1


def _debugger() -> pdb.Pdb:
    made = pdb.Pdb(nosigint=True, readrc=False)
    made.use_rawinput = True
    return made


def test_a_jacobian_runs_it_for_each_row() -> None:
    def f(x):
        h = np.tanh(x)
        with sourcead.adjoint_of(h) as h_bar:
            h_bar = h_bar / np.max(np.abs(h_bar))
        return 5.0 * h**3

    found = sourcead.jacobian(f, mode="reverse")
    np.testing.assert_allclose(found(X), np.diag(1.0 - np.tanh(X) ** 2), rtol=1e-14)
    assert "# one seed after the other: `with_h_bar" in found.source

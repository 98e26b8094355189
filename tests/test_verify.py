"""The verifying mode notices each kind of defect; here the defects are planted."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import sourcead
from sourcead import pipeline
from sourcead.ir.nodes import Assign, Const, MethodCall, Op
from sourcead.repeatable import is_repeatable
from sourcead.runtime.checks import CheckFailed, Checks
from sourcead.transform.reverse.finish import Finish
from sourcead.transform.reverse.returning import Returning


@pytest.fixture(autouse=True)
def _every_check(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCEAD_CHECK", "2")


def decay(u: Any, steps: Any) -> Any:
    for _ in range(steps):
        u[1:] *= 0.5 * u[:-1]
    return np.sum(u * u)


def power(x: Any, n: Any) -> Any:
    y = x
    for _ in range(n):
        y = y * y
    return y


U = np.array([1.0, 2.0, 3.0])


@pytest.mark.parametrize(
    ("function", "args"), [(decay, (U, 3)), (power, (1.1, 3))], ids=["arrays", "numbers"]
)
@pytest.mark.parametrize("make", [sourcead.grad, sourcead.value_and_grad])
def test_right_derivatives_pass(make: Any, function: Any, args: Any) -> None:
    make(function)(*(np.copy(a) if isinstance(a, np.ndarray) else a for a in args))


# -- what the sweeps read --------------------------------------------------------------------------


def test_a_dropped_undo(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Returning, "undo", lambda *_: None)
    with pytest.raises(
        CheckFailed, match=r"(?s)another value of `u`.*test_verify.py:\d+, in decay: u\[1:\] \*="
    ):
        sourcead.grad(decay)(U.copy(), 3)


def test_kept_values_in_the_wrong_order(monkeypatch: pytest.MonkeyPatch) -> None:
    def program(u: Any, n: Any) -> Any:
        for _ in range(n):
            u = u * np.sin(u)
        return np.sum(u)

    block = Returning.block

    def first_in_first_out(self: Any, *args: Any) -> Any:
        return [
            replace(s, expr=replace(s.expr, args=(Const(0),))) if is_pop(s) else s
            for s in block(self, *args)
        ]

    monkeypatch.setattr(Returning, "block", first_in_first_out)
    with pytest.raises(CheckFailed, match="reads another value"):
        sourcead.grad(program)(U.copy(), 3)


def is_pop(stmt: Any) -> bool:
    expr = getattr(stmt, "expr", None)
    return isinstance(expr, MethodCall) and expr.method == "pop"


def test_the_comparison_by_itself() -> None:
    checks = Checks()
    checks.record(0, 2.0, np.array([1.0]))
    checks.record(0, 3.0, np.array([2.0]))
    checks.compare(0, "here", ("x", "u"), np.float64(3.0), np.array([2.0]))
    with pytest.raises(CheckFailed, match="another value of `u`"):
        checks.compare(0, "here", ("x", "u"), 2.0, np.array([1.5]))
    with pytest.raises(CheckFailed, match="more often"):
        checks.compare(0, "here", ("x", "u"), 2.0, np.array([1.0]))


# -- the primal --------------------------------------------------------------------------------------


def planted(monkeypatch: pytest.MonkeyPatch, change: Callable[[Any], Any]) -> None:
    """Change the statements of every gradient before it becomes text."""
    make = pipeline.gradient

    def spoilt(*args: Any, **kwargs: Any) -> Any:
        made = make(*args, **kwargs)
        return replace(
            made, function=replace(made.function, body=tuple(map(change, made.function.body)))
        )

    monkeypatch.setattr(pipeline, "gradient", spoilt)


def test_another_value_than_the_primal(monkeypatch: pytest.MonkeyPatch) -> None:
    def program(x: Any) -> Any:
        y = x * 3.0
        return y + x

    def change(stmt: Any) -> Any:
        if isinstance(stmt, Assign) and isinstance(stmt.expr, Op) and stmt.expr.op == "mul":
            return replace(stmt, expr=Op("mul", (stmt.expr.args[0], Const(3.0000001))))
        return stmt

    planted(monkeypatch, change)
    with pytest.raises(CheckFailed, match=r"the function gives 8\.0"):
        sourcead.value_and_grad(program)(2.0)


def test_a_rule_that_writes_its_input() -> None:
    def opaque(u: Any) -> Any:
        return np.sum(u)

    @sourcead.rule(opaque)
    def spoil(y_bar: Any, y: Any, u: Any) -> Any:
        u[0] = 7.0
        return y_bar * np.ones_like(u)

    with pytest.raises(CheckFailed, match="the arguments are left as"):
        sourcead.grad(lambda u: opaque(u) * 2.0)(U.copy())


# -- modes -------------------------------------------------------------------------------------------


def test_a_wrong_rule_in_one_mode() -> None:
    def opaque(x: Any) -> Any:
        return x * x

    @sourcead.rule(opaque)
    def reverse(y_bar: Any, y: Any, x: Any) -> Any:
        return y_bar * x  # the factor 2 is missing

    @sourcead.rule(opaque, form="forward")
    def forward(y: Any, x: Any, *, x_dot: Any) -> Any:
        return 2.0 * x * x_dot

    with pytest.raises(CheckFailed, match="reverse mode gives"):
        sourcead.grad(lambda x: opaque(x) * 1.0)(3.0)


# -- memory and text ---------------------------------------------------------------------------------


def test_a_gradient_that_is_the_argument(monkeypatch: pytest.MonkeyPatch) -> None:
    """d/dx of x @ w is w: handing out w itself would be an alias."""

    def product(x: Any, w: Any) -> Any:
        return np.sum(x * w)

    @sourcead.rule(product)
    def handed_out(y_bar: Any, y: Any, x: Any, w: Any) -> Any:
        return w, x

    monkeypatch.setattr(Finish, "_value", lambda self, value, owned, kind, hint: value)
    with pytest.raises(CheckFailed, match="shares memory with an argument"):
        sourcead.grad(lambda x, w: product(x, w) * 1.0)(U.copy(), U + 1.0)


def test_two_gradients_that_are_one_array(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Finish, "_value", lambda self, value, owned, kind, hint: value)
    with pytest.raises(CheckFailed, match="two returned gradients share memory"):
        sourcead.grad(lambda x, y: np.sum(np.sin(x + y)), (0, 1))(U.copy(), U + 1.0)


def test_another_text_the_second_time(monkeypatch: pytest.MonkeyPatch) -> None:
    emit, count = pipeline.emit, itertools.count()

    def numbered(*args: Any, **kwargs: Any) -> Any:
        emitted = emit(*args, **kwargs)
        return replace(emitted, text=f"{emitted.text}# {next(count)}\n")

    monkeypatch.setattr(pipeline, "emit", numbered)
    with pytest.raises(CheckFailed, match="another text"):
        sourcead.grad(power)(1.1, 3)


# -- what is done once is not done again -------------------------------------------------------------


@pytest.mark.parametrize(
    "function",
    [
        lambda x: (print(x), x * x)[1],
        lambda x: x * np.random.normal(),
        lambda x: (SEEN.append(1), x * x)[1],
    ],
    ids=["print", "random numbers", "globals"],
)
def test_what_has_effects_outside_is_not_repeated(function: Any) -> None:
    assert not is_repeatable(sourcead.grad(function).compiled_for(2.0).primal)


SEEN: list[int] = []


def test_effects_happen_once(capsys: pytest.CaptureFixture[str]) -> None:
    def program(x: Any) -> Any:
        print("called")
        return x * x

    assert sourcead.grad(program)(3.0) == 6.0
    assert capsys.readouterr().out == "called\n"


def test_calls_after_the_first_are_not_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    gradient = sourcead.grad(power)
    gradient(1.1, 3)

    def fail(*_: Any) -> None:
        raise AssertionError

    monkeypatch.setattr("sourcead.verify.verified", fail)
    gradient(1.2, 3)

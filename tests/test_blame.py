"""Where a derivative is wrong, the line that is to blame is named; here wrong rules are planted."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import sourcead
from sourcead.blame import first_wrong_statement
from sourcead.testing import check_grad

X = np.array([0.3, 0.8])


@pytest.fixture(params=["reverse", "forward", "elementwise", "linear"])
def wrong(request: pytest.FixtureRequest) -> Callable[[Any], Any]:
    """A function x -> 3 x whose rule, of one of the forms, has another factor."""

    def wrong(x: Any) -> Any:
        return 3.0 * x

    match request.param:
        case "reverse":
            sourcead.rule(wrong)(lambda y_bar, y, x: 2.5 * y_bar)
            sourcead.rule(wrong, form="forward")(lambda y, x, *, x_dot: 3.0 * x_dot)
        case "forward":
            sourcead.rule(wrong)(lambda y_bar, y, x: 3.0 * y_bar)
            sourcead.rule(wrong, form="forward")(lambda y, x, *, x_dot: 2.5 * x_dot)
        case "elementwise":
            sourcead.rule(wrong, form="elementwise")(lambda y, x: 2.5 + 0.0 * x)
        case "linear":
            sourcead.rule(wrong, form="linear")(lambda y_bar, x: 2.5 * y_bar)
    return wrong


def line_of(function: Any, text: str) -> int:
    lines, first = inspect.getsourcelines(function)
    (found,) = (first + i for i, line in enumerate(lines) if text in line)
    return found


def assert_blamed(function: Any, args: Any, text: str, inside: Any = None) -> None:
    blame = first_wrong_statement(function, args, (0,))
    assert blame is not None
    assert blame.origin.file == __file__
    assert blame.origin.line == line_of(inside or function, text)
    with pytest.raises(
        AssertionError, match=rf"first statement that is wrong is .*:{blame.origin.line}, "
    ):
        check_grad(function, *args, argnums=0)


def test_straight_line(wrong: Any) -> None:
    def program(x: Any) -> Any:
        y = np.sin(x)
        z = wrong(y)  # here
        return np.sum(z * z)

    assert_blamed(program, (X,), "# here")


def test_in_a_loop(wrong: Any) -> None:
    def program(x: Any, n: Any) -> Any:
        y = x
        for i in range(n):
            y = y * 0.9
            y = 0.1 * wrong(y)  # here
            y = y + i
        return np.sum(y * y)

    assert_blamed(program, (X, 3), "# here")


def test_in_a_branch_that_is_taken_late(wrong: Any) -> None:
    def program(x: Any, n: Any) -> Any:
        y = x
        for i in range(n):
            if i == 7:
                y = wrong(y)  # here
            else:
                y = np.cos(y)
        return np.sum(y)

    assert_blamed(program, (X, 9), "# here")


def test_in_a_callee_of_a_callee(wrong: Any) -> None:
    def inner(u: Any) -> Any:
        v = u * u
        return wrong(v)  # here

    def outer(u: Any) -> Any:
        return inner(u) + inner(2.0 * u)

    def program(x: Any) -> Any:
        return np.sum(outer(np.exp(x)))

    assert_blamed(program, (X,), "# here", inner)


def test_in_a_method_with_attributes(wrong: Any) -> None:
    class Model:
        def __init__(self, w: Any) -> None:
            self.w = w

        def energy(self, x: Any) -> Any:
            hidden = self.w * x
            return np.sum(wrong(hidden))  # here

    def program(x: Any, model: Any) -> Any:
        return model.energy(x) * 2.0

    assert_blamed(program, (X, Model(2.0)), "# here", Model.energy)


def test_stored_into_an_array(wrong: Any) -> None:
    def program(x: Any) -> Any:
        work = np.zeros(4)
        work[:2] = x
        work[2:] = wrong(work[:2])  # here
        work[1:] *= work[:-1]
        return np.sum(work)

    assert_blamed(program, (X,), "# here")


def test_scalars(wrong: Any) -> None:
    def program(x: Any) -> Any:
        y = x * x
        while y < 50.0:
            y = wrong(y)  # here
        return y

    assert_blamed(program, (1.3,), "# here")


def test_in_a_checkpointed_loop(wrong: Any) -> None:
    def program(x: Any) -> Any:
        for _ in sourcead.checkpointed(range(5), slots=2):
            x = np.sin(x)
            x = 0.5 * wrong(x)  # here
        return np.sum(x * x)

    blame = first_wrong_statement(program, (X,), (0,))
    assert blame is not None
    assert (blame.origin.file, blame.origin.line) == (__file__, line_of(program, "# here"))


def test_in_a_checkpointed_callee(wrong: Any) -> None:
    def layer(u: Any) -> Any:
        v = u * u
        return wrong(v)  # here

    def program(x: Any) -> Any:
        return np.sum(sourcead.checkpoint(layer)(x) ** 2)

    blame = first_wrong_statement(program, (X,), (0,))
    assert blame is not None
    assert (blame.origin.file, blame.origin.line) == (__file__, line_of(layer, "# here"))


def test_written_in_place_through_a_view(wrong: Any) -> None:
    def program(x: Any) -> Any:
        work = 2.0 * x
        work[1:] *= np.sqrt(work[:-1])
        last = work[1:]
        last[...] = wrong(last) + 1.0  # here
        work[0] += work[1]
        return np.sum(work**2)

    assert_blamed(program, (X,), "# here")


def test_in_a_comprehension_and_an_attribute(wrong: Any) -> None:
    class Pair:
        def __init__(self, x: Any) -> None:
            self.parts = [wrong(part) for part in (x, 2.0 * x)]  # here

    def program(x: Any) -> Any:
        return np.sum(Pair(x).parts[0] * Pair(x).parts[1])

    assert_blamed(program, (X,), "# here", Pair.__init__)


def test_right_statements_are_not_blamed() -> None:
    def program(x: Any, n: Any) -> Any:
        total = 0.0
        work = np.zeros(3)
        for i in range(n):
            work[i % 3] += x[i % 2] * np.exp(x[0])
            work[1:] *= work[:-1]
            if work[0] > 1.0:
                total += np.linalg.norm(work)
        return total + np.sum(work)

    assert first_wrong_statement(program, (X, 4), (0,)) is None


def test_a_defect_between_the_statements_is_said_to_be_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def program(x: Any) -> Any:
        return np.sum(x * x)

    value_and_grad = sourcead.value_and_grad

    def spoilt(*args: Any, **kwargs: Any) -> Any:
        right = value_and_grad(*args, **kwargs)

        def gradient(*values: Any) -> Any:
            value, bars = right(*values)
            return value, tuple(1.5 * bar for bar in bars)

        return gradient

    monkeypatch.setattr(sourcead, "value_and_grad", spoilt)
    with pytest.raises(AssertionError, match="right by itself"):
        check_grad(program, X)
    with pytest.raises(AssertionError) as caught:
        check_grad(program, X, bisect=False)
    assert "by itself" not in str(caught.value)

"""Functions that `map` calls have their effects between those of the loop's turns."""

from __future__ import annotations

from sourcead import jvp, value_and_grad

NOTES: list[str] = []


def noted(x):
    NOTES.append("item")
    return x * x


def squares(v, xs):
    total = 0.0
    for q in map(noted, xs):
        NOTES.append("turn")
        total += q * v
    return total


def test_effects_in_turns() -> None:
    NOTES.clear()
    assert value_and_grad(squares, (0, 1))(0.5, [1.0, 2.0]) == (2.5, (5.0, [1.0, 2.0]))
    assert NOTES == ["item", "turn"] * 2
    NOTES.clear()
    assert jvp(squares, (0.5, [1.0, 2.0]), (1.0, [0.0, 1.0])) == (2.5, 7.0)
    assert NOTES == ["item", "turn"] * 2

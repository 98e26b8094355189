"""Messages name the place, point at it, give the cause and the way out."""

from __future__ import annotations

import linecache
import pickle
from typing import Any

import pytest

import sourcead
from sourcead.errors import NoRule, Offence, SourceADError
from sourcead.ir.nodes import Origin

TEXT = "def energy(w, x):\n    return w * lookup(\n        x)\n"


def place(line=2, column=15, end_line=2, end_column=22, file="<model>"):
    linecache.cache["<model>"] = (len(TEXT), None, TEXT.splitlines(True), "<model>")
    return Origin(file, line, column, end_line, end_column, "energy", "return w * lookup(")


def test_one_offence():
    error = NoRule.at(place(), "no derivative rule for `lookup`", "Give one.")
    assert str(error) == (
        "sourcead.NoRule: no derivative rule for `lookup`\n"
        "  <model>:2, in energy\n"
        "    return w * lookup(\n"
        "               ^^^^^^^\n"
        "  Give one."
    )


def test_carets_end_with_the_line():
    message = str(NoRule.at(place(end_line=3, end_column=10), "cause", "way out"))
    assert "               ^^^^^^^\n" in message


def test_offences_are_in_the_order_of_the_source():
    offences = [Offence(place(line=3, column=8), "second", ""), Offence(place(), "first", "")]
    message = str(NoRule(*offences))
    assert message.index("first") < message.index("second")


def test_text_that_is_gone_is_shown_as_far_as_it_is_known():
    assert "    return w * lookup(\n" in str(NoRule.at(place(file="<gone>"), "cause", "way out"))
    assert str(NoRule.at(Origin.none(), "cause", "way out")) == "sourcead.NoRule: cause\n  way out"


def test_errors_can_be_pickled():
    error = NoRule.at(place(), "cause", "way out")
    again = pickle.loads(pickle.dumps(error))
    assert isinstance(again, NoRule)
    assert isinstance(again, SourceADError)
    assert (again.offences, str(again)) == (error.offences, str(error))


# -- what the public functions are given -------------------------------------------------------


def area(x: float, y: float = 2.0) -> float:
    return x * y


@pytest.mark.parametrize(
    "primals, tangents, says",
    [
        ((1.0, 2.0), (1.0,), "2 primals and 1 tangents"),
        ((1.0,), (1.0, 2.0), "1 primals and 2 tangents"),
        (1.0, 1.0, "the primals are a float"),
        ((1.0,), 1.0, "the tangents are a float"),
    ],
)
def test_jvp_takes_as_many_tangents_as_primals(primals: Any, tangents: Any, says: str) -> None:
    with pytest.raises(sourcead.WrongCotangent, match=says):
        sourcead.jvp(area, primals, tangents)


@pytest.mark.parametrize(
    "argnums, says",
    [
        (0.5, "has no parameter 0.5"),
        (None, "has no parameter None"),
        (7, "has no parameter 7"),
        ("z", "has no parameter 'z'"),
        ((), "with respect to nothing"),
    ],
)
def test_the_gradient_is_by_parameters(argnums: Any, says: str) -> None:
    for make in (sourcead.grad, sourcead.value_and_grad):
        with pytest.raises(sourcead.UnknownArgument, match=says):
            make(area, argnums)
    with pytest.raises(sourcead.UnknownArgument, match=says):
        sourcead.differentiate(argnums=argnums, mode="forward")(area).grad  # noqa: B018

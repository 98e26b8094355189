"""Messages name the place, point at it, give the cause and the way out."""

from __future__ import annotations

import linecache
import pickle

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

"""Kinds are read as people write them."""

import numpy as np
import pytest

from sourcead.ir.kinds import Array, List, NoneKind, Np, Number, Py, Sym, Text, Tuple
from sourcead.kind_text import parse_kind, parse_kinds
from sourcead.signature import kind_of


@pytest.mark.parametrize(
    "text, kind",
    [
        ("float", Py(float)),
        ("int", Py(int)),
        ("bool", Py(bool)),
        ("complex", Py(complex)),
        ("number", Number()),
        ("str", Text()),
        ("None", NoneKind()),
        ("float64", Np("float64")),
        ("np.float32", Np("float32")),
        ("float64[:]", Array("float64", (Sym("x0", one=False),))),
        ("float[:]", Array("float64", (Sym("x0", one=False),))),
        ("float32[:, :]", Array("float32", (Sym("x0", one=False), Sym("x1", one=False)))),
        ("complex128[:, 1, 3]", Array("complex128", (Sym("x0", one=False), 1, 3))),
        ("np.int64[:]", Array("int64", (Sym("x0", one=False),))),
        ("(float, (int,))", Tuple((Py(float), Tuple((Py(int),))))),
        ("list[float64[:]]", List(Array("float64", (Sym("x_0", one=False),)))),
    ],
)
def test_a_kind_is_read(text, kind):
    assert parse_kind(text, "x") == kind


@pytest.mark.parametrize(
    "text, value",
    [("float64[:, 1]", np.ones((3, 1))), ("complex64[:]", np.ones(2, "F")), ("float", 1.0)],
)
def test_a_kind_that_is_read_is_the_kind_of_such_an_argument(text, value):
    assert parse_kind(text, "x") == kind_of(value, "x")


def test_kinds_of_parameters_are_read_in_any_order():
    assert parse_kinds("n=int, x=float64[:]") == {
        "n": Py(int),
        "x": Array("float64", (Sym("x0", one=False),)),
    }
    assert parse_kinds("") == {}


@pytest.mark.parametrize(
    "text, part",
    [
        ("x=floaty", "'floaty' is not a kind"),
        ("x=float64[1:]", "'1:' is not a kind"),
        ("x=object[:]", "'object' is not a kind"),
        ("x=f()[:]", "'f()' is not a kind"),
        ("x", "write NAME=KIND"),
        ("**x", "write NAME=KIND"),
        ("x=", "is not a list of kinds"),
    ],
)
def test_what_is_not_understood_is_named(text, part):
    with pytest.raises(ValueError) as caught:
        parse_kinds(text)
    assert part in str(caught.value)

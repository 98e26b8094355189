"""The checker finds what is wrong with a list, and nothing wrong with a right one."""

from __future__ import annotations

import pytest

from sourcead.ir.check import MalformedError, check, problems
from sourcead.ir.nodes import (
    UNDEFINED,
    Assign,
    Carried,
    Const,
    For,
    Function,
    Handler,
    If,
    Merge,
    Name,
    Op,
    Origin,
    Param,
    Raise,
    Try,
    While,
    With,
)

NONE = Origin.none()
X, Y, Z, W, T = (Name(hint, 0) for hint in "xyzwt")


def function(*body, result=X):
    return Function("f", (Param(X),), tuple(body), result, NONE)


def assign(target, *args):
    return Assign(target, Op("add", args), NONE)


def handler(name=None, leaves=(), body=()):
    return Handler(None, name, tuple(body), leaves)


WRONG = {
    "y is bound more than once": function(assign(Y, X, X), assign(Y, X, X)),
    "x is bound more than once": function(For(X, X, (), (), None, NONE)),
    "z is bound more than once": function(With(X, Z, (assign(Z, X, X),), NONE)),
    "`y = x + z` reads z, which is not visible there": function(assign(Y, X, Z)),
    "the result reads z, which is not visible there": function(
        If(X, (assign(Z, X, X),), (), (), NONE), result=Z
    ),
    "`if x:` reads z, which is not visible there": function(
        If(X, (assign(Z, X, X),), (), (Merge(Y, Z, Z),), NONE)
    ),
    "`for z in x:` reads y, which is not visible there": function(
        For(Z, X, (Carried(W, Y, W, T),), (assign(Y, X, X),), None, NONE)
    ),
    "`y = t + t` reads t, which is not visible there": function(
        While((assign(T, X, X),), T, (), (), None, NONE), assign(Y, T, T)
    ),
    "statements follow a raise in its block": function(Raise(X, None, NONE), assign(Y, X, X)),
    "`y = x + undefined` computes with an undefined value": function(assign(Y, X, UNDEFINED)),
    "`y = z + z` reads z, which is not visible there": function(
        Try((assign(Z, X, X),), (handler(body=[assign(Y, Z, Z)]),), (), (), (), (), (), NONE)
    ),
    "0 leaves for 1 targets of a try": function(
        Try((assign(Z, X, X),), (handler(),), (), (), (Y,), (Z,), (), NONE)
    ),
    "w is said to be y, which the try does not bind": function(
        Try((assign(Z, X, X),), (handler(),), (), (), (), (), ((W, X, (Y,)),), NONE)
    ),
}
RIGHT = [
    function(If(X, (assign(Z, X, X),), (), (Merge(Y, Z, UNDEFINED),), NONE), result=Y),
    function(For(Z, X, (Carried(W, UNDEFINED, Z, T),), (), Const(True), NONE), result=T),
    function(With(X, Z, (assign(Y, Z, X),), NONE), result=Y),
    function(
        Try(
            (assign(Z, X, X),), (handler(Name("e", 0), (W,)),), (assign(T, Z, Z),), (),
            (Y,), (T,), ((W, UNDEFINED, (Z,)),), NONE,
        ),
        result=Y,
    ),
]  # fmt: skip


@pytest.mark.parametrize("problem", WRONG)
def test_a_malformed_list_is_found(problem):
    assert problem in problems(WRONG[problem])
    with pytest.raises(MalformedError, match="in f:"):
        check(WRONG[problem])


@pytest.mark.parametrize("right", RIGHT)
def test_a_well_formed_list_passes(right):
    assert check(right) is right

"""Starts of the same form that belong to one statement of the user share a line.

    rows = []                                above, row = u[i - 1], u[i]
    xs = []               ->                 rows, xs = [], []

As people write them: empty lists, zeros, rows, arrays as lists.

>>> form(Op("list", ()))
'list'
>>> form(Op("add", (Const(1), Const(2)))) is None
True
"""

from __future__ import annotations

import numpy as np

from sourcead.ir.nodes import Assign, Call, Const, Expr, MethodCall, Name, Op, Ref

__all__ = ["MOST", "are_of_one", "form"]

MOST = 4  # on a line


def form(expr: Expr) -> str | None:
    """What kind of start this is."""
    match expr:
        case Op("list", ()):
            return "list"
        case Op("getitem", (Name(), Name() | Const())):
            return "item"
        case MethodCall(Name(), "tolist", ()):
            return "tolist"
        case Call(Ref(value=function), (Name(),), ()) if function is np.zeros_like:
            return "zeros"
        case _:
            return None


def are_of_one(first: Assign, second: Assign) -> bool:
    """Do both start something of one form, for one statement of the user?"""
    a, b = first.origin, second.origin
    found = form(first.expr)
    return (
        found is not None
        and found == form(second.expr)
        and (a.file, a.text, a.sweep) == (b.file, b.text, b.sweep)
    )

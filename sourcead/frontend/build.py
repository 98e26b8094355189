"""Small pieces of syntax that the frontend makes itself, placed where the user's are.

>>> import gast
>>> place = gast.parse("pass").body[0]
>>> gast.unparse(assign("broke", true(), place)).strip()
'broke = True'
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import gast

__all__ = ["assign", "call", "false", "load", "located", "nodes", "store", "true"]


def load(name: str) -> Any:
    return gast.Name(name, gast.Load(), None, None)


def store(name: str) -> Any:
    return gast.Name(name, gast.Store(), None, None)


def true() -> Any:
    return gast.Constant(True, None)


def false() -> Any:
    return gast.Constant(False, None)


def assign(name: str, value: Any, like: Any) -> Any:
    """`name = value`, standing where `like` stands."""
    return located(gast.Assign([store(name)], value, None), like)


def call(function: str, *args: Any) -> Any:
    return gast.Call(load(function), list(args), [])


def nodes(root: Any) -> Iterator[Any]:
    """A node and all below it, in no particular order; `ast.walk` takes twice as long."""
    todo = [root]
    while todo:
        node = todo.pop()
        yield node
        for field in node._fields:
            held = getattr(node, field, None)
            if isinstance(held, gast.AST):
                todo.append(held)
            elif type(held) is list:
                todo += [each for each in held if isinstance(each, gast.AST)]


def located(node: Any, like: Any) -> Any:
    """`node` at the place of `like`; what has a place already keeps it."""
    if not hasattr(like, "lineno"):
        return node
    for inner in nodes(node):
        if hasattr(inner, "lineno"):
            continue
        inner.lineno, inner.col_offset = like.lineno, like.col_offset
        inner.end_lineno = getattr(like, "end_lineno", None)
        inner.end_col_offset = getattr(like, "end_col_offset", None)
    return node

"""A generator that is taken to the end on the spot, as a function that returns the list of what it yields.

>>> import gast
>>> tree = gast.parse('''
... def powers(x):
...     while x < 100.0:
...         yield x
...         x = x * x
... ''').body[0]
>>> print(gast.unparse(all_at_once(tree)).strip())
def powers(x):
    .yielded = []
    while x < 100.0:
        .yielded.append(x)
        x = x * x
    return .yielded
"""

from __future__ import annotations

import copy
from typing import Any

import gast

from sourcead.frontend.build import assign, load, located

__all__ = ["all_at_once", "as_function", "is_generator"]

YIELDED = ".yielded"
ITEMS = "generated_from"


def all_at_once(function: Any) -> Any:
    """The FunctionDef with its `yield` statements as stores; a `yield` whose value is used stays, to be refused."""
    made = copy.deepcopy(function)
    body = [_Collect().visit(node) for node in made.body]
    start = assign(YIELDED, gast.List([], gast.Load()), made.body[0])
    end = located(gast.Return(load(YIELDED)), made.body[-1])
    made.body = [start, *body, end]
    return made


def as_function(node: Any) -> Any:
    """A generator expression as the generator function that it is short for; it is called with its first items.

    >>> node = gast.parse("f(v * w for v in x if v for w in y)").body[0].value.args[0]
    >>> print(gast.unparse(as_function(node)).strip())
    def generator(generated_from):
        for v in generated_from:
            if v:
                for w in y:
                    yield (v * w)
    """
    first, *_ = node.generators
    body = [gast.Expr(gast.Yield(node.elt))]
    for generator in reversed(node.generators):
        for test in reversed(generator.ifs):
            body = [gast.If(test, body, [])]
        items = load(ITEMS) if generator is first else generator.iter
        body = [gast.For(generator.target, items, body, [], None)]
    items = gast.Name(ITEMS, gast.Param(), None, None)
    arguments = gast.arguments([items], [], None, [], [], None, [])
    made = gast.FunctionDef("generator", arguments, body, [], None, None, [])
    return located(made, node)


def is_generator(function: Any) -> bool:
    """Does the FunctionDef yield, itself and not by a function in it?"""
    own = [*function.body] if isinstance(function, gast.FunctionDef) else []
    while own:
        node = own.pop()
        if isinstance(node, gast.Yield | gast.YieldFrom):
            return True
        if not isinstance(node, gast.FunctionDef | gast.Lambda | gast.ClassDef):
            own.extend(gast.iter_child_nodes(node))
    return False


class _Collect(gast.NodeTransformer):  # type: ignore[misc]
    def visit(self, node: Any) -> Any:
        match node:
            case gast.FunctionDef() | gast.Lambda() | gast.ClassDef():
                return node
            case gast.Expr(value=gast.Yield(value=value)):
                given = gast.Constant(None, None) if value is None else value
                return located(gast.Expr(_method("append", given)), node)
            case gast.Expr(value=gast.YieldFrom(value=value)):
                return located(gast.Expr(_method("extend", value)), node)
            case gast.Return(value=None):
                return located(gast.Return(load(YIELDED)), node)
            case _:
                return self.generic_visit(node)


def _method(name: str, value: Any) -> Any:
    return gast.Call(gast.Attribute(load(YIELDED), name, gast.Load()), [value], [])

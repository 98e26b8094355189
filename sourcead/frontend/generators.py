"""A generator as a function: one that returns the list of what it yields, or one that hands each on as it comes.

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
>>> print(gast.unparse(in_turns(tree)).strip())
def powers(.consume, /, x):
    while x < 100.0:
        if .consume(x):
            return
        x = x * x

`.consume` is the body of the loop over the generator; it says whether that loop is left.
"""

from __future__ import annotations

import copy
from typing import Any

import gast

from sourcead.frontend.build import assign, load, located

__all__ = ["NotInTurns", "all_at_once", "as_function", "in_turns", "is_generator"]

YIELDED = ".yielded"
ITEMS = "generated_from"
CONSUME = ".consume"
ITEM = ".item"


class NotInTurns(Exception):
    """A `yield` stands where what the consumer does is not what the generator does."""


def all_at_once(function: Any) -> Any:
    """The FunctionDef with its `yield` statements as stores; a `yield` whose value is used stays, to be refused."""
    made = copy.deepcopy(function)
    body = [each for node in made.body for each in _listed(_Collect().visit(node))]
    start = assign(YIELDED, gast.List([], gast.Load()), made.body[0])
    end = located(gast.Return(load(YIELDED)), made.body[-1])
    made.body = [start, *body, end]
    return made


def in_turns(function: Any) -> Any:
    """The FunctionDef with a call of its first parameter for each `yield`. Raises NotInTurns."""
    made = copy.deepcopy(function)
    made.decorator_list = []
    made.body = [each for node in made.body for each in _listed(_InTurns().visit(node))]
    made.args.posonlyargs.insert(0, gast.Name(CONSUME, gast.Param(), None, None))
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
    return isinstance(function, gast.FunctionDef) and is_generator_block(function.body)


def is_generator_block(block: Any) -> bool:
    """Do these statements yield?"""
    own = [*block]
    while own:
        node = own.pop()
        if isinstance(node, gast.Yield | gast.YieldFrom):
            return True
        if not isinstance(node, gast.FunctionDef | gast.Lambda | gast.ClassDef):
            own.extend(gast.iter_child_nodes(node))
    return False


class _InTurns(gast.NodeTransformer):  # type: ignore[misc]
    """`yield v` as `if .consume(v): return`: a loop that is left closes its generator."""

    def visit(self, node: Any) -> Any:
        match node:
            case gast.FunctionDef() | gast.Lambda() | gast.ClassDef():
                return node
            case gast.Try(handlers=[_, *_]) | gast.With() if is_generator_block([node]):
                raise NotInTurns  # an exception of the consumer's would be caught here
            case gast.Try(finalbody=final) if is_generator_block(final):
                raise NotInTurns
            case gast.Expr(value=gast.Yield(value=value)):
                return self.handed_on(value, node)
            case gast.Assign(value=gast.Yield(value=value)):  # nobody sends anything
                none = gast.Assign(node.targets, gast.Constant(None, None), None)
                return [self.handed_on(value, node), located(none, node)]
            case gast.Expr(value=gast.YieldFrom(value=value)):
                inside = self.handed_on(load(ITEM), node)
                loop = gast.For(
                    gast.Name(ITEM, gast.Store(), None, None), value, [inside], [], None
                )
                return located(loop, node)
            case gast.Yield() | gast.YieldFrom():
                raise NotInTurns
            case gast.Return(value=value) if value is not None:
                return [located(gast.Expr(value), node), located(gast.Return(None), node)]
            case _:
                return self.generic_visit(node)

    def handed_on(self, value: Any, node: Any) -> Any:
        given = gast.Constant(None, None) if value is None else value
        left = gast.Call(load(CONSUME), [given], [])
        return located(gast.If(left, [gast.Return(None)], []), node)


def _listed(node: Any) -> list[Any]:
    return node if isinstance(node, list) else [node]


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
            case gast.Return(value=value):
                end = located(gast.Return(load(YIELDED)), node)
                return end if value is None else [located(gast.Expr(value), node), end]
            case _:
                return self.generic_visit(node)


def _method(name: str, value: Any) -> Any:
    return gast.Call(gast.Attribute(load(YIELDED), name, gast.Load()), [value], [])

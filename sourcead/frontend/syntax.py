"""Which syntax is transformed, and what is said about the rest: all of it at once, each with its place.

>>> import gast
>>> tree = gast.parse("def f(x):\\n    yield x").body[0]
>>> [(cause, way_out) for _, _, cause, way_out in refusals(tree, lambda node: None)]
[('`yield` makes this function a generator', 'Collect the values in a list and return it.')]
"""

from __future__ import annotations

import collections
import functools
import math
import statistics
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import gast
import numpy as np

from sourcead.frontend.exits import exits_of
from sourcead.frontend.hooks import is_hook, misplaced
from sourcead.frontend.sugar import is_fusible, positional_attributes

__all__ = ["Refusal", "refusals"]

# What is not transformed: node -> cause, way out.
REFUSED: dict[type, tuple[str, str]] = {
    gast.Yield: (
        "`yield` makes this function a generator",
        "Collect the values in a list and return it.",
    ),
    gast.YieldFrom: (
        "`yield from` makes this function a generator",
        "Collect the values in a list and return it.",
    ),
    gast.Await: ("`await` suspends the function", "Differentiate a plain function."),
    gast.AsyncFor: ("`async for` suspends the function", "Differentiate a plain function."),
    gast.AsyncWith: ("`async with` suspends the function", "Differentiate a plain function."),
    gast.AsyncFunctionDef: ("a coroutine is not transformed", "Define a plain function."),
}
if hasattr(gast, "TryStar"):
    REFUSED[gast.TryStar] = (
        "`except*` is not transformed",
        "Catch the exception group with a plain `except`.",
    )
if hasattr(gast, "TypeAlias"):
    REFUSED[gast.TypeAlias] = (
        "a type alias is defined inside the function",
        "Define it at the top of the module.",
    )

# Callables that take all of their first argument (`functools.reduce`: the second) before they return.
CONSUMERS: tuple[Any, ...] = (
    sum, min, max, any, all, list, tuple, set, frozenset, dict, sorted, math.fsum, math.prod,
    np.fromiter, collections.deque, collections.Counter, functools.reduce, statistics.mean,
    statistics.fmean, statistics.median, statistics.stdev, statistics.pstdev, statistics.variance,
    statistics.pvariance,
)  # fmt: skip
PLAIN = (gast.Name, gast.Constant, gast.expr_context, gast.operator, gast.unaryop, gast.cmpop)

CONSUMING_METHODS = ("join", "extend", "update")


class Refusal(NamedTuple):
    """A node that is not transformed and the statement it stands in."""

    node: Any
    statement: Any
    cause: str
    way_out: str


def refusals(function: Any, resolve: Callable[[Any], Any]) -> Iterator[Refusal]:
    """Everything in a FunctionDef or Lambda that is not transformed; nested functions are not entered."""
    if isinstance(function, gast.AsyncFunctionDef):
        yield Refusal(function, function, *REFUSED[gast.AsyncFunctionDef])
        return
    checker = _Checker(resolve)
    body = function.body if isinstance(function.body, list) else [function.body]
    for node in body:
        yield from checker.refused(node, node)


class _Checker:
    def __init__(self, resolve: Callable[[Any], Any]) -> None:
        self.resolve = resolve
        self.consumed: set[Any] = set()  # generator expressions whose consumer was met

    def refused(self, node: Any, statement: Any) -> Iterator[Refusal]:
        statement = node if isinstance(node, gast.stmt) else statement
        for cause, way_out in self.reasons(node):
            yield Refusal(node, statement, cause, way_out)
        for child in _children(node):
            if not isinstance(child, PLAIN):  # as most
                yield from self.refused(child, statement)

    def reasons(self, node: Any) -> Iterator[tuple[str, str]]:
        if type(node) in REFUSED:
            yield REFUSED[type(node)]
        match node:
            case gast.comprehension(is_async=1):
                yield "an asynchronous comprehension is not transformed", "Use a plain one."
            case gast.Call():
                given = [*node.args, *(keyword.value for keyword in node.keywords)]
                self.consumed.update(self.consumes(node))
                for arg in given:
                    self.allow(arg)
            case gast.For(iter=gast.GeneratorExp() as iterable) if is_fusible(iterable):
                self.consumed.add(iterable)
            case gast.Assign(targets=[gast.Tuple() | gast.List()], value=gast.GeneratorExp()):
                self.consumed.add(node.value)  # unpacking takes all of it
            case gast.Assign(targets=[gast.Name()]):
                self.allow(node.value)
            case gast.GeneratorExp() if node not in self.consumed:
                yield (
                    "a generator expression is evaluated piece by piece, while others run",
                    "Write a list comprehension: `[...]`.",
                )
            case gast.Try(finalbody=final) if exits_of(final):
                yield (
                    "`finally` is left by return, break or continue, which drops exceptions",
                    "Leave the function behind the `try` statement.",
                )
            case gast.With(items=items) if any(is_hook(item, self.resolve) for item in items):
                if misplaced(node, self.resolve):
                    yield (
                        "a block inside of another asks for an adjoint that is not there, or that has a name already",
                        "Ask for those of variables from before the outer block, each under a name of its own.",
                    )
                if exits_of(node.body):
                    yield (
                        "a block that runs in the reverse sweep is left by return, break or continue",
                        "Let it come to its end: what `h_bar` is there goes on.",
                    )
            case gast.MatchClass(cls=cls, patterns=patterns):
                if positional_attributes(self.resolve(cls), len(patterns)) is None:
                    yield (
                        "the positional patterns of this class cannot be told from its definition",
                        "Name the attributes: `Class(attribute=pattern)`.",
                    )

    def allow(self, value: Any) -> None:
        """A generator expression that a function is given, or a variable, is a generator function and its call."""
        if isinstance(value, gast.GeneratorExp):
            value.is_lazy = value not in self.consumed and _is_closed(value)
            self.consumed.update([value] if value.is_lazy else [])

    def consumes(self, call: Any) -> list[Any]:
        """The generator expressions among the arguments that are taken to the end on the spot."""
        found = [
            arg.value
            for arg in call.args
            if isinstance(arg, gast.Starred) and isinstance(arg.value, gast.GeneratorExp)
        ]
        generators = [arg for arg in call.args if isinstance(arg, gast.GeneratorExp)]
        callee = self.resolve(call.func)
        is_method = isinstance(call.func, gast.Attribute) and call.func.attr in CONSUMING_METHODS
        if callee is not None and callee.value is next and call.args[:1] == generators[:1]:
            return found + generators[:1]
        is_known = callee is not None and any(callee.value is known for known in CONSUMERS)
        return found + generators[:1] if is_known or (is_method and callee is None) else found


def _is_closed(generator: Any) -> bool:
    """Does a generator expression bind no variable of the function around it?"""
    own = (gast.NamedExpr, gast.Await, gast.Yield, gast.YieldFrom)
    return not any(isinstance(node, own) for node in gast.walk(generator))


def _children(node: Any) -> Iterator[Any]:
    """The nodes below that belong to the same function."""
    if isinstance(node, gast.FunctionDef | gast.Lambda):
        outside = [*node.args.defaults, *node.args.kw_defaults]
        yield from (child for child in outside if child is not None)
        yield from getattr(node, "decorator_list", ())
    elif not isinstance(node, gast.ClassDef | gast.AsyncFunctionDef):
        yield from gast.iter_child_nodes(node)

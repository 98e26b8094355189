"""A running Python function -> its Wengert list.

The stages: source text (`source`), syntax that is refused (`syntax`), long forms for short ones
(`sugar`), early exits as flags (`exits`), whose names are whose (`scopes`, `resolve`), statements and
expressions to single assignment (`statements` and what it builds on), what nobody reads (`prune`).

>>> from sourcead.ir.show import show
>>> def power(x, n):
...     y = 1.0
...     for _ in range(n):
...         y *= x
...     return y
>>> print(show(lower(power)))
def power(x, n):
    y = 1.0
    t = range(n)
    for _ in t:
        carry y.1 = y
        y.2 = y.1 *= x
        next y.1 = y.2
    y.3 = after y.1
    return y.3
"""

from __future__ import annotations

import copy
import functools
from collections.abc import Callable
from dataclasses import dataclass, replace
from types import FunctionType
from typing import Any

import gast

from sourcead.errors import Offence, UnsupportedSyntax
from sourcead.frontend import generators, parts
from sourcead.frontend.exits import Normalised, normalise
from sourcead.frontend.resolve import Names
from sourcead.frontend.scopes import Scope
from sourcead.frontend.source import Source, find_source, unwrap
from sourcead.frontend.statements import Statements
from sourcead.frontend.sugar import Desugar
from sourcead.frontend.syntax import refusals
from sourcead.ir.nodes import Capture, Function, Operand, Ref

__all__ = ["lower", "names_of"]


def lower(function: Callable[..., Any], *, all_at_once: bool = False, part: str = "") -> Function:
    """The Wengert list of a function, method or lambda, not yet specialised to any arguments.

    `all_at_once`: of a generator function, as one that returns the list of what it yields.
    `part`: of one that is not run in one piece, see `parts`; raises NotInParts or NotInTurns.

    Kept per code object, globals and closure cells; made anew when a name that it uses means
    something else by now.
    """
    plain = unwrap(function)
    kept = _kept(
        _Identity(
            plain.__code__, plain.__globals__, part or all_at_once, *(plain.__closure__ or ())
        )
    )
    if kept.function is None or kept.names is None or not kept.names.still_hold():
        kept.names = Names(plain)
        kept.function = _lower_live(plain, kept.names, all_at_once, part)
    return kept.function


def names_of(function: Callable[..., Any]) -> Names | None:
    """What the names of a function that was lowered were found to mean; None where it was not."""
    plain = unwrap(function)
    return _kept(
        _Identity(plain.__code__, plain.__globals__, False, *(plain.__closure__ or ()))
    ).names


class _Identity:
    """Objects as one key, told apart by what they are and not by what they equal."""

    def __init__(self, *objects: object) -> None:
        self.objects = objects

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, _Identity) or len(self.objects) != len(other.objects):
            return False
        return all(map(lambda a, b: a is b, self.objects, other.objects))

    def __hash__(self) -> int:
        return hash(tuple(map(id, self.objects)))


@dataclass(slots=True)
class _Kept:
    names: Names | None = None
    function: Function | None = None


@functools.lru_cache(maxsize=1024)
def _kept(key: _Identity) -> _Kept:
    return _Kept()


def _lower_live(function: FunctionType, names: Names, all_at_once: bool, part: str) -> Function:
    source = find_source(function)
    tree = gast.ast_to_gast(source.tree)
    if all_at_once:
        tree = generators.all_at_once(tree)
    if part:
        tree = parts.part(tree, part)
    lowered = _lower_tree(tree, source, names, (), {})
    annotations = dict(getattr(function, "__annotations__", {}))
    return replace(lowered, name=function.__code__.co_name, annotations=annotations)


def _lower_tree(
    tree: Any,
    source: Source,
    names: Names,
    captures: tuple[Capture, ...],
    inherited: dict[str, Operand],
) -> Function:
    """A FunctionDef or Lambda, live or nested; `inherited` are its names for imported modules."""
    resolve = _resolver(tree, names, captures)
    offences = [
        Offence(source.origin(r.node if hasattr(r.node, "lineno") else r.statement, r.statement),
                r.cause, r.way_out)
        for r in refusals(tree, resolve)
    ]  # fmt: skip
    if offences:
        raise UnsupportedSyntax(*offences)
    body = Normalised([], "result")
    if not isinstance(tree, gast.Lambda):
        plain = copy.copy(tree)
        plain.body = Desugar(resolve).block(tree.body)
        body = normalise(plain)
        plain.body = body.body
        tree = plain
    lowerer = Statements(source, names, Scope.of(tree), body, _lower_tree)
    return lowerer.function(tree, captures, inherited)


def _resolver(
    tree: Any, names: Names, captures: tuple[Capture, ...]
) -> Callable[[Any], Ref | None]:
    """What names and dotted names from outside mean, before anything is lowered."""
    scope = Scope.of(tree)
    mine = scope.locals | {capture.name for capture in captures}

    def resolve(node: Any) -> Ref | None:
        if isinstance(node, gast.Name):
            return None if node.id in mine else names.resolve(node.id)
        if isinstance(node, gast.Attribute):
            base = resolve(node.value)
            return None if base is None else names.attribute(base, node.attr)
        return None

    return resolve

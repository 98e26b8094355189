"""Nested functions, lambdas and imports.

A nested function is lowered on demand; where it is made, only its captured variables and defaults
are evaluated.  A module that is loaded already is known while lowering; another is imported when the
function runs.
"""

from __future__ import annotations

import ast
import contextlib
import copy
import functools
import importlib
import importlib.util
import sys
from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import gast

from sourcead.frontend.assignments import Assignments
from sourcead.frontend.build import load
from sourcead.frontend.classes import NotMade, made_class
from sourcead.frontend.generators import all_at_once, is_generator
from sourcead.frontend.parts import part
from sourcead.frontend.scopes import Scope
from sourcead.frontend.source import Source
from sourcead.ir.nodes import (
    Attr,
    Call,
    Capture,
    Const,
    Function,
    MakeFunction,
    Op,
    Operand,
    Ref,
)

__all__ = ["Definitions"]

LIBRARIES = frozenset({"numpy", "scipy"})  # a part of these may be imported early: nobody sees it


class Definitions(Assignments):
    """Adds the statements that define and import."""

    @abstractmethod
    def lower_nested(
        self,
        node: Any,
        source: Source,
        captures: tuple[Capture, ...],
        inherited: dict[str, Operand],
    ) -> Function:
        """The nested function's own list."""

    def definition(self, node: Any) -> None:
        decorators = self.values(node.decorator_list)
        function = self.make_function(node, node.name)
        for decorator in reversed(decorators):
            function = self.new(Call(decorator, (function,)), node.name, node)
        self.set(node.name, function, node)

    def class_definition(self, node: Any) -> None:
        try:
            made = made_class(node, self.source.tree, self.names.function, self.static)
        except NotMade as error:
            self.refuse(node, error.cause, error.way_out)
            self.set(node.name, Const(None), node)
            return
        self.set_import(node.name, Ref(node.name, made), node)

    def make_function(self, node: Any, hint: str) -> Operand:
        defaults = tuple(self.defaults(node.args))
        captures, inherited = self.captures(Scope.of(node))
        name = getattr(node, "name", "<lambda>")
        source = replace(self.source, tree=node, function=name)

        yields = is_generator(node)
        tree = all_at_once(node) if yields else node

        @functools.cache
        def template() -> Function:
            return self.lower_nested(tree, source, captures, inherited)

        @functools.cache
        def one_part(name: str) -> Function:
            return self.lower_nested(part(node, name), source, captures, inherited)

        made = MakeFunction(
            name,
            template,
            captures,
            defaults,
            _plain_syntax(node),
            yields,
            one_part if yields else None,
        )
        return self.new(made, hint, node)

    def defaults(self, args: Any) -> Iterator[tuple[str, Operand]]:
        positional = [*args.posonlyargs, *args.args]
        named = positional[len(positional) - len(args.defaults) :]
        keyword = [
            (arg, default)
            for arg, default in zip(args.kwonlyargs, args.kw_defaults, strict=True)
            if default is not None
        ]
        pairs = [*zip(named, args.defaults, strict=True), *keyword]
        found = self.values([default for _, default in pairs])
        return ((arg.id, value) for (arg, _), value in zip(pairs, found, strict=True))

    def captures(self, inner: Scope) -> tuple[tuple[Capture, ...], dict[str, Operand]]:
        """What a nested function sees of this one's variables; imported modules are simply known."""
        found: list[Capture] = []
        inherited: dict[str, Operand] = {}
        for name in inner.free:
            if name in self.cells:
                found.append(Capture(name, self.cells[name], True))
            elif self.is_local(name):
                value = self.read(load(name))
                if isinstance(value, Ref):
                    inherited[name] = value
                else:
                    found.append(Capture(name, value, False))
        return tuple(found), inherited

    def import_module(self, alias: Any, node: Any) -> None:
        variable = alias.asname or alias.name.partition(".")[0]
        module = self.module(alias.name, variable, node)
        if alias.asname is None and "." in alias.name:
            module = self.module(variable, variable, node)
        self.set_import(variable, module, node)

    def import_names(self, node: Any) -> None:
        package = self.names.function.__globals__.get("__package__")
        path = importlib.util.resolve_name("." * node.level + (node.module or ""), package)
        for alias in node.names:
            variable = alias.asname or alias.name
            base = self.module(path, path, node)
            found = self.names.attribute(base, alias.name) if isinstance(base, Ref) else None
            if found is None or found.live:
                value: Operand = self.new(Attr(base, alias.name), variable, node)
            else:
                value = Ref(variable, found.value)
            self.set_import(variable, value, node)

    def module(self, name: str, path: str, node: Any) -> Operand:
        """A module that is loaded already is known, or of a library that is; any other is imported by the function."""
        if name not in sys.modules and name.partition(".")[0] in LIBRARIES.intersection(
            sys.modules
        ):
            with contextlib.suppress(ImportError):
                importlib.import_module(name)
        loaded = self.names.module(name)
        if loaded is not None:
            return Ref(path, loaded)
        return self.new(Op("import_", (Const(name),)), path.rpartition(".")[2], node)

    def set_import(self, variable: str, value: Operand, node: Any) -> None:
        if isinstance(value, Ref) and self.is_single_assignment(variable):
            self.bind(variable, value)
        else:
            self.set(variable, value, node)


def _plain_syntax(node: Any) -> ast.AST:
    """The nested function as Python's own tree, without decorators (these are called separately)."""
    bare = copy.copy(node)
    if not isinstance(node, gast.Lambda):
        bare.decorator_list = []
    tree = gast.gast_to_ast(bare)
    assert isinstance(tree, ast.AST)
    return ast.fix_missing_locations(tree)

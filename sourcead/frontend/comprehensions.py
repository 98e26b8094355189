"""Comprehensions -> loops that fill a fresh container.

`[f(i) for i in xs if i]` becomes `t = []` and a loop with `t.append(f(i))` under `if i`.  The variables
of a comprehension are its own.  Generator expressions that are taken to the end on the spot become
lists (`syntax.py` refuses the others); `any` and `all` stop where Python stops.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import gast

from sourcead.frontend.build import assign, load, located, true
from sourcead.frontend.flatten import Flattener
from sourcead.frontend.scopes import assigned
from sourcead.ir.nodes import (
    UNDEFINED,
    Const,
    Op,
    Operand,
)

__all__ = ["Comprehensions"]


class Comprehensions(Flattener):
    """Adds comprehensions to the expressions that are lowered."""

    def comprehension(self, node: Any, hint: str) -> Operand:
        """A fresh container, and loops that fill it."""
        kinds = {gast.DictComp: "dict", gast.SetComp: "set"}
        kind = kinds.get(type(node), "list")
        filled = self.new(Op(kind, ()), hint, node)
        container = self.hidden(kind)
        self.env[container] = filled
        fill = [located(stmt, node) for stmt in self.filling(container, node)]
        self.loops(node.generators, fill, node)
        del self.env[container]
        return filled

    def filling(self, container: str, node: Any) -> list[Any]:
        """What the innermost turn does with the container."""
        if isinstance(node, gast.DictComp):
            key = self.hidden("key")
            target = gast.Subscript(load(container), load(key), gast.Store())
            return [assign(key, node.key, node), gast.Assign([target], node.value, None)]
        method = "add" if isinstance(node, gast.SetComp) else "append"
        func = gast.Attribute(load(container), method, gast.Load())
        return [gast.Expr(gast.Call(func, [node.elt], []))]

    def loops(
        self, generators: Sequence[Any], innermost: list[Any], node: Any, found: str | None = None
    ) -> None:
        """The loops of a comprehension.  Its variables are its own; `found` is a flag that ends it."""
        first = generators[0]
        items = self.hidden("items")
        self.env[items] = self.value(first.iter)
        body = innermost
        for generator in reversed(generators):
            for test in reversed(generator.ifs):
                body = [located(gast.If(test, body, []), node)]
            if found is not None:
                stop = gast.If(load(found), [gast.Break()], [])
                body = [assign(found, gast.Constant(False, None), node), *body, located(stop, node)]
            iterable = load(items) if generator is first else generator.iter
            body = [located(gast.For(generator.target, iterable, body, [], None), node)]
        with self.own_variables(generators, node):
            self.desugared(body)
        del self.env[items]

    @contextmanager
    def own_variables(self, generators: Sequence[Any], node: Any) -> Iterator[None]:
        """The variables of a comprehension hide those of the function; captured ones get a cell."""
        own = {name for generator in generators for name in assigned([generator.target])}
        env = {name: self.env[name] for name in own if name in self.env}
        cells = dict(self.cells)
        hidden = self.hidden_variables
        self.hidden_variables = hidden | own
        for name in sorted(own):
            self.env[name] = UNDEFINED
            self.cells.pop(name, None)
            if name in self.scope.comprehension_cells:
                self.cells[name] = self.new(Op("cell", ()), f"{name}_cell", node)
        yield
        self.cells, self.hidden_variables = cells, hidden
        for name in own:
            self.env.pop(name, None)
        self.env.update(env)

    def first_item(self, generator: Any, default: Any, node: Any) -> Operand:
        """`next(... for ...)` goes as far as the first element."""
        found, item = self.hidden("found"), self.hidden("item")
        self.env[found] = Const(False)
        self.env[item] = UNDEFINED if default is None else self.value(default)
        taken = [assign(item, generator.elt, node), assign(found, true(), node)]
        self.loops(generator.generators, taken, node, found)
        if default is None:
            empty = gast.UnaryOp(gast.Not(), load(found))
            stop = gast.Raise(load(".StopIteration"), None)
            self.desugared([located(gast.If(empty, [stop], []), node)])
        self.env.pop(found)
        return self.env.pop(item)

    def quantified(self, is_all: bool, generator: Any, hint: str, node: Any) -> Operand:
        """`any(...)` and `all(...)` stop at the first element that decides."""
        found = self.hidden("failed" if is_all else "found")
        test = gast.UnaryOp(gast.Not(), generator.elt) if is_all else generator.elt
        self.env[found] = Const(False)
        decide = located(gast.If(test, [assign(found, true(), node)], []), node)
        self.loops(generator.generators, [decide], node, found)
        result = self.env.pop(found)
        return self.new(Op("not_", (result,)), hint, node) if is_all else result

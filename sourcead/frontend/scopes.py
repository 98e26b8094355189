"""Whose is a name?  Locals, names from outside, and the locals that nested functions capture.

A captured variable is a *cell* (late binding) when it can change after the nested function was made:
it is bound more than once, in a loop, behind the nested function, or by the nested function itself.
Every other captured variable is handed over as a value.

>>> import gast
>>> def scope(text): return Scope.of(gast.parse(text).body[0])
>>> scope("def f(x):\\n    y = x\\n    return lambda z: x + y + z").cells
frozenset()
>>> scope("def f(x):\\n    g = lambda z: x + z\\n    x = 2.0\\n    return g").cells
frozenset({'x'})
"""

# ruff: noqa: N802, N815  (visitors are named after the nodes that they visit)

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import gast

from sourcead.frontend.generators import as_function

__all__ = ["Scope", "assigned"]

COMPREHENSIONS = (gast.ListComp, gast.SetComp, gast.DictComp, gast.GeneratorExp)


@dataclass(frozen=True, slots=True, eq=False)
class Scope:
    """The names of one function."""

    params: tuple[tuple[str, str], ...]  # name and form, see `nodes.Param`
    locals: frozenset[str]
    globals: frozenset[str]  # declared `global`
    nonlocals: frozenset[str]  # declared `nonlocal`
    free: tuple[str, ...]  # used here or in a nested function, bound further out
    cells: frozenset[str]
    comprehension_cells: frozenset[str]  # variables of comprehensions that nested functions capture

    @staticmethod
    def of(function: Any) -> Scope:
        """The scope of a FunctionDef or Lambda."""
        params = tuple(parameters(function.args))
        names = _Names()
        for name, _ in params:
            names.bind(name)
        names.visit_all(function.body if isinstance(function.body, list) else [function.body])
        outside = names.globals | set(names.nonlocals)
        mine = frozenset(names.sites) - outside
        used = dict.fromkeys([*names.reads, *names.nonlocals])
        return Scope(
            params, mine, frozenset(names.globals), frozenset(names.nonlocals),
            tuple(name for name in used if name not in mine and name not in names.globals),
            frozenset(name for name in mine if names.is_cell(name)),
            frozenset(names.captured_in_comprehensions),
        )  # fmt: skip


def parameters(args: Any) -> Iterator[tuple[str, str]]:
    """The parameters of a function in order, with their forms."""
    yield from ((arg.id, "positional") for arg in args.posonlyargs)
    yield from ((arg.id, "normal") for arg in args.args)
    if args.vararg is not None:
        yield args.vararg.id, "args"
    yield from ((arg.id, "keyword") for arg in args.kwonlyargs)
    if args.kwarg is not None:
        yield args.kwarg.id, "kwargs"


def assigned(nodes: Iterable[Any]) -> tuple[str, ...]:
    """The variables that statements or expressions may bind or unbind, in the order of their text."""
    names = _Names()
    names.visit_all(nodes)
    return tuple(name for name in names.sites)


# -- one walk over a function ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Place:
    """A point of the text: its number in order of execution and the blocks around it."""

    order: int
    blocks: tuple[int, ...]
    in_loop: bool

    def always_before(self, other: _Place) -> bool:
        return self.order < other.order and other.blocks[: len(self.blocks)] == self.blocks


class _Names(gast.NodeVisitor):  # type: ignore[misc]
    """Collects where names are bound, read and captured, in the order of execution."""

    def __init__(self) -> None:
        self.sites: dict[str, list[_Place]] = {}
        self.reads: dict[str, None] = {}
        self.globals: set[str] = set()
        self.nonlocals: dict[str, None] = {}
        self.captures: dict[str, list[_Place]] = {}
        self.rebound_inside: set[str] = set()
        self.captured_in_comprehensions: set[str] = set()
        self.order = 0
        self.blocks: tuple[int, ...] = ()
        self.loops = 0
        self.hidden: list[set[str]] = []  # variables of the comprehensions around

    def is_cell(self, name: str) -> bool:
        sites, captures = self.sites[name], self.captures.get(name, ())
        if not captures:
            return False
        if len(sites) != 1 or sites[0].in_loop or name in self.rebound_inside:
            return True
        return not all(sites[0].always_before(place) for place in captures)

    # places

    def here(self) -> _Place:
        self.order += 1
        return _Place(self.order, self.blocks, self.loops > 0)

    @contextmanager
    def block(self, *, loop: bool = False) -> Iterator[None]:
        around = self.blocks
        self.order += 1
        self.blocks = (*around, self.order)
        self.loops += loop
        yield
        self.loops -= loop
        self.blocks = around

    def visit_all(self, nodes: Iterable[Any]) -> None:
        for node in nodes:
            if node is not None:
                self.visit(node)

    def visit_block(self, nodes: Iterable[Any], *, loop: bool = False) -> None:
        with self.block(loop=loop):
            self.visit_all(nodes)

    # names

    def bind(self, name: str) -> None:
        self.sites.setdefault(name, []).append(self.here())

    def is_hidden(self, name: str) -> bool:
        return any(name in names for names in self.hidden)

    def visit_Name(self, node: Any) -> None:
        if isinstance(node.ctx, gast.Load):
            if not self.is_hidden(node.id):
                self.reads[node.id] = None
        elif not self.is_hidden(node.id):
            self.bind(node.id)

    def visit_NamedExpr(self, node: Any) -> None:
        self.visit(node.value)
        self.bind(node.target.id)

    def visit_AugAssign(self, node: Any) -> None:
        if isinstance(node.target, gast.Name):
            self.reads[node.target.id] = None
        self.visit(node.value)
        self.visit(node.target)

    def visit_Assign(self, node: Any) -> None:
        self.visit(node.value)
        self.visit_all(node.targets)

    def visit_AnnAssign(self, node: Any) -> None:
        if node.value is not None:
            self.visit(node.value)
        elif isinstance(node.target, gast.Name):  # declares a local, binds nothing
            self.sites.setdefault(node.target.id, [])
            return
        self.visit(node.target)

    def visit_MatchAs(self, node: Any) -> None:
        self.generic_visit(node)
        if node.name is not None:
            self.bind(node.name)

    visit_MatchStar = visit_MatchAs

    def visit_MatchMapping(self, node: Any) -> None:
        self.generic_visit(node)
        if node.rest is not None:
            self.bind(node.rest)

    def visit_Import(self, node: Any) -> None:
        for alias in node.names:
            self.bind(alias.asname or alias.name.partition(".")[0])

    def visit_ImportFrom(self, node: Any) -> None:
        for alias in node.names:
            self.bind(alias.asname or alias.name)

    def visit_Global(self, node: Any) -> None:
        self.globals.update(node.names)

    def visit_Nonlocal(self, node: Any) -> None:
        self.nonlocals.update(dict.fromkeys(node.names))

    # nested functions and comprehensions

    def visit_FunctionDef(self, node: Any) -> None:
        self.visit_all(node.decorator_list)
        self.capture(node)
        self.bind(node.name)

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_Lambda(self, node: Any) -> None:
        self.capture(node)

    def visit_ClassDef(self, node: Any) -> None:
        """A class body reads what it does not bind; its methods see the names around the class."""
        self.visit_all((*node.decorator_list, *node.bases, *node.keywords))
        inner = _Names()
        inner.visit_all(node.body)
        for name in inner.reads:
            if name not in inner.sites or name in inner.captures:
                self.captured(name, self.here())
        self.bind(node.name)

    def capture(self, function: Any) -> None:
        self.visit_all((*function.args.defaults, *function.args.kw_defaults))
        inner = Scope.of(function)
        place = self.here()
        for name in inner.free:
            self.captured(name, place)
        self.rebound_inside.update(_rebound_below(function))

    def captured(self, name: str, place: _Place) -> None:
        if self.is_hidden(name):
            self.captured_in_comprehensions.add(name)
            return
        self.reads[name] = None
        self.captures.setdefault(name, []).append(place)

    def visit_comprehension_of(self, node: Any, elements: Iterable[Any]) -> None:
        first = node.generators[0]
        self.visit(first.iter)
        self.hidden.append({name for g in node.generators for name in assigned([g.target])})
        with self.block(loop=True):
            for generator in node.generators:
                if generator is not first:
                    self.visit(generator.iter)
                self.visit(generator.target)
                self.visit_all(generator.ifs)
            self.visit_all(elements)
        self.hidden.pop()

    def visit_ListComp(self, node: Any) -> None:
        self.visit_comprehension_of(node, [node.elt])

    visit_SetComp = visit_ListComp

    def visit_GeneratorExp(self, node: Any) -> None:
        if getattr(node, "is_lazy", False):
            self.visit(node.generators[0].iter)
            self.capture(as_function(node))
        else:
            self.visit_ListComp(node)

    def visit_DictComp(self, node: Any) -> None:
        self.visit_comprehension_of(node, [node.key, node.value])

    # control flow

    def visit_If(self, node: Any) -> None:
        self.visit(node.test)
        self.visit_block(node.body if isinstance(node.body, list) else [node.body])
        self.visit_block(node.orelse if isinstance(node.orelse, list) else [node.orelse])

    visit_IfExp = visit_If

    def visit_BoolOp(self, node: Any) -> None:
        first, *others = node.values
        self.visit(first)
        self.visit_block(others)

    def visit_For(self, node: Any) -> None:
        self.visit(node.iter)
        self.visit_block([node.target, *node.body], loop=True)
        self.visit_block(node.orelse)

    def visit_While(self, node: Any) -> None:
        self.visit_block([node.test, *node.body], loop=True)
        self.visit_block(node.orelse)

    def visit_Try(self, node: Any) -> None:
        self.visit_block(node.body)
        for handler in node.handlers:
            self.visit_block([handler.type, handler.name, *handler.body])
        self.visit_block(node.orelse)
        self.visit_block(node.finalbody)

    def visit_With(self, node: Any) -> None:
        for item in node.items:
            self.visit_all([item.context_expr, item.optional_vars])
        self.visit_all(node.body)


def _rebound_below(function: Any) -> frozenset[str]:
    """Names that functions nested inside `function`, at any depth, declare `nonlocal`."""
    return frozenset(
        name
        for node in gast.walk(function)
        if isinstance(node, gast.Nonlocal)
        for name in node.names
    )

"""Print a nested function as the user wrote it, with captured variables under their printed names.

A captured variable is replaced where the nested function sees the enclosing function's one: by its
identifier, by the constant it stands for, or, for a cell that is an object, by `cell.cell_contents`.

>>> import ast
>>> syntax = ast.parse("lambda y: a * y + sum(a for a in y)", mode="eval").body
>>> ast.unparse(_Captured({"a": ast.Name("a_1", ast.Load())}).visit(syntax))
'lambda y: a_1 * y + sum((a for a in y))'
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, TypeVar, Union

import gast

from sourcead.ir.nodes import Capture, MakeFunction

if TYPE_CHECKING:
    from sourcead.emit.expressions import Expressions

__all__ = ["definition", "identifiers_inside", "lambda_expression"]

_Function = Union[ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda]
_Comprehension = Union[ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp]
_AnyComprehension = TypeVar(
    "_AnyComprehension", ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp
)
_AnyFunction = TypeVar("_AnyFunction", ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


def lambda_expression(make: MakeFunction, texts: Expressions) -> ast.Lambda:
    syntax = _printed(make, texts)
    assert isinstance(syntax, ast.Lambda)
    return syntax


def definition(make: MakeFunction, name: str, texts: Expressions) -> ast.stmt:
    """The statement that binds the nested function to `name`."""
    syntax = _printed(make, texts)
    if isinstance(syntax, ast.Lambda):
        return ast.Assign([ast.Name(name, ast.Store())], syntax, lineno=0)
    syntax.name = name
    syntax.decorator_list = []  # applied to the function by statements of their own
    return syntax


def _printed(make: MakeFunction, texts: Expressions) -> ast.FunctionDef | ast.Lambda:
    syntax = _python_syntax(make.syntax)
    values = {capture.name: _seen(capture, texts) for capture in make.captures}
    syntax = _Captured(values).visit(syntax)
    _set_defaults(syntax.args, {name: texts.operand(value) for name, value in make.defaults})
    assert isinstance(syntax, (ast.FunctionDef, ast.Lambda))
    return syntax


def _python_syntax(syntax: ast.AST) -> ast.FunctionDef | ast.Lambda:
    if type(syntax).__module__.startswith("gast"):
        syntax = gast.gast_to_ast(syntax)
    copied = copy.deepcopy(syntax)
    assert isinstance(copied, (ast.FunctionDef, ast.Lambda))
    return copied


def _seen(capture: Capture, texts: Expressions) -> ast.expr:
    return texts.cell(capture.value) if capture.is_cell else texts.operand(capture.value)


def _set_defaults(args: ast.arguments, defaults: Mapping[str, ast.expr]) -> None:
    positional = [*args.posonlyargs, *args.args]
    args.defaults = [defaults[arg.arg] for arg in positional if arg.arg in defaults]
    args.kw_defaults = [defaults.get(arg.arg) for arg in args.kwonlyargs]
    for arg in _all_arguments(args):
        arg.annotation = None  # evaluated when the function was made, of no use here


def identifiers_inside(make: MakeFunction) -> set[str]:
    """Names in the nested function that enclosing variables must not take, other than captured ones."""
    captured = {capture.name for capture in make.captures}
    found: set[str] = set()
    syntax = _python_syntax(make.syntax)
    for node in ast.walk(syntax):
        if isinstance(node, ast.Name):
            found.add(node.id)
        elif isinstance(node, ast.arg):
            found.add(node.arg)
        elif isinstance(node, (ast.FunctionDef, ast.ClassDef)) and node is not syntax:
            found.add(node.name)
    return found - captured


class _Captured(ast.NodeTransformer):
    """Replace free variables of a function, respecting every scope that binds the same name."""

    def __init__(self, values: Mapping[str, ast.expr]) -> None:
        self.values = dict(values)

    def visit_Name(self, node: ast.Name) -> ast.expr:
        if node.id not in self.values:
            return node
        seen = copy.deepcopy(self.values[node.id])
        if isinstance(seen, (ast.Name, ast.Attribute)):
            seen.ctx = node.ctx
        return seen

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        return self._function(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AsyncFunctionDef:
        return self._function(node)

    def visit_Lambda(self, node: ast.Lambda) -> ast.Lambda:
        return self._function(node)

    def _function(self, node: _AnyFunction) -> _AnyFunction:
        node.args = self.visit(node.args)  # defaults belong to the scope around it
        inside = self._without(_bound_by_function(node))
        if isinstance(node, ast.Lambda):
            node.body = inside.visit(node.body)
        else:
            node.body = [new for stmt in node.body for new in inside._all(stmt)]
        return node

    def _all(self, stmt: ast.stmt) -> list[ast.stmt]:
        new = self.visit(stmt)
        return [] if new is None else [new]

    def visit_ListComp(self, node: ast.ListComp) -> ast.ListComp:
        return self._comprehension(node)

    def visit_SetComp(self, node: ast.SetComp) -> ast.SetComp:
        return self._comprehension(node)

    def visit_DictComp(self, node: ast.DictComp) -> ast.DictComp:
        return self._comprehension(node)

    def visit_GeneratorExp(self, node: ast.GeneratorExp) -> ast.GeneratorExp:
        return self._comprehension(node)

    def _comprehension(self, node: _AnyComprehension) -> _AnyComprehension:
        first = self.visit(node.generators[0].iter)  # evaluated in the scope around it
        node.generators[0].iter = ast.Constant(None)
        inside = self._without(set(_stored_by_targets(node)))
        new = inside.generic_visit(node)
        assert type(new) is type(node)
        new.generators[0].iter = first
        return new

    def visit_Nonlocal(self, node: ast.Nonlocal) -> ast.stmt | None:
        names: list[str] = []
        for name in node.names:
            seen = self.values.get(name, ast.Name(name, ast.Load()))
            names += [seen.id] if isinstance(seen, ast.Name) else []
        return ast.Nonlocal(names) if names else ast.Pass()

    def _without(self, names: set[str]) -> _Captured:
        return _Captured({name: v for name, v in self.values.items() if name not in names})


def _bound_by_function(node: _Function) -> set[str]:
    bound = {arg.arg for arg in _all_arguments(node.args)}
    if isinstance(node, ast.Lambda):
        return bound
    declared: set[str] = set()
    for inner in _own_nodes(node.body):
        match inner:
            case ast.Nonlocal(names) | ast.Global(names):
                declared.update(names)
            case ast.Name(name, ast.Store() | ast.Del()):
                bound.add(name)
            case ast.FunctionDef(name) | ast.AsyncFunctionDef(name) | ast.ClassDef(name):
                bound.add(name)
            case ast.alias(name, other):
                bound.add(other or name.split(".")[0])
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)):
                bound.add(name)
            case ast.MatchStar(str(name)) | ast.MatchMapping(rest=str(name)):
                bound.add(name)
            case _:
                pass
    return bound - declared


def _own_nodes(nodes: list[ast.stmt] | list[ast.AST]) -> Iterator[ast.AST]:
    """All nodes of a function's own scope; comprehension targets and inner functions are not in it."""
    for node in nodes:
        yield node
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)):
            continue
        children = list(ast.iter_child_nodes(node))
        if isinstance(node, ast.comprehension):
            children = [child for child in children if child is not node.target]
        yield from _own_nodes(children)


def _stored_by_targets(node: _Comprehension) -> Iterator[str]:
    for generator in node.generators:
        for inner in ast.walk(generator.target):
            if isinstance(inner, ast.Name):
                yield inner.id


def _all_arguments(args: ast.arguments) -> Iterator[ast.arg]:
    yield from (*args.posonlyargs, *args.args, *args.kwonlyargs)
    yield from (arg for arg in (args.vararg, args.kwarg) if arg is not None)
